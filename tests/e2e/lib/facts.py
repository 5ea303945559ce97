#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Turns `ipctrace -f json` of a scenario into facts that every backend, and every run, must tell alike.

facts.py FILE prints them. Left out is what depends on the scheduler: times, process ids, inodes, how many
references there are just now, and how often a lock was waited for. What only function backends have,
`released`, is left out too. A pipe's state at each operation is told where nobody else touches the pipe at that
moment; elsewhere what holds of the whole case: how full it ever was, how many readers and writers it ever had.
"""
import collections
import functools
import json
import os
import pathlib
import re
import subprocess
import sys

# What the scheduler decides in a case: `varies` of its .expect file (docs/EXPECT.md), each with all before it.
VARIES = ("nothing", "state", "sleeps", "turns", "calls")
SCENARIOS = pathlib.Path(__file__).resolve().parents[3] / "scenarios"
CALLS = json.loads(subprocess.run([os.environ["IPCTRACE"], "--json-schema"], check=True, capture_output=True).stdout)["x-calls"]
UNTOLD = {"unknown", "mutex", "stopped"}  # how often somebody waits for a lock is the scheduler's, too
POINTER = set(CALLS["arg_is_address"])  # their arg is an address, or goes with one
NUMBER = set(CALLS["ret_is_number_of_run"])  # what they return is an id, or an address
OP = ("op", "class", "fd", "arg", "cmd", "key", "flags", "type", "wanted", "priority", "handed", "ret", "error", "nonblock", "packet", "io_uring", "second")


@functools.lru_cache
def varies(scenario):
    """Each case's place in VARIES, of those that have one of their own."""
    places = {}
    case = ""
    if scenario:
        for line in (SCENARIOS / f"{scenario}.expect").read_text(encoding="utf-8").splitlines():
            case = match[1] if (match := re.match(r"case (\S+)", line)) else case
            if match := re.match(r"\s+varies (\w+)", line):
                places[case] = VARIES.index(match[1])
    return places


class Case:
    def __init__(self, run, number):
        self.scenario = run.get("scenario", "")
        self.name = run.get("case", "")
        self.key = f"{self.scenario}/{self.name}" if self.scenario else f"run {number}"
        place = varies(self.scenario).get(self.name, VARIES.index("state"))
        self.alone = place < VARIES.index("state")
        self.sleeps_vary = place >= VARIES.index("sleeps")
        self.contended = place >= VARIES.index("turns")
        self.calls_vary = place >= VARIES.index("calls")
        self.lines = []

    def roles(self):
        """pid -> its last name, with a number from the second of that name on."""
        last = {}
        for line in self.lines:
            if "pid" in line:
                last[line["pid"]] = line["comm"]
            if line["kind"] in ("exec", "rename"):
                last[line["pid"]] = line["name"]
        seen = collections.Counter()
        roles = {}
        for pid, comm in last.items():
            seen[comm] += 1
            roles[pid] = comm if seen[comm] == 1 else f"{comm}#{seen[comm]}"
        return roles

    def facts(self):
        return Facts(self).tell()


class Facts:
    def __init__(self, case):
        self.case = case
        self.role = case.roles()
        self.objects = {}
        self.files = {}
        self.names = {}
        self.streams = collections.defaultdict(list)
        self.state = {}

    def who(self, node):
        if "pid" not in node:
            return None
        return self.role.get(node["pid"], "outsider")

    def object(self, node):
        name = node.get("object")
        if name is None:
            return None
        kind = name.split(":", 1)[0]
        return self.objects.setdefault(name, f"{kind}-{len(self.objects) + 1}")

    def file(self, node):
        if "file" not in node:
            return None
        return self.files.setdefault(node["file"], f"file-{len(self.files) + 1}")

    def path(self, node):
        """A name, or a port, that the kernel has chosen for a socket is another one in each run."""
        path = node.get("path")
        if path is None or not re.fullmatch(r"@[0-9a-f]{5}|127\.0\.0\.1:\d+(>127\.0\.0\.1:\d+)?", path):
            return path
        return self.names.setdefault(path, f"name-{len(self.names) + 1}")

    @staticmethod
    def words(*pairs):
        return " ".join(f"{key}={value}" if key else value for key, value in pairs if value is not None)

    def cause(self, node):
        cause = node.get("cause")
        if cause is None:
            return None
        told = [("", cause["kind"])]
        if not self.case.contended:
            told.append(("by", self.who(cause)))
            told += [(key, cause.get(key)) for key in ("op", "fd", "how", "sig")]
        told.append(("on", self.object(cause)))
        return "(" + self.words(*told) + ")"

    def see_state(self, name, state):
        ever = self.state.setdefault(name, {"used": [], "readers": [], "writers": []})
        for word, values in ever.items():
            if word in state:
                values.append(state[word])

    def states(self, line):
        obj = self.object(line)
        found = [(key, line[key]) for key in ("before", "state", "state_woken", "after") if key in line]
        if obj:
            for _, state in found:
                self.see_state(obj, state)
        if not self.case.alone:
            return []
        return [(key, ",".join(self.value(*pair) for pair in state.items())) for key, state in found]

    def value(self, word, value):
        """A word of a state; a socket's peer is an object."""
        return self.object({"object": f"sock:[{value}]"}) if word == "peer" and value else str(value)

    def op(self, line):
        # Who takes a lock first needs no call for it; and how much a read takes is the writer's pace.
        if line.get("class") == "futex" or self.case.calls_vary:
            return
        hidden = {"arg"} if line.get("op") in POINTER else set()
        if line.get("op") in NUMBER and "error" not in line:
            hidden.add("ret")
        told = [(key, line.get(key)) for key in OP if key not in hidden]
        told += [("object", self.object(line)), *self.states(line)]
        told.append(("cause", self.cause(line)))
        self.streams[self.who(line), "op"].append(self.words(*told))

    def wait(self, line):
        states = self.states(line)
        if line["reason"] in UNTOLD or "object" not in line or self.case.sleeps_vary:
            return
        told = [(key, line.get(key)) for key in ("op", "class", "fd", "reason", "open")]
        told += [("object", self.object(line)), ("cause", self.cause(line))]
        told += [("woken", line.get("waker", {}).get("ctx")), *states]
        self.streams[self.who(line), "wait"].append(self.words(*told))

    def signal(self, line):
        if line["comm"] == "ipctrace-keeper":  # when it looks after its child says nothing of the run
            return
        told = [(key, line.get(key)) for key in ("event", "sig", "code", "result", "group", "handler", "fatal")]
        sender = line.get("sender")
        if sender:
            told += [("sender", self.who(sender)), ("ctx", sender.get("ctx")), ("op", sender.get("op"))]
            told.append(("object", self.object(sender)))
        told.append(("cause", self.cause(line)))
        self.streams[self.who(line), "signal"].append(self.words(*told))

    def life(self, line):
        told = [("", line["kind"])] + [(key, line.get(key)) for key in ("name", "path", "status", "signal", "last")]
        if "child" in line:
            told.append(("child", self.who(line["child"])))
            told.append(("thread", line["thread"]))
        self.streams[self.who(line), "life"].append(self.words(*told))

    def reference(self, line):
        if line["event"] == "released":
            return
        self.states(line)
        told = [(key, line.get(key)) for key in ("event", "op", "fd", "end")]
        told += [("path", self.path(line)), ("object", self.object(line)), ("file", self.file(line) if "file" in line else None)]
        if self.case.alone:
            # How full it is when another process lets its end go is the scheduler's.
            told += [("last", line.get("released"))]
            told += [(key, line.get("state", {}).get(key)) for key in ("slots", "ring", "readers", "writers")]
        told.append(("cause", self.cause(line)))
        self.streams[self.who(line), "object"].append(self.words(*told))

    def mapping(self, line):
        self.states(line)
        told = [(key, line.get(key)) for key in ("event", "op", "fd", "len", "offset", "prot")]
        told.append(("object", self.object(line)))
        if self.case.alone:
            told.append(("nattch", line.get("state", {}).get("nattch")))
        self.streams[self.who(line), "map"].append(self.words(*told))

    def fault(self, line):
        if self.case.contended:
            return
        told = [(key, line.get(key)) for key in ("access", "op", "offset", "denied")]
        told.append(("object", self.object(line)))
        self.streams[self.who(line), "fault"].append(self.words(*told))

    def access(self, line):
        if self.case.contended:
            return
        told = [(key, line.get(key)) for key in ("event", "value", "word", "offset", "len", "update")]
        told += [("object", self.object(line)), ("cause", self.cause(line))]
        self.streams[self.who(line), "access"].append(self.words(*told))

    def tell(self):
        tellers = {"op": self.op, "wait": self.wait, "signal": self.signal, "object": self.reference}
        tellers.update({"map": self.mapping, "fault": self.fault, "access": self.access})
        tellers.update({kind: self.life for kind in ("fork", "exec", "rename", "exit")})
        for line in self.case.lines:
            if line["kind"] in tellers:
                tellers[line["kind"]](line)
        for (role, stream), told in sorted(self.streams.items(), key=str):
            # A signal comes when it comes, and a sleep that is broken by another's turn begins anew.
            if stream == "signal":
                told = sorted(told)
            elif stream in ("wait", "access"):  # or it looks, and looks again
                told = sorted(set(told))
            for number, words in enumerate(told, 1):
                yield f"{self.case.key} {role} {stream} {number}: {words}"
        for obj, ever in self.state.items():
            # A reader may be as fast as its writer, and never leave anything behind to be seen.
            # Whether the last end is seen to go depends on the scheduler: two may close theirs at once.
            # Who wakes to read from a socket may have done so before the writer's state is looked at.
            unsure = self.case.scenario == "shm-speed" or (self.case.sleeps_vary and obj.startswith("sock-"))
            ranges = [f"{word} {min(values) if word == 'used' else 'up'} to {max(values)}" for word, values in ever.items()
                      if values and not (unsure and word == "used")]
            if ranges:
                yield f"{self.case.key} {obj}: " + ", ".join(ranges)


def cases(path):
    found = []
    with open(path, encoding="utf-8") as f:
        for raw in f:
            line = json.loads(raw)
            if line["kind"] == "run":
                found.append(Case(line, len(found) + 1))
            elif line["kind"] not in ("claim", "summary", "output", "lost"):
                found[-1].lines.append(line)
    return found


def main():
    for case in cases(sys.argv[1]):
        for fact in case.facts():
            print(fact)


if __name__ == "__main__":
    main()
