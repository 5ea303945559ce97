#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes a seed of a trace file: seed.py FILE... > SEED. Payloads are inflated, so that the fuzzer changes records, not a
deflate stream. Two files make a seed of the target diff, which reads the first one alone in the other targets."""
import struct
import sys
import zlib

HEAD, INDEX = 16, 6
FRAME = struct.Struct("<IIIIIIIIQQQ")


def seed(trace):
    """The file with its payloads inflated, without its index, which would point to the wrong places."""
    out, at = trace[:HEAD], HEAD
    while at + FRAME.size <= len(trace):
        sync, _, kind, run, length, raw_len, _, *rest = FRAME.unpack_from(trace, at)
        payload = trace[at + FRAME.size:at + FRAME.size + length]
        at += FRAME.size + length
        if kind == INDEX:
            break
        if length != raw_len:
            payload = zlib.decompress(payload, -15)
        tail = struct.pack("<IIIII", kind, run, len(payload), len(payload), zlib.crc32(payload)) + struct.pack("<IQQQ", *rest)
        out += struct.pack("<II", sync, zlib.crc32(tail)) + tail + payload
    return out


sys.stdout.buffer.write(b"\x01" + b"".join(seed(open(name, "rb").read()) for name in sys.argv[1:]))
