#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Programs with SysV semaphores and with locks in shared memory for sem.bats to trace: semaphores.py NAME.

They make private sets and remove them. Order comes from sleeps that were seen, not from time.
"""
import ctypes
import errno
import mmap
import os
import signal
import sys
import threading
import time

from programs import call_me, child, reap, until_asleep

libc = ctypes.CDLL(None, use_errno=True)
IPC_PRIVATE, IPC_CREAT, IPC_EXCL, IPC_NOWAIT = 0, 0o1000, 0o2000, 0o4000
IPC_RMID, IPC_SET, IPC_STAT, GETVAL, GETALL, SETVAL, SETALL = 0, 1, 2, 12, 13, 16, 17
SEM_UNDO = 0x1000
IN_SEMOP = ("semtimedop", "semop")
IN_FUTEX = ("futex", "rt_mutex")


class Sembuf(ctypes.Structure):
    _fields_ = [("num", ctypes.c_ushort), ("op", ctypes.c_short), ("flags", ctypes.c_short)]


class Timespec(ctypes.Structure):
    _fields_ = [("s", ctypes.c_long), ("ns", ctypes.c_long)]


def result(ret):
    return ret if ret >= 0 else -ctypes.get_errno()


def semget(n, key=IPC_PRIVATE, flags=IPC_CREAT | 0o600):
    return result(libc.semget(key, n, flags))


def semctl(sem, num, cmd, arg=0):
    return result(libc.semctl(sem, num, cmd, arg))


def semop(sem, *ops, seconds=None):
    sops = (Sembuf * len(ops))(*[Sembuf(*(op + (0,))[:3]) for op in ops])
    if seconds is None:
        return result(libc.semop(sem, sops, len(ops)))
    limit = Timespec(int(seconds), int(seconds % 1 * 1e9))
    return result(libc.semtimedop(sem, sops, len(ops), ctypes.byref(limit)))


def expect(what, wanted):
    if what != wanted:
        sys.exit(f"{what}, not {wanted}")


def handover():
    """parent has the semaphore, waiter needs it; then waiter waits for another to become 0."""
    call_me("locker")
    sem = semget(3)
    semctl(sem, 0, SETVAL, 1)
    semctl(sem, 2, SETVAL, 5)
    expect(semop(sem, (0, -1)), 0)
    waiter = child("waiter", lambda: (semop(sem, (0, -1)), semop(sem, (2, 0))))
    until_asleep(waiter, *IN_SEMOP)
    print(sem, flush=True)
    os.system(f"ipcs -s -i {sem}")
    expect(semop(sem, (0, 1), (1, 7)), 0)
    while semctl(sem, 2, 15) != 1:  # GETZCNT counts who is on the list, and on its way to sleep
        time.sleep(0.005)
    until_asleep(waiter, *IN_SEMOP)
    expect(semop(sem, (2, -5)), 0)
    reap(waiter)
    semctl(sem, 0, IPC_RMID)


def failures():
    """Each call that fails, and why."""
    call_me("failing")
    sem = semget(1)
    expect(semop(sem, (0, -2, IPC_NOWAIT)), -errno.EAGAIN)
    expect(semop(sem, (0, -2), seconds=0.02), -errno.EAGAIN)
    expect(semop(sem, (4, 1)), -errno.EFBIG)
    expect(semctl(sem, 0, SETVAL, 40000), -errno.ERANGE)
    key = 0x1bc7ace ^ os.getpid()
    keyed = semget(1, key)
    expect(semget(1, key, IPC_CREAT | IPC_EXCL | 0o600), -errno.EEXIST)
    semctl(keyed, 0, IPC_RMID)
    expect(semget(1, key, 0), -errno.ENOENT)
    sleeper = child("sleeper", lambda: expect(semop(sem, (0, -1)), -errno.EIDRM))
    until_asleep(sleeper, *IN_SEMOP)
    semctl(sem, 0, IPC_RMID)
    reap(sleeper)
    expect(semop(sem, (0, 1)), -errno.EINVAL)


class SemidDs(ctypes.Structure):
    """struct semid64_ds, as far as IPC_SET reads it; of all the room that IPC_STAT fills."""
    _fields_ = [(name, ctypes.c_uint) for name in ("key", "uid", "gid", "cuid", "cgid", "mode")]
    _fields_ += [("rest", ctypes.c_char * 256)]


def asked():
    """What is refused for what it asks, sets of two keys and of none, what IPC_SET sets."""
    call_me("asking")
    key = 0x2bc7ace ^ os.getpid()
    sem = semget(3, key, IPC_CREAT | IPC_EXCL | 0o640)
    private = semget(12)
    sops = Sembuf(0, 1, 0)
    expect(result(libc.semop(sem, ctypes.byref(sops), 0)), -errno.EINVAL)
    expect(result(libc.semop(sem, ctypes.c_void_p(8), 1)), -errno.EFAULT)
    expect(semop(sem, (9, 1)), -errno.EFBIG)
    with open("/proc/sys/kernel/sem", encoding="ascii") as f:
        most = int(f.read().split()[2])
    expect(semop(sem, *[(0, 1)] * (most + 1)), -errno.E2BIG)
    expect(semctl(sem, 7, GETVAL), -errno.EINVAL)
    expect(semctl(sem, 65536, SETVAL, 1), -errno.EINVAL)
    expect(semget(9, key, 0), -errno.EINVAL)
    ds = SemidDs()
    for uid, mode in (0, 0o600), (0, 0o644), (1000, 0o644), (1000, 0o644):
        ds.uid, ds.mode = uid, mode
        expect(semctl(sem, 0, IPC_SET, ctypes.byref(ds)), 0)
    expect(semop(private, *[(num, 1, SEM_UNDO) for num in range(5)]), 0)
    expect(semop(private, (0, -100, IPC_NOWAIT), (1, -100, IPC_NOWAIT)), -errno.EAGAIN)
    sleepers = [child("sleeper", lambda: semop(sem, (2, -1), (1, -1))) for _ in range(2)]
    for sleeper in sleepers:
        until_asleep(sleeper, *IN_SEMOP)
    semctl(private, 0, IPC_RMID)
    semctl(sem, 0, IPC_RMID)
    for sleeper in sleepers:
        reap(sleeper)
    expect(semctl(sem, 0, GETVAL), -errno.EINVAL)


def twins():
    """Of two of the same name one has what the other needs."""
    call_me("parent")
    sem = semget(1)
    semctl(sem, 0, SETVAL, 1)
    go = os.pipe()
    has = child("worker", lambda: (semop(sem, (0, -1)), os.read(go[0], 1), semop(sem, (0, 1))))
    until_asleep(has, "pipe")
    needs = child("worker", lambda: semop(sem, (0, -1)))
    until_asleep(needs, *IN_SEMOP)
    print(has, needs, flush=True)
    os.write(go[1], b"x")
    reap(has)
    reap(needs)
    semctl(sem, 0, IPC_RMID)


def undo():
    """dying takes with SEM_UNDO and exits while heir sleeps."""
    call_me("parent")
    sem = semget(2)
    semctl(sem, 0, SETVAL, 1)
    go = os.pipe()

    def die():
        semop(sem, (0, -1, SEM_UNDO), (1, 3, SEM_UNDO))
        os.read(go[0], 1)

    dying = child("dying", die)
    while semctl(sem, 0, GETVAL):
        time.sleep(0.005)
    heir = child("heir", lambda: semop(sem, (0, -1)))
    until_asleep(heir, *IN_SEMOP)
    os.write(go[1], b"x")
    reap(dying)
    reap(heir)
    expect(semctl(sem, 1, GETVAL), 0)
    semctl(sem, 0, IPC_RMID)


def interrupted():
    """The sleeper gets a signal."""
    call_me("parent")
    sem = semget(1)

    def sleep():
        signal.signal(signal.SIGUSR1, lambda *_: None)
        expect(semop(sem, (0, -1)), -errno.EINTR)

    sleeper = child("sleeper", sleep)
    until_asleep(sleeper, *IN_SEMOP)
    os.kill(sleeper, signal.SIGUSR1)
    reap(sleeper)
    semctl(sem, 0, IPC_RMID)


def many():
    """A call on more semaphores than are told of, and SETALL."""
    call_me("many")
    sem = semget(12)
    values = (ctypes.c_ushort * 12)(*range(12))
    expect(result(libc.semctl(sem, 0, SETALL, values)), 0)
    expect(semop(sem, *[(num, 1) for num in range(12)]), 0)
    semctl(sem, 0, IPC_RMID)


MUTEX_LEN = 64  # room for a pthread_mutex_t, a sem_t


class Shared:
    """Locks in memory that processes share: of a SysV segment, or anonymous."""

    def __init__(self, sysv):
        if sysv:
            libc.shmat.restype = ctypes.c_void_p
            self.id = libc.shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0o600)
            self.at = libc.shmat(self.id, None, 0)
            libc.shmctl(self.id, IPC_RMID, None)
        else:
            self.map = mmap.mmap(-1, 4096)
            self.at = ctypes.addressof(ctypes.c_char.from_buffer(self.map))

    def address(self, offset):
        return ctypes.c_void_p(self.at + offset)

    def mutex(self, offset, robust=False, inherit=False):
        attr = ctypes.create_string_buffer(16)
        libc.pthread_mutexattr_init(attr)
        libc.pthread_mutexattr_setpshared(attr, 1)
        libc.pthread_mutexattr_setrobust(attr, int(robust))
        libc.pthread_mutexattr_setprotocol(attr, int(inherit))
        at = self.address(offset)
        libc.pthread_mutex_init(at, attr)
        return at

    def semaphore(self, offset, value):
        at = self.address(offset)
        libc.sem_init(at, 1, value)
        return at


def futex(sysv):
    """waiter waits in turn for a mutex, a mutex with priority inheritance, a semaphore, a dead owner's mutex."""
    call_me("giver")
    shared = Shared(sysv)
    mutex, inherit = shared.mutex(64), shared.mutex(128, inherit=True)
    sem, robust = shared.semaphore(192, 0), shared.mutex(256, robust=True)
    go = os.pipe()
    libc.pthread_mutex_lock(mutex)
    libc.pthread_mutex_lock(inherit)

    def own():
        libc.pthread_mutex_lock(robust)
        os.read(go[0], 1)

    def wait():
        libc.pthread_mutex_lock(mutex)
        libc.pthread_mutex_lock(inherit)
        libc.sem_wait(sem)
        expect(libc.pthread_mutex_lock(robust), errno.EOWNERDEAD)

    owner = child("owner", own)
    until_asleep(owner, "pipe")
    waiter = child("waiter", wait)
    for give in (libc.pthread_mutex_unlock, mutex), (libc.pthread_mutex_unlock, inherit), (libc.sem_post, sem):
        until_asleep_on(waiter, give[1])
        give[0](give[1])
    until_asleep_on(waiter, robust)
    os.write(go[1], b"x")
    reap(owner)
    reap(waiter)


def until_asleep_on(pid, address):
    """pid sleeps in a futex call whose first argument is the address, which it has inherited."""
    wanted = f"202 {address.value:#x}"
    for _ in range(12000):
        with open(f"/proc/{pid}/syscall", encoding="utf-8") as f:
            if f.read().startswith(wanted):
                return
        time.sleep(0.005)
    sys.exit(f"{pid} does not sleep in {wanted}")


def second_words():
    """moved sleeps on a word, is moved to a second one and woken there; then other sleeps on the second of two."""
    call_me("giver")
    shared = Shared(True)
    first, second = shared.address(64), shared.address(128)
    wait, wake, cmp_requeue, wake_op = 0, 1, 4, 5

    def call(at, cmd, value, count, to, last):
        return libc.syscall(202, at, cmd, value, ctypes.c_long(count), to, last)

    moved = child("moved", lambda: call(first, wait, 0, 0, None, 0))
    until_asleep_on(moved, first)
    expect(call(first, cmp_requeue, 0, 1, second, 0), 1)
    expect(call(second, wake, 1, 0, None, 0), 1)
    reap(moved)
    other = child("other", lambda: call(second, wait, 0, 0, None, 0))
    until_asleep_on(other, second)
    # The second word becomes 0, and who sleeps on it is woken if it was 0.
    expect(call(first, wake_op, 1, 1, second, 0), 1)
    reap(other)


def quiet():
    """A lock that nobody else wants, and a private one that threads fight for: nothing to tell."""
    call_me("quiet")
    shared = Shared(True)
    mutex = shared.mutex(64)
    for _ in range(100):
        libc.pthread_mutex_lock(mutex)
        libc.pthread_mutex_unlock(mutex)
    lock = threading.Lock()
    lock.acquire()
    thread = threading.Thread(target=lock.acquire)
    thread.start()
    time.sleep(0.05)
    lock.release()
    thread.join()


def stuck():
    """Three sleep until stdin is closed: one needs 1, one of several needs 2, one waits for 0."""
    call_me("holder")
    sem = semget(3)
    semctl(sem, 0, SETVAL, 1)
    semop(sem, (0, -1))
    sleepers = [
        child("needs1", lambda: semop(sem, (0, -1))),
        child("needs2", lambda: semop(sem, (2, 1), (1, -2))),
        child("zero", lambda: (semctl(sem, 2, SETVAL, 4), semop(sem, (2, 0), seconds=100))),
    ]
    for sleeper in sleepers:
        until_asleep(sleeper, *IN_SEMOP)
    print(sem, os.getpid(), *sleepers, flush=True)
    sys.stdin.read()
    semctl(sem, 0, IPC_RMID)


if __name__ == "__main__":
    {
        "handover": handover,
        "failures": failures,
        "undo": undo,
        "asked": asked,
        "twins": twins,
        "interrupted": interrupted,
        "many": many,
        "futex": lambda: futex(True),
        "futex-anonymous": lambda: futex(False),
        "second-words": second_words,
        "quiet": quiet,
        "stuck": stuck,
    }[sys.argv[1]]()
