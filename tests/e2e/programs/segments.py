#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Small programs with shared memory for segments.bats: segments.py NAME [ARGUMENT].

They are their own witness: each prints, one JSON object a line, what /proc says while they run.
"""
import ctypes
import errno
import fcntl
import json
import mmap
import os
import resource
import signal
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
libc.shmat.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
libc.shmdt.argtypes = (ctypes.c_void_p,)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
libc.mprotect.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
libc.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
libc.mremap.restype = ctypes.c_void_p
libc.mremap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int)
IPC_CREAT, IPC_EXCL, IPC_RMID, IPC_STAT, SHM_RDONLY = 0o1000, 0o2000, 0, 2, 0o10000
PAGE = 4096
RW = mmap.PROT_READ | mmap.PROT_WRITE
F_ADD_SEALS = 1033


def tell(**what):
    os.write(1, (json.dumps(what) + "\n").encode())


def segment(shmid):
    """Its line of /proc/sysvipc/shm, None when there is none."""
    with open("/proc/sysvipc/shm", encoding="ascii") as f:
        names = f.readline().split()
        for line in f:
            row = dict(zip(names, map(int, line.split()[:2] + [int(line.split()[2], 8)] + line.split()[3:])))
            if row["shmid"] == shmid:
                return row
    return None


def step(name, shmid):
    row = segment(shmid)
    tell(step=name, pid=os.getpid(), **({k: row[k] for k in ("nattch", "size", "key", "perms")} if row else {"nattch": None}))


def page_number(address):
    with open("/proc/self/pagemap", "rb", buffering=0) as f:
        f.seek(address // PAGE * 8)
        entry = int.from_bytes(f.read(8), "little")
    return entry & (1 << 55) - 1 if entry >> 63 else None


def touch(address, page, write):
    cell = ctypes.c_ubyte.from_address(address + page * PAGE)
    if write:
        cell.value = 1
    elif cell.value > 255:
        sys.exit("no byte")
    tell(touched=page, pid=os.getpid(), pfn=page_number(address + page * PAGE))


def shmget(key, size, flags):
    found = libc.shmget(ctypes.c_int(key), ctypes.c_size_t(size), ctypes.c_int(flags))
    tell(shmget=size, ret=found if found >= 0 else -ctypes.get_errno())
    return found


def child(run):
    pid = os.fork()
    if pid == 0:
        run()
        os._exit(0)
    return pid


def life(key=None):
    key = int(key) if key else 0x7E570000 | os.getpid() & 0xFFFF
    shmid = shmget(key, 10000, IPC_CREAT | IPC_EXCL | 0o600)
    step("made", shmid)
    shmget(key, 10000, IPC_CREAT | IPC_EXCL | 0o600)
    shmget(key, 20000, 0)
    shmget(key + 1, 20000, 0)
    shmget(key, 100, IPC_CREAT | 0o600)
    shmget(0, 0, IPC_CREAT | 0o600)
    at = libc.shmat(shmid, None, 0)
    step("attached", shmid)
    again = libc.shmat(shmid, None, SHM_RDONLY)
    step("again", shmid)
    libc.munmap(at + PAGE, PAGE)
    step("cut", shmid)
    r, w = os.pipe()
    pid = child(lambda: (step("inherited", shmid), os.read(r, 1), os.kill(os.getpid(), signal.SIGKILL)))
    os.close(r)
    libc.shmctl(shmid, IPC_RMID, None)
    os.write(w, b".")
    os.waitpid(pid, 0)
    step("marked", shmid)
    libc.shmdt(again)
    step("detached", shmid)
    libc.shmdt(at)
    step("gone", shmid)
    libc.shmdt(at)
    libc.shmctl(shmid, IPC_STAT, None)


def execs():
    """An attach that goes by exec, and a segment that is destroyed by it."""
    shmid = shmget(0, PAGE, IPC_CREAT | 0o600)
    libc.shmat(shmid, None, 0)
    libc.shmctl(shmid, IPC_RMID, None)
    step("marked", shmid)
    os.execv("/bin/true", ["true"])


def pages():
    """Parent and child touch pages of one segment in different orders, and inside a call."""
    shmid = shmget(0, 8 * PAGE, IPC_CREAT | 0o600)
    at = libc.shmat(shmid, None, 0)
    libc.shmctl(shmid, IPC_RMID, None)
    for page in (0, 5, 3):
        touch(at, page, True)
    with open("/dev/zero", "rb", buffering=0) as f:
        libc.read(f.fileno(), ctypes.c_void_p(at + 6 * PAGE), 1)
    tell(touched=6, pid=os.getpid(), pfn=page_number(at + 6 * PAGE))
    touch(at, 0, False)

    def all_of_it():
        for page in range(8):
            touch(at, page, page == 7)

    os.waitpid(child(all_of_it), 0)


def forbidden():
    shmid = shmget(0, PAGE, IPC_CREAT | 0o600)
    at = libc.shmat(shmid, None, SHM_RDONLY)
    libc.shmctl(shmid, IPC_RMID, None)
    touch(at, 0, False)
    touch(at, 0, True)


def dies(run):
    """Of which signal."""
    pid = os.fork()
    if pid == 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        run()
        os._exit(0)
    return os.WTERMSIG(os.waitpid(pid, 0)[1])


def refused():
    """Accesses beyond the end of a file, and to what mprotect took away; in user code and inside a call."""
    memfd = os.memfd_create("short", 0)
    os.ftruncate(memfd, PAGE)
    at = libc.mmap(None, 3 * PAGE, RW, mmap.MAP_SHARED, memfd, 0)
    tell(signal=dies(lambda: touch(at, 1, True)))
    r, w = os.pipe()
    tell(ret=libc.write(w, ctypes.c_void_p(at + PAGE), 1), errno=ctypes.get_errno())
    os.ftruncate(memfd, 3 * PAGE)
    touch(at, 1, True)
    shmid = shmget(0, 4 * PAGE, IPC_CREAT | 0o600)
    at = libc.shmat(shmid, None, 0)
    libc.shmctl(shmid, IPC_RMID, None)
    touch(at, 2, True)
    step("whole", shmid)
    libc.mprotect(at + 2 * PAGE, PAGE, mmap.PROT_READ)
    step("split", shmid)
    tell(signal=dies(lambda: touch(at, 2, True)))
    libc.mprotect(at + PAGE, PAGE, 0)
    tell(signal=dies(lambda: touch(at, 1, False)))


def partly_protected():
    """mprotect over two segments with nothing mapped behind them; then over one of both ways and one for reading, twice;
    then of nothing at all; and of an address that is none."""
    area = libc.mmap(None, 8 * PAGE, 0, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    libc.munmap(area, 8 * PAGE)
    ids = [shmget(0, 2 * PAGE, IPC_CREAT | 0o600) for _ in range(2)]
    for i, shmid in enumerate(ids):
        libc.shmat(shmid, ctypes.c_void_p(area + i * 2 * PAGE), 0)
        libc.shmctl(shmid, IPC_RMID, None)
    fails("hole", lambda: raising(libc.mprotect(area, 6 * PAGE, mmap.PROT_READ)))
    tell(ids=ids, rights=[rights_at(area + i * PAGE) for i in range(4)])
    fd = os.memfd_create("readonly", 0)
    os.ftruncate(fd, PAGE)
    fd = os.open(f"/proc/self/fd/{fd}", os.O_RDONLY)
    libc.mmap(area + 4 * PAGE, PAGE, mmap.PROT_READ, mmap.MAP_SHARED | 0x10, fd, 0)
    fails("denied", lambda: raising(libc.mprotect(area + 3 * PAGE, 2 * PAGE, RW)))
    tell(before=rights_at(area + 3 * PAGE))
    fails("again", lambda: raising(libc.mprotect(area + 3 * PAGE, 2 * PAGE, RW)))
    fails("nothing", lambda: raising(libc.mprotect(area + 4 * PAGE, PAGE, RW)))
    fails("invalid", lambda: raising(libc.mprotect(area + 1, PAGE, RW)))


def in_the_way():
    """mmap with MAP_FIXED over a part of a segment, of a file that refuses; then mremap that may not grow, where it is refused
    after it unmapped, or before."""
    shmid = shmget(0, 4 * PAGE, IPC_CREAT | 0o600)
    at = libc.shmat(shmid, None, 0)
    libc.shmctl(shmid, IPC_RMID, None)
    fd = os.open("/sys/kernel/mm/transparent_hugepage/enabled", os.O_RDONLY)
    fails("mmap", lambda: raising(mapped_at(libc.mmap(at + PAGE, PAGE, mmap.PROT_READ, mmap.MAP_SHARED | 0x10, fd, 0))))
    tell(left=[rights_at(at + i * PAGE) for i in range(4)])
    step("mmap", shmid)
    private = libc.mmap(None, PAGE, RW, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    limit = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (PAGE, limit[1]))
    moved = libc.mremap(private, PAGE, PAGE, 1 | 2 | 4, ctypes.c_void_p(at + 3 * PAGE))  # MREMAP_DONTUNMAP
    error = ctypes.get_errno()
    resource.setrlimit(resource.RLIMIT_AS, limit)
    tell(call="mremap", error=errno.errorcode[error] if mapped_at(moved) else None)
    tell(left=[rights_at(at + i * PAGE) for i in range(4)])
    step("mremap", shmid)


def mapped_at(addr):
    """-1: MAP_FAILED."""
    return -1 if addr == ctypes.c_void_p(-1).value else 0


def rights_at(addr):
    with open("/proc/self/maps", encoding="utf-8") as maps:
        for line in maps:
            start, end = (int(x, 16) for x in line.split()[0].split("-"))
            if start <= addr < end:
                return line.split()[1]
    return None


def fails(name, call):
    try:
        call()
        tell(call=name, error=None)
    except OSError as e:
        tell(call=name, error=errno.errorcode[e.errno])


def raising(ret):
    if ret == -1:
        raise OSError(ctypes.get_errno(), "")


def names():
    """What shm_open, shm_unlink and memfd_create refuse."""
    path = f"/dev/shm/ipctrace-{os.getpid()}"
    tell(path=path)
    fails("openat", lambda: os.open(path, os.O_RDWR))
    fails("unlink", lambda: os.unlink(path))
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    fails("openat", lambda: os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    def stranger():
        os.setuid(65534)
        fails("openat", lambda: os.open(path, os.O_RDWR))
        fails("unlink", lambda: os.unlink(path))

    os.waitpid(child(stranger), 0)
    os.unlink(path)
    fails("memfd_create", lambda: raising(libc.memfd_create(b"no-such-flag", 0x8000)))
    fails("memfd_create", lambda: raising(libc.memfd_create(ctypes.c_void_p(8), 0)))
    # Names of other things.
    for other in (path + "/x", "/dev/shmem", "/dev/shm/"):
        fails("other", lambda: os.open(other, os.O_RDWR))


def seals():
    """What seals and the way it was opened refuse on a file in memory."""
    fd = os.memfd_create("sealed", os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, 2 * PAGE)
    fails("fallocate", lambda: os.posix_fallocate(fd, 0, 4 * PAGE))
    tell(size=os.fstat(fd).st_size)
    fcntl.fcntl(fd, F_ADD_SEALS, 2 | 4)  # F_SEAL_SHRINK, F_SEAL_GROW
    fails("ftruncate", lambda: os.ftruncate(fd, PAGE))
    fails("ftruncate", lambda: os.ftruncate(fd, 8 * PAGE))
    fails("fallocate", lambda: raising(libc.fallocate(fd, 0, ctypes.c_long(0), ctypes.c_long(8 * PAGE))))
    at = mmap.mmap(fd, PAGE, mmap.MAP_SHARED, RW)
    fails("fcntl", lambda: fcntl.fcntl(fd, F_ADD_SEALS, 8))  # F_SEAL_WRITE
    at.close()
    fcntl.fcntl(fd, F_ADD_SEALS, 8 | 1)  # and F_SEAL_SEAL
    fails("fcntl", lambda: fcntl.fcntl(fd, F_ADD_SEALS, 8))
    fails("mmap", lambda: mmap.mmap(fd, PAGE, mmap.MAP_SHARED, RW))
    path = f"/dev/shm/ipctrace-{os.getpid()}"
    os.ftruncate(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), PAGE)
    fd = os.open(path, os.O_RDONLY)
    os.unlink(path)
    fails("ftruncate", lambda: os.ftruncate(fd, PAGE))
    fails("mmap", lambda: mmap.mmap(fd, PAGE, mmap.MAP_SHARED, RW))
    at = libc.mmap(None, PAGE, mmap.PROT_READ, mmap.MAP_SHARED, fd, 0)
    fails("mprotect", lambda: raising(libc.mprotect(at, PAGE, RW)))
    shmid = shmget(0, PAGE, IPC_CREAT | 0o600)
    at = libc.shmat(shmid, None, SHM_RDONLY)
    libc.shmctl(shmid, IPC_RMID, None)
    fails("mprotect", lambda: raising(libc.mprotect(at, PAGE, RW)))


def forced():
    """kernel.shm_rmid_forced, which it sets for its IPC namespace: segments go without IPC_RMID."""
    with open("/proc/sys/kernel/shm_rmid_forced", "w", encoding="ascii") as f:
        f.write("1")

    def maker():
        shmget(0x11, PAGE, IPC_CREAT | 0o600)
        libc.shmat(shmget(0x22, PAGE, IPC_CREAT | 0o600), None, 0)

    os.waitpid(child(maker), 0)
    for key in (0x11, 0x22):
        shmget(key, 0, 0)


def files():
    path = f"/dev/shm/ipctrace-{os.getpid()}"
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.ftruncate(fd, 10000)
    at = libc.mmap(None, 10000, RW, mmap.MAP_SHARED, fd, 0)
    part = libc.mmap(None, PAGE, mmap.PROT_READ, mmap.MAP_SHARED, fd, PAGE)
    private = libc.mmap(None, PAGE, RW, mmap.MAP_PRIVATE, fd, 0)
    # Still shared, though the kernel clears its VM_SHARED.
    reader = os.open(path, os.O_RDONLY)
    readonly = libc.mmap(None, PAGE, mmap.PROT_READ, mmap.MAP_SHARED, reader, 0)
    os.unlink(path)
    tell(path=path, ino=os.fstat(fd).st_ino, links=os.fstat(fd).st_nlink, at=at, part=part, private=private,
         readonly=readonly)
    memfd = os.memfd_create("hello", 0)
    os.ftruncate(memfd, PAGE)
    moved = libc.mmap(None, PAGE, RW, mmap.MAP_SHARED, memfd, 0)
    moved = libc.mremap(moved, PAGE, 2 * PAGE, 1)
    anonymous = libc.mmap(None, 4 * PAGE, RW, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS, -1, 0)
    touch(anonymous, 2, True)
    os.waitpid(child(lambda: touch(anonymous, 2, False)), 0)
    libc.munmap(at, 12288)


def grows():
    """A mapping that mremap cuts, and makes longer again where it is, is one; a child inherits it so."""
    shmid = shmget(0, 3 * PAGE, IPC_CREAT | 0o600)
    at = libc.shmat(shmid, None, 0)
    libc.mremap(at, 3 * PAGE, PAGE, 0)
    libc.mremap(at, PAGE, 2 * PAGE, 0)
    step("grown", shmid)
    pid = child(lambda: time.sleep(0.2))
    step("forked", shmid)
    os.waitpid(pid, 0)
    libc.shmctl(shmid, IPC_RMID, None)


def several(gap):
    """mremap of memory of two files at once (6.17), with private memory or, if gap, a hole between them."""
    base, to = (libc.mmap(None, 8 * PAGE, 0, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0) for _ in range(2))
    for name, at, n, prot in ("a", base, 2, RW), ("b", base + 3 * PAGE, 2, mmap.PROT_READ):
        fd = os.memfd_create(name)
        os.ftruncate(fd, 4 * PAGE)
        libc.mmap(at, n * PAGE, prot, mmap.MAP_SHARED | 0x10, fd, PAGE)  # MAP_FIXED
    if gap == "gap":
        libc.munmap(base + 2 * PAGE, PAGE)
        libc.munmap(to + 2 * PAGE, PAGE)
    moved = libc.mremap(base, 5 * PAGE, 5 * PAGE, 1 | 2, ctypes.c_void_p(to)) == to  # MAYMOVE, FIXED
    with open("/proc/self/maps", encoding="ascii") as f:
        rows = [line.split() for line in f if "/memfd:" in line]
    ends = [[int(x, 16) for x in row[0].split("-")] for row in rows]
    tell(moved=moved, maps=[[start, end - start, int(row[2], 16), row[5][1:]] for row, (start, end) in zip(rows, ends)])


def hole():
    """A child does not inherit the second page."""
    shmid = shmget(0, 3 * PAGE, IPC_CREAT | 0o600)
    at = libc.shmat(shmid, None, 0)
    libc.shmctl(shmid, IPC_RMID, None)
    libc.madvise(ctypes.c_void_p(at + PAGE), PAGE, 10)  # MADV_DONTFORK
    os.waitpid(child(lambda: touch(at, 1, True)), 0)


def hold():
    """A segment and a memfd, mapped by two processes until somebody kills them."""
    shmid = shmget(0, 3 * PAGE, IPC_CREAT | 0o600)
    at = libc.shmat(shmid, None, 0)
    libc.shmctl(shmid, IPC_RMID, None)
    libc.mmap(None, PAGE, RW, mmap.MAP_SHARED, os.memfd_create("held", 0), 0)
    pid = child(lambda: time.sleep(1000))
    tell(ready=True, shmid=shmid, at=at, pid=os.getpid(), child=pid)
    while True:
        time.sleep(0.01)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
