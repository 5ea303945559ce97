#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks that the rooms of user/ and bpf/ include each other as the tables of rooms in docs/DESIGN.md allow.

layers.py [TREE]: prints each include that no table allows, each circle in the tables, each room that has no row or no folder,
and each library that is used in another room. Exits with 1 if there was any.
"""
import pathlib
import re
import sys

LIBRARIES = {"bpf": "libbpf", "zlib.h": "zlib", "elfutils": "libdw", "dwarf.h": "libdw", "libelf.h": "libelf", "gelf.h": "libelf"}


def tables(design):
    """{side: {room: (rooms it may include, libraries)}}, of the two tables."""
    rooms = {}
    for line in design.read_text().splitlines():
        if head := re.match(r"\| room of `(\w+)/` \|", line):
            side = rooms.setdefault(head[1], {})
        elif rooms and (row := re.match(r"\| `(\w+)` \|[^|]*\|([^|]*)\|(?:([^|]*)\|)?$", line)):
            side[row[1]] = set(row[2].split()), set((row[3] or "").split())
        elif line.startswith("## ") and rooms:
            break
    return rooms


def circles(rooms):
    """What is left when rooms that include nothing any more are taken away again and again."""
    left = {room: may & rooms.keys() for room, (may, _) in rooms.items()}
    while free := [room for room, may in left.items() if not may]:
        left = {room: may - set(free) for room, may in left.items() if may}
    return sorted(left)


def faults(tree):
    rooms = tables(tree / "docs/DESIGN.md")
    if rooms.keys() != {"bpf", "user"}:
        yield "docs/DESIGN.md: a table of rooms is missing"
        return
    for side, table in rooms.items():
        if left := circles(table):
            yield f"docs/DESIGN.md: rooms of {side}/ include each other in a circle: {' '.join(left)}"
        there = {path.name for path in (tree / side).iterdir() if path.is_dir()}
        for room in sorted(there ^ table.keys()):
            yield f"{side}/{room}: {'no row in docs/DESIGN.md' if room in there else 'no such folder'}"
        for path in sorted((tree / side).glob("*/*.[ch]")):
            room, known = path.parent.name, path.relative_to(tree)
            may, libraries = table.get(room, (set(), set()))
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if other := re.match(r'#include "(\w+)/', line):
                    if other[1] != room and other[1] not in may:
                        yield f"{known}:{number}: {room} may not include {other[1]}"
                elif (own := re.match(r'#include "(.*)"', line)) and (path.parent / own[1]).exists():
                    yield f"{known}:{number}: {own[1]} is included without its room"
                elif side == "user" and (library := re.match(r"#include <([\w.]+)", line)):
                    name = LIBRARIES.get(library[1])
                    if name and name not in libraries:
                        yield f"{known}:{number}: {room} may not use {name}"


found = list(faults(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
print(*found, sep="\n", end="\n" if found else "")
sys.exit(bool(found))
