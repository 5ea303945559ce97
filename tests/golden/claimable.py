#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Checks that .expect files know each field of the JSON schema that a claim can be about: claimable.py SCHEMA IPCTRACE TRACE."""
import json
import subprocess
import sys
import tempfile

WORDS = {  # what a line of JSON is called in a claim
    "op": ["op"], "wait": ["block", "wake"], "signal": ["signal", "deliver"], "fork": ["fork"], "exec": ["exec"], "task": ["task"],
    "rename": ["rename"], "exit": ["exit"], "object": ["object"], "map": ["map"], "fault": ["fault"], "access": ["access"],
}


def fields(schema):
    """Names as claims have them: a group of fields, but not a list, has a dot behind its name."""
    for line in schema["oneOf"]:
        kind = line["properties"]["kind"]["const"]
        for name, value in line["properties"].items():
            group = schema["$defs"].get(value.get("$ref", "").rpartition("/")[2], {})
            if kind in WORDS and name != "kind" and group.get("type") not in ("array", "object"):
                yield kind, name


def is_known(ipctrace, trace, word, name):
    with tempfile.NamedTemporaryFile("w", suffix=".expect") as f:
        f.write(f'claim a "b"\n  * {word} {name}=1\n')
        f.flush()
        said = subprocess.run([ipctrace, "replay", "-q", "--expect", f.name, trace], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, check=False).stderr
    if "has no field" in said:
        return False
    # A value of another type is refused as such, and a file without this recording's case: both know the field.
    assert " has no case " in said or " is " in said or "wants" in said or not said, said
    return True


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    missing = [f"{kind}: {name}" for kind, name in fields(schema)
               if not any(is_known(sys.argv[2], sys.argv[3], word, name) for word in WORDS[kind])]
    assert not is_known(sys.argv[2], sys.argv[3], "op", "nosuch")
    sys.exit("no claim can be about " + ", ".join(missing) if missing else 0)


if __name__ == "__main__":
    main()
