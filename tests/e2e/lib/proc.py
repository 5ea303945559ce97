#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""/proc and the pipe itself as witnesses of a sleep that ipctrace records: proc.py JSON-FILE IPCTRACE OPTION...

Starts pipe-cases/1, looks at its writer while it sleeps, and compares that with what the JSON says in the end.
"""
import array
import ctypes
import fcntl
import json
import os
import re
import subprocess
import sys
import termios
import time

F_GETPIPE_SZ = 1032
PIDFD_GETFD = 438


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError:
        return ""


def descendants(pid):
    for child in read(f"/proc/{pid}/task/{pid}/children").split():
        yield int(child)
        yield from descendants(int(child))


def sleeping_writer(tracer):
    """The scenario's writer, from the moment when it sleeps in pipe_write."""
    while tracer.poll() is None:
        for pid in descendants(tracer.pid):
            if read(f"/proc/{pid}/comm") == "writer\n" and "pipe_write" in read(f"/proc/{pid}/wchan"):
                return pid
        time.sleep(0.005)
    sys.exit(f"ipctrace ended with {tracer.returncode} before its writer was seen asleep")


def look(pid):
    """What is to be seen of the pipe that pid writes to. Its own description, not another, so that no count changes."""
    syscall = read(f"/proc/{pid}/syscall").split()
    fd = int(syscall[1], 16)
    seen = {"pid": pid, "fd": fd, "nr": int(syscall[0]), "arg": int(syscall[3], 16)}
    seen["object"] = os.readlink(f"/proc/{pid}/fd/{fd}")
    seen["ino"] = int(re.search(r"^ino:\s*(\d+)$", read(f"/proc/{pid}/fdinfo/{fd}"), re.M).group(1))
    pidfd = os.pidfd_open(pid)
    ours = ctypes.CDLL(None, use_errno=True).syscall(PIDFD_GETFD, pidfd, fd, 0)
    if ours < 0:
        sys.exit(f"pidfd_getfd: {os.strerror(ctypes.get_errno())}")
    count = array.array("i", [0])
    fcntl.ioctl(ours, termios.FIONREAD, count)
    seen["bytes"] = count[0]
    seen["size"] = fcntl.fcntl(ours, F_GETPIPE_SZ)
    os.close(ours)
    os.close(pidfd)
    seen["state"] = re.search(r"^State:\s*(\w)", read(f"/proc/{pid}/status"), re.M).group(1)
    return seen


def main():
    path, command = sys.argv[1], sys.argv[2:]
    tracer = subprocess.Popen([*command, "-f", "json", "-o", path, "pipe-cases/1"], stdout=subprocess.DEVNULL)
    pid = sleeping_writer(tracer)
    before = time.monotonic_ns()
    seen = look(pid)
    time.sleep(0.3)
    again = look(pid)
    while_asleep = time.monotonic_ns() - before
    status = tracer.wait()
    assert status == 0, f"ipctrace ended with {status}"
    assert seen == again, (seen, again)

    with open(path, encoding="utf-8") as f:
        lines = [json.loads(line) for line in f]
    waits = [line for line in lines if line["kind"] == "wait" and line["pid"] == pid and line["op"] == "write"]
    assert len(waits) == 1, waits
    wait = waits[0]
    print("seen:", seen)
    print("told:", wait)
    assert seen["state"] == "S"
    assert seen["nr"] == 1 or os.uname().machine != "x86_64"
    assert wait["reason"] == "full" and not wait["open"]
    assert wait["fd"] == seen["fd"]
    assert wait["object"] == seen["object"] == f"pipe:[{seen['ino']}]"
    assert wait["state"]["bytes"] == seen["bytes"] == 65520
    assert wait["state"]["ring"] * os.sysconf("SC_PAGE_SIZE") == seen["size"]
    assert wait["slept"] >= while_asleep, (wait["slept"], while_asleep)
    last = [line for line in lines if line["kind"] == "op" and line["pid"] == pid][-1]
    assert last["arg"] == seen["arg"] == 13


if __name__ == "__main__":
    main()
