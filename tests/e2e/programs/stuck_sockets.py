#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Processes that wait for each other at sockets, and their healthy twins, as those of stuck.py: stuck_sockets.py CASE.
Pairs are of AF_UNIX; with PAIRS=tcp in the environment they are connections over loopback."""
import os
import select
import socket
import struct
import time

import stuck
from stuck_files import epoll_for, poll_for
from stuck_process import PAGE, child, full_pipe, let_go, pause


def connection():
    """A connection over loopback, whose buffers are small."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    for s in ours, theirs:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    return ours, theirs


def pair(kind=socket.SOCK_STREAM):
    """Its two descriptors."""
    tcp = os.environ.get("PAIRS") == "tcp" and kind == socket.SOCK_STREAM
    return [s.detach() for s in (connection() if tcp else socket.socketpair(socket.AF_UNIX, kind))]


def takes(fd, data):
    try:
        return os.write(fd, data) > 0
    except BlockingIOError:
        return False


def fill(*fds):
    """Until not a byte more goes in. What TCP has sent is acknowledged a moment later, and then there is room again."""
    rounds = 10 if os.environ.get("PAIRS") == "tcp" else 1
    for fd in fds:
        os.set_blocking(fd, False)
    full = 0
    while full < rounds:
        full += 1
        for fd in fds:
            while takes(fd, PAGE) or takes(fd, b"x"):
                full = 0
        if rounds > 1:
            time.sleep(0.1)
    for fd in fds:
        os.set_blocking(fd, True)


def read(fd):
    return lambda: os.read(fd, 1)


def write(fd):
    return lambda: os.write(fd, b"x")


def two(left, right):
    """A process at each end of a pair. left, right: what they do there."""
    def case(_):
        a, b = pair()
        if write in (left, right):
            fill(a, b)
        child("left", left(a), [a])
        child("right", right(b), [b])
        let_go(a, b)
    return case


def idle(_):
    return pause


def third(_):
    """Both write, and somebody else has an end, too, and could read."""
    a, b = pair()
    fill(a, b)
    child("left", write(a), [a])
    child("right", write(b), [b])
    child("third", pause, [a])
    let_go(a, b)


def itself(_):
    a, b = pair()
    child("self", read(a), [a, b])
    let_go(a, b)


def ring(_):
    """Each of three waits for what only the next one could write."""
    pairs = [pair() for _ in range(3)]
    for i, name in enumerate(("one", "two", "three")):
        ours, theirs = pairs[i][0], pairs[i - 1][1]
        child(name, read(ours), [ours, theirs])
    let_go(*sum(pairs, []))


def mixed(another):
    """left waits at a socket for right, right at a pipe for left; with another, somebody else can write to the pipe."""
    def case(_):
        a, b = pair()
        r, w = os.pipe()
        child("left", read(a), [a, w])
        child("right", read(r), [b, r])
        if another:
            child("third", pause, [w])
        let_go(a, b, r, w)
    return case


def room(_):
    """left waits for room in a pipe that right does not read, for it waits for room at the socket."""
    a, b = pair()
    r, w = full_pipe()
    fill(b)
    child("left", lambda: os.write(w, PAGE), [a, w])
    child("right", write(b), [b, r])
    let_go(a, b, r, w)


def flight(_):
    """The other end is on its way in a message that nobody has taken."""
    a, b = pair()
    s, t = socket.socketpair()
    socket.send_fds(s, [b"x"], [b])
    child("reader", read(a), [a, s.fileno(), t.fileno()])
    let_go(a, b)
    s.close()
    t.close()


def flight_twice(_):
    """The same, but the reader has the other end, too: only the count of references tells."""
    a, b = pair()
    s, t = socket.socketpair()
    socket.send_fds(s, [b"x"], [b])
    child("reader", read(a), [a, b, s.fileno(), t.fileno()])
    let_go(a, b)
    s.close()
    t.close()


def timed(_):
    """Both read, each for a time only: that is the socket's, not the call's."""
    a, b = socket.socketpair()
    for s in a, b:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 1000000, 0))
    a, b = a.detach(), b.detach()
    child("left", read(a), [a])
    child("right", read(b), [b])
    let_go(a, b)


def listening(kind=socket.SOCK_STREAM):
    s = socket.socket(socket.AF_UNIX, kind)
    s.bind("")
    if kind == socket.SOCK_STREAM:
        s.listen(0)
    return s


def accept(_):
    """Only itself has the listener; but anybody may connect."""
    s = listening()
    child("server", s.accept, [s.fileno()])
    s.close()


def unaccepted(_):
    """A client reads from a connection that is not accepted: its peer has no descriptor. Who may accept it sleeps."""
    listener, client = listening(), socket.socket(socket.AF_UNIX)
    client.connect(listener.getsockname())
    child("client", read(client.fileno()), [client.fileno()])
    child("server", pause, [listener.fileno()])
    listener.close()
    client.close()


def backlog(_):
    """client waits until server accepts, server waits at a pipe for client."""
    listener, first, client = listening(), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    first.connect(listener.getsockname())
    name = listener.getsockname()
    r, w = os.pipe()
    child("client", lambda: client.connect(name), [client.fileno(), w])
    child("server", read(r), [listener.fileno(), r])
    let_go(r, w)
    for s in listener, first, client:
        s.close()


def datagram(_):
    """Only itself has it; but it has a name, and anybody may send to it."""
    s = listening(socket.SOCK_DGRAM)
    child("receiver", read(s.fileno()), [s.fileno()])
    s.close()


def queue(_):
    """sender waits until receiver receives, receiver waits at a pipe for sender."""
    receiver, sender = listening(socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sender.connect(receiver.getsockname())
    fill(sender.fileno())
    r, w = os.pipe()
    child("sender", write(sender.fileno()), [sender.fileno(), w])
    child("receiver", read(r), [receiver.fileno(), r])
    let_go(r, w)
    receiver.close()
    sender.close()


def elsewhere(_):
    """sender's memory is full of messages for third; its peer, which it sends to, waits at its own pipe for ever."""
    a, b = pair(socket.SOCK_DGRAM)
    open_to_all = listening(socket.SOCK_DGRAM)
    sender = socket.socket(fileno=a)
    sender.setblocking(False)
    try:
        while True:
            sender.sendto(b"x" * 60000, open_to_all.getsockname())
    except BlockingIOError:
        sender.setblocking(True)
    r, w = os.pipe()
    child("sender", write(a), [a])
    child("peer", read(r), [b, r, w])
    child("third", pause, [open_to_all.fileno()])
    let_go(r, w, b)
    sender.close()
    open_to_all.close()


def loop(wait):
    """asker waits for a socket's end; answerer, who has the other one, waits at another pair for asker."""
    def case(_):
        a, b = pair()
        c, d = pair()
        child("asker", lambda: wait([a]), [a, c])
        child("answerer", read(d), [b, d])
        let_go(a, b, c, d)
    return case


def event_loop(_):
    """A healthy server: it waits for its listener, a client that reads its answer, and one that is slow."""
    listener = listening()
    ends = [pair(), pair()]
    child("server", lambda: epoll_for([listener.fileno(), ends[0][0], ends[1][0]]),
          [listener.fileno(), ends[0][0], ends[1][0]])
    child("client", read(ends[0][1]), [ends[0][1]])
    child("slow", pause, [ends[1][1]])
    let_go(*ends[0], *ends[1])
    listener.close()


def half(_):
    """left has shut its writing half, and reads; right reads: it is at the end, and does not sleep but in a pause."""
    a, b = pair()
    child("left", lambda: (socket.socket(fileno=os.dup(a)).shutdown(socket.SHUT_WR), os.read(a, 1)), [a])
    child("right", lambda: (os.read(b, 1), pause()), [b])
    let_go(a, b)


stuck.CASES.update({
    "write": two(write, write), "write_live": two(write, idle), "read": two(read, read), "read_live": two(read, idle),
    "mixed": mixed(False), "mixed_live": mixed(True), "poll": loop(poll_for), "epoll": loop(epoll_for),
    "select": loop(lambda fds: select.select(fds, [], [])),
    **{f.__name__: f for f in (third, itself, ring, room, flight, flight_twice, timed, accept, unaccepted, backlog, datagram, queue,
                               elsewhere, event_loop, half)}})

if __name__ == "__main__":
    stuck.main()
