#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Processes that wait for each other, for `ipctrace why`: stuck.py CASE[,CASE...] [DIR].

Prints one line, NAME=PID ..., when everybody is where they shall be asleep, and stays until its stdin ends.
"""
import os
import signal
import sys
import time

import stuck_files
import stuck_tasks
from stuck_process import children, settled

CASES = {**stuck_files.CASES, **stuck_tasks.CASES}


def main():
    for case in sys.argv[1].split(","):
        CASES[case](sys.argv[2] if len(sys.argv) > 2 else None)
    try:
        for _ in range(500):
            if all(settled(pid) for pid in children.values()):
                break
            time.sleep(0.01)
        # The same sleep twice in a row: nobody is only on the way.
        time.sleep(0.2)
        print(*(f"{name}={pid}" for name, pid in children.items()), flush=True)
        sys.stdin.read()
    finally:
        for pid in children.values():
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
