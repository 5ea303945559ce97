# SPDX-License-Identifier: GPL-2.0
"""IPCTRACE FILE: a bit of each frame of the trace file in turn is flipped, once in its header and once in its payload,
and of the tail. What replay, stat and diff then say must not hide it: the exit status, and which claims are left."""
import collections
import json
import struct
import subprocess
import sys

ABOUT, RUN, RECORDS, RUN_END, END, INDEX, TAIL = range(1, 8)
NAMES = "", "ABOUT", "RUN", "RECORDS", "RUN_END", "END", "INDEX", "tail"
HEAD, FRAME = 16, struct.Struct("=8IQQQ")
MINUTE = 60 * 10**9

ipctrace, path = sys.argv[1:]
bad = path + ".damaged"


def frames(data):
    """(type, run, records, the offsets to damage)"""
    at = HEAD
    while len(data) - at >= FRAME.size:
        _, _, kind, run, length, _, _, records, *_ = FRAME.unpack_from(data, at)
        yield kind, run, records, [at + 40] + ([at + FRAME.size + length // 2] if length else [])
        at += FRAME.size + length
    assert len(data) - at == 16, "no tail"
    yield TAIL, 0, 0, [at, at + 12]


def told(*words):
    return subprocess.run([ipctrace, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def replay(file):
    """Status, stderr, the claims' results by number of the run, summary, the facts' times."""
    out = told("replay", "-f", "json", file)
    run, claims, times, summary = 0, collections.defaultdict(list), [], None
    for line in map(json.loads, out.stdout.splitlines()):
        if line["kind"] == "run":
            run += 1
        elif line["kind"] == "claim":
            claims[run].append(line["result"])
        elif line["kind"] == "summary":
            summary = line
        elif "t" in line:
            times.append((run, line["t"]))
    return out.returncode, out.stderr, dict(claims), summary, times


def expected(claims, kind, run):
    """What damage to a frame of this kind leaves of the claims."""
    left = dict(claims)
    if kind == RUN:
        left.pop(run, None)
    elif kind in (RECORDS, RUN_END) and run in left:
        left[run] = ["inconclusive"] * len(claims[run])
    return left


def check(kind, run, records, whole, again):
    status, err, claims, summary, times = replay(bad)
    assert status == 3, ("replay", status)
    assert " damaged; with " in err, err
    assert claims == expected(whole[2], kind, run), claims
    assert summary["incomplete"], summary
    assert summary["lost"] == summary["lost_by"]["file"] == records, summary
    # A sleep that snapshots tell again and again is one record of the summary's, and as many of the file's.
    had = whole[3]["records"]
    assert had - records <= summary["records"] <= had, summary
    assert again or summary["records"] == had - records, summary
    assert all(t < MINUTE for _, t in times), max(t for _, t in times)
    assert "trace file is not whole" in told("replay", bad).stdout
    for words in (("stat", bad), ("diff", bad, path)):
        assert told(*words).returncode == 3, words


def main():
    data = open(path, "rb").read()
    whole, kinds, parts = replay(path), set(), [*frames(data)]
    again = sum(part[2] for part in parts if part[0] == RECORDS) > whole[3]["records"]
    for kind, run, records, places in parts:
        kinds.add(kind)
        for at in places:
            with open(bad, "wb") as out:
                out.write(data[:at] + bytes([data[at] ^ 4]) + data[at + 1:])
            try:
                check(kind, run, records, whole, again)
            except AssertionError as error:
                sys.exit(f"byte {at}, {NAMES[kind]} of run {run}: {error}")
    assert len(kinds) == 7, kinds


main()
