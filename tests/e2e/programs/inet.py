#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""TCP and UDP over loopback; each case says as JSON what it knows itself: inet.py CASE"""
import json
import os
import socket
import struct
import sys

from programs import call_me, child, reap, until_asleep

LOCAL = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


def say(*values):
    os.write(1, (json.dumps(values) + "\n").encode())  # at once: others say something, too


def inode(s):
    return os.fstat(s.fileno()).st_ino


def name(address):
    host = address[0].removeprefix("::ffff:")
    return f"[{host}]:{address[1]}" if ":" in host else f"{host}:{address[1]}"


def ends(s):
    return f"{name(s.getsockname())}>{name(s.getpeername())}"


def listener(family=socket.AF_INET, host=None):
    s = socket.socket(family)
    s.bind((host or LOCAL[family], 0))
    s.listen(5)
    return s


def until_in(pid, call):
    """pid sleeps in this system call."""
    until_asleep(pid, "wait_woken", "sk_wait_data", "sk_stream_wait_memory", "wait_for_more_packets", call)


def talk():
    """Over IPv4, over IPv6, and by IPv4 to a listener of IPv6: server waits for a connection, for data, for the end."""
    for family, host, to in ((socket.AF_INET, None, "127.0.0.1"), (socket.AF_INET6, None, "::1"), (socket.AF_INET6, "::", "127.0.0.1")):
        door = listener(family, host)

        def serve():
            s, _ = door.accept()
            say(inode(s), ends(s))
            while s.recv(100):
                pass

        server = child("server", serve)
        call_me("client")
        until_in(server, "accept")
        s = socket.create_connection((to, door.getsockname()[1]))
        say(inode(s), ends(s), inode(door), name(door.getsockname()))
        until_in(server, "recv")
        s.send(b"hello")
        until_in(server, "recv")
        s.close()
        reap(server)
        door.close()


def room():
    """writer waits for room until reader reads; reader then waits until writer is over."""
    door = listener()
    a = socket.create_connection(door.getsockname())
    b, _ = door.accept()
    say(inode(a), inode(b))
    a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)

    def write():
        b.close()
        a.sendall(bytes(16 << 20))
        a.shutdown(socket.SHUT_WR)

    call_me("reader")
    writer = child("writer", write)
    a.close()
    until_in(writer, "send")
    while b.recv(1 << 20):
        pass
    reap(writer)


def ended():
    """What a survivor gets: the other end is closed with bytes unread, closed while bytes are still sent, nobody listens."""
    door = listener()
    to = door.getsockname()
    call_me("survivor")
    for unread in 5, 0:
        a = socket.create_connection(to)

        def close():
            b, _ = door.accept()
            a.close()
            if unread:
                b.recv(unread, socket.MSG_PEEK)
            b.close()

        closer = child("closer", close)
        if unread:
            a.send(b"12345")
        reap(closer)
        said = []
        for call in (lambda: a.recv(10), lambda: a.send(b"x"), lambda: a.recv(10), lambda: a.send(b"x", socket.MSG_NOSIGNAL)):
            try:
                ret = call()
                said.append(len(ret) if isinstance(ret, bytes) else ret)
            except OSError as e:
                said.append(-e.errno)
        say(inode(a), closer, unread, said)
        a.close()
    door.close()
    a = socket.socket()
    say(a.connect_ex(to))


def datagrams():
    """By an address, and by a connected socket; another task sends to somebody else meanwhile."""
    here, other = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    for s in here, other:
        s.bind((LOCAL[socket.AF_INET], 0))
    say(inode(here), name(here.getsockname()))
    receiver = child("receiver", lambda: [here.recv(100) for _ in range(2)])
    call_me("sender")
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    until_in(receiver, "recv")
    s.sendto(b"nobody", other.getsockname())
    s.sendto(b"hello", here.getsockname())
    until_in(receiver, "recv")
    s.connect(here.getsockname())
    s.send(b"hi")
    reap(receiver)


def stuck():
    """A connection that is there before anybody looks: reader waits at one end, holder has the other."""
    door = listener()
    a = socket.create_connection(door.getsockname())
    b, _ = door.accept()
    call_me("holder")

    def read():
        a.close()
        door.close()
        b.recv(10)

    reader = child("reader", read)
    b.close()
    until_in(reader, "recv")
    say({"reader": reader, "holder": os.getpid(), "ours": inode(a), "ends": ends(a), "listener": inode(door), "port": door.getsockname()[1]})
    sys.stdin.read()
    a.send(b"12345")
    reap(reader)


def at(port):
    """A connection to this port, and another one."""
    other, door = listener(), socket.create_server(("127.0.0.1", int(port)))
    aside = socket.create_connection(other.getsockname())
    a = socket.create_connection(door.getsockname())
    b, _ = door.accept()
    a.send(b"x")
    aside.send(b"x")
    say(inode(door), inode(a), inode(b))


def lingers():
    """SO_LINGER with 0: a reset in place of the end."""
    door = listener()
    a = socket.create_connection(door.getsockname())
    b, _ = door.accept()
    go, start = os.pipe()
    call_me("survivor")

    def reset():
        a.close()
        os.read(go, 1)
        b.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        b.close()

    closer = child("closer", reset)
    b.close()
    os.write(start, b"x")
    reap(closer)
    try:
        a.recv(10)
    except OSError as e:
        say(inode(a), closer, -e.errno)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
