#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Runs assertions, from stdin, on lines of JSON: lines.py FILE. Names that they may use: lines, pick, one."""
import json
import sys


def value(line, name):
    for key in name.split("__"):
        line = line.get(key) if isinstance(line, dict) else None
    return line


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        lines = [json.loads(line) for line in f]

    def pick(**want):
        """The lines with these values; cause__comm is the comm of the cause."""
        return [line for line in lines if all(value(line, name) == wanted for name, wanted in want.items())]

    def one(**want):
        found = pick(**want)
        assert len(found) == 1, f"{len(found)} lines, not one, with {want}: {found[:5]}"
        return found[0]

    exec(compile(sys.stdin.read(), "assertions", "exec"), {"lines": lines, "pick": pick, "one": one})


if __name__ == "__main__":
    main()
