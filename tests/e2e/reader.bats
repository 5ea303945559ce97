#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2154,SC2314 # single quotes are for an inner shell; lib/common.bash sets the rest
# A reader of the output that reads slowly, not at all, or no longer: the traced program goes on, nothing is lost, and one signal
# ends the tracing.

bats_require_minimum_version 1.5.0
load lib/traced.bash

setup() {
	begin_work
	mkfifo "$work/unread"
	exec 7<>"$work/unread"
	unset SUDO_UID SUDO_GID
}

teardown() {
	exec 7>&-
	end_work
}

# [OPTION...] -- COMMAND...: starts $tracer, whose JSON goes into a pipe that is not read yet.
unread() {
	env --default-signal=INT "$IPCTRACE" -f json --backend "$backend" "$@" >"$work/unread" 2>"$work/err" 3>&- 7>&- &
	tracer=$!
	pids+=("$tracer")
}

# What it ends with goes to $status.
ends() {
	status=0
	wait "$tracer" || status=$?
}

# Until the command made the file, which it has done for long if all is well.
made() {
	for _ in {1..1200}; do
		[ ! -e "$1" ] || return 0
		sleep 0.1
	done
	return 1
}

@test "nobody reads for a while: the command comes to its end, and nothing is lost" {
	# More records than the rings hold, and far more lines than a pipe does.
	unread run -- sh -c 'dd if=/dev/zero bs=1 count=100000 2>/dev/null | cat >/dev/null; : >"$0/done"' "$work"
	made "$work/done"
	kill -0 "$tracer"
	exec 8<"$work/unread" 7>&-
	tail -n 1 <&8 3>&- >"$work/last"
	ends
	exec 8<&-
	[ "$status" -eq 0 ]
	[[ $(cat "$work/last") == '{"kind":"summary",'*'"lost":0,'*'"incomplete":false'* ]]
}

# SIGNAL: it alone ends a tracer whose output is stuck, with what it traces.
ends_by() {
	unread run -- sh -c 'echo $$ >"$0/pid"; head -c 300000 /dev/zero | dd bs=1 of=/dev/null 2>/dev/null; : >"$0/done"; exec sleep 1000' "$work"
	made "$work/done"
	kill -"$1" "$tracer"
	ends
	[ "$status" -eq 1 ]
	grep -qx "ipctrace: nobody reads stdout; what it did not take any more is left out" "$work/err"
	! kill -0 "$(cat "$work/pid")" 2>/dev/null
}

@test "nobody reads at all: one SIGTERM ends it, and a line says what is left out" {
	ends_by TERM
}

@test "nobody reads at all: so does one SIGINT" {
	ends_by INT
}

@test "nobody reads stdout, nor stderr, which are one pipe: one SIGTERM ends it" {
	env --default-signal=INT "$IPCTRACE" -f json --backend "$backend" run -- sh -c 'echo $$ >"$0/pid"
		head -c 300000 /dev/zero | dd bs=1 of=/dev/null 2>/dev/null; : >"$0/done"; exec sleep 1000' "$work" >"$work/unread" 2>&1 3>&- 7>&- &
	tracer=$!
	pids+=("$tracer")
	made "$work/done"
	kill "$tracer"
	ends
	[ "$status" -eq 1 ]
	! kill -0 "$(cat "$work/pid")" 2>/dev/null
}

@test "nobody reads: --timeout keeps its time, and what comes afterwards waits for the reader" {
	unread run --timeout "$((3000 * IPCTRACE_TIME_SCALE))ms" -- \
		sh -c 'echo $$ >"$0/pid"; : >"$0/started"; while :; do :|:; done' "$work"
	made "$work/started"
	for _ in {1..1200}; do
		kill -0 "$(cat "$work/pid")" 2>/dev/null || break
		sleep 0.1
	done
	! kill -0 "$(cat "$work/pid")" 2>/dev/null
	kill -0 "$tracer"
	exec 8<"$work/unread" 7>&-
	tail -n 1 <&8 3>&- >"$work/last"
	ends
	exec 8<&-
	[[ $(cat "$work/last") == '{"kind":"summary",'* ]]
	grep -q "^ipctrace: sh: timed out after" "$work/err"
}

@test "nobody reads: --for ends an attach, whose target goes on" {
	sh -c 'while :; do :|:; done' 3>&- 7>&- &
	pids+=($!)
	unread attach -p $! --for "$((2000 * IPCTRACE_TIME_SCALE))ms"
	# It still waits, but follows nothing any more: a reader now sees the end.
	sleep "$((4 * IPCTRACE_TIME_SCALE))"
	kill -0 "$tracer"
	kill -0 "${pids[0]}"
	exec 8<"$work/unread" 7>&-
	tail -n 1 <&8 3>&- >"$work/last"
	ends
	exec 8<&-
	[[ $(cat "$work/last") == '{"kind":"summary",'* ]]
	kill -0 "${pids[0]}"
}

@test "on a terminal a line tells that it traces, and is gone at the end" {
	"$PYTHON" - "$IPCTRACE" "$backend" "$work/trace" <<-'END'
		import os, pty, signal, sys
		for words in (["stat", "--all"], ["record", "-o", sys.argv[3], "--all"]):
		    pid, tty = pty.fork()
		    if not pid:
		        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a suite in the background ignores it
		        os.execv(sys.argv[1], [sys.argv[1], "--backend", sys.argv[2], *words])
		    seen = b""
		    while b"Ctrl-C ends it" not in seen:
		        seen += os.read(tty, 4096)  # the test's own limit ends it
		    os.write(tty, b"\x03")
		    try:
		        while True:
		            seen += os.read(tty, 4096)
		    except OSError:  # it has ended
		        pass
		    os.waitpid(pid, 0)
		    assert b"\r\033[K" in seen.rsplit(b"Ctrl-C ends it", 1)[1], seen
	END
}

@test "a reader who has enough: it ends without a word, with status 1 and what it traced" {
	run -1 --separate-stderr bash -c '"$IPCTRACE" --backend "$1" run -- sh -c "echo \$\$ >$0/pid; while :; do :|:; done" |
		head -n 1; exit "${PIPESTATUS[0]}"' "$work" "$backend"
	[ "$stderr" = "" ]
	! kill -0 "$(cat "$work/pid")" 2>/dev/null
}
