#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# ipctrace --watch: who is stopped, and by whom; that nobody stays stopped or watched, whatever is killed.

bats_require_minimum_version 1.5.0
load lib/watched.bash

# The guards of this test's ipctrace, by its environment: others may watch, too.
guards() {
	local pid
	for pid in $(pgrep '^ipctrace-[sg]'); do
		! grep -qszx "IPCTRACE_TEST_MARK=$key" "/proc/$pid/environ" || echo "$pid"
	done
}

# Another process can open as many watchpoints as there are.
all_are_free() {
	"$PYTHON" "$programs/breakpoints.py" 4
}

@test "watchpoints that others use are said to be in use" {
	need_hardware
	lock_watchpoints -x
	"$PYTHON" "$programs/breakpoints.py" 4 all 3>&- >held &
	pids+=($!)
	wait_for held
	run -3 --separate-stderr "$IPCTRACE" run --backend "$backend" --watch-by hardware --watch "shm:$key+0:4" -- "$watched" count "$key" 1
	[[ $stderr == *watchpoint* ]]
}

@test "killed at any moment, ipctrace leaves nobody stopped and no watchpoint" {
	local i by
	for by in "${ways[@]}"; do
		for i in 1 2 3 4 5; do
			"$IPCTRACE" run -q --backend "$backend" --watch-by "$by" --watch "shm:$key+0:4" -- "$watched" race "$key" 1000000 >/dev/null 2>&1 3>&- &
			sleep "0.$((i * 17))"
			kill -KILL $! 2>/dev/null || true
			wait $! 2>/dev/null || true
			ipcrm -M "$key" 2>/dev/null || true
		done
	done
	for ((i = 0; i < 100; i++)); do
		pgrep -f "watched race $key" >/dev/null || break
		sleep 0.05
	done
	run -1 pgrep -f "watched race $key"
	all_are_free
}

@test "attach: the stops of who maps a watched word are nobody's story, from the first look on" {
	"$PYTHON" - /dev/shm/"ipctrace-$$" >ready 3>&- <<-'END' &
		import mmap, os, sys, time
		fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
		os.ftruncate(fd, 4096)
		print("ready", flush=True)
		old = mmap.mmap(-1, 4096)
		while True:  # at another address each time
		    new = mmap.mmap(-1, 4096)
		    word = mmap.mmap(fd, 4096)
		    old.close()
		    word.close()
		    old = new
		    time.sleep(0.001)
	END
	pids+=($!)
	wait_for ready
	"$IPCTRACE" attach -f json --force -o "$json" --backend "$backend" -p "${pids[0]}" --for 700ms --watch "shmem:/ipctrace-$$+0:4"
	grep -q '"kind":"map"' "$json"
	run -1 grep '"reason":"stopped"' "$json"
}

# WAY: $tracer watches the word of $watched, or of a copy, that runs as pids[0] and printed its segment into held, and has seen it used.
watch_held() {
	"$IPCTRACE" attach -f json --force -o "$json" --backend "$backend" -p "${pids[0]}" --watch-by "$1" --watch "shm:#$(cat held)+0:4" 3>&- &
	tracer=$!
	pids+=("$tracer")
	for _ in $(seq 400); do
		! grep -q '"symbol":"' "$json" 2>/dev/null || break
		sleep 0.05
	done
	grep -q '"symbol":"' "$json"
}

@test "who is stopped by somebody else stays so when ipctrace ends" {
	local by
	"$watched" hold "$key" >held 3>&- &
	pids+=($!)
	wait_for held
	for by in "${ways[@]}"; do
		watch_held "$by"
		kill -STOP "${pids[0]}"
		sleep 0.3
		kill -TERM "$tracer"
		tracer_ended
		sleep 0.3
		grep -q '^State:.T (stopped)' "/proc/${pids[0]}/status"
		kill -CONT "${pids[0]}"
		is_free "${pids[0]}"
		rm -f "$json"
	done
}

# PID: the state of the process; X if it is gone.
state_of() {
	{ cut -d' ' -f3 "/proc/$1/stat" 2>/dev/null; echo X; } | head -n 1
}

# No process is beside ipctrace any more. The last one, which releases held processes, may still be about to exit.
no_guard() {
	local i
	for ((i = 0; i < 200; i++)); do
		[ -n "$(guards)" ] || return 0
		sleep 0.05
	done
	return 1
}

# PID: sets aside to the process that replaces it beside ipctrace.
another_than() {
	local i
	for ((i = 0; i < 200; i++)); do
		mapfile -t aside < <(guards)
		[ "${#aside[@]}" -ne 1 ] || [ "${aside[0]}" = "$1" ] || return 0
		sleep 0.05
	done
	return 1
}

@test "the process that steps is killed alone: who sleeps lives on and is watched again, and nobody stays stopped" {
	local runner sleeper stepper i j status
	"$watched" hold "$key" >held 3>&- &
	pids+=($!)
	runner=$!
	mkfifo line
	"$watched" patient "$((key + 1))" 1 <line >value 3>&- &
	sleeper=$!
	pids+=("$sleeper")
	exec 9>line
	wait_for held
	wait_for value
	"$IPCTRACE" attach --no-children -f json --force -o "$json" --backend "$backend" -p "$runner,$sleeper" --watch-by step \
		--watch "shm:#$(cat held)+0:4" --watch "shm:#$(cat value)+0:4" 2>said 3>&- 9>&- &
	tracer=$!
	pids+=("$tracer")
	for _ in $(seq 400); do
		! grep -q '"symbol":"' "$json" 2>/dev/null || break
		sleep 0.05
	done
	stepper=$(guards)
	grep -qw "TracerPid:.$stepper" "/proc/$sleeper/status"
	for i in 1 2 3; do
		kill -KILL "$stepper"
		another_than "$stepper"
		stepper=${aside[0]}
		for ((j = 0; j < 200; j++)); do
			! grep -qw "TracerPid:.$stepper" "/proc/$sleeper/status" || [ "$(state_of "$sleeper")" != S ] || break
			sleep 0.05
		done
		grep -qw "TracerPid:.$stepper" "/proc/$sleeper/status"
	done
	echo >&9
	exec 9>&-
	status=0
	wait "$sleeper" || status=$?
	[ "$status" -eq 0 ]
	[ "$(tail -n 1 value)" = 1 ]
	kill -TERM "$tracer"
	status=0
	wait "$tracer" || status=$?
	[ "$status" -eq 3 ]
	grep -q 'the process that watches words was killed; another one is started' said
	check_one "$json" 1 step 'is_equal([(l["event"], l["value"]) for l in a if l["pid"] == '"$sleeper"'], [("load", 0), ("store", 1), ("load", 1)])'
	# Where it was killed while it slept, too, it lives; while it ran, it died of the trap.
	[[ $(state_of "$runner") == [ZX] ]] || is_free "$runner"
}

@test "the guard is killed alone: another one is started, which lets go who is held when ipctrace dies" {
	need_hardware
	local i guard
	"$PYTHON" - /dev/shm/"ipctrace-$$" >ready 3>&- <<-'END' &
		import mmap, os, sys
		fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
		os.ftruncate(fd, 4096)
		print("ready", flush=True)
		while os.getppid() != 1:  # it is held each time
		    mmap.mmap(fd, 4096).close()
	END
	pids+=($!)
	wait_for ready
	for i in 1 2 3; do
		"$IPCTRACE" attach -q --backend "$backend" -p "${pids[0]}" --watch-by hardware --watch "shmem:/ipctrace-$$+0:4" >/dev/null 2>said 3>&- &
		tracer=$!
		pids+=("$tracer")
		another_than ""
		guard=${aside[0]}
		kill -KILL "$guard"
		another_than "$guard"
		grep -q 'the process that guards those who are watched was killed; another one is started' said
		sleep "0.$((i * 7))"
		kill -KILL "$tracer"
		wait "$tracer" 2>/dev/null || true
		is_free "${pids[0]}"
		no_guard
	done
}

@test "to find a symbol no file of the program is kept mapped" {
	local by pid
	cp "$watched" mine
	./mine hold "$key" >held 3>&- &
	pids+=($!)
	wait_for held
	for by in "${ways[@]}"; do
		rm -f "$json"
		watch_held "$by"
		for pid in "$tracer" $(guards); do
			grep -q ipctrace "/proc/$pid/maps"
			run -1 grep "$work/mine" "/proc/$pid/maps"
		done
		kill -TERM "$tracer"
		tracer_ended
	done
}

# PID: it runs, and has no tracer.
is_free() {
	local i
	for ((i = 0; i < 200; i++)); do
		if grep -q '^TracerPid:.0$' "/proc/$1/status" && [[ $(cut -d' ' -f3 "/proc/$1/stat") == [SR] ]]; then
			return 0
		fi
		sleep 0.05
	done
	cat "/proc/$1/status" >&2
	return 1
}

@test "attach watches what is mapped already; its target goes on, whatever becomes of ipctrace" {
	local id by i
	"$watched" hold "$key" >held 3>&- &
	pids+=($!)
	wait_for held
	id=$(cat held)
	for by in "${ways[@]}"; do
		"$IPCTRACE" attach -f json --force -o "$json" --backend "$backend" -p "${pids[0]}" --for 500ms --watch-by "$by" --watch "shm:#$id+0:4"
		check_one "$json" 0 "$by" 'assert len(stores) > 3 and len(loads) > 3 and lost == 0, len(a)'
		is_free "${pids[0]}"
		# Nor does what kills all of its group.
		timeout -s KILL 0.7 "$IPCTRACE" attach -q --backend "$backend" -p "${pids[0]}" --watch-by "$by" --watch "shm:#$id+0:4" >/dev/null 2>&1 3>&- || true
		is_free "${pids[0]}"
	done
	all_are_free
	for ((i = 0; i < 100; i++)); do
		[ -n "$(guards)" ] || break
		sleep 0.05
	done
	[ -z "$(guards)" ]
}

@test "Ctrl-Z stops ipctrace, not who is followed: with and without --watch" {
	local by id
	"$watched" hold "$key" >held 3>&- &
	pids+=($!)
	wait_for held
	id=$(cat held)
	for by in "" "${ways[@]}"; do
		"$PYTHON" - "${pids[0]}" "$IPCTRACE" attach --force -o out --backend "$backend" -p "${pids[0]}" \
			${by:+--watch-by "$by" --watch "shm:#$id+0:4"} 3>&- <<-'END'
			import os, pty, signal, sys, time
			target, command = int(sys.argv[1]), sys.argv[2:]
			shell, tty = pty.fork()
			if not shell:
			    # As a shell starts its job in the foreground: only one that is none of the leader's own stops.
			    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
			    job = os.fork()
			    if not job:
			        os.setpgid(0, 0)
			        os.tcsetpgrp(0, os.getpid())
			        for sig in signal.SIGTTOU, signal.SIGINT:
			            signal.signal(sig, signal.SIG_DFL)
			        os.execv(command[0], command)
			    stopped = os.WIFSTOPPED(os.waitpid(job, os.WUNTRACED)[1])
			    os.tcsetpgrp(0, os.getpgrp())
			    print("stopped" if stopped else "ended", flush=True)
			    os.read(0, 1)
			    os.tcsetpgrp(0, job)
			    os.killpg(job, signal.SIGCONT)
			    os.killpg(job, signal.SIGINT)
			    print("over", os.waitstatus_to_exitcode(os.waitpid(job, 0)[1]), flush=True)
			    os._exit(0)
			def wait_for(text):
			    seen = b""
			    while text not in seen:
			        seen += os.read(tty, 4096)
			        assert b"ended" not in seen, seen
			def times():
			    with open(f"/proc/{target}/stat") as f:
			        return int(f.read().rsplit(")", 1)[1].split()[11]) + switches()
			def switches():
			    with open(f"/proc/{target}/status") as f:
			        return sum(int(l.split()[1]) for l in f if "ctxt_switches" in l)
			wait_for(b"Ctrl-C")
			os.write(tty, b"\x1a")
			wait_for(b"stopped")
			before, end = times(), time.monotonic() + 60
			time.sleep(1)
			while times() < before + 5 and time.monotonic() < end:
			    time.sleep(0.1)
			assert times() >= before + 5, "it stands still"
			os.write(tty, b"\n")
			wait_for(b"over 0")
			os.waitpid(shell, 0)
		END
		is_free "${pids[0]}"
	done
}
