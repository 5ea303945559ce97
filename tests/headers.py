#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""headers.py FILE...: in what `replay --color always` printed no two lanes that live have the same name, and none gets
another one before its first row."""
import re
import sys

SGR = re.compile(r"\x1b\[([0-9;]*)m")
PROCESS = re.compile(r"(.*) (\d+)(?: \(\d+ inside\))?")


def pieces(line):
    """(column, style, text) of each."""
    found, column, style, at = [], 0, "", 0
    for m in [*SGR.finditer(line), None]:
        text = line[at : m.start() if m else len(line)]
        if text.strip():
            found.append((column + len(text) - len(text.lstrip()), style, text.strip()))
        column += len(text)
        if m:
            style, at = m[1].lstrip("0"), m.end()
    return found


def is_header(line):
    return line and all(s == "1" or (s, t) == ("2", "ms") for _, s, t in line) and line[0][0] >= 8


class Run:
    def __init__(self, title):
        self.title = title
        self.lanes = {}  # column: name and number, "" of an object
        self.names = {}  # number: the last one
        self.rows = {}  # number: rows since its header
        self.faults = []
        self.headers = 0

    def header(self, line):
        self.headers += 1
        names = [(x, t) for x, s, t in line if s == "1"]
        if line[0][2] == "ms":  # what the line does not name has ended, or stands elsewhere
            self.lanes.clear()
        for x, text in names:
            m = PROCESS.fullmatch(text)
            if m:
                self.process(x, m[1], m[2])
            else:
                self.lanes[x] = text, ""
        seen = {}
        for x, (name, number) in self.lanes.items():
            if seen.setdefault(name, x) != x:
                self.faults.append(f"two lanes are called {name}")

    def process(self, x, name, number):
        old = self.names.get(number)
        if old and old != name and not self.rows[number]:
            self.faults.append(f"{old} {number} is called {name} at once")
        if old != name:
            self.names[number] = name
            self.rows[number] = 0
        self.lanes[x] = name, number

    def row(self, text):
        for x, (_, number) in list(self.lanes.items()):
            if not number:
                continue
            mark, words = text[x - 2 : x - 1].strip(), text[x : x + 2].strip()
            # A bar of a sleep that goes on is no row.
            if words or mark not in ("", "│"):
                self.rows[number] += 1
            if mark in ("■", "✗"):
                del self.lanes[x]


def check(path):
    runs = []
    with open(path, encoding="utf-8", errors="replace") as f:
        for line in f:
            text = SGR.sub("", line.rstrip("\n"))
            line = pieces(line.rstrip("\n"))
            if line and line[0][:2] == (0, "1") and line[0][2].startswith("ipctrace "):
                runs.append(Run(line[0][2]))
            elif runs and is_header(line):
                runs[-1].header(line)
            elif runs and line and line[0][1] == "2":
                runs[-1].row(text)
    assert runs and any(r.headers for r in runs), f"{path}: no header"
    return [f"{path}: {r.title}: {fault}" for r in runs for fault in r.faults]


faults = [fault for path in sys.argv[1:] for fault in check(path)]
print("\n".join(faults))
sys.exit(bool(faults))
