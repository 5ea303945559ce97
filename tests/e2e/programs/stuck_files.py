# SPDX-License-Identifier: GPL-2.0
"""Cases of stuck.py: at pipes and FIFOs, by read, write, open, poll and epoll."""
import ctypes
import os
import select
import socket
import time

from stuck_process import PAGE, child, children, full_pipe, let_go, pause, settled


def poll_for(fds, timeout=None):
    p = select.poll()
    for fd in fds:
        p.register(fd, select.POLLIN)
    p.poll(timeout)


def reader(_):
    r, w = os.pipe()
    child("reader", lambda: os.read(r, 1), [r])
    child("writer", pause, [w])
    let_go(r, w)


def itself(_):
    r, w = os.pipe()
    child("self", lambda: os.read(r, 1), [r, w])
    let_go(r, w)


def full(_):
    (ar, aw), (br, bw) = full_pipe(), full_pipe()
    child("left", lambda: os.write(aw, PAGE), [aw, br])
    child("right", lambda: os.write(bw, PAGE), [bw, ar])
    let_go(ar, aw, br, bw)


def behind(_):
    r, w = os.pipe()
    r2, w2 = os.pipe()
    child("self", lambda: os.read(r, 1), [r, w, w2])
    child("behind", lambda: os.read(r2, 1), [r2])
    let_go(r, w, r2, w2)


def resizer(_):
    """Full pipes as in full(), but somebody else holds a write end, and could make one larger."""
    (ar, aw), (br, bw) = full_pipe(), full_pipe()
    child("left", lambda: os.write(aw, PAGE), [aw, br])
    child("right", lambda: os.write(bw, PAGE), [bw, ar])
    child("third", pause, [aw])
    let_go(ar, aw, br, bw)


def two_pipes(wait):
    """asker waits for any of two pipes of which answerer has the write ends; answerer waits for asker."""
    ar, aw = os.pipe()
    br, bw = os.pipe()
    cr, cw = os.pipe()
    child("asker", lambda: wait([ar, br]), [ar, br, cw])
    child("answerer", lambda: os.read(cr, 1), [aw, bw, cr])
    let_go(ar, aw, br, bw, cr, cw)


def poll(_):
    two_pipes(poll_for)


def select_(_):
    two_pipes(lambda fds: select.select(fds, [], []))


def many(_):
    """More files than poll keeps beside its stack."""
    pairs = [os.pipe() for _ in range(25)]
    cr, cw = os.pipe()
    ends = [[r for r, w in pairs], [w for r, w in pairs]]
    child("asker", lambda: poll_for(ends[0]), ends[0] + [cw])
    child("answerer", lambda: os.read(cr, 1), ends[1] + [cr])
    let_go(cr, cw, *ends[0], *ends[1])


def epoll_for(fds):
    e = select.epoll()
    for fd in fds:
        e.register(fd, select.EPOLLIN)
    e.poll()


def epoll(_):
    two_pipes(epoll_for)


def poll_live(_):
    ar, aw = os.pipe()
    br, bw = os.pipe()
    child("asker", lambda: poll_for([ar, br]), [ar, br])
    child("first", pause, [aw])
    child("second", pause, [bw])
    let_go(ar, aw, br, bw)


def poll_other(_):
    """A pipe, and an inotify instance, which is not followed."""
    r, w = os.pipe()
    other = ctypes.CDLL(None).inotify_init()
    child("asker", lambda: poll_for([r, other]), [r, w, other])
    let_go(r, w, other)


def timeout(_):
    r, w = os.pipe()
    child("asker", lambda: poll_for([r], 1000000), [r, w])
    let_go(r, w)


def partner(directory):
    path = os.path.join(directory, "fifo")
    os.mkfifo(path)
    child("opener", lambda: os.open(path, os.O_RDONLY))


def fifo(directory):
    path = os.path.join(directory, "fifo")
    os.mkfifo(path)
    fd = os.open(path, os.O_RDWR)
    child("self", lambda: os.read(fd, 1), [fd])
    let_go(fd)


def sent(kept):
    """The write end is on its way in a message that nobody has taken; kept: the reader has it, too, as the count of references
    tells."""
    def case(_):
        r, w = os.pipe()
        s, t = socket.socketpair()
        socket.send_fds(s, [b"x"], [w])
        child("reader", lambda: os.read(r, 1), [r, s.fileno(), t.fileno()] + ([w] if kept else []))
        let_go(r, w)
        s.close()
        t.close()
    return case


def told_of(how):
    """The watch has told of what is in the pipe, and its writer lives."""
    def case(_):
        r, w = os.pipe()

        def server():
            e = select.epoll()
            e.register(r, select.EPOLLIN | how)
            e.poll()
            e.poll()

        os.write(w, b"hello")
        child("server", server, [r])
        child("client", pause, [w])
        let_go(r, w)
    return case


def deleted(directory):
    """A FIFO whose name goes while somebody waits in open."""
    path = os.path.join(directory, "gone")
    os.mkfifo(path)
    child("opener", lambda: os.open(path, os.O_WRONLY))
    while not settled(children["opener"]):
        time.sleep(0.01)
    os.unlink(path)


def crossed(directory):
    """Each opens the FIFO that the other would open next."""
    one, two = os.path.join(directory, "one"), os.path.join(directory, "two")
    os.mkfifo(one)
    os.mkfifo(two)
    child("left", lambda: (os.open(one, os.O_WRONLY), os.open(two, os.O_RDONLY)))
    child("right", lambda: (os.open(two, os.O_WRONLY), os.open(one, os.O_RDONLY)))


CASES = {f.__name__.strip("_"): f for f in (
    reader, itself, full, behind, resizer, poll, select_, many, epoll, poll_live, poll_other, timeout, partner, fifo, deleted, crossed)}
CASES["message"] = sent(kept=False)
CASES["message_twice"] = sent(kept=True)
CASES["one_shot"] = told_of(select.EPOLLONESHOT)
CASES["edge"] = told_of(select.EPOLLET)
