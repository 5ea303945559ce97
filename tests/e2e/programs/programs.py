#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Small programs for run*.bats to trace: programs.py NAME [ARGUMENT]. Order comes from sleeps that were seen, not from time."""
import ctypes
import os
import pty
import select
import signal
import socket
import sys
import threading
import time


tee = ctypes.CDLL(None).tee


def call_me(name):
    with open("/proc/thread-self/comm", "w", encoding="utf-8") as f:
        f.write(name)


def until_asleep(task, *words):
    """task is PID or PID/task/TID; words are parts of names of functions of the kernel."""
    for _ in range(12000):
        with open(f"/proc/{task}/wchan", encoding="utf-8") as f:
            where = f.read()
        if any(word in where for word in words):
            return
        time.sleep(0.005)
    sys.exit(f"{task} does not sleep in {words} but in {where}")


def until_ended(pid):
    """Until pid is a zombie, or gone."""
    for _ in range(12000):
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as f:
                if f.read().rpartition(") ")[2][0] in "ZX":
                    return
        except (FileNotFoundError, ProcessLookupError):
            return
        time.sleep(0.005)
    sys.exit(f"{pid} does not end")


def child(name, run):
    pid = os.fork()
    if pid == 0:
        call_me(name)
        run()
        os._exit(0)
    return pid


def reap(pid):
    if os.waitpid(pid, 0)[1]:
        sys.exit("a child failed")


def fifo(path):
    """A reader that opens first, and sleeps until somebody opens for writing."""
    def read():
        with open(path, "rb", buffering=0) as f:
            while f.read(100):
                pass
    reader = child("reader", read)
    until_asleep(reader, "wait_for_partner", "fifo_open")
    call_me("writer")
    with open(path, "wb", buffering=0) as f:
        f.write(b"over a FIFO")
    reap(reader)


def waits():
    """One child after the other: poll, select, epoll on a pipe, then the byte that ends the wait."""
    def by_poll(fd):
        p = select.poll()
        p.register(fd, select.POLLIN)
        p.poll()

    def by_epoll(fd):
        p = select.epoll()
        p.register(fd, select.EPOLLIN)
        p.poll()

    call_me("parent")
    for name, wait in (("poller", by_poll), ("selecter", lambda fd: select.select([fd], [], [])), ("epoller", by_epoll)):
        r, w = os.pipe()
        pid = child(name, lambda wait=wait, r=r: (wait(r), os.read(r, 1)))
        until_asleep(pid, "poll", "select")
        os.write(w, b".")
        reap(pid)
        os.close(r)
        os.close(w)


def threads():
    r, w = os.pipe()
    ready = []

    def read():
        call_me("reader")
        ready.append(threading.get_native_id())
        os.read(r, 100)

    call_me("main")
    t = threading.Thread(target=read)
    t.start()
    while not ready:
        time.sleep(0.005)
    until_asleep(f"{os.getpid()}/task/{ready[0]}", "pipe_read")
    os.write(w, b"from thread to thread")
    t.join()


def rights():
    """A write end goes to an older process over a socket; it writes, the first one reads."""
    ours, theirs = socket.socketpair()

    def receive():
        fds = socket.recv_fds(theirs, 1, 1)[1]
        theirs.recv(1)
        os.write(fds[0], b"by a descriptor that was sent")

    pid = child("receiver", receive)
    call_me("sender")
    r, w = os.pipe()
    socket.send_fds(ours, [b"."], [w])
    os.close(w)
    ours.send(b".")  # a close that is still going on would be the last one
    while os.read(r, 100):
        pass
    reap(pid)


def daemon():
    """The command ends at once; what it left in another session goes on for a while."""
    command = os.getpid()
    r, w = os.pipe()

    def grandchild():
        os.setsid()
        if os.fork() == 0:
            call_me("daemon")
            until_ended(command)
            os.write(w, b"late")
            os.read(r, 4)
            os._exit(7)

    call_me("command")
    reap(child("middle", grandchild))


def alarm():
    """A timer's signal breaks a read."""
    def handler(*_):
        raise InterruptedError

    r, _ = os.pipe()
    call_me("alarmed")
    signal.signal(signal.SIGALRM, handler)
    for _ in range(10):
        try: # on a busy machine the signal can come before the read
            signal.setitimer(signal.ITIMER_REAL, 0.03)
            os.read(r, 1)
        except InterruptedError:
            pass


def names_of(pid):
    names = []
    for tid in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{tid}/comm", encoding="utf-8") as f:
            names.append(f.read().strip())
    return names


def stops(path):
    """Two threads are stopped twice, while a SIGTERM is pending; SIGCONT ends that, then SIGKILL. What /proc and wait(2)
    say of the times goes to path, in ns: ever running before, stopped from, stopped until, running or gone after."""
    def run():
        signal.signal(signal.SIGTERM, lambda *_: None)
        threading.Thread(target=lambda: (call_me("thread"), time.sleep(1000)), daemon=True).start()
        while True:
            time.sleep(1000)

    now = time.monotonic_ns
    pid = child("stopped", run)
    call_me("stopper")
    while "thread" not in names_of(pid):
        time.sleep(0.005)
    with open(path, "w", encoding="ascii") as out:
        for sig, until in (signal.SIGCONT, os.WCONTINUED), (signal.SIGKILL, 0):
            times = [now()]
            os.kill(pid, signal.SIGSTOP)
            if not os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1]):
                sys.exit("it is not stopped")
            os.kill(pid, signal.SIGTERM)
            time.sleep(0.03)  # wait(2) tells of a stop before the last thread is off its processor
            times.append(now())
            time.sleep(0.03)
            for tid in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{tid}/stat", encoding="ascii") as f:
                    if f.read().rsplit(")", 1)[1].split()[0] != "T":
                        sys.exit("a thread is not stopped")
            times.append(now())
            os.kill(pid, sig)
            os.waitpid(pid, until)
            times.append(now())
            print(pid, os.getpid(), *times, file=out)


def close_ranges():
    """One that fails, one that marks, one that leaves a shared table for its own, and one that closes both write ends."""
    call_range = ctypes.CDLL(None, use_errno=True).syscall
    close_range, unshare, mark = 436, 2, 4
    r, w = os.pipe()

    def reader():
        os.close(w)
        os.read(r, 1)

    pid = child("reader", reader)
    until_asleep(pid, "pipe_read")
    if call_range(close_range, w, w, 64) == 0 or call_range(close_range, w, w - 1, 0) == 0:
        sys.exit("a close_range did not fail")
    call_range(close_range, w, w, mark)
    thread = threading.Thread(target=lambda: call_range(close_range, w, w, unshare))
    thread.start()
    thread.join()
    os.dup2(w, w + 1)
    if call_range(close_range, w, w + 1, 0):
        sys.exit("close_range failed")
    reap(pid)


def shared_table():
    """A process that has its parent's descriptors, not copies of them, ends before the parent closes one."""
    clone, clone_files = 56, 0x400
    r, w = os.pipe()

    def reader():
        os.close(w)
        while os.read(r, 1):
            pass

    pid = child("reader", reader)
    until_asleep(pid, "pipe_read")
    sharer = ctypes.CDLL(None).syscall(clone, clone_files | signal.SIGCHLD, 0, 0, 0, 0)
    if sharer == 0:
        call_me("sharer")
        os._exit(0)
    reap(sharer)
    call_me("owner")
    os.write(w, b"x")
    until_asleep(pid, "pipe_read")
    os.close(w)
    reap(pid)


def moves():
    """A reader of one pipe is woken by splice, another one by tee, from another pipe."""
    call_me("mover")
    r, w = os.pipe()
    os.write(w, b"xy")
    for name, move in ("spliced", lambda to: os.splice(r, to, 1)), ("teed", lambda to: tee(r, to, 1, 0)):
        from_mover, to_reader = os.pipe()
        reader = child(name, lambda fd=from_mover: os.read(fd, 1))
        until_asleep(reader, "pipe_read")
        if move(to_reader) != 1:
            sys.exit(f"{name}: nothing was moved")
        reap(reader)
        os.close(from_mover)
        os.close(to_reader)


def polled_moves():
    """Who polls both ends of both pipes is woken by splice, and by tee, which arrive in the second; then by splice out
    of the first one, which was full."""
    def by_poll(fds):
        p = select.poll()
        for fd, events in fds:
            p.register(fd, events)
        p.poll()

    def by_select(fds):
        select.select([f for f, e in fds if e == select.POLLIN], [f for f, e in fds if e == select.POLLOUT], [])

    def by_epoll(fds):
        p = select.epoll()
        for fd, events in fds:
            p.register(fd, events)
        p.poll()

    def shoot(name, wait, fds, move):
        pid = child(name, lambda: wait(fds))
        until_asleep(pid, "poll", "select")
        if move() != 1:
            sys.exit(f"{name}: nothing was moved")
        reap(pid)

    call_me("mover")
    for name, wait in ("poll", by_poll), ("select", by_select), ("epoll", by_epoll):
        full, to_full = os.pipe()
        for _ in range(16):
            os.write(to_full, b"x" * 4096)
        from_mover, to_reader = os.pipe()
        both = [(to_full, select.POLLOUT), (from_mover, select.POLLIN)]
        shoot(name + "-spliced", wait, both, lambda: os.splice(full, to_reader, 1))
        os.read(from_mover, 1)
        shoot(name + "-teed", wait, both, lambda: tee(full, to_reader, 1, 0))
        os.read(from_mover, 1)
        os.read(full, 4095)
        os.write(to_full, b"x" * 4096)
        shoot(name + "-out", wait, both[:1], lambda: os.splice(full, to_reader, 4096) // 4096)
        for fd in full, to_full, from_mover, to_reader:
            os.close(fd)


def reused():
    """Pipes that are closed before the next one is made: the kernel takes the same memory for them."""
    call_me("reuser")
    for _ in range(4):
        r, w = os.pipe()
        os.close(r)
        os.close(w)


def races():
    """The parent closes its write end while the child's goes with an execve."""
    call_me("racer")
    for _ in range(20):
        r, w = os.pipe()
        pid = os.posix_spawn("/bin/true", ["true"], os.environ)
        os.close(w)
        os.read(r, 1)
        os.close(r)
        reap(pid)


def late_exit():
    """Reads from a writer that has begun to exit: before it closes, its memory is taken down, and there is much of it."""
    call_me("reader")
    r, w = os.pipe()
    memory = []
    writer = child("writer", lambda: memory.append(bytearray(b"x") * (64 << 20)))
    os.close(w)
    while True:
        with open(f"/proc/{writer}/statm", encoding="utf-8") as f:
            if f.read().startswith("0 "):
                break
    os.read(r, 1)
    reap(writer)


def vfork_sleep(libc):
    """Sleeps until a child that shares its memory, and sleeps itself, is killed."""
    clone_vm, clone_vfork = 0x100, 0x4000
    stack = ctypes.create_string_buffer(65536)
    top = (ctypes.addressof(stack) + len(stack)) & ~15
    pid = libc.clone(ctypes.cast(libc.sleep, ctypes.c_void_p), ctypes.c_void_p(top),
                     clone_vm | clone_vfork | signal.SIGCHLD, ctypes.c_void_p(3600))
    os.waitpid(pid, 0)


def vforks():
    """Two sleeps of vfork: the first one goes on when a signal with a handler comes, SIGKILL ends the other."""
    libc = ctypes.CDLL(None)

    def shoot(pid, sigs):
        until_asleep(pid, "vfork", "kernel_clone")
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as f:
            below = int(f.read().split()[0])
        until_asleep(below, "nanosleep")
        for sig in sigs:
            os.kill(pid, sig)
        os.kill(below, signal.SIGKILL)

    signal.signal(signal.SIGUSR1, lambda *_: None)
    sleeper = child("handles", lambda: vfork_sleep(libc))
    shoot(sleeper, [signal.SIGUSR1])
    reap(sleeper)
    sleeper = child("killed", lambda: vfork_sleep(libc))
    shoot(sleeper, [signal.SIGKILL])
    os.waitpid(sleeper, 0)


def shared_signal():
    """A signal of the process is for the first thread, which cannot take it before its vfork's child is gone; data wakes
    the second one meanwhile. Another signal is for that: it alone does not block it."""
    libc = ctypes.CDLL(None)
    r, w = os.pipe()
    tids = []

    def run():
        def read():
            call_me("reads")
            tids.append(threading.get_native_id())
            os.read(r, 1)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGUSR2})
            os.read(r, 1)

        signal.signal(signal.SIGUSR1, lambda *_: None)
        signal.signal(signal.SIGUSR2, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
        t = threading.Thread(target=read)
        t.start()
        vfork_sleep(libc)
        t.join()

    pid = child("handles", run)
    call_me("sender")
    until_asleep(pid, "vfork", "kernel_clone")
    reader, = [int(t) for t in os.listdir(f"/proc/{pid}/task") if int(t) != pid]
    until_asleep(f"{pid}/task/{reader}", "pipe_read")
    with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as f:
        below = int(f.read().split()[0])
    os.kill(pid, signal.SIGUSR1)
    os.write(w, b".")
    while select.select([r], [], [], 0)[0]:
        time.sleep(0.005)
    until_asleep(f"{pid}/task/{reader}", "pipe_read")
    os.kill(pid, signal.SIGUSR2)
    os.kill(below, signal.SIGKILL)
    os.write(w, b".")
    reap(pid)


def terminal(key):
    """Types a key at a terminal while its foreground process sleeps."""
    r, _ = os.pipe()
    pid, master = pty.fork()
    if not pid:
        call_me("typed")
        os.read(r, 1)
    call_me("typist")
    until_asleep(pid, "pipe_read")
    os.write(master, bytes([int(key)]))
    until_ended(pid)
    os.wait()


def naps():
    call_me("napper")
    for _ in range(20):
        time.sleep(0.02)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
