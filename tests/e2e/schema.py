#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Judges lines of `ipctrace -f json` by the schema, with an independent validator: schema.py SCHEMA FILE..."""
import json
import sys

import jsonschema

SUMMARY = ["records", "lost", "backend", "kernel", "claims_held", "claims_failed", "claims_inconclusive"]
TIMES = {"t", "slept_at", "woken_at", "slept", "delay", "duration"}


def shape(node):
    """What the schema can tell lines apart by: strings as they are, of numbers the sign."""
    if isinstance(node, dict):
        return tuple((key, shape(value)) for key, value in node.items())
    if isinstance(node, list):
        return ("list", *(shape(value) for value in node))
    if isinstance(node, bool) or not isinstance(node, int):
        return repr(node)
    return (node > 0) - (node < 0)


def negative(node):
    """The names of times below 0."""
    if isinstance(node, list):
        return [name for value in node for name in negative(value)]
    if not isinstance(node, dict):
        return []
    found = [key for key, value in node.items() if key in TIMES and not (isinstance(value, int) and value >= 0)]
    return found + [name for value in node.values() for name in negative(value)]


def complaints(path, validator):
    judged = {}
    last = {}
    with open(path, "rb") as f:
        for number, raw in enumerate(f, 1):
            try:
                last = json.loads(raw.decode("utf-8"))
            except ValueError as error:
                yield f"{path}:{number}: no JSON: {error}"
                continue
            if next(iter(last), None) != "kind":
                yield f"{path}:{number}: kind is not the first key"
            for name in negative(last):
                yield f"{path}:{number}: {name} is negative or no number"
            key = shape(last)
            if key not in judged:
                errors = list(validator.iter_errors(last))
                judged[key] = errors and f"does not fit: {raw.decode().rstrip()[:300]}"
            if judged[key]:
                yield f"{path}:{number}: {judged[key]}"
    if last.get("kind") != "summary":
        yield f"{path}: the last line is no summary"
    for field in SUMMARY:
        if field not in last:
            yield f"{path}: the summary has no {field}"


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    cls = jsonschema.Draft202012Validator
    cls.check_schema(schema)
    wrong = 0
    for path in sys.argv[2:]:
        for line in complaints(path, cls(schema)):
            wrong += 1
            if wrong <= 20:
                print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
