#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Parts what ipctrace told of several scenarios under one tracer: scenarios.py RUN BASE SCENARIO...

RUN has the JSON, RUN.err what came on stderr. Each scenario gets BASESCENARIO.1 with .json, .err and .status as if it had run
alone, but for those that are to be run again, whose names are printed: they lost records to hooks that the kernel skipped, and
nothing else, or they did not run, or a packet was handled in nobody's call. Any other claim that fails is kept.
"""
import collections
import json
import pathlib
import sys


class Told:
    def __init__(self):
        self.lines = []
        self.lost = collections.Counter()
        self.results = collections.Counter()
        self.late_packets = False

    def is_to_judge(self):
        return set(self.lost) != {"nested"} and not (self.late_packets and self.results["fails"])


def read(run):
    """The scenarios' own lines, and the summary of them all."""
    told = collections.defaultdict(Told)
    now = None
    summary = None
    with open(run, encoding="utf-8", errors="surrogateescape") as f:
        for line in f:
            if line.startswith('{"kind":"run"'):
                now = told[json.loads(line)["scenario"]]
            elif line.startswith('{"kind":"summary"'):
                summary = json.loads(line)
                break
            elif line.startswith('{"kind":"lost"'):
                lost = json.loads(line)
                now.lost[lost["cause"]] += lost["count"]
            elif line.startswith('{"kind":"claim"'):
                now.results[json.loads(line)["result"]] += 1
            now.late_packets |= '"cause":{"kind":"network"}' in line
            now.lines.append(line)
    return told, summary


def said_of(name, errors, names):
    """What is said of this scenario, or of none of them."""
    about = {other: (f"ipctrace: {other}:", f"ipctrace: {other}/") for other in names}
    return [line for line in errors if line.startswith(about[name]) or not any(map(line.startswith, about.values()))]


def write(base, told, summary, errors):
    own = dict(summary, records=len(told.lines), incomplete=bool(errors))
    own.update(lost=told.lost.total(), lost_by={cause: told.lost[cause] for cause in summary["lost_by"]})
    for field, result in ("held", "holds"), ("failed", "fails"), ("inconclusive", "inconclusive"):
        own["claims_" + field] = told.results[result]
    status = 1 if errors or told.results["fails"] else 3 if told.results["inconclusive"] or told.lost else 0
    with open(f"{base}.json", "w", encoding="utf-8", errors="surrogateescape") as f:
        f.writelines(told.lines)
        f.write(json.dumps(own, separators=(",", ":")) + "\n")
    pathlib.Path(f"{base}.err").write_text("".join(errors), encoding="utf-8")
    pathlib.Path(f"{base}.status").write_text(f"{status}\n", encoding="ascii")


def main():
    run, base, names = sys.argv[1], sys.argv[2], sys.argv[3:]
    told, summary = read(run)
    errors = pathlib.Path(run + ".err").read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
    # Whose fault it is must be known.
    usable = summary and summary["lost"] == sum(t.lost.total() for t in told.values()) and (errors or not summary["incomplete"])
    for name in names:
        if usable and name in told and told[name].is_to_judge():
            write(f"{base}{name}.1", told[name], summary, said_of(name, errors, names))
        else:
            print(name)


if __name__ == "__main__":
    main()
