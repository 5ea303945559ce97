#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""breakpoints.py N [all]: opens N watchpoints of its own, status 1 if it cannot. all: on each processor, for every
task; then it says so and keeps them."""
import ctypes
import os
import struct
import sys
import time

NR_PERF_EVENT_OPEN = 298
libc = ctypes.CDLL(None, use_errno=True)
word = ctypes.create_string_buffer(64)


def attr(addr):
    # type, size, config, period, sample_type, read_format, flags, wakeup, bp_type, bp_addr, bp_len
    return struct.pack("<IIQQQQQIIQQ", 5, 112, 0, 1 << 30, 0, 0, 0, 0, 3, addr, 4).ljust(112, b"\0")


def watch(addr, pid, cpu):
    buf = ctypes.create_string_buffer(attr(addr))
    fd = libc.syscall(NR_PERF_EVENT_OPEN, buf, pid, cpu, -1, 0)
    if fd < 0:
        sys.exit(f"perf_event_open: {os.strerror(ctypes.get_errno())}")


n = int(sys.argv[1])
base = (ctypes.addressof(word) + 7) & ~7
for i in range(n):
    if len(sys.argv) > 2:
        for cpu in range(os.cpu_count()):
            watch(base + 8 * i, -1, cpu)
    else:
        watch(base + 8 * i, 0, -1)
if len(sys.argv) > 2:
    print("held", flush=True)
    time.sleep(1000)
