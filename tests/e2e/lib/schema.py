#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Judges lines of `ipctrace -f json` by the schema, with an independent validator: schema.py SCHEMA FILE..."""
import json
import re
import sys

try:
    import jsonschema
except ImportError:  # one test says so, for all; what needs no schema is judged all the same
    jsonschema = None

SUMMARY = ["records", "lost", "backend", "kernel", "claims_held", "claims_failed", "claims_inconclusive"]
NEGATIVE = re.compile(rb'"(t|slept_at|woken_at|slept|delay|duration)":-')


def shape(raw):
    """Lines that differ in digits only, and in the name of a file, are judged once: no rule of the schema looks at them."""
    return re.sub(rb"[0-9]+", b"0", re.sub(rb'"file":"[0-9a-f]+"', b'"file":"0"', raw))


def judge(raw, validator):
    """What is wrong with one line, and its object."""
    try:
        line = json.loads(raw.decode("utf-8"))
    except ValueError as error:
        return [f"no JSON: {error}"], {}
    wrong = []
    if next(iter(line), None) != "kind":
        wrong.append("kind is not the first key")
    if validator and any(validator.iter_errors(line)):
        wrong.append(f"does not fit: {raw.decode().rstrip()[:600]}")
    return wrong, line


def complaints(path, validator):
    judged = {}
    raw = b""
    with open(path, "rb") as f:
        for number, raw in enumerate(f, 1):
            key = shape(raw)
            if key not in judged:
                judged[key] = judge(raw, validator)[0]
            for wrong in judged[key]:
                yield f"{path}:{number}: {wrong}"
            if NEGATIVE.search(raw):
                yield f"{path}:{number}: a time below 0: {raw.decode().rstrip()[:600]}"
    last = judge(raw, validator)[1]
    if last.get("kind") != "summary":
        yield f"{path}: the last line is no summary"
    for field in SUMMARY:
        if field not in last:
            yield f"{path}: the summary has no {field}"


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    validator = None
    if jsonschema:
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
    wrong = 0
    for path in sys.argv[2:]:
        for line in complaints(path, validator):
            wrong += 1
            if wrong <= 20:
                print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
