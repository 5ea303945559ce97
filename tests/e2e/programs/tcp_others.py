#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Processes at sockets for which the other end may not be known: tcp_others.py CASE ARGS.... What they are is told in files."""
import ctypes
import fcntl
import http.client
import http.server
import os
import select
import socket
import struct
import sys
import threading
import time

CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
IPPROTO_MPTCP = 262
IPPROTO_UNUSED = 253  # RFC 3692


def call_me(name):
    with open("/proc/self/comm", "w", encoding="ascii") as f:
        f.write(name)


def tell(file, *what):
    with open(file + ".new", "w", encoding="ascii") as f:
        print(*what, file=f)
    os.rename(file + ".new", file)


def until_there(file):
    while not os.path.exists(file):
        time.sleep(0.02)


def until_asleep(pid):
    """In a receive of TCP."""
    while True:
        with open(f"/proc/{pid}/wchan", encoding="ascii") as f:
            if "wait_woken" in f.read():
                return
        time.sleep(0.02)


def name(s):
    return f"sock:[{os.fstat(s.fileno()).st_ino}]"


def up():
    """Brings up the loopback interface."""
    with socket.socket() as s:
        asked = fcntl.ioctl(s, SIOCGIFFLAGS, struct.pack("16sh14x", b"lo", 0))
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", struct.unpack("16sh14x", asked)[1] | IFF_UP))


def connected(here=0, there=0, protocol=0):
    """The two ends of a connection, with these ports; the protocol is that of the first."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", there))
        listener.listen()
        c = socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
        c.bind(("127.0.0.1", here))
        c.connect(listener.getsockname())
        return c, listener.accept()[0]


def forked(comm, run):
    """The pid of a child with this name."""
    pid = os.fork()
    if not pid:
        call_me(comm)
        run()
        os._exit(0)
    return pid


def reader(comm, ours, theirs):
    """A child that waits at ours, which only it has from now on."""
    def read():
        theirs.close()
        ours.recv(1)
    pid = forked(comm, read)
    ours.close()
    until_asleep(pid)
    return pid


def talk():
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self):
            if self.path == "/first":
                tell("server", os.getpid(), threading.get_native_id(), name(self.connection))
                until_there("go")
            self.send_response(200)
            self.send_header("Content-Length", "6")
            self.end_headers()
            self.wfile.write(b"answer")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def ask():
        server.socket.close()
        c = http.client.HTTPConnection("127.0.0.1", server.server_port)
        c.connect()
        tell("client", os.getpid(), name(c.sock))
        c.request("GET", "/first")
        assert c.getresponse().read() == b"answer"
        with open("server", encoding="ascii") as f:
            until_asleep(int(f.read().split()[1]))
        c.request("GET", "/second")
        assert c.getresponse().read() == b"answer"
        c.close()

    asks = forked("asks", ask)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.waitpid(asks, 0)


def pair():
    up()
    call_me("sends")
    c, a = connected()
    tell("ends", name(c), name(a))
    reads = reader("reads", c, a)
    a.send(b"x")
    os.waitpid(reads, 0)


def far():
    """Two connections with the same addresses: one here, one in a network namespace of its own."""
    c, a = connected()
    ports = [s.getsockname()[1] for s in (c, a)]

    def apart():
        c.close()
        a.close()
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "unshare")
        up()
        ours, theirs = connected(*ports)
        reads = reader("far", ours, theirs)
        tell("far", reads)
        until_there("go")
        theirs.send(b"x")
        os.waitpid(reads, 0)

    sends = forked("sends", apart)
    near = reader("near", c, a)
    tell("near", near, name(a))
    until_there("go")
    a.send(b"x")
    os.waitpid(near, 0)
    os.waitpid(sends, 0)


def plain():
    """Its own end is TCP, the other one MPTCP."""
    try:
        c, a = connected(protocol=IPPROTO_MPTCP)
    except OSError:
        tell("plain", "none")
        return

    def send():
        a.close()
        until_there("go")
        c.send(b"x")

    sends = forked("sends", send)
    c.close()
    call_me("plain")
    tell("plain", os.getpid())
    a.recv(1)
    os.waitpid(sends, 0)


def opened(what):
    """A socket that is not followed, and a call that waits at it for something that does not come."""
    if what == "mptcp":
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP) as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            c = socket.socket(socket.AF_INET, socket.SOCK_STREAM, IPPROTO_MPTCP)
            c.connect(listener.getsockname())
            keep.append(listener.accept()[0])
    elif what == "vsock":
        c = socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
        c.bind((socket.VMADDR_CID_ANY, socket.VMADDR_PORT_ANY))
        c.listen()
        return c, c.accept
    else:
        c = socket.socket(*{"netlink": (socket.AF_NETLINK, socket.SOCK_RAW, 0),
                            "raw": (socket.AF_INET, socket.SOCK_RAW, IPPROTO_UNUSED),
                            "packet": (socket.AF_PACKET, socket.SOCK_RAW, 0)}[what])
    return c, lambda: c.recv(1)


def strange(what, how):
    call_me("strange")
    try:
        s, wait = opened(what)
    except OSError:
        tell("strange", "none")
        return
    tell("strange", what)
    if how == "poll":
        poll = select.poll()
        poll.register(s, select.POLLIN)
        poll.poll()
    wait()


keep = []

if __name__ == "__main__":
    {f.__name__: f for f in (talk, pair, far, plain, strange)}[sys.argv[1]](*sys.argv[2:])
