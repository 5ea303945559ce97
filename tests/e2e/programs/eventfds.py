#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Programs with eventfds for eventfd.bats to trace: eventfds.py NAME.

Order comes from sleeps that were seen, not from time. What a program prints is one value of JSON a line: what the calls
returned, and what /proc/self/fdinfo says of the eventfd.
"""
import ctypes
import json
import os
import re
import select
import socket
import sys
import time

from programs import call_me, child, reap, until_asleep

libc = ctypes.CDLL(None, use_errno=True)
MOST = 2**64 - 2
NONBLOCK = os.EFD_NONBLOCK


def say(*values):
    os.write(1, (json.dumps(values) + "\n").encode())  # at once: others say something, too


def there(fd):
    """The id and the counter, as the kernel shows them."""
    with open(f"/proc/self/fdinfo/{fd}", encoding="ascii") as f:
        info = f.read()
    return [int(re.search(r"^eventfd-id:\s*(\d+)$", info, re.M)[1]),
            int(re.search(r"^eventfd-count:\s*([0-9a-f]+)$", info, re.M)[1], 16)]


def tried(fd, call, *args):
    """What a call returned, -errno if it failed, and the eventfd after it."""
    try:
        ret = call(fd, *args)
    except OSError as e:
        ret = -e.errno
    say(len(ret) if isinstance(ret, bytes) else ret, *there(fd))


def number(n):
    return n.to_bytes(8, sys.byteorder)


def moves():
    """Every way to read and write one, without a sleep."""
    call_me("mover")
    fd = os.eventfd(3, NONBLOCK)
    tried(fd, os.read, 8)
    tried(fd, os.read, 8)
    tried(fd, os.write, number(5))
    tried(fd, os.writev, [number(MOST - 6)])
    tried(fd, os.write, number(2))
    tried(fd, os.write, number(2**64 - 1))
    tried(fd, os.write, b"short")
    tried(fd, os.read, 4)
    tried(fd, os.readv, [bytearray(8)])
    many = os.eventfd(2, NONBLOCK | os.EFD_SEMAPHORE)
    for _ in range(3):
        tried(many, os.read, 8)


def handover():
    """taker waits in read, in poll and, with the counter full, in write; giver ends each of these sleeps."""
    fd = os.eventfd(0)
    parent = os.getpid()

    def give():
        until_asleep(parent, "eventfd_read", "do_wait_intr")
        os.eventfd_write(fd, 5)
        until_asleep(parent, "poll", "select")
        os.eventfd_write(fd, 7)
        until_asleep(parent, "eventfd_write", "do_wait_intr")
        os.eventfd_read(fd)

    call_me("taker")
    giver = child("giver", give)
    say(*there(fd))
    for wait in (lambda: os.eventfd_read(fd), lambda: select.select([fd], [], [])):
        began = time.monotonic_ns()
        wait()
        say(time.monotonic_ns() - began)
    os.eventfd_read(fd)
    os.eventfd_write(fd, MOST - 1)
    began = time.monotonic_ns()
    os.eventfd_write(fd, 3)
    say(time.monotonic_ns() - began)
    say(*there(fd))
    reap(giver)


def by_epoll():
    """waiter sleeps in epoll_wait on an eventfd and a pipe."""
    fd = os.eventfd(0)
    r, _ = os.pipe()

    def wait():
        p = select.epoll()
        p.register(fd, select.EPOLLIN)
        p.register(r, select.EPOLLIN)
        p.poll()

    call_me("giver")
    waiter = child("waiter", wait)
    until_asleep(waiter, "poll")
    os.eventfd_write(fd, 1)
    reap(waiter)


def goes():
    """Who comes to hold one, and lets go of it: dup, fork, a message, exec; closes wake nobody."""
    call_me("owner")
    fd = os.eventfd(0)
    say(*there(fd))
    os.close(os.dup(fd))
    ours, theirs = socket.socketpair()
    reader = child("reader", lambda: os.eventfd_read(fd))
    until_asleep(reader, "eventfd_read", "do_wait_intr")
    other = child("other", lambda: (os.close(fd), socket.recv_fds(theirs, 1, 1)))
    until_asleep(other, "unix_stream", "recv")
    socket.send_fds(ours, [b"."], [fd])
    reap(other)
    os.set_inheritable(fd, False)
    heir = child("heir", lambda: os.execv("/bin/true", ["true"]))
    reap(heir)
    os.eventfd_write(fd, 1)
    reap(reader)
    os.close(fd)


def alone():
    """reader waits for an eventfd that nobody else has, until stdin is closed."""
    fd = os.eventfd(0)
    reader = child("reader", lambda: os.eventfd_read(fd))
    os.close(fd)
    until_asleep(reader, "eventfd_read", "do_wait_intr")
    print(os.getpid(), reader, flush=True)
    sys.stdin.read()
    os.kill(reader, 9)
    os.waitpid(reader, 0)


def held():
    """The same, and its parent has it too. The reader ends when the parent's write is over, so that it is seen whole."""
    fd = os.eventfd(0)
    after, over = os.pipe()
    call_me("holder")
    reader = child("reader", lambda: (os.eventfd_read(fd), os.read(after, 1)))
    until_asleep(reader, "eventfd_read", "do_wait_intr")
    print(os.getpid(), reader, flush=True)
    sys.stdin.read()
    os.eventfd_write(fd, 1)
    os.write(over, b"x")
    reap(reader)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
