#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2031 # what stands in single quotes is for an inner shell
# `ipctrace run` on real commands: who did what to which pipe, FIFO or memory, and the causes that it tells.

bats_require_minimum_version 1.5.0
load lib/programs.bash

# bats test_tags=backend,played
@test "yes | head: yes dies of SIGPIPE, the cause is head's close" {
	# head starts when the shell has closed its own copy of the read end, which else might be the last.
	json_of -- sh -c 'yes | {
		there=yes
		while [ "$there" ]; do
			there=
			for fd in /proc/$$/fd/*; do [ ! "$fd" -ef /proc/self/fd/0 ] || there=yes; done
		done
		exec head -3
	}' >out
	[ "$(cat out)" = $'y\ny\ny' ]
	told <<-'END'
		sig = one(kind="signal", event="generated", sig="SIGPIPE")
		head = one(kind="exit", comm="head")
		assert sig["comm"] == "yes" and sig["cause"]["kind"] == "no-readers", sig
		assert sig["cause"]["comm"] == "head" and sig["cause"]["pid"] == head["pid"], sig
		assert sig["cause"]["how"] in ("closed", "exit-closed"), sig
		failed = one(kind="op", comm="yes", error="EPIPE")
		assert failed["cause"] == sig["cause"], (failed, sig)
		closes = pick(kind="object", comm="head", object=failed["object"], end="read", released=True)
		closes = [c for c in closes if c["event"] != "released"]
		assert len(closes) == 1 and closes[0]["event"] == sig["cause"]["how"], closes
		assert one(kind="exit", comm="yes")["signal"] == "SIGPIPE"
		assert one(kind="exit", comm="sh")["status"] == 0
		assert one(kind="summary")["lost"] == 0
	END
}

# By a FIFO, for of a pipe the shell has the read end too, and may be the last to close it.
@test "yes into head in text: the sentence names SIGPIPE, and head's close as its cause" {
	run -0 --separate-stderr "$IPCTRACE" --backend "$backend" run -- sh -c 'mkfifo p; yes >p & exec head -3 <p'
	echo "$output"
	[ "$stderr" = $'y\ny\ny' ]
	[[ $output == *SIGPIPE* ]]
	[[ $output =~ head[^$'\n']*clos ]]
}

@test "seq | tail: everything is read, the end of file is seq's exit" {
	json_of -- sh -c 'seq 1 20000 | tail -1' >out
	[ "$(cat out)" = 20000 ]
	told <<-'END'
		written = sum(op["ret"] for op in pick(kind="op", comm="seq", **{"class": "write"}))
		end = one(kind="op", comm="tail", op="read", ret=0)
		reads = pick(kind="op", comm="tail", op="read", object=end["object"])
		assert written == sum(op["ret"] for op in reads) == 108894, written
		assert end["cause"]["kind"] == "no-writers" and end["cause"]["comm"] == "seq", end
		assert end["cause"]["how"] in ("closed", "exit-closed"), end
		assert not pick(kind="signal", sig="SIGPIPE")
		assert one(kind="exit", comm="seq")["status"] == 0 == one(kind="exit", comm="tail")["status"]
	END
}

# bats test_tags=backend,played
@test "process substitution: two pipes, each read to its end" {
	json_of -- bash -c 'diff <(seq 3) <(seq 3)'
	told <<-'END'
		# Where bash looks a user up, it asks a name service by sockets.
		pipes = {line["object"] for line in pick(kind="object", event="created") if line["object"].startswith("pipe:")}
		assert len(pipes) == 2, pipes
		for pipe in pipes:
		    reads = pick(kind="op", comm="diff", op="read", object=pipe)
		    assert [op["ret"] for op in reads if op["ret"]] == [6], reads
		    assert reads[-1]["ret"] == 0, reads
		    gone = pick(kind="object", object=pipe, end="write", released=True)
		    last = [o for o in gone if o["event"] != "released"][-1]
		    # A backend that sees the kernel's own release takes its time.
		    when = ([o for o in gone if o["event"] == "released"] or [last])[-1]["t"]
		    cause = reads[-1]["cause"]
		    assert cause["kind"] == "no-writers", reads[-1]
		    assert (cause["pid"], cause["how"], cause["t"]) == (last["pid"], last["event"], when), (cause, gone)
		    assert [op["ret"] for op in pick(kind="op", comm="seq", object=pipe, op="write")] == [6]
		assert one(kind="exit", comm="diff")["status"] == 0
	END
}

# bats test_tags=backend,played
@test "FIFO: who opens first sleeps until the partner opens" {
	mkfifo fifo
	program fifo "$work/fifo"
	FIFO=$work/fifo told <<-'END'
		import os
		path = os.environ["FIFO"]
		name = "fifo:" + path
		wait = one(kind="wait", comm="reader", reason="partner")
		assert wait["op"].startswith("open") and wait["object"] == name, wait
		assert wait["cause"]["kind"] == "partner" and wait["opens"] == "read", wait
		begun = one(kind="object", event="opening")
		assert (begun["comm"], begun["end"], begun["path"], begun["object"]) == ("reader", "read", path, name), begun
		assert wait["cause"]["comm"] == "writer" and wait["cause"]["op"].startswith("open"), wait
		assert {(o["comm"], o["end"], o["path"], o["object"]) for o in pick(kind="object", event="opened")} \
		    == {("reader", "read", path, name), ("writer", "write", path, name)}
		assert one(kind="op", comm="writer", op="write", object=name)["ret"] == 11
		assert [op["ret"] for op in pick(kind="op", comm="reader", op="read", object=name)] == [11, 0]
		end = one(kind="op", comm="reader", op="read", ret=0, object=name)
		assert end["cause"]["kind"] == "no-writers" and end["cause"]["comm"] == "writer", end
	END
}

# bats test_tags=backend,played
@test "poll, select and epoll on a pipe: what they wait for, and the write that ends it" {
	program waits
	told <<-'END'
		for comm, reason in (("poller", "poll"), ("selecter", "poll"), ("epoller", "epoll")):
		    wait = one(kind="wait", comm=comm, reason=reason)
		    assert wait["cause"]["kind"] == "event", wait
		    assert wait["cause"]["comm"] == "parent" and wait["cause"]["op"] == "write", wait
		    read = one(kind="op", comm=comm, op="read")
		    assert wait["cause"]["object"] == read["object"], (wait, read)
		    assert (wait["polls"], wait["watches"]) == (1, read["object"]), (wait, read)
		assert len({op["object"] for op in pick(kind="op", op="write", comm="parent")}) == 3
	END
}

# bats test_tags=kernel
@test "a poll, select or epoll that sleeps names the pipes and who holds their other ends" {
	for how in poll select epoll; do
		HOW=$how text_of -- "$PYTHON" -c '
import ctypes, os, select, time
r, w = os.pipe()
s = ctypes.CDLL(None).inotify_init()
open("/proc/self/comm", "w").write("answerer")
if os.fork() == 0:
    os.close(r)
    time.sleep(0.5)
    os._exit(0)
os.close(w)
open("/proc/self/comm", "w").write("asker")
def poll(p):
    p.register(r, 1), p.register(s, 1)
    p.poll()
how = os.environ["HOW"]
if how == "select": select.select([r, s], [], [])
else: poll(getattr(select, how)())
os.wait()'
		case $how in epoll) why='on what the epoll instance watches' ;; *) why='that it polls for' ;; esac
		says "asker sleeps: no event $why: pipe:\[[0-9]+\]; answerer \(fd [0-9]+\) holds the write end and (is not writing|sleeps in clock_nanosleep); and 1 file that is not followed"
	done
}

@test "calls of i386 and x32 are counted, not decoded, and named as no other calls" {
	status=0
	# pause() and getpid(): shmget and, without its bit, getpid of x86_64.
	backend=syscall text_of -- "$PYTHON" -c '
import ctypes, mmap, signal
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(b"\xb8\x1d\x00\x00\x00\xcd\x80\xc3")  # mov $29, %eax; int $0x80; ret
pause = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.1)
pause()
ctypes.CDLL(None).syscall(0x40000000 | 39)' || status=$?
	[ "$status" -eq 3 ]
	says '3 lost \(compat 3\)' # the begin and the sleep of pause(), the begin of getpid()
	says '┌ 32-bit call sleeps'
	! grep -E 'shmget|getpid' text
}

# bats test_tags=kernel
@test "of many holders of a log pipe who may end the sleep is named first, the rest are counted" {
	text_of -- "$PYTHON" -c '
import os, time
r, w = os.pipe()
def child(name, what):
    pid = os.fork()
    if pid: return pid
    open("/proc/self/comm", "w").write(name)
    what()
    os._exit(0)
def shell(n):
    child(f"shell{n}", lambda: shell(n - 1) or os.wait()) if n else child("worker", work)
def work():
    open("works", "w").close()
    time.sleep(2)
shell(5)
os.close(w)
while not os.path.exists("works"): time.sleep(0.02)
time.sleep(0.5)
open("/proc/self/comm", "w").write("asker")
os.read(r, 1)
os.wait()'
	says 'asker sleeps: the pipe is empty; the write end is held by worker \(fd [0-9]+, asleep in clock_nanosleep\), shell[0-9] \(fd [0-9]+, asleep in wait4\), shell[0-9] \(fd [0-9]+, asleep in wait4\) and 3 more'
}

# bats test_tags=backend,played
@test "threads: who reads and who writes are told apart by tid" {
	program threads
	told <<-'END'
		fork = one(kind="fork", thread=True)
		pid, tid = fork["pid"], fork["child"]["tid"]
		assert fork["child"]["pid"] == pid and tid != pid, fork
		wait = one(kind="wait", reason="empty")
		assert (wait["pid"], wait["tid"], wait["comm"]) == (pid, tid, "reader"), wait
		assert wait["cause"]["kind"] == "data", wait
		assert (wait["cause"]["pid"], wait["cause"]["tid"], wait["cause"]["comm"]) == (pid, pid, "main"), wait
		read = one(kind="op", op="read", object=wait["object"])
		write = one(kind="op", op="write", object=wait["object"])
		assert (read["tid"], read["ret"]) == (tid, 21) and (write["tid"], write["ret"]) == (pid, 21)
		ends = pick(kind="exit", pid=pid)
		assert len(ends) == 2 and sorted(end["last"] for end in ends) == [False, True], ends
	END
}

# bats test_tags=backend,played
@test "SCM_RIGHTS: an end that is sent, received and used, and closed last by who received it" {
	program rights
	told <<-'END'
		sent = one(kind="object", event="sent")
		got = one(kind="object", event="received")
		assert (sent["comm"], got["comm"]) == ("sender", "receiver")
		assert sent["end"] == got["end"] == "write" and sent["object"] == got["object"]
		assert sent["file"] == got["file"], (sent, got)
		assert one(kind="op", comm="receiver", op="write", object=got["object"])["ret"] == 29
		end = one(kind="op", comm="sender", op="read", ret=0, object=got["object"])
		assert end["cause"]["kind"] == "no-writers" and end["cause"]["comm"] == "receiver", end
	END
}

# bats test_tags=backend,played
@test "close_range: the last end goes with it, or stays when it fails, only marks, or leaves a shared table" {
	program close_ranges
	told <<-'END'
		ends = [l for l in lines if l["kind"] == "object" and l["event"] == "closed" and l["op"] == "close_range"]
		assert [l["released"] for l in ends] == [False, True], ends
		eof = one(kind="op", op="read", slept=True, ret=0)
		assert eof["cause"]["kind"] == "no-writers" and eof["cause"]["op"] == "close_range", eof
		assert eof["cause"]["pid"] == ends[1]["pid"] != eof["pid"], eof
		assert lines[-1]["lost"] == 0, lines[-1]
	END
}

# bats test_tags=kernel,played
@test "CLONE_FILES: who shares its descriptors closes none of them when it ends" {
	program shared_table
	told <<-'END'
		assert not [l for l in pick(kind="object", event="exit-closed") if l["comm"] == "sharer"]
		close = one(kind="object", event="closed", comm="owner")
		assert close["released"] and close["end"] == "write", close
		eof = one(kind="op", comm="reader", op="read", ret=0)
		assert eof["cause"]["pid"] == close["pid"] and eof["cause"]["how"] == "closed", eof
	END
}

# A fork that goes unseen takes all that the child does along with it.
# bats test_tags=kernel,played
@test "processes that fork at once: each child is followed from its fork to its exit" {
	json_of -- sh -c 'f() { i=0; while [ $i -lt 40 ]; do (:) & (:) & (:) & wait; i=$((i + 1)); done; }; f & f & f & f & wait'
	told <<-'END'
		forks = {l["child"]["pid"] for l in lines if l["kind"] == "fork"}
		ends = {l["pid"] for l in lines if l["kind"] == "exit"}
		assert len(forks) == 4 + 4 * 40 * 3, len(forks)
		assert forks <= ends, forks - ends
		assert lines[-1]["lost"] == 0, lines[-1]
	END
}

# bats test_tags=kernel,played
@test "a daemon that outlives the command is followed to its end" {
	program daemon
	told <<-'END'
		command, daemon = one(kind="exit", comm="command"), one(kind="exit", comm="daemon")
		assert daemon["status"] == 7 and daemon["t"] > command["t"], (command, daemon)
		assert [op["ret"] for op in pick(kind="op", comm="daemon") if op["op"] in ("read", "write")] == [4, 4]
		last = one(kind="summary")
		assert not last["incomplete"] and last["lost"] == 0, last
	END
}

# bats test_tags=backend,played
@test "the kernel uses a description's address again: each has a number of its own" {
	program reused
	told <<-'END'
		made = [o for o in pick(kind="object", event="created") if o["comm"] == "reuser"]
		assert len(made) == 8 and len({o["file"] for o in made}) == 8, made
		for o in made:
		    assert {x["comm"] for x in pick(kind="object", event="closed", file=o["file"])} == {"reuser"}, o
	END
}

# bats test_tags=backend
@test "a close that races with close-on-exec: one story of who was the last, or none" {
	program races
	told <<-'END'
		for eof in (o for o in pick(kind="op", op="read", ret=0, comm="racer") if "cause" in o):
		    woke = [w for w in pick(kind="wait", object=eof["object"], tid=eof["tid"]) if w["t"] <= eof["t"] + eof["duration"]]
		    if woke and woke[-1]["cause"]["kind"] == "last-close":
		        assert woke[-1]["cause"]["pid"] == eof["cause"].get("pid"), (woke[-1], eof)
	END
	text_of -- "$PYTHON" "$programs/programs.py" races
	! grep -A1 "closed the last write end" text | grep "was not seen"
}

# bats test_tags=backend
@test "who exits holds its ends until the exit comes to them, and is told so" {
	text_of -- "$PYTHON" "$programs/programs.py" late_exit
	says "exit closes [^:]*\(last write end\)"
	! grep "not known who" text
}

# bats test_tags=backend,played
@test "splice and tee from another pipe: the reader is woken by what arrives in its own" {
	program moves
	told <<-'END'
		for name in "spliced", "teed":
		    waited = one(kind="wait", comm=name, reason="empty")
		    cause = waited["cause"]
		    assert (cause["kind"], cause["comm"], cause["bytes"]) == ("data", "mover", 1), waited
		    assert cause["object"] == waited["object"] == waited["waker"]["object"], waited
	END
}

# bats test_tags=backend,played
@test "splice and tee between two pipes: who polls both is woken by the one whose queue it was" {
	program polled_moves
	told <<-'END'
		assert one(kind="summary")["lost"] == 0
		for how in "poll", "select", "epoll":
		    for what in "spliced", "teed", "out":
		        name = f"{how}-{what}"
		        waited = [w for w in pick(kind="wait", comm=name) if w["reason"] in ("poll", "epoll")][-1]
		        cause = waited["cause"]
		        both = [o for o in pick(kind="op", comm="mover") if o["op"] in ("splice", "tee")
		                and o["t"] <= waited["t"] and o["t"] + o["duration"] >= waited["woken_at"]]
		        first, second = [o["object"] for o in both][:2]
		        assert first != second, both
		        assert cause["kind"] == "event" and cause["comm"] == "mover", waited
		        assert cause["object"] == (first if what == "out" else second), (name, waited, both)
	END
}

# bats test_tags=kernel
@test "how a program asks whether a pipe is a terminal, or can be sought in, is in JSON alone" {
	text_of -- sh -c 'echo word | "$0" -c "import sys; sys.stdin.read()"' "$PYTHON"
	told <<-'END'
		asked = {(o["op"], o.get("error")) for o in pick(kind="op") if o["op"] in ("ioctl", "lseek")}
		assert {("ioctl", "ENOTTY"), ("lseek", "ESPIPE")} <= asked, asked
	END
	says 'read 5'
	! says '(ioctl|lseek) →' 2>/dev/null
}

# bats test_tags=kernel
@test "a word of shared memory has its object's name, and who had it mapped is told when it is dead" {
	text_of -- "$PYTHON" -c '
import ctypes, mmap, os, signal, time
name = f"/dev/shm/ipctrace-word-{os.getpid()}"
fd = os.open(name, os.O_CREAT | os.O_RDWR, 0o600)
os.ftruncate(fd, 4096)
def attach():
    m = mmap.mmap(fd, 4096)
    return m, ctypes.addressof(ctypes.c_char.from_buffer(m))
holder = os.fork()
if not holder:
    open("/proc/self/comm", "w").write("holder")
    keep = attach()
    signal.pause()
while "ipctrace-word" not in open(f"/proc/{holder}/maps").read(): time.sleep(0.02)
os.kill(holder, 9), os.wait()
open("/proc/self/comm", "w").write("waiter")
m, at = attach()
class Time(ctypes.Structure): _fields_ = [("s", ctypes.c_long), ("ns", ctypes.c_long)]
os.unlink(name)
ctypes.CDLL(None).syscall(202, ctypes.c_void_p(at + 8), 0, 0, ctypes.byref(Time(0, 200000000)), None, 0)'
	says 'waiter sleeps: the word at offset 8 of shmem:/ipctrace-word-[0-9]+ is 0; it waits until somebody changes it and wakes it; nobody else that is traced has it mapped; holder [0-9]+, which had it mapped, died of SIGKILL at '
}
