#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What a run of ipctrace and a run under strace saw of the same program, in the same words.

witness.py strace FILE | ipctrace FILE    per process, one JSON object: its calls on pipes, its signals, its end
witness.py ... FILE sums [NAME.FIELD...]  not each call, as their number is the scheduler's: how many bytes went
                                          which way, and the last results; the fields named are left out

A process is known by the name it had last; strace's file comes from -f -Y -y, which names pipes and processes.
"""
import collections
import errno
import json
import re
import sys

READS = {"read", "readv"}
WRITES = {"write", "writev", "pwritev2"}
# A child that ends: strace makes the kernel tell its parent even what the parent ignores.
NOT_COMPARED = {"SIGCHLD"}
INTERRUPTED = -512

LINE = re.compile(r"^(\d+)<(.*?)> (.*)$")
CALL = re.compile(r"^(\w+)\((\d+)<(pipe:\[\d+\]|/[^>]*)>")
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>")
RESULT = re.compile(r" = (-?\d+|\?)(?: (E[A-Z0-9]+))?")
SIGNAL = re.compile(r"^--- (SIG\w+) ")
END = re.compile(r"^\+\+\+ (?:exited with (\d+)|killed by (SIG\w+))")


class Process:
    def __init__(self):
        self.name = ""
        self.calls = collections.defaultdict(list)
        self.signals = []
        self.end = None

    def call(self, name, ret):
        if name in READS:
            self.calls["read"].append(ret)
        elif name in WRITES:
            self.calls["write"].append(ret)

    def told(self):
        return {"name": self.name, "end": self.end, "signals": sorted(self.signals),
                "read": self.calls["read"], "write": self.calls["write"]}


def sums(told, left_out):
    brief = {key: told[key] for key in ("name", "end", "signals")}
    for way in ("read", "write"):
        brief[f"bytes_{way}"] = sum(ret for ret in told[way] if ret > 0)
        brief[f"last_{way}"] = told[way][-1] if told[way] and told[way][-1] <= 0 else None
        brief[f"errors_{way}"] = [ret for ret in told[way] if ret < 0]
    for field in left_out:
        name, key = field.split(".")
        if name == told["name"]:
            del brief[key]
    return brief


def result(text):
    found = RESULT.search(text)
    if not found:
        sys.exit(f"no result: {text}")
    number, error = found.groups()
    if error and error.startswith("ERESTART"):
        return INTERRUPTED
    if error:
        return -getattr(errno, error)
    return INTERRUPTED if number == "?" else int(number)


def strace(path):
    """strace -f -Y -y -o: PID<COMM> CALL(FD<WHAT>, ...) = RESULT."""
    processes = collections.defaultdict(Process)
    pending = {}
    with open(path, encoding="utf-8", errors="replace") as f:
        for raw in f:
            found = LINE.match(raw)
            if not found:
                sys.exit(f"not understood: {raw}")
            pid, name, text = found.groups()
            process = processes[pid]
            process.name = name
            call = CALL.match(text)
            resumed = RESUMED.match(text)
            if SIGNAL.match(text):
                process.signals.append(SIGNAL.match(text).group(1))
            elif END.match(text):
                status, killer = END.match(text).groups()
                process.end = killer or int(status)
                if pid in pending:
                    process.call(pending.pop(pid), INTERRUPTED)
            elif resumed:
                if pid in pending:
                    process.call(pending.pop(pid), result(text[resumed.end():]))
            elif call and call.group(3).startswith("pipe:"):
                if "<unfinished ...>" in text:
                    pending[pid] = call.group(1)
                else:
                    # What was read or written is quoted, and could hold " = ".
                    process.call(call.group(1), result(re.sub(r'"(\\.|[^"\\])*"', "", text)))
    return processes


def ipctrace(path):
    processes = collections.defaultdict(Process)
    with open(path, encoding="utf-8") as f:
        for raw in f:
            line = json.loads(raw)
            if "pid" not in line or line.get("event") == "generated":
                continue  # whoever a signal is sent to need not be traced
            process = processes[line["pid"]]
            process.name = line.get("name", line["comm"])
            kind = line["kind"]
            if kind == "op" and "object" in line:
                process.call(line["op"], INTERRUPTED if -516 <= line["ret"] <= -512 else line["ret"])
            elif kind == "signal" and line["event"] == "delivered":
                process.signals.append(line.get("fatal", line["sig"]))
            elif kind == "exit" and line["last"]:
                process.end = line.get("signal", line.get("status"))
    return processes


def main():
    processes = {"strace": strace, "ipctrace": ipctrace}[sys.argv[1]](sys.argv[2])
    for process in processes.values():
        process.signals = [sig for sig in process.signals if sig not in NOT_COMPARED]
    told = [process.told() for process in processes.values()]
    if sys.argv[3:4] == ["sums"]:
        told = [sums(process, sys.argv[4:]) for process in told]
    print("\n".join(sorted(json.dumps(process) for process in told)))


if __name__ == "__main__":
    main()
