#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Parts the JSON of commands that ran under one tracer: part.py PLAYS. Each PLAYS/BACKEND/KEY gets the lines of the run that
are about the process in its file pid, from its exec on, and those that came of it, and those that are about no process, as
json.gz."""
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


def main():
    for key in pathlib.Path(sys.argv[1]).glob("*/*/pid"):
        play = key.parent
        if not (play / "run").exists():
            continue
        with gzip.open(play / "run", "rt", encoding="utf-8") as f:
            lines = [json.loads(line) for line in f]
        with gzip.open(play / "json.gz", "wt", encoding="utf-8") as f:
            for line in part(lines, int(key.read_text("ascii"))):
                print(json.dumps(line, separators=(",", ":"), ensure_ascii=False), file=f)


if __name__ == "__main__":
    main()
