#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks that the files of user/ depend on each other in one direction.

cycles.py OBJECTS SOURCES: the folders with the object files and with the sources, each with a folder a room (build/user user). A file depends on
another whose functions or data it names. Prints the files that do so in a circle, and what each names of the others. Exits with 1 if there were any.

mech/mechs is left out of it: whoever asks it for a mechanism's constant knows the interface alone (timeline/mech_ops.h).
"""
import pathlib
import subprocess
import sys

REGISTRY = "mech/mechs"


def symbols(objects, sources):
    """({symbol: the file that defines it}, {file: symbols that it lacks}), of what has a source still."""
    defined, lacking = {}, {}
    for source in sorted(sources.glob("*/*.c")):
        name = str(source.relative_to(sources).with_suffix(""))
        path = objects / f"{name}.o"
        listing = subprocess.run(["nm", "-P", path], capture_output=True, text=True, check=True).stdout
        for symbol, kind, *_ in map(str.split, listing.splitlines()):
            if kind == "U":
                lacking.setdefault(name, set()).add(symbol)
            elif kind.isupper():
                defined[symbol] = name
    return defined, lacking


def depends(objects, sources):
    """{file: {another: what it names of it}}"""
    defined, lacking = symbols(objects, sources)
    edges = {}
    for name, wanted in lacking.items():
        for symbol in wanted:
            other = defined.get(symbol)
            if other and other != name and name != REGISTRY:
                edges.setdefault(name, {}).setdefault(other, set()).add(symbol)
    return edges


def reached(edges, start):
    """All that start depends on, at first or at second hand."""
    found, new = set(), [start]
    while new:
        for other in edges.get(new.pop(), {}):
            if other not in found:
                found.add(other)
                new.append(other)
    return found


edges = depends(*map(pathlib.Path, sys.argv[1:]))
below = {name: reached(edges, name) for name in edges}
found = False
for name in sorted(edges):
    for other in sorted(edges[name]):
        if name in below.get(other, ()):
            print(f"{name} -> {other}: {' '.join(sorted(edges[name][other]))}")
            found = True
sys.exit(found)
