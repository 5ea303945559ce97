#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Calls that are refused, and calls with many parts, for refused.bats: refused.py NAME.

Each program prints what the calls returned, one JSON object a line: its own witness.
"""
import ctypes
import errno
import fcntl
import json
import os
import resource
import sys

libc = ctypes.CDLL(None, use_errno=True)
PAGE = 4096
IOV_MAX = 1024


class Part(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("len", ctypes.c_size_t))


class PollFd(ctypes.Structure):
    _fields_ = (("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short))


class SemOp(ctypes.Structure):
    _fields_ = (("num", ctypes.c_ushort), ("op", ctypes.c_short), ("flags", ctypes.c_short))


def tell(**what):
    os.write(1, (json.dumps(what) + "\n").encode())


def came_of(name, ret):
    tell(call=name, ret=ret, error=errno.errorcode.get(ctypes.get_errno()) if ret < 0 else None)
    return ret


def call(name, *args):
    """Does it, and prints what came of it."""
    return came_of(name, getattr(libc, name)(*args))


def call_number(name, number, *args):
    """The same past the C library."""
    return came_of(name, libc.syscall(number, *args))


def parts(n, size=1):
    room = ctypes.create_string_buffer(size)
    return (Part * n)(*((ctypes.addressof(room), size) for _ in range(n))), room


def iov():
    """100, 1024 and 1025 parts, and parts that cannot be read."""
    r, w = os.pipe()
    few, _room = parts(100, 10)
    most, _room2 = parts(IOV_MAX)
    over, _room3 = parts(IOV_MAX + 1)
    call("writev", w, few, 100)
    call("readv", r, few, 100)
    call("writev", w, most, IOV_MAX)
    call("readv", r, most, IOV_MAX)
    call("vmsplice", w, few, 100, 2)
    call("writev", w, over, IOV_MAX + 1)
    call("vmsplice", w, over, IOV_MAX + 1, 2)
    call("writev", w, ctypes.c_void_p(8), 2)


def many():
    """select and poll that the kernel refuses, or that it cuts short."""
    r, _w = os.pipe()
    bits = (ctypes.c_ulong * 16)()
    bits[r // 64] = 1 << r % 64
    none = (ctypes.c_long * 2)(0, 1000)
    one = PollFd(r, 1, 0)
    call("select", -1, ctypes.byref(bits), None, None, none)
    libc.select(1 << 30, ctypes.byref((ctypes.c_ulong * 16)()), None, None, none)  # of no pipe: not told
    call("poll", ctypes.byref(one), ctypes.c_ulong(resource.getrlimit(resource.RLIMIT_NOFILE)[0] + 1), 0)


def epoll():
    """epoll_wait on what is no epoll instance."""
    r, _w = os.pipe()
    event = ctypes.create_string_buffer(12)
    file = os.open(sys.argv[0], os.O_RDONLY)
    os.dup2(file, 77)
    call("epoll_wait", 777, event, 1, 0)
    call("epoll_wait", -1, event, 1, 0)
    call("epoll_wait", r, event, 1, 0)
    call("epoll_wait", 77, event, 1, 0)
    call("epoll_wait", libc.epoll_create1(0), event, 1, 0)


def commands():
    """Commands that no *ctl has."""
    ids = libc.shmget(0, PAGE, 0o600), libc.semget(0, 1, 0o600), libc.msgget(0, 0o600)
    call("shmctl", ids[0], 0x102, None)
    call_number("semctl", 66, ids[1], 0, 0x102, None)  # glibc refuses it itself
    call("msgctl", ids[2], 0x102, None)
    call("shmctl", ids[0], 0, None)
    call("semctl", ids[1], 0, 0, None)
    call("msgctl", ids[2], 0, None)


def semops():
    """More operations than are told, on no set, and beyond a set."""
    ops = (SemOp * 20)(*((n, 1, 0) for n in range(20)))
    call("semop", -1, ops, 20)
    sem = libc.semget(0, 2, 0o600)
    call("semop", sem, ops, 20)
    call("semctl", sem, 0, 0, None)


def limit(name):
    with open("/proc/sys/kernel/" + name, encoding="ascii") as f:
        return [int(word) for word in f.read().split()]


def set_limit(name, *values):
    with open("/proc/sys/kernel/" + name, "w", encoding="ascii") as f:
        f.write(" ".join(map(str, values)))


def limits():
    """Each limit in turn, in an IPC namespace of its own, with what /proc says of it."""
    set_limit("sem", 250, 32000, 32, 3)
    for _ in range(4):
        libc.semget(0, 2, 0o600)
    tell(limit="SEMMNI", used=3, max=limit("sem")[3])
    set_limit("sem", 250, 10, 32, 30)
    libc.semget(0, 5, 0o600)
    tell(limit="SEMMNS", used=6, max=limit("sem")[1])
    libc.semget(0, 251, 0o600)
    tell(limit="SEMMSL", used=None, max=limit("sem")[0])
    set_limit("msgmni", 2)
    for _ in range(3):
        libc.msgget(0, 0o600)
    tell(limit="MSGMNI", used=2, max=limit("msgmni")[0])
    set_limit("shmmax", 100 * PAGE)
    libc.shmget(0, 101 * PAGE, 0o600)
    tell(limit="SHMMAX", used=None, max=limit("shmmax")[0])
    set_limit("shmall", 20)
    libc.shmget(0, 15 * PAGE, 0o600)
    libc.shmget(0, 10 * PAGE, 0o600)
    tell(limit="SHMALL", used=15, max=limit("shmall")[0])
    set_limit("shmmni", 1)
    libc.shmget(0, PAGE, 0o600)
    tell(limit="SHMMNI", used=1, max=limit("shmmni")[0])


def fs_limit(name):
    with open("/proc/sys/fs/" + name, encoding="ascii") as f:
        return int(f.read())


def resize(fd, size):
    """The error, or None."""
    try:
        fcntl.fcntl(fd, 1031, size)  # F_SETPIPE_SZ
        return None
    except OSError as e:
        return errno.errorcode[e.errno]


def pipe_limits():
    """Each limit of pipes that a user meets, by the sizes of the pipes that it has made itself."""
    size, soft = fs_limit("pipe-max-size"), fs_limit("pipe-user-pages-soft")
    r, _ = os.pipe()
    if resize(r, 2 * size):  # a root without CAP_SYS_RESOURCE
        tell(limit="pipe-max-size", used=None, max=size, user=None)
    if os.getuid() == 0:
        user = 1 << 30 | os.getpid()
        os.setresuid(user, user, user)
    r, _ = os.pipe()
    mine = [r]
    assert resize(r, 2 * size) == "EPERM"
    tell(limit="pipe-max-size", used=None, max=size, user=None)
    while soft and resize(mine[-1], size) is None:
        mine.append(os.pipe()[0])
    used = sum(fcntl.fcntl(fd, 1032) for fd in mine) // PAGE  # F_GETPIPE_SZ
    if soft:
        tell(limit="pipe-user-pages-soft", used=used, max=soft, user=os.getuid())
    resize(r, -5)
    os.write(mine[-1 if soft else 0] + 1, bytes(PAGE + 1))
    assert resize(mine[-1 if soft else 0], PAGE) == "EBUSY"


def attached():
    """A child that has a segment of its parent's is renamed; then others ask for that segment."""
    libc.prctl(15, b"oldname", 0, 0, 0)  # PR_SET_NAME
    key = 0x7FFF0000 | os.getpid() & 0xFFFF
    segment = libc.shmget(key, PAGE, 0o3600)
    libc.shmat.restype = ctypes.c_void_p
    at = ctypes.c_void_p(libc.shmat(segment, None, 0))
    r, w = os.pipe()
    done_r, done_w = os.pipe()
    child = os.fork()
    if not child:
        libc.prctl(15, b"newname", 0, 0, 0)
        os.close(w)
        os.write(done_w, b".")
        os.read(r, 1)
        os._exit(0)
    os.read(done_r, 1)
    libc.shmdt(at)
    call("shmget", key, PAGE, 0o3600)
    call("shmctl", segment, 2, ctypes.create_string_buffer(256))
    call("shmat", -1, None, 0)
    call("shmctl", segment, 0, None)
    os.close(w)
    os.waitpid(child, 0)


def sigpipe():
    """Python ignores SIGPIPE; a program that it starts inherits that."""
    r, w = os.pipe()
    os.set_inheritable(w, True)
    os.close(r)
    child = os.fork()
    if not child:
        os.execv(sys.executable, [sys.executable, sys.argv[0], "sigpipe2", str(w)])
    os.waitpid(child, 0)


def sigpipe2():
    """Restores nothing: it only writes to a pipe without readers."""
    libc.write(int(sys.argv[2]), b"x", 1)


def unlinked():
    """Of two processes with a name of shared memory one removes it, and the other looks for it."""
    name = b"/dev/shm/ipctrace-refused-%d" % os.getpid()
    libc.close(libc.open(name, os.O_RDWR | os.O_CREAT, 0o600))
    child = os.fork()
    if not child:
        libc.unlink(name)
        os._exit(0)
    os.waitpid(child, 0)
    libc.open(name, os.O_RDWR)


def orphan():
    """A grandchild has a segment attached still, when the child that forked it has ended."""
    key = 0x7FFD0000 | os.getpid() & 0xFFFF
    segment = libc.shmget(key, PAGE, 0o3600)
    libc.shmat.restype = ctypes.c_void_p
    r, w = os.pipe()
    done_r, done_w = os.pipe()
    child = os.fork()
    if not child:
        libc.prctl(15, b"server", 0, 0, 0)  # PR_SET_NAME
        libc.shmat(segment, None, 0)
        if not os.fork():
            libc.prctl(15, b"backend", 0, 0, 0)
            os.write(done_w, b".")
            os.close(w)
            os.read(r, 1)
            os._exit(0)
        os.read(done_r, 1)
        os._exit(0)
    os.waitpid(child, 0)
    libc.shmget(key, PAGE, 0o3600)
    libc.shmctl(segment, 2, ctypes.create_string_buffer(256))  # IPC_STAT
    libc.shmctl(segment, 0, None)
    os.close(w)


def unkeyed():
    """A child removes a segment, a set and a queue by their keys, which are then looked for; then a set is made anew."""
    key = 0x7FFE0000 | os.getpid() & 0xFFFF
    segment = libc.shmget(key, PAGE, 0o3600)
    semaphores = libc.semget(key, 1, 0o3600)
    queue = libc.msgget(key, 0o3600)
    child = os.fork()
    if not child:
        libc.shmctl(segment, 0, None)  # IPC_RMID
        libc.semctl(semaphores, 0, 0)
        libc.msgctl(queue, 0, None)
        os._exit(0)
    os.waitpid(child, 0)
    libc.shmget(key, PAGE, 0)
    libc.semget(key, 1, 0)
    libc.msgget(key, 0)
    semaphores = libc.semget(key, 1, 0o3600)
    libc.semget(key, 1, 0)
    libc.semctl(semaphores, 0, 0)
    libc.semget(key + 1, 1, 0)


def leaked():
    """Sets that a child leaves fill an IPC namespace; then a call has more operations than it may have."""
    set_limit("sem", 250, 32000, 32, 3)
    child = os.fork()
    if not child:
        libc.semget(0, 1, 0o600)
        libc.semget(0, 1, 0o600)
        os._exit(0)
    os.waitpid(child, 0)
    mine = libc.semget(0, 1, 0o600)
    libc.semget(0, 1, 0o600)
    libc.semop(mine, ctypes.create_string_buffer(33 * 6), 33)
    tell(limit="SEMOPM", max=limit("sem")[2])


def zombie():
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    os.kill(child, 15)
    os.waitpid(child, 0)


PROGRAMS = {f.__name__: f for f in (iov, many, epoll, commands, semops, limits, pipe_limits, attached, sigpipe, sigpipe2, unlinked,
                                    orphan, unkeyed, leaked, zombie)}

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]]()
