# SPDX-License-Identifier: GPL-2.0
"""What the processes of stuck.py are made of."""
import os
import time

PAGE = b"x" * 4096
children = {}


def child(name, run, keep=()):
    """A process that has its name, holds of our pipes only the descriptors in keep, and runs run()."""
    ready, unready = os.pipe()
    pid = os.fork()
    if pid:
        children[name] = pid
        os.close(unready)
        os.read(ready, 1)  # until the child, too, has closed its end
        os.close(ready)
        return pid
    with open("/proc/self/comm", "w", encoding="ascii") as f:
        f.write(name)
    os.close(0)
    os.close(1)
    for fd in range(3, 64):
        if fd not in keep:
            try:
                os.close(fd)
            except OSError:
                pass
    try:
        run()
    finally:
        os._exit(0)


def full_pipe():
    r, w = os.pipe()
    os.set_blocking(w, False)
    try:
        while True:
            os.write(w, PAGE)
    except BlockingIOError:
        os.set_blocking(w, True)
    return r, w


def let_go(*fds):
    for fd in fds:
        os.close(fd)


def pause():
    while True:
        time.sleep(1000)


def settled(pid):
    """Every thread of it sleeps in a system call, or is stopped, for a tracer too, or (a spinner) has run for a while."""
    try:
        for tid in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{tid}/syscall", encoding="ascii") as f:
                if f.read().startswith("running") and children.get("spinner") != pid:
                    return False
    except OSError:
        return False
    return True
