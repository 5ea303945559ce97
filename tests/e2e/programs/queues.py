#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Programs with POSIX message queues for mq.bats to trace: queues.py NAME.

They unlink the queues that they make. Order comes from sleeps that were seen, not from time. What a program prints is one
value of JSON a line: what the calls returned and what the kernel itself tells of the queue.
"""
import atexit
import ctypes
import errno
import json
import os
import re
import select
import signal
import sys
import time

from programs import call_me, child, reap, until_asleep

libc = ctypes.CDLL(None, use_errno=True)
SIGEV_SIGNAL, SIGEV_NONE = 0, 1
ASLEEP = ("mq_timed", "wq_sleep")
NAME = f"/ipctrace-{os.getpid()}".encode()


class Attr(ctypes.Structure):
    """struct mq_attr."""
    _fields_ = [(name, ctypes.c_long) for name in ("flags", "maxmsg", "msgsize", "curmsgs")] + [("rest", ctypes.c_long * 4)]


class Timespec(ctypes.Structure):
    _fields_ = [("sec", ctypes.c_long), ("nsec", ctypes.c_long)]


class Sigevent(ctypes.Structure):
    _fields_ = [("value", ctypes.c_void_p), ("signo", ctypes.c_int), ("notify", ctypes.c_int), ("rest", ctypes.c_char * 48)]


def result(ret):
    return ret if ret >= 0 else -ctypes.get_errno()


def mq_open(flags, maxmsg=None, msgsize=16, name=NAME):
    attr = ctypes.byref(Attr(maxmsg=maxmsg, msgsize=msgsize)) if maxmsg is not None else None
    return result(libc.mq_open(name, flags, 0o600, attr))


def mq_send(queue, text, priority=0, until=None):
    return result(libc.mq_timedsend(queue, text, ctypes.c_size_t(len(text)), priority, until and ctypes.byref(until)))


def mq_receive(queue, room=16, until=None):
    """The length and the priority, or the error alone."""
    priority = ctypes.c_uint()
    n = result(libc.mq_timedreceive(queue, ctypes.create_string_buffer(max(room, 1)), ctypes.c_size_t(room),
                                    ctypes.byref(priority), until and ctypes.byref(until)))
    return n if n < 0 else (n, priority.value)


def mq_notify(queue, notify, signo=signal.SIGUSR1):
    event = None if notify is None else ctypes.byref(Sigevent(signo=signo, notify=notify))
    return result(libc.mq_notify(queue, event))


def mq_unlink(name=NAME):
    return result(libc.mq_unlink(name))


def expect(what, wanted):
    if what != wanted:
        sys.exit(f"{what}, not {wanted}")


made = False


def make_queue(flags=os.O_RDWR, maxmsg=4):
    global made
    queue = mq_open(flags | os.O_CREAT | os.O_EXCL, maxmsg)
    if queue < 0:
        sys.exit(f"mq_open: {os.strerror(-queue)}")
    made = True
    return queue


def unlink():
    global made
    made = False
    expect(mq_unlink(), 0)


@atexit.register
def unlink_rest():
    """Of a program that failed."""
    if made:
        mq_unlink()


def say(value):
    os.write(1, json.dumps(value).encode() + b"\n")


def text_of(queue):
    """What the kernel writes into the queue's own file: QSIZE, NOTIFY, SIGNO, NOTIFY_PID."""
    text = os.pread(queue, 200, 0).decode("ascii")
    return {name: int(value) for name, value in re.findall(r"(\w+):\s*(\d+)", text)}


def attr_of(queue):
    attr = Attr()
    expect(result(libc.mq_getattr(queue, ctypes.byref(attr))), 0)
    return {name: getattr(attr, name) for name in ("curmsgs", "maxmsg", "msgsize")}


def carried():
    """Messages of all lengths and priorities. After each call: what it returned, and what the kernel says of the queue."""
    def tell(ret):
        say([ret, {**attr_of(queue), "qsize": text_of(queue)["QSIZE"]}])

    call_me("carrier")
    queue = make_queue()
    for text, priority in (b"three", 3), (b"", 32767), (b"16 bytes of text", 0), (b"again", 3):
        tell(mq_send(queue, text, priority))
    for _ in range(4):
        tell(mq_receive(queue))
    unlink()
    os.close(queue)


def waits():
    """receiver sleeps until parent sends; then sender sleeps for room until parent receives."""
    call_me("parent")
    queue = make_queue(maxmsg=1)
    receiver = child("receiver", lambda: expect(mq_receive(queue), (6, 9)))
    until_asleep(receiver, *ASLEEP)
    time.sleep(0.1)
    expect(mq_send(queue, b"for it", 9), 0)
    reap(receiver)
    expect(mq_send(queue, b"fills", 1), 0)
    sender = child("sender", lambda: expect(mq_send(queue, b"no room", 2), 0))
    until_asleep(sender, *ASLEEP)
    time.sleep(0.1)
    expect(mq_receive(queue), (5, 1))
    reap(sender)
    say({**attr_of(queue), "qsize": text_of(queue)["QSIZE"]})
    unlink()


def soon(ns=50_000_000):
    at = time.time_ns() + ns
    return Timespec(at // 10**9, at % 10**9)


def ended():
    """Waits that nobody at the queue ends: by a timeout, by a time that is over, by a signal."""
    call_me("caller")
    queue = make_queue(maxmsg=1)
    expect(mq_receive(queue, until=soon()), -errno.ETIMEDOUT)
    expect(mq_receive(queue, until=Timespec(1, 0)), -errno.ETIMEDOUT)
    signal.signal(signal.SIGUSR1, lambda *_: None)
    receiver = child("receiver", lambda: expect(mq_receive(queue), -errno.EINTR))
    until_asleep(receiver, *ASLEEP)
    os.kill(receiver, signal.SIGUSR1)
    reap(receiver)
    expect(mq_send(queue, b"fills"), 0)
    expect(mq_send(queue, b"more", until=soon()), -errno.ETIMEDOUT)
    unlink()


def limits():
    for name in "msg_max", "msgsize_max":
        with open(f"/proc/sys/fs/mqueue/{name}", encoding="ascii") as f:
            yield int(f.read())


def failures():
    """Each call that fails, and why."""
    call_me("failing")
    say([*limits()])
    expect(mq_open(os.O_RDWR), -errno.ENOENT)
    expect(mq_unlink(), -errno.ENOENT)
    expect(mq_open(os.O_RDWR | os.O_CREAT, 0), -errno.EINVAL)
    expect(mq_open(os.O_RDWR | os.O_CREAT, 4, 1 << 30), -errno.EINVAL)
    expect(mq_open(os.O_RDWR | os.O_CREAT, 4, 16, NAME + b"/x"), -errno.EACCES)
    queue = make_queue(os.O_RDWR | os.O_NONBLOCK, 1)
    expect(mq_open(os.O_RDWR | os.O_CREAT | os.O_EXCL, 1), -errno.EEXIST)
    expect(mq_receive(queue), -errno.EAGAIN)
    expect(mq_receive(queue, 15), -errno.EMSGSIZE)
    expect(mq_send(queue, b"17 bytes of text."), -errno.EMSGSIZE)
    expect(mq_send(queue, b"", 32768), -errno.EINVAL)
    expect(mq_send(queue, b"fills"), 0)
    expect(mq_send(queue, b"more"), -errno.EAGAIN)
    reader = mq_open(os.O_RDONLY)
    expect(mq_send(reader, b"not by this"), -errno.EBADF)
    writer = mq_open(os.O_WRONLY)
    expect(mq_receive(writer), -errno.EBADF)
    null = os.open("/dev/null", os.O_RDWR)
    expect(mq_send(null, b"no queue"), -errno.EBADF)
    expect(mq_send(999, b"nothing"), -errno.EBADF)
    unlink()
    expect(mq_open(os.O_RDWR), -errno.ENOENT)
    # Another one of that name, while the first is still open.
    if mq_open(os.O_RDWR | os.O_CREAT, 1) < 0:
        sys.exit("mq_open")
    unlink()


def notified():
    """One process at most is notified, once, when a message comes to an empty queue and nobody sleeps there."""
    call_me("parent")
    queue = make_queue()
    got = []
    signal.signal(signal.SIGUSR1, lambda *_: got.append(1))
    expect(mq_notify(queue, SIGEV_SIGNAL), 0)
    say(text_of(queue))
    other = child("other", lambda: expect(mq_notify(queue, SIGEV_NONE), -errno.EBUSY))
    reap(other)
    sender = child("sender", lambda: expect(mq_send(queue, b"news"), 0))
    reap(sender)
    expect(got, [1])
    say(text_of(queue))
    expect(mq_notify(queue, SIGEV_NONE), 0)
    expect(mq_notify(queue, None), 0)
    unlink()


def polled():
    """poller waits in poll until there is a message, waiter in epoll_wait until there is room."""
    call_me("parent")
    queue = make_queue(maxmsg=1)

    def poll():
        p = select.poll()
        p.register(queue, select.POLLIN)
        expect(p.poll(), [(queue, select.POLLIN)])

    poller = child("poller", poll)
    until_asleep(poller, "poll")
    expect(mq_send(queue, b"a message"), 0)
    reap(poller)

    def wait():
        with select.epoll() as e:
            e.register(queue, select.EPOLLOUT)
            expect(e.poll(), [(queue, select.EPOLLOUT)])

    waiter = child("waiter", wait)
    until_asleep(waiter, "ep_poll", "epoll")
    expect(mq_receive(queue), (9, 0))
    reap(waiter)
    unlink()


def two(name):
    """receiver waits for a message in the queue of this name, and then in another: both are not there, made, unlinked, gone."""
    names = [f"/{name}".encode(), f"/{name}-2".encode()]
    call_me("parent")
    for each in names:
        expect(mq_open(os.O_RDWR, name=each), -errno.ENOENT)
    queues = [mq_open(os.O_RDWR | os.O_CREAT | os.O_EXCL, 4, name=each) for each in names]
    try:
        receiver = child("receiver", lambda: [mq_receive(queue) for queue in queues])
        for queue in queues:
            until_asleep(receiver, *ASLEEP)
            expect(mq_send(queue, b"for it"), 0)
        reap(receiver)
    finally:
        for each in names:
            mq_unlink(each)
    for each in names:
        expect(mq_unlink(each), -errno.ENOENT)


def stuck():
    """named sleeps on a queue with a name; alone on one that it alone has, without a name. Until stdin is closed."""
    call_me("holder")
    queue = make_queue()
    named = child("named", lambda: mq_receive(queue))
    until_asleep(named, *ASLEEP)

    def lonely():
        own = result(libc.mq_open(NAME + b"-2", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600, None))
        expect(mq_unlink(NAME + b"-2"), 0)
        mq_receive(own, 8192)

    alone = child("alone", lonely)
    until_asleep(alone, *ASLEEP)
    print(os.getpid(), named, alone, flush=True)
    sys.stdin.read()
    for pid in named, alone:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    unlink()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
