#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Programs with SysV message queues for msg.bats to trace: messages.py NAME.

They remove the queues that they make. Order comes from sleeps that were seen, not from time. What a program prints is one
value of JSON a line: what the calls returned and what others say of the queue.
"""
import atexit
import ctypes
import errno
import json
import mmap
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

from programs import call_me, child, reap, until_asleep

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
IPC_PRIVATE, IPC_CREAT, IPC_EXCL, IPC_NOWAIT = 0, 0o1000, 0o2000, 0o4000
IPC_RMID, IPC_SET, IPC_STAT = 0, 1, 2
MSG_NOERROR, MSG_EXCEPT, MSG_COPY = 0o10000, 0o20000, 0o40000
NOBODY = 65534
FAR = 1 << 40


class MsqidDs(ctypes.Structure):
    """struct msqid64_ds."""
    _fields_ = [(name, ctypes.c_uint) for name in ("key", "uid", "gid", "cuid", "cgid", "mode")]
    _fields_ += [("seq", ctypes.c_ushort), ("perm_rest", ctypes.c_ulong * 2)]
    _fields_ += [(name, ctypes.c_ulong) for name in ("stime", "rtime", "ctime", "cbytes", "qnum", "qbytes")]
    _fields_ += [("lspid", ctypes.c_int), ("lrpid", ctypes.c_int), ("rest", ctypes.c_ulong * 2)]


def result(ret):
    return ret if ret >= 0 else -ctypes.get_errno()


def msgget(key=IPC_PRIVATE, flags=IPC_CREAT | 0o600):
    return result(libc.msgget(key, flags))


def msgctl(queue, cmd, arg=None):
    return result(libc.msgctl(queue, cmd, arg))


def message(mtype, text):
    return ctypes.create_string_buffer(mtype.to_bytes(8, "little", signed=True) + text)


def msgsnd(queue, mtype, text, flags=0, size=None):
    return result(libc.msgsnd(queue, message(mtype, text), ctypes.c_size_t(len(text) if size is None else size), flags))


def msgrcv(queue, room, wanted=0, flags=0):
    buffer = ctypes.create_string_buffer(8 + max(room, 0))
    return result(libc.msgrcv(queue, buffer, ctypes.c_size_t(room), ctypes.c_long(wanted), flags))


def expect(what, wanted):
    if what != wanted:
        sys.exit(f"{what}, not {wanted}")


queues = set()


def make_queue(mode=0o600, key=IPC_PRIVATE):
    queue = msgget(key, IPC_CREAT | IPC_EXCL | mode)
    if queue < 0:
        sys.exit(f"msgget: {os.strerror(-queue)}")
    queues.add(queue)
    return queue


def remove_queue(queue):
    queues.remove(queue)
    expect(msgctl(queue, IPC_RMID), 0)


@atexit.register
def remove_rest():
    """Of a program that failed."""
    while queues:
        msgctl(queues.pop(), IPC_RMID)


def change(queue, **fields):
    """IPC_SET."""
    ds = MsqidDs()
    expect(msgctl(queue, IPC_STAT, ctypes.byref(ds)), 0)
    for name, value in fields.items():
        setattr(ds, name, value)
    return msgctl(queue, IPC_SET, ctypes.byref(ds))


def say(value):
    os.write(1, json.dumps(value).encode() + b"\n")


def row_of(queue):
    """What /proc/sysvipc/msg says: messages, bytes, last sender, last receiver."""
    with open("/proc/sysvipc/msg", encoding="ascii") as f:
        names, *rows = [line.split() for line in f]
    (row,) = [dict(zip(names, row)) for row in rows if row[1] == str(queue)]
    return [int(row[name]) for name in ("qnum", "cbytes", "lspid", "lrpid")]


def say_ipcs(queue):
    """What `ipcs -q -i` says of it."""
    text = subprocess.run(["ipcs", "-q", "-i", str(queue)], check=True, stdout=subprocess.PIPE, encoding="ascii").stdout
    say({name: int(value) for name, value in re.findall(r"(\w+)=\s*(\d+)", text)})


def carried():
    """Messages of all lengths and types, asked for in all ways. After each call: what it returned, and the queue's row."""
    def tell(ret):
        say([ret, *row_of(queue)])

    call_me("carrier")
    queue = make_queue()
    tell(msgsnd(queue, 3, b"three"))
    tell(msgsnd(queue, 1, b"one"))
    tell(msgsnd(queue, FAR, b"beyond 32 bits"))
    tell(msgsnd(queue, 2, b""))
    tell(msgrcv(queue, 100, FAR))
    tell(msgrcv(queue, 100, -2))
    tell(msgrcv(queue, 2, 3))  # E2BIG
    tell(msgrcv(queue, 2, 3, MSG_NOERROR))
    tell(msgsnd(queue, 1, b"x" * 5000))  # longer than the kernel keeps in one piece
    tell(msgrcv(queue, 8000, 1, IPC_NOWAIT | MSG_COPY))  # a copy of the second; ENOSYS where there is no checkpointing
    tell(msgrcv(queue, 8000, 1, MSG_EXCEPT))
    tell(msgrcv(queue, 8000, FAR + 1, IPC_NOWAIT))  # ENOMSG
    tell(msgrcv(queue, 8000, -FAR))
    remove_queue(queue)


def copied():
    """MSG_COPY asks for a message by its place in the queue, not by a type."""
    call_me("copier")
    queue = make_queue()
    expect(msgsnd(queue, 7, b"a message"), 0)
    if msgrcv(queue, 100, 0, IPC_NOWAIT | MSG_COPY) != -errno.ENOSYS:
        expect(msgrcv(queue, 100, 7, IPC_NOWAIT | MSG_COPY), -errno.ENOMSG)
        expect(msgrcv(queue, 1, 0, IPC_NOWAIT | MSG_COPY), -errno.E2BIG)
    remove_queue(queue)


def timed(run, wanted):
    """Says how long it took, in ns."""
    begin = time.monotonic_ns()
    ret = run()
    say(time.monotonic_ns() - begin)
    expect(ret, wanted)


def handover():
    """receiver waits for type 7, past a message of type 1; then sender waits for room for 14 bytes."""
    call_me("parent")
    queue = make_queue()
    say(queue)
    expect(change(queue, qbytes=20), 0)
    receiver = child("receiver", lambda: timed(lambda: msgrcv(queue, 100, 7), 6))
    until_asleep(receiver, "msgrcv")
    say_ipcs(queue)
    time.sleep(0.1)
    expect(msgsnd(queue, 1, b"not for it"), 0)
    until_asleep(receiver, "msgrcv")
    time.sleep(0.1)
    expect(msgsnd(queue, 7, b"for it"), 0)
    reap(receiver)
    say_ipcs(queue)
    sender = child("sender", lambda: timed(lambda: msgsnd(queue, 2, b"no room for it"), 0))
    until_asleep(sender, "msgsnd")
    say_ipcs(queue)
    time.sleep(0.1)
    expect(msgrcv(queue, 100), 10)
    reap(sender)
    say_ipcs(queue)
    remove_queue(queue)


def too_long():
    """small has room for 4 bytes and large for 100 when a message of 6 comes: small gets E2BIG, large the message. The next
    one finds nobody but small, and stays."""
    call_me("parent")
    queue = make_queue()

    def small():
        for _ in range(2):
            expect(msgrcv(queue, 4), -errno.E2BIG)
        expect(msgrcv(queue, 4, 0, MSG_NOERROR), 4)

    one = child("small", small)
    until_asleep(one, "msgrcv")
    two = child("large", lambda: expect(msgrcv(queue, 100), 6))
    until_asleep(two, "msgrcv")
    expect(msgsnd(queue, 1, b"6bytes"), 0)
    reap(two)
    until_asleep(one, "msgrcv")
    expect(msgsnd(queue, 1, b"5byte"), 0)
    reap(one)
    remove_queue(queue)


def no_bytes():
    """Messages without a byte: a queue has room for as many of them as for bytes. They wake, too."""
    call_me("parent")
    queue = make_queue()
    receiver = child("receiver", lambda: expect(msgrcv(queue, 0), 0))
    until_asleep(receiver, "msgrcv")
    expect(msgsnd(queue, 1, b""), 0)
    reap(receiver)
    expect(change(queue, qbytes=2), 0)
    for _ in range(2):
        expect(msgsnd(queue, 1, b""), 0)
    expect(msgsnd(queue, 1, b"", IPC_NOWAIT), -errno.EAGAIN)
    sender = child("sender", lambda: expect(msgsnd(queue, 1, b""), 0))
    until_asleep(sender, "msgsnd")
    expect(msgrcv(queue, 0), 0)
    reap(sender)
    remove_queue(queue)


def threads():
    """A thread receives, sleeping, what the first thread sends; then the other way round."""
    call_me("first")
    queue = make_queue()
    ready = []

    def run():
        call_me("second")
        ready.append(threading.get_native_id())
        expect(msgrcv(queue, 100, 1), 4)
        expect(change(queue, qbytes=4), 0)
        expect(msgsnd(queue, 2, b"back"), 0)
        expect(msgsnd(queue, 2, b"more"), 0)

    thread = threading.Thread(target=run)
    thread.start()
    while not ready:
        time.sleep(0.005)
    until_asleep(f"{os.getpid()}/task/{ready[0]}", "msgrcv")
    expect(msgsnd(queue, 1, b"from"), 0)
    until_asleep(f"{os.getpid()}/task/{ready[0]}", "msgsnd")
    say(row_of(queue))
    expect(msgrcv(queue, 100), 4)
    thread.join()
    remove_queue(queue)


def switches(pid):
    """How often it has gone to sleep."""
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", f.read(), re.M)[1])


def change_under(sleeper, queue, **fields):
    """An IPC_SET for which sleeper wakes, to go to sleep anew."""
    before = switches(sleeper)
    expect(change(queue, **fields), 0)
    for _ in range(12000):
        if switches(sleeper) > before:
            until_asleep(sleeper, "msgrcv", "msgsnd")
            return
        time.sleep(0.005)
    sys.exit("IPC_SET did not wake it")


def resized():
    """IPC_SET wakes whoever receives, whatever it sets, and whoever sends if he has room then. The last one takes the
    receiver's right to read away."""
    call_me("owner")
    queue, small = make_queue(0o666), make_queue()
    with open("/proc/sys/kernel/msgmnb", encoding="ascii") as f:
        most = int(f.read())

    def visit():
        os.setuid(NOBODY)
        expect(msgrcv(queue, 100), -errno.EACCES)

    receiver = child("receiver", visit)
    until_asleep(receiver, "msgrcv")
    change_under(receiver, queue, mode=0o644)
    expect(change(queue, mode=0o600), 0)
    reap(receiver)
    expect(change(small, qbytes=4), 0)
    sender = child("sender", lambda: expect(msgsnd(small, 1, b"12 bytes of."), 0))
    until_asleep(sender, "msgsnd")
    asleep = switches(sender)
    expect(change(small, qbytes=11), 0)
    time.sleep(0.05)
    say(switches(sender) - asleep)
    expect(change(small, qbytes=most), 0)
    reap(sender)
    for q in queue, small:
        remove_queue(q)


def interrupted():
    """A signal for a receiver and one for a sender."""
    call_me("parent")
    queue = make_queue()
    expect(change(queue, qbytes=4), 0)
    signal.signal(signal.SIGUSR1, lambda *_: None)
    for name, run in ("receiver", lambda: msgrcv(queue, 100)), ("sender", lambda: msgsnd(queue, 1, b"12 bytes of.")):
        pid = child(name, lambda run=run: expect(run(), -errno.EINTR))
        until_asleep(pid, "msgrcv", "msgsnd")
        os.kill(pid, signal.SIGUSR1)
        reap(pid)
    remove_queue(queue)


def refused_to_others(queue, key, most):
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    ds = MsqidDs()
    expect(msgsnd(queue, 1, b"mine"), -errno.EACCES)
    expect(msgrcv(queue, 100), -errno.EACCES)
    expect(msgget(key, 0o600), -errno.EACCES)
    expect(msgctl(queue, IPC_STAT, ctypes.byref(ds)), -errno.EACCES)
    ds.qbytes = most
    expect(msgctl(queue, IPC_SET, ctypes.byref(ds)), -errno.EPERM)
    expect(msgctl(queue, IPC_RMID), -errno.EPERM)
    own = msgget()
    expect(change(own, qbytes=most + 1), -errno.EPERM)  # its own, but beyond kernel.msgmnb
    expect(msgctl(own, IPC_RMID), 0)


def half_readable():
    """The address of a message whose type can be read, and its text not."""
    at = libc.mmap(None, ctypes.c_size_t(8192), mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1,
                   ctypes.c_long(0))
    libc.munmap(ctypes.c_void_p(at + 4096), ctypes.c_size_t(4096))
    ctypes.c_long.from_address(at + 4088).value = 5
    return ctypes.c_void_p(at + 4088)


def dropped(data, before):
    """data, of which all behind the first `before` bytes is on a page that is not in memory until the kernel wants it."""
    with tempfile.TemporaryFile() as f:
        f.write(bytes(4096 - before) + data + bytes(4096))
        f.flush()
        pages = mmap.mmap(f.fileno(), 8192, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_WRITE)
    at = ctypes.addressof(ctypes.c_char.from_buffer(pages))
    expect(pages[0], 0)  # brings both in
    pages.madvise(mmap.MADV_DONTNEED, 4096, 4096)
    return pages, ctypes.c_void_p(at + 4096 - before)


def late():
    """What is not in memory when the call begins: of an IPC_SET the limit, of messages the type."""
    call_me("late")
    queue = make_queue()
    ds = MsqidDs()
    expect(msgctl(queue, IPC_STAT, ctypes.byref(ds)), 0)
    ds.qbytes = 100
    pages, at = dropped(bytes(ds), 48)
    expect(msgctl(queue, IPC_SET, at), 0)
    for mtype, ret in (6, 0), (0, -errno.EINVAL):
        pages, at = dropped(bytes(message(mtype, b"text")), 0)
        expect(result(libc.msgsnd(queue, at, ctypes.c_size_t(4), 0)), ret)
    del pages
    remove_queue(queue)


def limits():
    for name in "msgmax", "msgmnb":
        with open(f"/proc/sys/kernel/{name}", encoding="ascii") as f:
            yield int(f.read())


def failures():
    """Each call that fails, and why."""
    call_me("failing")
    longest, most = limits()
    key = 0x3bc7ace ^ os.getpid()
    expect(msgget(key, 0), -errno.ENOENT)
    queue, keyed = make_queue(), make_queue(key=key)
    expect(msgget(key, IPC_CREAT | IPC_EXCL | 0o600), -errno.EEXIST)
    expect(msgget(key, IPC_CREAT | 0o600), keyed)
    expect(msgsnd(queue, 0, b"of no type"), -errno.EINVAL)
    expect(msgsnd(queue, -1, b"of a type below 0"), -errno.EINVAL)
    expect(msgsnd(queue, 1, b"", size=longest + 1), -errno.EINVAL)
    expect(result(libc.msgsnd(queue, ctypes.c_void_p(8), ctypes.c_size_t(4), 0)), -errno.EFAULT)
    expect(result(libc.msgsnd(queue, half_readable(), ctypes.c_size_t(4), 0)), -errno.EFAULT)
    expect(msgrcv(queue, 100, 0, IPC_NOWAIT), -errno.ENOMSG)
    expect(msgsnd(queue, 1, b"a message"), 0)
    expect(msgrcv(queue, 100, 2, IPC_NOWAIT), -errno.ENOMSG)
    expect(msgrcv(queue, 100, 1, IPC_NOWAIT | MSG_EXCEPT), -errno.ENOMSG)
    expect(msgrcv(queue, 100, 0, MSG_COPY), -errno.EINVAL)
    expect(msgrcv(queue, 4), -errno.E2BIG)
    expect(msgrcv(queue, -1), -errno.EINVAL)
    expect(change(queue, qbytes=10), 0)
    expect(msgsnd(queue, 1, b"no room", IPC_NOWAIT), -errno.EAGAIN)
    expect(result(libc.msgrcv(queue, ctypes.c_void_p(8), ctypes.c_size_t(100), ctypes.c_long(0), 0)), -errno.EFAULT)
    say(row_of(queue))  # it took the message out, and nobody has it
    expect(msgctl(queue, 99), -errno.EINVAL)
    expect(msgctl(queue, IPC_STAT, ctypes.c_void_p(8)), -errno.EFAULT)
    expect(msgctl(queue, IPC_SET, ctypes.c_void_p(8)), -errno.EFAULT)
    reap(child("visitor", lambda: refused_to_others(queue, key, most)))
    receiver = child("receiver", lambda: expect(msgrcv(queue, 100), -errno.EIDRM))
    until_asleep(receiver, "msgrcv")
    sender = child("sender", lambda: expect(msgsnd(queue, 1, b"12 bytes of."), -errno.EIDRM))
    until_asleep(sender, "msgsnd")
    remove_queue(queue)
    reap(receiver)
    reap(sender)
    expect(msgsnd(queue, 1, b"too late"), -errno.EINVAL)
    expect(msgrcv(0x7fffffff, 100), -errno.EINVAL)
    remove_queue(keyed)


def stuck():
    """Four sleep until stdin is closed. typed waits for type 7, and that is what sender has for it: but there is no room."""
    call_me("holder")
    queue, empty = make_queue(), make_queue()
    expect(change(queue, qbytes=20), 0)
    expect(msgsnd(queue, 1, b"12 bytes of."), 0)
    sleepers = [
        child("typed", lambda: msgrcv(queue, 100, 7)),
        child("lowest", lambda: msgrcv(empty, 100, -FAR)),
        child("except", lambda: msgrcv(queue, 100, 1, MSG_EXCEPT)),
        child("sender", lambda: msgsnd(queue, 7, b"12 bytes of.")),
    ]
    for sleeper in sleepers:
        until_asleep(sleeper, "msgrcv", "msgsnd")
    print(queue, empty, os.getpid(), *sleepers, flush=True)
    sys.stdin.read()
    for q in queue, empty:
        remove_queue(q)
    for sleeper in sleepers:
        reap(sleeper)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
