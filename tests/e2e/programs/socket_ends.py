#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Programs for sock_ends.bats to trace: socket_ends.py NAME. They say what they saw, as those of sockets.py."""
import ctypes
import errno
import os
import socket
import struct
import sys

from programs import call_me, child, reap, until_asleep
from sockets import IN_SEND, drain, expect, fails, fill, inode, say


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


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
