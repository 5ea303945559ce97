#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Processes that wait for each other, for `ipctrace why`: stuck.py CASE[,CASE...] [DIR].

Prints one line, NAME=PID ..., when everybody is where they shall be asleep, and stays until its stdin ends.
"""
import ctypes
import mmap
import os
import select
import signal
import socket
import sys
import threading
import time

PAGE = b"x" * 4096
children = {}


def child(name, run, keep=()):
    """A process that has its name, holds of our pipes only the descriptors in keep, and runs run()."""
    ready, unready = os.pipe()
    pid = os.fork()
    if pid:
        children[name] = pid
        os.close(unready)
        os.read(ready, 1)  # until the child, too, has closed its end
        os.close(ready)
        return pid
    with open("/proc/self/comm", "w", encoding="ascii") as f:
        f.write(name)
    os.close(0)
    os.close(1)
    for fd in range(3, 64):
        if fd not in keep:
            try:
                os.close(fd)
            except OSError:
                pass
    try:
        run()
    finally:
        os._exit(0)


def full_pipe():
    r, w = os.pipe()
    os.set_blocking(w, False)
    try:
        while True:
            os.write(w, PAGE)
    except BlockingIOError:
        os.set_blocking(w, True)
    return r, w


def let_go(*fds):
    for fd in fds:
        os.close(fd)


def pause():
    while True:
        time.sleep(1000)


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


def thread(_):
    """One thread could write what the other waits for."""
    r, w = os.pipe()

    def run():
        threading.Thread(target=lambda: os.read(r, 1)).start()
        pause()

    child("threads", run, [r, w])
    let_go(r, w)


def threads(_):
    """No thread could: both wait."""
    r, w = os.pipe()

    def run():
        threading.Thread(target=lambda: os.read(r, 1)).start()
        os.read(r, 1)

    child("threads", run, [r, w])
    let_go(r, w)


def futex(_):
    def run():
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()

    child("locker", run)


def forked_lock(_):
    """A fork while another thread has a lock: in the child nobody unlocks it."""
    lock, locked = threading.Lock(), threading.Event()

    def hold():
        with lock:
            locked.set()
            time.sleep(1)

    thread = threading.Thread(target=hold)
    thread.start()
    locked.wait()
    child("forked", lock.acquire)
    thread.join()


def futex_thread(_):
    """A thread that sleeps in another call may unlock it."""
    def run():
        lock = threading.Lock()
        lock.acquire()
        threading.Thread(target=pause).start()
        lock.acquire()

    child("threaded", run)


def futex_timed(_):
    def run():
        lock = threading.Lock()
        lock.acquire()
        lock.acquire(timeout=1000000)

    child("timed", run)


def futex_handled(_):
    """It waits until a handler unlocks: whoever sends SIGTERM ends that."""
    def run():
        lock = threading.Lock()
        lock.acquire()
        signal.signal(signal.SIGTERM, lambda *_: lock.release())
        lock.acquire()

    child("handled", run)


def futex_call(name, flags, memory_flags):
    """FUTEX_WAIT with flags on a word of memory with memory_flags; 202 is futex."""
    def case(_):
        def run():
            libc = ctypes.CDLL(None, use_errno=True)
            libc.mmap.restype = ctypes.c_void_p
            libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t) + (ctypes.c_int,) * 3 + (ctypes.c_long,)
            word = libc.mmap(None, 4096, 3, memory_flags | 0x20, -1, 0)  # MAP_ANONYMOUS
            libc.syscall(202, ctypes.c_void_p(word), flags, 0, None, None, 0)

        child(name, run)
    return case


def words(_):
    """Three wait on words of a memfd; the last word changes, and nobody is woken."""
    libc = ctypes.CDLL(None, use_errno=True)
    fd = os.memfd_create("box")
    os.ftruncate(fd, 4096)
    box = mmap.mmap(fd, 4096)
    word = ctypes.addressof(ctypes.c_char.from_buffer(box))

    def wait_at(offset):
        return lambda: libc.syscall(202, ctypes.c_void_p(word + offset), 0, 0, None, None, 0)

    def change():
        while "futex" not in wchan(children["stale"]):
            time.sleep(0.005)
        box[16] = 7
        pause()

    def alone():
        libc.munmap(ctypes.c_void_p(word), 4096)
        own = mmap.mmap(-1, 4096)
        libc.syscall(202, ctypes.byref(ctypes.c_int.from_buffer(own, 12)), 0, 0, None, None, 0)

    libc.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
    child("sleeper", wait_at(8))
    child("stale", wait_at(16))
    child("changer", change)
    child("alone", alone)
    os.close(fd)


def wchan(pid):
    with open(f"/proc/{pid}/wchan", encoding="ascii") as f:
        return f.read()


def message(_):
    """The write end is on its way in a message that nobody has taken."""
    r, w = os.pipe()
    s, t = socket.socketpair()
    socket.send_fds(s, [b"x"], [w])
    child("reader", lambda: os.read(r, 1), [r, s.fileno(), t.fileno()])
    let_go(r, w)
    s.close()
    t.close()


def message_twice(_):
    """The same, but the reader holds a write end, too: only the count of references tells."""
    r, w = os.pipe()
    s, t = socket.socketpair()
    socket.send_fds(s, [b"x"], [w])
    child("reader", lambda: os.read(r, 1), [r, w, s.fileno(), t.fileno()])
    let_go(r, w)
    s.close()
    t.close()


def stopped(_):
    r, w = os.pipe()
    child("reader", lambda: os.read(r, 1), [r])
    child("holder", lambda: os.kill(os.getpid(), signal.SIGSTOP), [w])
    let_go(r, w)


def ptrace(request, pid):
    if ctypes.CDLL(None, use_errno=True).ptrace(request, pid, None, None):
        raise OSError(ctypes.get_errno(), "ptrace")


def traced(_):
    """The holder stands still for its tracer, which does not let it go on."""
    r, w = os.pipe()
    sr, sw = os.pipe()

    def trace():
        pid = int(os.read(sr, 16))
        ptrace(0x4206, pid)  # PTRACE_SEIZE
        ptrace(0x4207, pid)  # PTRACE_INTERRUPT
        pause()

    child("reader", lambda: os.read(r, 1), [r])
    holder = child("holder", pause, [w])
    child("tracer", trace, [sr])
    os.write(sw, str(holder).encode())
    let_go(r, w, sr, sw)


def running(_):
    r, w = os.pipe()

    def spin():
        while True:
            pass

    child("reader", lambda: os.read(r, 1), [r])
    child("spinner", spin, [w])
    let_go(r, w)


def on_signal(*_):
    """A handler: that there is one is all that counts."""


def self_pipe(_):
    """A loop that a child's end wakes, by a signal handler that writes to the loop's own pipe."""
    r, w = os.pipe()

    def loop():
        signal.signal(signal.SIGCHLD, on_signal)
        if not os.fork():
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
            os.close(r)
            os.close(w)
            pause()
        poll_for([r])

    child("loop", loop, [r, w])
    let_go(r, w)


def self_pipe_only(_):
    """The same without a child: whoever sends it SIGTERM wakes it."""
    r, w = os.pipe()

    def loop():
        signal.signal(signal.SIGTERM, on_signal)
        poll_for([r])

    child("loop", loop, [r, w])
    let_go(r, w)


def alarmed(name, how):
    """A read of its own pipe that a timer ends."""
    def case(_):
        r, w = os.pipe()

        def read():
            signal.signal(signal.SIGALRM, on_signal)
            how()
            os.read(r, 1)

        child(name, read, [r, w])
        let_go(r, w)
    return case


def timer_create(clock, sig):
    """An event's struct sigevent begins with sigev_value, sigev_signo, sigev_notify (SIGEV_SIGNAL is 0)."""
    libc = ctypes.CDLL(None, use_errno=True)
    event = (ctypes.c_int * 16)(0, 0, sig, 0)
    timer = ctypes.c_void_p()
    if libc.timer_create(clock, event, ctypes.byref(timer)):
        raise OSError(ctypes.get_errno(), "timer_create")
    spec = (ctypes.c_long * 4)(0, 0, 1000000, 0)
    if libc.timer_settime(timer, 0, spec, None):
        raise OSError(ctypes.get_errno(), "timer_settime")


def prof(_):
    """Its timer counts CPU time, of which it uses none."""
    r, w = os.pipe()

    def read():
        signal.signal(signal.SIGPROF, on_signal)
        signal.setitimer(signal.ITIMER_PROF, 1000000)
        os.read(r, 1)

    child("prof", read, [r, w])
    let_go(r, w)


def killed(_):
    """A timer that would kill it; Python gives SIGALRM no handler."""
    r, w = os.pipe()

    def read():
        signal.alarm(1000000)
        os.read(r, 1)

    child("killed", read, [r, w])
    let_go(r, w)


def child_in_cycle(_):
    """left has a handler of SIGCHLD, and right is its child; but right waits for left."""
    ar, aw = os.pipe()
    br, bw = os.pipe()
    rr, rw = os.pipe()

    def left():
        signal.signal(signal.SIGCHLD, on_signal)
        if not os.fork():
            let_go(ar, bw)
            with open("/proc/self/comm", "w", encoding="ascii") as f:
                f.write("right")
            os.write(rw, b"%d" % os.getpid())
            os.close(rw)
            os.read(br, 1)
            os._exit(0)
        let_go(aw, br, rw)
        os.read(ar, 1)

    child("left", left, [ar, aw, br, bw, rw])
    children["right"] = int(os.read(rr, 16))
    let_go(ar, aw, br, bw, rr, rw)


def one_shot(_):
    """The watch has told of its one event; the pipe has data, and its writer lives."""
    r, w = os.pipe()

    def server():
        e = select.epoll()
        e.register(r, select.EPOLLIN | select.EPOLLONESHOT)
        e.poll()
        e.poll()

    os.write(w, b"x")
    child("server", server, [r])
    child("client", pause, [w])
    let_go(r, w)


def edge(_):
    """The pipe has data that was told of."""
    r, w = os.pipe()

    def server():
        e = select.epoll()
        e.register(r, select.EPOLLIN | select.EPOLLET)
        e.poll()
        e.poll()

    os.write(w, b"hello")
    child("server", server, [r])
    child("client", pause, [w])
    let_go(r, w)


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


def coalesced(_):
    """Two children end while SIGCHLD is blocked: one signal, for which one is waited for."""
    def wait_for_one(*_):
        os.waitpid(-1, os.WNOHANG)

    def parent():
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        signal.signal(signal.SIGCHLD, wait_for_one)
        pids = [os.fork() or os._exit(0) for _ in range(2)]
        for pid in pids:
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        while True:
            signal.pause()

    child("parent", parent)


def awaiting(name, wait, others=False):
    """Its child waits for the end of a pipe that it holds itself; with others it has a second child, which sleeps."""
    def case(_):
        r, w = os.pipe()
        nr, nw = os.pipe()

        def parent():
            pid = os.fork()
            if not pid:
                let_go(w, nw)
                with open("/proc/self/comm", "w", encoding="ascii") as f:
                    f.write(name + "'s")
                os.read(r, 1)
                os._exit(0)
            if others and not os.fork():
                let_go(nw, w, r)
                ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
                pause()
            os.write(nw, b"%d" % pid)
            os.close(nw)
            wait(pid)

        child(name, parent, [r, w, nw])
        os.close(nw)
        children[name + "_child"] = int(os.read(nr, 16))
        let_go(r, w, nr)
    return case


CASES = {f.__name__.strip("_"): f for f in (
    reader, itself, full, behind, resizer, poll, select_, many, epoll, poll_live, poll_other, timeout, partner, fifo,
    thread, threads, futex, words, message, message_twice, stopped, traced, running,
    self_pipe, self_pipe_only, prof, killed, child_in_cycle, one_shot, edge, deleted, crossed, coalesced,
    forked_lock, futex_thread, futex_timed, futex_handled)}
CASES["futex_shared"] = futex_call("shared", 0, 1)
CASES["futex_not_private"] = futex_call("public", 0, 2)
CASES["futex_private"] = futex_call("private", 128, 2)
CASES["wait_one"] = awaiting("one", lambda pid: os.waitpid(pid, 0), True)
CASES["wait_id"] = awaiting("id", lambda pid: os.waitid(os.P_PID, pid, os.WEXITED))
CASES["wait_any"] = awaiting("any", lambda pid: os.wait())
CASES["wait_others"] = awaiting("others", lambda pid: os.wait(), True)
CASES["wait_group"] = awaiting("group", lambda pid: os.waitpid(0, 0))
CASES["alarm"] = alarmed("alarm", lambda: signal.alarm(1000000))
CASES["timer"] = alarmed("timer", lambda: timer_create(time.CLOCK_MONOTONIC, signal.SIGALRM))
CASES["realtime"] = alarmed("realtime", lambda: timer_create(time.CLOCK_REALTIME, signal.SIGALRM))


def settled(pid):
    """Every thread of it sleeps in a system call, or is stopped, for a tracer too, or (a spinner) has run for a while."""
    try:
        for tid in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{tid}/syscall", encoding="ascii") as f:
                if f.read().startswith("running") and children.get("spinner") != pid:
                    return False
    except OSError:
        return False
    return True


def main():
    for case in sys.argv[1].split(","):
        CASES[case](sys.argv[2] if len(sys.argv) > 2 else None)
    try:
        for _ in range(500):
            if all(settled(pid) for pid in children.values()):
                break
            time.sleep(0.01)
        # The same sleep twice in a row: nobody is only on the way.
        time.sleep(0.2)
        print(*(f"{name}={pid}" for name, pid in children.items()), flush=True)
        sys.stdin.read()
    finally:
        for pid in children.values():
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
