#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Programs for sock_ends.bats to trace: socket_ends.py NAME. They say what they saw, as those of sockets.py."""
import ctypes
import errno
import os
import resource
import signal
import socket
import struct
import sys

from programs import call_me, child, reap, until_asleep
from sockets import IN_READ, IN_SEND, drain, expect, fails, fill, inode, nameless, say, shown


def options():
    """Each option that is told, and two that are not. Said: the socket, and each option with its value and error."""
    call_me("caller")
    ours, theirs = socket.socketpair()
    told = []

    def sets(name, value, wanted, error=0):
        call = lambda: ours.setsockopt(socket.SOL_SOCKET, getattr(socket, name, None) or extra[name], value)
        if error:
            fails(error, call)
        else:
            call()
        told.append([name, wanted, errno.errorcode[error] if error else 0])

    extra = {"SO_SNDBUFFORCE": 32, "SO_RCVBUFFORCE": 33}
    sets("SO_RCVTIMEO", struct.pack("ll", 1, 500000), 1500000000)
    sets("SO_SNDTIMEO", struct.pack("ll", 0, 0), 0)
    sets("SO_RCVTIMEO", struct.pack("ll", 1, 1000000), None, errno.EDOM)
    sets("SO_LINGER", struct.pack("ii", 1, 3), 3000000000)
    sets("SO_LINGER", struct.pack("ii", 0, 3), -1)
    sets("SO_RCVLOWAT", 10, 10)
    sets("SO_SNDBUF", 20000, 20000)
    sets("SO_RCVBUF", 10000, 10000)
    sets("SO_SNDBUFFORCE", 30000, 30000)
    sets("SO_RCVBUFFORCE", 40000, 40000)
    sets("SO_SNDBUF", b"xy", None, errno.EINVAL)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    say([inode(ours), told])
    theirs.close()


def more_room():
    """writer sleeps, for the send buffer is full; parent makes that larger."""
    call_me("parent")
    ours, theirs = socket.socketpair()
    say(inode(ours))
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 5000)
    fill(ours)

    def write():
        theirs.close()
        expect(os.write(ours.fileno(), b"more"), 4)

    writer = child("writer", write)
    until_asleep(writer, *IN_SEND)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 100000)
    reap(writer)
    drain(theirs)


def listening(backlog=5):
    sock = nameless()
    sock.listen(backlog)
    return sock


def connected(listener):
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(listener.getsockname())
    return sock


def unaccepted():
    """The listener goes while nobody has accepted: sleeper sleeps in a read, client has asked something."""
    call_me("client")
    name = b"\0ipctrace-unaccepted-%d" % os.getpid()
    (started, up), (go, end) = os.pipe(), os.pipe()

    def serve():
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(name)
        listener.listen(5)
        os.write(up, b"x")
        os.read(go, 1)
        listener.close()

    server = child("server", serve)
    os.read(started, 1)
    client = socket.socket(socket.AF_UNIX)
    client.connect(name)
    client.send(b"a question")

    def sleep():
        mine = socket.socket(socket.AF_UNIX)
        mine.connect(name)
        fails(errno.ECONNRESET, os.read, mine.fileno(), 1)

    sleeper = child("sleeper", sleep)
    until_asleep(sleeper, *IN_READ)
    os.write(end, b"x")
    reap(sleeper)
    reap(server)
    fails(errno.EPIPE, client.send, b"x", socket.MSG_NOSIGNAL)
    fails(errno.ECONNRESET, os.read, client.fileno(), 1)
    expect(os.read(client.fileno(), 1), b"")


def refused():
    """No one listens any more: the socket of that name was shut down, closed, went with its process, or was never there."""
    call_me("client")
    said = []

    def gone(how):
        listener = nameless()
        listener.listen(5)
        name, number = listener.getsockname(), inode(listener)

        def end():
            if how == "shutdown":
                listener.shutdown(socket.SHUT_RD)
            elif how == "close":
                listener.close()

        if how != "shutdown":
            # The last reference is the child's.
            go, done = os.pipe()
            server = child("server", lambda: (os.read(go, 1), end()))
            listener.close()
            os.write(done, b"x")
        else:
            server = child("server", end)
        reap(server)
        fails(errno.ECONNREFUSED, socket.socket(socket.AF_UNIX).connect, name)
        said.append([how, number])

    for how in "shutdown", "close", "exit":
        gone(how)
    fails(errno.ECONNREFUSED, socket.socket(socket.AF_UNIX).connect, b"\0ipctrace nobody")
    say(said)


def gone():
    """Clients that close before they are accepted, one with something said; the server accepts and reads."""
    call_me("server")
    listener = listening()

    def ask(text):
        def run():
            sock = connected(listener)
            sock.sendall(text)
            sock.close()
        return run

    for name, text in ("silent", b""), ("asker", b"a question"):
        reap(child(name, ask(text)))
    alive = connected(listener)
    for text in b"", b"a question":
        sock = listener.accept()[0]
        if text:
            expect(sock.recv(100), text)
        expect(sock.recv(100), b"")
        fails(errno.EPIPE, sock.send, b"x", socket.MSG_NOSIGNAL)
    sock = listener.accept()[0]
    alive.send(b"here")
    expect(sock.recv(100), b"here")


def many():
    """reader has 10,000 sockets, and waits at the last pair. Said: itself, and that pair."""
    call_me("reader")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 10100), hard), hard))
    pairs = [socket.socketpair() for _ in range(5000)]
    say([os.getpid(), *map(inode, pairs[-1])])
    pairs[-1][0].recv(1)


def vanishes():
    """peer is killed while reader waits for its answer, and has not read the question."""
    call_me("parent")
    ours, theirs = socket.socketpair()

    def read():
        theirs.close()
        ours.send(b"a question")
        fails(errno.ECONNRESET, ours.recv, 1)

    def pause():
        ours.close()
        signal.pause()

    peer = child("peer", pause)
    reader = child("reader", read)
    ours.close()
    theirs.close()
    until_asleep(reader, *IN_READ)
    until_asleep(peer, "pause", "signal")
    os.kill(peer, signal.SIGKILL)
    os.waitpid(peer, 0)
    reap(reader)


def strange():
    """accepter waits at a listener whose name has bytes of all kinds."""
    call_me("accepter")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(b"\0ipctrace\0\x1b[31m\n\x7f\xc3(%d" % os.getpid())
    listener.listen(1)
    client = socket.socket(socket.AF_UNIX)
    client.connect(listener.getsockname())
    say(shown(listener.getsockname().replace(b"\xc3", b"?")))
    listener.accept()
    listener.accept()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
