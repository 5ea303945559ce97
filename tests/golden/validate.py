#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Validates JSON lines with an independent validator; shows that the schema refuses wrong ones."""
import json
import sys


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def validator_of(path):
    import jsonschema  # what else this file does works without

    schema = load(path)
    # The validator's releases differ in the drafts that they know.
    cls = getattr(jsonschema, "Draft202012Validator", None)
    if cls is None:
        sys.exit("jsonschema is too old: it does not know draft 2020-12")
    cls.check_schema(schema)
    return cls(schema)


def lines(path, validator):
    from jsonschema.exceptions import best_match

    wrong = 0
    kinds = set()
    last = None
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            last = json.loads(line)
            if next(iter(last)) != "kind":
                print(f"{path}:{number}: kind is not first")
                wrong += 1
            kinds.add(last["kind"])
            for error in validator.iter_errors(last):
                deepest = best_match([error])
                print(f"{path}:{number}: {deepest.message[:300]}")
                wrong += 1
    if last is None or last["kind"] != "summary":
        print(f"{path}: the last line is no summary")
        wrong += 1
    print("kinds:", *sorted(kinds))
    return wrong == 0


def properties(node, found):
    if isinstance(node, dict):
        found.update(node.get("properties", {}))
        for value in node.values():
            properties(value, found)
    elif isinstance(node, list):
        for value in node:
            properties(value, found)
    return found


GOOD = [
    {"kind": "lost", "t": 1, "cause": "ring", "count": 2},
    {"kind": "fork", "t": 1, "pid": 1, "tid": 1, "comm": "a", "child": {"pid": 2, "tid": 2, "comm": "a"},
     "thread": False},
    {"kind": "output", "text": "x"},
]
BAD = [
    {"kind": "lost", "t": 1, "cause": "ring"},
    {"kind": "lost", "t": 1, "cause": "rain", "count": 2},
    {"kind": "lost", "t": "1", "cause": "ring", "count": 2},
    {"kind": "lost", "t": 1, "cause": "ring", "count": 2, "extra": 1},
    {"kind": "fork", "t": 1, "pid": 1, "tid": 1, "comm": "a", "child": {"pid": 2, "tid": 2}, "thread": False},
    {"kind": "output"},
    {"kind": "outputs", "text": "x"},
    {"text": "x"},
]


def refuses(validator):
    good = [line for line in GOOD if not validator.is_valid(line)]
    bad = [line for line in BAD if validator.is_valid(line)]
    for line in good:
        print("refused:", line)
    for line in bad:
        print("accepted:", line)
    return not good and not bad


def main():
    args = sys.argv[1:]
    if args[0] == "--fields":
        print(*sorted(properties(load(args[1]), set())))
        return 0
    if args[0] == "--enum":
        print(*load(args[1])["$defs"][args[2]]["enum"])
        return 0
    if args[0] == "--refuses":
        return 0 if refuses(validator_of(args[1])) else 1
    return 0 if lines(args[1], validator_of(args[0])) else 1


if __name__ == "__main__":
    sys.exit(main())
