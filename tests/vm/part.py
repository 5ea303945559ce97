#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Parts the JSON of commands that ran under one tracer: part.py PLAYS. Each PLAYS/BACKEND/KEY gets the lines of the run that
are about the process in its file pid, from its exec on, and those that came of it, and those that are about no process, as
json.gz."""
import collections
import gzip
import json
import pathlib
import sys


def part(lines, pid):
    mine = set()
    for line in lines:
        who = line.get("pid")
        if who == pid and line["kind"] == "exec":
            mine.add(pid)
        if who is None:
            yield line
        elif who in mine:
            if line["kind"] == "fork":
                mine.add(line["child"]["pid"])
            yield line


def write(lines, key):
    with gzip.open(key.parent / "json.gz", "wt", encoding="utf-8") as f:
        for line in part(lines, int(key.read_text("ascii"))):
            print(json.dumps(line, separators=(",", ":"), ensure_ascii=False), file=f)


def main():
    keys_of = collections.defaultdict(list)
    for key in pathlib.Path(sys.argv[1]).glob("*/*/pid"):
        if (key.parent / "run").exists():
            keys_of[(key.parent / "run").resolve()].append(key)
    for run, keys in keys_of.items():
        with gzip.open(run, "rt", encoding="utf-8") as f:
            lines = [json.loads(line) for line in f]
        for key in keys:
            write(lines, key)


if __name__ == "__main__":
    main()
