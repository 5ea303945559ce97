#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Programs with timerfds for timerfd.bats to trace: timerfds.py NAME.

Order comes from sleeps that were seen, not from time. What a program prints is one value of JSON a line: what the calls
returned, and what /proc/self/fdinfo says of the timerfd.
"""
import ctypes
import json
import os
import re
import select
import socket
import struct
import sys
import time

from programs import call_me, child, reap, until_asleep

libc = ctypes.CDLL(None, use_errno=True)
NONBLOCK = os.O_NONBLOCK
ABSTIME, CANCEL_ON_SET = 1, 2
MS = 10**6
HOUR = 3600 * 10**9
READING = "timerfd_read", "do_wait_intr"


def say(*values):
    os.write(1, (json.dumps(values) + "\n").encode())  # at once: others say something, too


def checked(ret):
    if ret < 0:
        raise OSError(ctypes.get_errno(), "timerfd")
    return ret


def create(flags=0, clock=time.CLOCK_MONOTONIC):
    return checked(libc.timerfd_create(clock, flags))


def timespecs(interval, value):
    return struct.pack("4q", *divmod(interval, 10**9), *divmod(value, 10**9))


def settime(fd, value, interval=0, flags=0):
    return checked(libc.timerfd_settime(fd, flags, timespecs(interval, value), None))


def gettime(fd):
    return checked(libc.timerfd_gettime(fd, ctypes.create_string_buffer(32)))


def there(fd):
    """The timer, as the kernel shows it: clock, ticks, flags, and in ns when it is due, and its interval."""
    with open(f"/proc/self/fdinfo/{fd}", encoding="ascii") as f:
        info = f.read()
    clock, ticks, flags = (int(re.search(rf"^{name}: *(\d+)$", info, re.M)[1], base)
                           for name, base in (("clockid", 10), ("ticks", 10), ("settime flags", 8)))
    value, interval = (int(s) * 10**9 + int(ns) for s, ns in re.findall(r"\((\d+), (\d+)\)", info))
    return clock, ticks, flags, value, interval


def tried(fd, call, *args):
    """What a call returned, -errno if it failed, and the timer before and after it."""
    before = there(fd)
    try:
        ret = call(fd, *args)
    except OSError as e:
        ret = -e.errno
    say(len(ret) if isinstance(ret, bytes) else ret, before, there(fd))


def until_expired(fd):
    while not there(fd)[1]:
        time.sleep(0.001)


def moves():
    """Every call, without a sleep."""
    call_me("mover")
    fd = create(NONBLOCK)
    tried(fd, os.read, 8)
    tried(fd, settime, HOUR, 5 * MS)
    tried(fd, os.read, 8)
    tried(fd, gettime)
    tried(fd, settime, 1, 0, ABSTIME)
    until_expired(fd)
    tried(fd, os.read, 4)
    tried(fd, os.read, 8)
    tried(fd, settime, 1, 100, ABSTIME)
    until_expired(fd)
    tried(fd, os.readv, [bytearray(8)])
    tried(fd, settime, 0)
    tried(fd, settime, HOUR, 0, 64)
    tried(fd, os.read, 8)
    alarm = create(NONBLOCK, 9)
    tried(alarm, settime, HOUR)


def by_epoll(fds):
    p = select.epoll()
    for fd in fds:
        p.register(fd, select.EPOLLIN)
    p.poll()


def expires():
    """sleeper waits for a timer in read, select and epoll, where a pipe and another timer stand before it; then the same of
    a timer that wakes a sleeping machine. Each is due in an hour, until setter sees sleeper asleep."""
    call_me("sleeper")
    parent = os.getpid()
    r, _ = os.pipe()
    other = create()
    settime(other, HOUR)
    for clock in time.CLOCK_MONOTONIC, 9:
        fd = create(0, clock)

        def set_it():
            until_asleep(parent, *READING, "poll", "select")
            settime(fd, 5 * MS)

        for wait in (lambda: os.read(fd, 8), lambda: select.select([r, other, fd], [], []), lambda: by_epoll((r, other, fd))):
            settime(fd, HOUR)
            setter = child("setter", set_it)
            began = time.monotonic_ns()
            wait()
            say(clock, time.monotonic_ns() - began)
            reap(setter)
        os.close(fd)


def late():
    """reader waits for a timer that setter sets only then."""
    fd = create()
    parent = os.getpid()

    def set_it():
        until_asleep(parent, *READING)
        settime(fd, 300 * MS)

    call_me("reader")
    setter = child("setter", set_it)
    os.read(fd, 8)
    reap(setter)


def clock_moves(ns):
    """By so much, which no other program notices, but it is a change of the clock. Whether it may."""
    timex = bytearray(208)  # struct timex: modes, and the time to add
    struct.pack_into("i", timex, 0, 0x0100 | 0x2000)  # ADJ_SETOFFSET, ADJ_NANO
    struct.pack_into("2q", timex, 72, *divmod(ns, 10**9))
    return libc.clock_adjtime(time.CLOCK_REALTIME, (ctypes.c_char * 208).from_buffer(timex)) >= 0


def cancelled():
    """reader waits for a timer that is cancelled as setter sets the clock; the next time it is when it reads."""
    if not clock_moves(0):
        say("may not")
        return
    fd = create(0, time.CLOCK_REALTIME)
    settime(fd, time.time_ns() + HOUR, 0, ABSTIME | CANCEL_ON_SET)
    parent = os.getpid()
    call_me("reader")

    def set_clock():
        until_asleep(parent, *READING)
        clock_moves(1)

    def read():
        try:
            os.read(fd, 8)
        except OSError as e:
            say(-e.errno)

    setter = child("setter", set_clock)
    read()
    reap(setter)
    clock_moves(-1)
    read()


def goes():
    """Who comes to hold one, and lets go of it: dup, fork, a message, exec."""
    call_me("owner")
    fd = create()
    os.close(os.dup(fd))
    ours, theirs = socket.socketpair()
    reader = child("reader", lambda: os.read(fd, 8))
    until_asleep(reader, *READING)
    other = child("other", lambda: (os.close(fd), socket.recv_fds(theirs, 1, 1)))
    until_asleep(other, "unix_stream", "recv")
    socket.send_fds(ours, [b"."], [fd])
    reap(other)
    os.set_inheritable(fd, False)
    heir = child("heir", lambda: os.execv("/bin/true", ["true"]))
    reap(heir)
    settime(fd, 1)
    reap(reader)
    os.close(fd)


def stuck(what, armed, shared):
    """reader waits for a timer, in read, select or epoll, until stdin is closed; its parent has it, too, if it is shared."""
    fd = create()
    if armed:
        settime(fd, HOUR, 2 * HOUR)
    waits = {"read": lambda: os.read(fd, 8), "select": lambda: select.select([fd], [], []), "epoll": lambda: by_epoll([fd])}
    reader = child("reader", waits[what])
    if shared:
        call_me("holder")
    else:
        os.close(fd)
    until_asleep(reader, *READING, "poll", "select")
    print(os.getpid(), reader, flush=True)
    sys.stdin.read()
    if shared:
        settime(fd, 1)
        reap(reader)
    else:
        os.kill(reader, 9)
        os.waitpid(reader, 0)


if __name__ == "__main__":
    name, *words = sys.argv[1:]
    if name == "stuck":
        stuck(words[0], "armed" in words, "shared" in words)
    else:
        globals()[name]()
