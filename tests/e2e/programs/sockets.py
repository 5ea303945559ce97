#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Programs with unix sockets for sock.bats to trace: sockets.py NAME.

Order comes from sleeps that were seen, not from time. What a program prints is one value of JSON a line: what the calls
returned and what the kernel itself tells of the sockets.
"""
import array
import ctypes
import errno
import fcntl
import json
import mmap
import os
import select
import signal
import socket
import struct
import sys
import termios
import threading
import time

from programs import call_me, child, reap, until_asleep

libc = ctypes.CDLL(None, use_errno=True)
IN_READ = ("unix_stream_read", "unix_stream_data_wait")
IN_RECEIVE = IN_READ + ("skb_wait_for_more", "skb_recv_datagram")
IN_SEND = ("sock_alloc_send", "sock_wait_for_wmem")
IN_ACCEPT = ("skb_wait_for_more", "skb_recv_datagram", "unix_accept")
IN_CONNECT = ("unix_stream_connect", "unix_wait_for_peer")
IN_POLL = ("poll", "select")
SIOCOUTQ = 0x5411


def say(value):
    os.write(1, json.dumps(value).encode() + b"\n")


def expect(what, wanted):
    if what != wanted:
        sys.exit(f"{what}, not {wanted}")


def fails(error, call, *args):
    """call must fail so."""
    try:
        ret = call(*args)
    except OSError as e:
        expect(errno.errorcode[e.errno], errno.errorcode[error])
    else:
        sys.exit(f"{call.__name__} returned {ret}, not {errno.errorcode[error]}")


def asked(sock, request):
    n = array.array("i", [0])
    fcntl.ioctl(sock.fileno(), request, n)
    return n[0]


def unread(sock):
    return asked(sock, termios.FIONREAD)


def inode(sock):
    return os.fstat(sock.fileno()).st_ino


def nameless(kind=socket.SOCK_STREAM):
    """A socket with a name that the kernel has chosen."""
    sock = socket.socket(socket.AF_UNIX, kind)
    sock.bind("")
    return sock


def shown(name):
    """An abstract name as /proc/net/unix has it."""
    return name.replace(b"\0", b"@").decode("ascii")


class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_char_p), ("len", ctypes.c_size_t)]


class Mmsghdr(ctypes.Structure):
    """struct mmsghdr: a struct msghdr, and how many bytes came."""
    _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint), ("iov", ctypes.POINTER(Iovec)), ("iovlen", ctypes.c_size_t),
                ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t), ("flags", ctypes.c_int), ("len", ctypes.c_uint)]


def several(call, sock, *texts):
    """sendmmsg or recvmmsg of messages of one part each."""
    parts = [Iovec(text, len(text)) for text in texts]
    msgs = (Mmsghdr * len(parts))(*[Mmsghdr(iov=ctypes.pointer(part), iovlen=1) for part in parts])
    return getattr(libc, call)(sock.fileno(), msgs, len(parts), 0, *([None] if call == "recvmmsg" else []))


def carried():
    """Every call that carries bytes. After each: what it returned, what its own socket has unread, and what memory its
    messages take (SIOCOUTQ)."""
    call_me("carrier")
    ours, theirs = socket.socketpair()
    say([inode(ours), inode(theirs)])

    def tell(sock, ret):
        say([inode(sock), ret, unread(sock), asked(sock, SIOCOUTQ)])

    tell(ours, os.write(ours.fileno(), b"by write"))
    tell(ours, os.writev(ours.fileno(), [b"by ", b"writev"]))
    tell(ours, ours.send(b"by send"))
    tell(ours, ours.sendmsg([b"by ", b"sendmsg"]))
    tell(ours, several("sendmmsg", ours, b"by", b"sendmmsg"))
    with open(__file__, "rb") as f:
        tell(ours, os.sendfile(ours.fileno(), f.fileno(), 0, 11))
    r, w = os.pipe()
    os.write(w, b"by splice")
    tell(ours, os.splice(r, ours.fileno(), 9))
    tell(theirs, len(os.read(theirs.fileno(), 8)))
    tell(theirs, os.readv(theirs.fileno(), [bytearray(3), bytearray(6)]))
    tell(theirs, len(theirs.recv(7, socket.MSG_PEEK)))
    tell(theirs, len(theirs.recv(7)))
    tell(theirs, len(theirs.recvmsg(10)[0]))
    tell(theirs, several("recvmmsg", theirs, b"..", b"........"))
    tell(theirs, os.splice(theirs.fileno(), w, 11))
    tell(theirs, len(theirs.recv(100)))


def fill(sock):
    try:
        while True:
            sock.send(b"x" * 1000, socket.MSG_DONTWAIT)
    except BlockingIOError:
        pass


def drain(sock):
    try:
        while True:
            sock.recv(100000, socket.MSG_DONTWAIT)
    except BlockingIOError:
        pass


def waits():
    """One sleeper after the other, one a kind of call; parent ends each."""
    call_me("parent")
    ours, theirs = socket.socketpair()
    say([inode(ours), inode(theirs)])

    def sleeper(name, run, where, wake):
        pid = child(name, run)
        until_asleep(pid, *where)
        time.sleep(0.05)
        wake()
        reap(pid)

    def write():
        os.write(ours.fileno(), b"news")

    sleeper("in-read", lambda: expect(os.read(theirs.fileno(), 10), b"news"), IN_READ, write)
    sleeper("in-recvfrom", lambda: expect(theirs.recv(10), b"news"), IN_READ, lambda: ours.send(b"news"))
    sleeper("in-recvmsg", lambda: expect(theirs.recvmsg(10)[0], b"news"), IN_READ, lambda: ours.sendmsg([b"news"]))
    r, w = os.pipe()
    sleeper("in-splice", lambda: expect(os.splice(theirs.fileno(), w, 10), 4), IN_READ, write)
    fill(ours)
    sleeper("in-write", lambda: expect(os.write(ours.fileno(), b"more"), 4), IN_SEND, lambda: drain(theirs))
    fill(ours)
    sleeper("in-sendto", lambda: expect(ours.send(b"more"), 4), IN_SEND, lambda: drain(theirs))
    fill(ours)
    sleeper("in-sendmsg", lambda: expect(ours.sendmsg([b"more"]), 4), IN_SEND, lambda: drain(theirs))

    receiver, sender = nameless(socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sender.connect(receiver.getsockname())
    say([inode(receiver), inode(sender)])
    sleeper("datagram", lambda: expect(receiver.recv(10), b"news"), IN_RECEIVE, lambda: sender.send(b"news"))
    fill(sender)
    sleeper("queue-full", lambda: expect(sender.send(b"more"), 4), IN_CONNECT, lambda: drain(receiver))

    listener = nameless()
    listener.listen(0)
    clients = [socket.socket(socket.AF_UNIX) for _ in range(3)]
    sleeper("in-accept", lambda: listener.accept()[0].close(), IN_ACCEPT, lambda: clients[0].connect(listener.getsockname()))
    clients[1].connect(listener.getsockname())
    sleeper("in-connect", lambda: clients[2].connect(listener.getsockname()), IN_CONNECT, listener.accept)
    say([inode(listener), [inode(c) for c in clients]])


def seqpackets():
    """Messages with bounds over a connection: a receive of no bytes is a message of none, or the end."""
    call_me("parent")
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def read():
        ours.close()
        for wanted in b"three", b"", b"on", b"":
            expect(theirs.recv(2 if wanted == b"on" else 10), wanted)

    reader = child("reader", read)
    theirs.close()
    until_asleep(reader, *IN_RECEIVE)
    for text in b"three", b"", b"one that is cut":
        ours.send(text)
        until_asleep(reader, *IN_RECEIVE)
    ours.close()
    reap(reader)


class Uffdio(ctypes.Structure):
    """struct uffdio_api, uffdio_register, uffdio_zeropage."""
    _fields_ = [("v", ctypes.c_uint64 * 4)]


def locked():
    """first reads into a page that is not there, and sleeps in its fault with the socket's lock; second wants to read, too,
    and sleeps for the lock, until the parent gives the page."""
    api, register, zeropage = 0xC018AA3F, 0xC020AA00, 0xC020AA04
    uffd = libc.syscall(323, 0)
    if uffd < 0:
        say("no userfaultfd")
        return
    call_me("parent")
    page = mmap.mmap(-1, 4096)
    at = ctypes.addressof(ctypes.c_char.from_buffer(page))
    ours, theirs = socket.socketpair()
    say([inode(ours), inode(theirs)])

    def control(request, *words):
        expect(libc.ioctl(uffd, ctypes.c_ulong(request), ctypes.byref(Uffdio((ctypes.c_uint64 * 4)(*words)))), 0)

    def read_as(name, into):
        def run():
            call_me(name)
            tids[name] = threading.get_native_id()
            expect(libc.recv(theirs.fileno(), ctypes.c_void_p(into), ctypes.c_size_t(4), 0), 4)

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        while name not in tids:
            time.sleep(0.005)
        until_asleep(f"{os.getpid()}/task/{tids[name]}", *(["userfault"] if into == at else ["mutex", *IN_READ]))

    control(api, 0xAA, 0, 0, 0)
    control(register, at, 4096, 1, 0)  # UFFDIO_REGISTER_MODE_MISSING
    room = ctypes.create_string_buffer(4)
    tids, threads = {}, []
    ours.send(b"one.two.")
    read_as("first", at)
    read_as("second", ctypes.addressof(room))
    time.sleep(0.05)
    control(zeropage, at, 4096, 0, 0)
    for thread in threads:
        thread.join()
    expect(room.raw, b"two.")


def ended():
    """Waits that the other end does not end: a timeout of the socket, a signal, its own shutdown."""
    call_me("caller")
    ours, theirs = socket.socketpair()
    for option in socket.SO_RCVTIMEO, socket.SO_SNDTIMEO:
        ours.setsockopt(socket.SOL_SOCKET, option, struct.pack("ll", 0, 50000))
    fails(errno.EAGAIN, os.read, ours.fileno(), 1)
    fill(ours)
    fails(errno.EAGAIN, os.write, ours.fileno(), b"x")
    signal.signal(signal.SIGUSR1, lambda *_: os._exit(0))
    reader = child("reader", lambda: theirs.recv(1 << 20, socket.MSG_WAITALL))
    until_asleep(reader, *IN_READ)
    os.kill(reader, signal.SIGUSR1)
    reap(reader)
    reader = child("shut", lambda: expect(ours.recv(1), b""))
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 0))
    until_asleep(reader, *IN_READ)
    ours.shutdown(socket.SHUT_RD)
    reap(reader)


def failures():
    """Each call that fails, and why. Said: the calls and their errors, as they come."""
    call_me("failing")

    def failing(error, call, *args):
        fails(error, call, *args)
        said.append(errno.errorcode[error])

    said = []
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    ours, theirs = socket.socketpair()
    failing(errno.EAGAIN, ours.recv, 1, socket.MSG_DONTWAIT)
    fill(ours)
    failing(errno.EAGAIN, ours.send, b"x", socket.MSG_DONTWAIT)
    drain(theirs)
    theirs.shutdown(socket.SHUT_RD)
    failing(errno.EPIPE, ours.send, b"x", socket.MSG_NOSIGNAL)
    ours.shutdown(socket.SHUT_WR)
    failing(errno.EPIPE, os.write, ours.fileno(), b"x")
    ours.close()
    ours, theirs = socket.socketpair()
    ours.send(b"a question")
    theirs.close()
    failing(errno.EPIPE, os.write, ours.fileno(), b"x")
    failing(errno.ECONNRESET, os.read, ours.fileno(), 1)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    failing(errno.EMSGSIZE, ours.send, b"x" * 1000000)
    theirs.close()
    failing(errno.EPIPE, ours.send, b"x", socket.MSG_NOSIGNAL)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    theirs.close()
    failing(errno.ECONNREFUSED, ours.send, b"x")
    failing(errno.ENOTCONN, ours.send, b"x")
    alone = socket.socket(socket.AF_UNIX)
    failing(errno.EINVAL, os.read, alone.fileno(), 1)
    failing(errno.ENOTCONN, alone.send, b"x")
    failing(errno.EINVAL, alone.accept)
    failing(errno.EINVAL, alone.listen)
    failing(errno.ECONNREFUSED, alone.connect, b"\0ipctrace nobody")
    failing(errno.ENOENT, alone.connect, "/nowhere/ipctrace")
    failing(errno.ENOENT, alone.bind, "/nowhere/ipctrace")
    named, other = nameless(), nameless(socket.SOCK_DGRAM)
    failing(errno.EADDRINUSE, alone.bind, named.getsockname())
    failing(errno.ECONNREFUSED, alone.connect, named.getsockname())
    failing(errno.ECONNREFUSED, alone.connect, other.getsockname())  # of another type
    named.listen(1)
    alone.connect(named.getsockname())
    failing(errno.EISCONN, alone.connect, named.getsockname())
    third, fourth, fifth = (socket.socket(socket.AF_UNIX) for _ in range(3))
    third.connect(named.getsockname())
    fourth.setblocking(False)
    failing(errno.EAGAIN, fourth.connect, named.getsockname())
    named.setblocking(False)
    for _ in range(2):
        named.accept()[0].close()
    failing(errno.EAGAIN, named.accept)
    fifth.connect(named.getsockname())
    named.close()
    failing(errno.ECONNRESET, os.read, fifth.fileno(), 1)
    null = os.open("/dev/null", os.O_RDWR)
    expect(libc.send(null, b"x", 1, 0), -1)
    expect(ctypes.get_errno(), errno.ENOTSOCK)
    say(said)


def polled():
    """poller waits in poll for bytes, selecter in select for room, waiter in epoll_wait for the end, taker in poll for a
    connection, sender in poll for room in a receiver's queue."""
    call_me("parent")
    ours, theirs = socket.socketpair()

    def by_poll(sock, events):
        p = select.poll()
        p.register(sock, events)
        expect([fd for fd, _ in p.poll()], [sock.fileno()])

    def by_epoll(sock, events):
        with select.epoll() as e:
            e.register(sock, events)
            expect([fd for fd, _ in e.poll()], [sock.fileno()])

    def sleeper(name, run, wake):
        pid = child(name, run)
        until_asleep(pid, *IN_POLL)
        wake()
        reap(pid)

    say([inode(ours), inode(theirs)])
    sleeper("poller", lambda: by_poll(theirs, select.POLLIN), lambda: ours.send(b"news"))
    drain(theirs)
    fill(ours)
    sleeper("selecter", lambda: select.select([], [ours], []), lambda: drain(theirs))

    def wait_for_end():
        ours.close()
        by_epoll(theirs, select.EPOLLRDHUP)

    sleeper("waiter", wait_for_end, ours.close)
    listener, client = nameless(), socket.socket(socket.AF_UNIX)
    listener.listen(1)
    receiver, sender = nameless(socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sender.connect(receiver.getsockname())
    say([inode(listener), inode(receiver), inode(sender)])
    sleeper("taker", lambda: by_poll(listener, select.POLLIN), lambda: client.connect(listener.getsockname()))
    fill(sender)
    sleeper("sender", lambda: by_poll(sender, select.POLLOUT), lambda: drain(receiver))


def named(path):
    """A listener with a path, a datagram socket with an abstract name of all kinds of bytes, and who comes to them."""
    call_me("named")
    listener, receiver = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(path)
    listener.listen(5)
    receiver.bind(b"\0ipctrace\0\x1b[31m-%d" % os.getpid())
    say([inode(listener), inode(receiver), shown(receiver.getsockname())])
    client = socket.socket(socket.AF_UNIX)
    client.connect(path)
    server, _ = listener.accept()
    say([inode(client), inode(server)])
    client.send(b"by its path")
    expect(server.recv(100), b"by its path")
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    expect(sender.sendto(b"by its name", receiver.getsockname()), 11)
    expect(receiver.recv(100), b"by its name")
    os.unlink(path)


def held():
    """A pair whose ends are passed on: by fork, dup, a message, an exec that keeps one and closes the other."""
    call_me("holder")
    ours, theirs = socket.socketpair()
    say([inode(ours), inode(theirs)])
    kept = os.dup(ours.fileno())
    pid = child("forked", ours.close)
    reap(pid)
    ours.close()
    os.close(kept)
    expect(theirs.recv(1), b"")
    ours, theirs = socket.socketpair()
    say([inode(ours), inode(theirs)])
    ours.set_inheritable(True)
    pid = os.fork()
    if not pid:
        os.execl("/bin/sh", "sh", "-c", f"echo from its program >&{ours.fileno()}")
    ours.close()
    reap(pid)
    expect(theirs.recv(100), b"from its program\n")
    expect(theirs.recv(100), b"")


def stuck():
    """Everybody sleeps until stdin is closed: a reader and a writer at one pair, who accepts, who connects, who sends."""
    call_me("holder")
    ours, theirs = socket.socketpair()
    fill(theirs)
    listener = nameless()
    listener.listen(0)
    first, second = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    first.connect(listener.getsockname())
    idle = nameless()
    idle.listen(0)
    receiver, sender = nameless(socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sender.connect(receiver.getsockname())
    fill(sender)
    p = select.poll()
    p.register(theirs, select.POLLIN)
    asleep = {}
    for name, run, where in (
            ("reader", lambda: theirs.recv(1), IN_READ), ("writer", lambda: theirs.send(b"x"), IN_SEND),
            ("accepter", idle.accept, IN_ACCEPT), ("connecter", lambda: second.connect(listener.getsockname()), IN_CONNECT),
            ("sender", lambda: sender.send(b"x"), IN_CONNECT), ("poller", p.poll, IN_POLL)):
        asleep[name] = child(name, run)
        until_asleep(asleep[name], *where)
    say({"pids": asleep, "ours": inode(ours), "theirs": inode(theirs), "idle": inode(idle), "listener": inode(listener),
         "receiver": inode(receiver), "sender": inode(sender), "holder": os.getpid()})
    sys.stdin.read()
    for pid in asleep.values():
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
