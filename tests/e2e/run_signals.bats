#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2031 # what stands in single quotes is for an inner shell
# `ipctrace run` on real commands: signals, timers, stops, and the ends of children.

bats_require_minimum_version 1.5.0
load lib/programs.bash

# bats test_tags=kernel,played
@test "a signal that a key makes is the terminal's" {
	program terminal 28
	told <<-'END'
		sig = one(kind="signal", event="generated", sig="SIGQUIT")
		assert sig["comm"] == "typed" and sig["cause"] == {"kind": "terminal"}, sig
		wait = one(kind="wait", comm="typed", reason="empty")
		cause = wait["cause"]
		assert (cause["kind"], cause["sig"], cause["terminal"]) == ("signalled", "SIGQUIT", True), cause
		assert "pid" not in cause, cause
		assert one(kind="exit", comm="typed")["signal"] == "SIGQUIT"
	END
}

busy_cpus() {
	local n
	n=$(nproc)
	for ((; n > 0; n--)); do
		sh -c 'while :; do :; done' 3>&- &
		pids+=("$!")
	done
}

@test "a timer on a busy machine: no bystander is said to have woken the sleeper" {
	busy_cpus
	program naps
	told <<-'END'
		naps = pick(kind="wait", comm="napper", op="clock_nanosleep")
		# One that is preempted on its way to sleep until its timer is over does not sleep.
		assert 10 <= len(naps) <= 20, naps
		# Some kernels hide a task, and do not tell of what an interrupt does meanwhile.
		told = [nap for nap in naps if "waker" in nap]
		assert len(told) >= 5, naps
		wrong = [nap for nap in told if nap["waker"]["ctx"] != "timer" or nap["cause"]["kind"] != "timeout"]
		assert not wrong, f"{len(wrong)} of {len(naps)}: {wrong[0]}"
	END
}

@test "a timer's signal on a busy machine: no bystander is said to have sent it" {
	busy_cpus
	program alarm
	told <<-'END'
		assert len(pick(kind="signal", event="delivered", sig="SIGALRM", comm="alarmed")) == 10
		alarms = pick(kind="signal", event="generated", sig="SIGALRM")
		# Some kernels hide a task, and do not tell of what an interrupt does meanwhile.
		assert 5 <= len(alarms) <= 10, alarms
		wrong = [s for s in alarms if "pid" in s["sender"] or s["cause"]["kind"] != "timer" or "pid" in s["cause"]]
		assert not wrong, f"{len(wrong)} of {len(alarms)}: {wrong[0]}"
		waits = pick(kind="wait", comm="alarmed", reason="empty")
		assert waits, "no read ever slept"
		told = [w for w in waits if "waker" in w]
		assert len(told) >= len(alarms) - 1, waits
		wrong = [w for w in told if w["cause"]["kind"] != "signalled" or "pid" in w["cause"] or "pid" in w["waker"]]
		assert not wrong, f"{len(wrong)} of {len(waits)}: {wrong[0]}"
		wrong = [w for w in waits if w not in told and w["cause"]["kind"] != "unknown"]
		assert not wrong, f"{len(wrong)} of {len(waits)}: {wrong[0]}"
	END
}

# bats test_tags=kernel,played
@test "stopped: by which signal, as long as wait(2) and /proc say, until SIGCONT or SIGKILL, whatever else is pending" {
	program stops times
	told <<-'END'
		stops = pick(kind="wait", reason="stopped")
		rounds = [[int(n) for n in line.split()] for line in open("times", encoding="ascii")]
		assert len(rounds) == 2 and len(stops) == 4, (rounds, stops)
		for name, leads in ("stopped", True), ("thread", False):
		    mine = sorted((s for s in stops if (s["tid"] == s["pid"]) == leads), key=lambda s: s["t"])
		    assert [stop["comm"] for stop in mine] == [name, name], mine
		    assert [stop["waker"]["sig"] for stop in mine] == ["SIGCONT", "SIGKILL"], mine
		    for stop, (pid, parent, before, since, until, after) in zip(mine, rounds):
		        assert stop["pid"] == pid and stop["stopped_by"] == "SIGSTOP" and not stop["open"], stop
		        assert "op" not in stop and "object" not in stop, stop
		        assert until - since <= stop["slept"] <= after - before, (stop, rounds)
		        assert stop["cause"]["kind"] == "signalled" and stop["cause"]["pid"] == parent, stop
	END
}

@test "SIGCHLD under a tracer is its child's, though the tracer's wait makes it" {
	command -v strace >/dev/null || skip "no strace"
	json_of -- strace -f -o /dev/null sh -c 'sh -c "exit 3"; true'
	told <<-'END'
		made = [s for s in pick(kind="signal", event="generated", sig="SIGCHLD", sender__op="wait4", sender__comm="strace")
		        if s["code"] == 1]
		assert made, "strace made none"
		for s in made:
		    child = one(kind="exit", pid=s["cause"]["pid"], status=3)
		    assert s["cause"]["kind"] == "child" and s["cause"]["comm"] == "sh" and s["pid"] != child["pid"], s
	END
}

# bats test_tags=backend,played
@test "vfork: only SIGKILL ends the parent's sleep, not a signal that is pending, until the child is gone" {
	program vforks
	told <<-'END'
		def sleep_of(name):
		    slept = [w for w in pick(kind="wait", comm=name) if w["op"] in ("clone", "clone3", "vfork")]
		    assert len(slept) == 1, slept
		    return slept[0]
		waited = sleep_of("handles")
		sent = one(kind="signal", event="generated", sig="SIGUSR1")
		assert waited["slept_at"] < sent["t"] < waited["t"], (waited, sent)
		assert waited["cause"]["kind"] == "task", waited
		assert waited["waker"]["ctx"] == "exit" and waited["cause"]["pid"] != waited["pid"], waited
		assert one(kind="signal", event="delivered", sig="SIGUSR1")["t"] >= waited["t"]
		killed = sleep_of("killed")
		assert killed["cause"]["kind"] == "signalled" and killed["cause"]["sig"] == "SIGKILL", killed
	END
}

# bats test_tags=backend
@test "a signal of the process is the waker of the thread that it is for, not of another that data wakes" {
	program shared_signal
	told <<-'END'
		assert one(kind="summary")["lost"] == 0
		sent = one(kind="signal", event="generated", sig="SIGUSR1")
		vfork, = [w for w in pick(kind="wait", pid=sent["pid"]) if w["op"] in ("clone", "clone3", "vfork")]
		first, second = pick(kind="wait", comm="reads", reason="empty")[:2]
		# The signal is pending all the time that the first thread cannot take it.
		assert vfork["slept_at"] < sent["t"] < first["woken_at"] < vfork["t"], (sent, first, vfork)
		assert (first["cause"]["kind"], first["cause"]["comm"], first["cause"]["op"]) == ("data", "sender", "write"), first
		assert first["waker"]["ctx"] == "task", first
		assert (second["cause"]["kind"], second["cause"]["sig"]) == ("signalled", "SIGUSR2"), second
		assert (second["cause"]["comm"], second["cause"]["op"]) == ("sender", "kill"), second
	END
}

# bats test_tags=kernel
@test "a signal for a process that is not traced: its name is told" {
	sleep 1000 3>&- &
	target=$!
	until grep -qx sleep "/proc/$target/comm"; do sleep 0.02; done
	json_of -- sh -c "kill -TERM $target"
	wait "$target" || true
	TARGET=$target told <<-'END'
		import os
		sig = one(kind="signal", event="generated", sig="SIGTERM")
		assert (sig["pid"], sig["comm"]) == (int(os.environ["TARGET"]), "sleep"), sig
		assert sig["sender"]["comm"] == "sh", sig
	END
}

# bats test_tags=kernel
@test "two children that end while SIGCHLD is blocked: one signal, and a zombie that none tells of" {
	text_of -- "$PYTHON" -c '
import os, signal, time
signal.signal(signal.SIGCHLD, lambda *a: None)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
for pid in [os.fork() or os._exit(0) for _ in range(2)]:
    while open(f"/proc/{pid}/stat").read().rpartition(") ")[2][0] != "Z": time.sleep(0.01)
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
os.wait(), os.wait()'
	says 'already pending: two SIGCHLD become one; python3 [0-9]+ is a zombie until somebody waits for it'
	told <<-'END'
		end = one(kind="signal", event="generated", sig="SIGCHLD", result="coalesced", comm="python3")
		assert end["child_left"] == "zombie", end
	END
}
