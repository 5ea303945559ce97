# SPDX-License-Identifier: GPL-2.0
"""Cases of stuck.py: threads, futexes, signals, timers, children, tracers."""
import ctypes
import mmap
import os
import signal
import threading
import time

from stuck_files import poll_for
from stuck_process import child, children, let_go, pause


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


CASES = {f.__name__: f for f in (
    thread, threads, futex, words, stopped, traced, running, self_pipe, self_pipe_only, prof, killed, child_in_cycle, coalesced,
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
