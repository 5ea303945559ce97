#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016 # what stands in single quotes is for an inner shell
# Every way a run ends: interrupts, kills, hangs, crashes, claims that fail, losses.

bats_require_minimum_version 1.5.0
load lib/cli.bash

# One signal or two. They go to ipctrace alone: started from a shell without job control it would ignore SIGINT. $lived
# is how long, in ms, the command lived on after the first.
interrupt_after_start() {
	env --default-signal=INT "$IPCTRACE" --backend "$QUICK" run -- sh -c "trap '' INT; sleep $nap" \
		>"$work/out" 2>"$work/err" 3>&- &
	pid=$!
	wait_for_sleeper
	lived=${EPOCHREALTIME/./}
	kill -"$1" "$pid"
	[ $# -eq 1 ] || { sleep 0.3 && kill -"$2" "$pid"; }
	while kill -0 "$(<"$work/left")" 2>/dev/null; do sleep 0.02; done
	lived=$(((${EPOCHREALTIME/./} - lived) / 1000))
	status=0
	wait "$pid" || status=$?
}

@test "programs that cannot be loaded: one line, exit 1, and the files keep what they hold" {
	need_root
	echo "of another run" | tee "$work/text" >"$work/trace"
	local few='ulimit -n 25; exec "$@"'
	run -1 --separate-stderr bash -c "$few" few "$IPCTRACE" --backend "$QUICK" record --force -o "$work/trace" -- true
	one_line "cannot load the BPF programs: Too many open files"
	run -1 --separate-stderr bash -c "$few" few "$IPCTRACE" --backend "$QUICK" --force --record "$work/trace" -o "$work/text" run -- true
	one_line "cannot load the BPF programs: Too many open files"
	# libbpf has other words for some of them.
	for n in 12 16 20 24; do
		run -1 --separate-stderr bash -c "ulimit -Sn $n; "'exec "$@"' few "$IPCTRACE" --backend "$QUICK" run -- true
		one_line "cannot load the BPF programs: Too many open files; more of them are needed (ulimit -n)"
	done
	run -1 --separate-stderr bash -c 'ulimit -v 20000; exec "$@"' few "$IPCTRACE" --backend "$QUICK" run -- true
	one_line ": Cannot allocate memory; more memory is needed (ulimit -v)"
	[ "$(cat "$work/text" "$work/trace")" = $'of another run\nof another run' ]
}

@test "SIGTERM: what was seen is printed, nothing is left, exit 1" {
	need_root
	interrupt_after_start TERM
	[ "$status" -eq 1 ]
	grep -q "^ipctrace: sh: interrupted by SIGTERM; what was seen until then is shown" "$work/err"
	grep -q "exec" "$work/out"
	grep -q "incomplete" "$work/out"
	run ! sleeper_left
}

@test "Ctrl-C: two seconds of grace, at once when it comes again" {
	need_root
	interrupt_after_start INT
	echo "lived for $lived ms"
	[ "$status" -eq 1 ]
	[ "$lived" -ge 2000 ]
	[ "$lived" -lt $((2000 + 2000 * IPCTRACE_TIME_SCALE)) ]
	run ! sleeper_left
	# A busy machine may take its time once, but with the grace it would take two seconds each time.
	for _ in 1 2 3; do
		interrupt_after_start INT INT
		echo "lived for $lived ms"
		[ "$status" -eq 1 ]
		grep -q "interrupted by SIGINT" "$work/err"
		run ! sleeper_left
		[ "$lived" -ge 2000 ] || break
	done
	[ "$lived" -lt 2000 ]
}

# bats test_tags=kernel
@test "SIGKILL of ipctrace leaves nothing running, not even what has left its session" {
	need_root
	"$IPCTRACE" --backend "$QUICK" run -- sh -c "trap '' TERM INT HUP; setsid sleep $nap & sleep $nap & wait" >/dev/null 2>&1 3>&- &
	pid=$!
	wait_for_sleeper
	kill -KILL "$pid"
	wait "$pid" || true
	wait_for_no_sleeper
}

@test "SIGKILL of the whole process group leaves nothing running either" {
	need_root
	# setsid: a group of its own, which is not the test's.
	setsid "$IPCTRACE" --backend "$QUICK" run -- setsid -w sleep "$nap" >/dev/null 2>&1 3>&- &
	pid=$!
	wait_for_sleeper
	kill -KILL -- "-$pid"
	wait "$pid" || true
	wait_for_no_sleeper
}

@test "on a terminal the command reads it, and Ctrl-C reaches it" {
	need_root
	"$PYTHON" - "$IPCTRACE" "$QUICK" "$work/out" <<-'END'
		import os, pty, sys
		pid, tty = pty.fork()
		if not pid:
		    script = 'read word; trap "echo caught it; exit" INT; echo "got $word"; while :; do sleep 0.1; done'
		    os.execv(sys.argv[1], [sys.argv[1], "--backend", sys.argv[2], "run", "-o", sys.argv[3], "--", "sh", "-c", script])
		seen = b""
		def wait_for(text):
		    global seen
		    while text not in seen:
		        seen += os.read(tty, 4096)  # the test's own limit ends it
		os.write(tty, b"a-word\n")
		wait_for(b"got a-word")
		os.write(tty, b"\x03")
		wait_for(b"caught it")
		os.waitpid(pid, 0)
	END
}

# bats test_tags=kernel
@test "the command kills its keeper: it is told, their ends are seen, nothing is left, exit 1" {
	need_root
	local words="sh: what keeps the traced processes was killed by SIGKILL; what was left of them was killed, too"
	run -1 --separate-stderr "$IPCTRACE" --backend "$QUICK" -f json --force --record "$work/trace" run -- \
		sh -c "kill -KILL \$PPID; sleep $nap; echo done >&2"
	one_line "$words"
	printf '%s\n' "$output" >"$work/json"
	[[ ${lines[-1]} == *'"incomplete":true'* ]]
	[[ $(grep '"kind":"exit"' "$work/json") == *'"comm":"sh","signal":"SIGKILL"'* ]]
	run ! sleeper_left
	run -1 --separate-stderr "$IPCTRACE" replay "$work/trace"
	one_line "$words"
	[[ $output == *"incomplete: the run did not come to its end"* ]]
	run -0 "$IPCTRACE" replay --info "$work/trace"
	[[ $(tr -s '\n ' ' ' <<<"$output") == *" records, "*", incomplete: the keeper of what is traced was killed " ]]
}

@test "a hang: --timeout ends it, names who was there, exit 3" {
	need_root
	limit=$((2000 * IPCTRACE_TIME_SCALE))
	run -3 --separate-stderr "$IPCTRACE" --backend "$QUICK" run --timeout "${limit}ms" -- \
		sh -c "sleep $nap & sleep $nap"
	one_line "sh: timed out after $limit ms; killed: "
	[[ $stderr == *"sleep ("* ]]
	[[ $output == *"clock_nanosl"* && $output == *incomplete* ]] # a lane may break the word
	run ! sleeper_left
}

@test "a scenario that hangs: what it has done holds, what did not come fails by its sleep, exit 1" {
	need_root
	own_scenario hangs $'* exec\nclaim ends "it ends"\n* exec\nsleep exit' <<-END
		#!/bin/sh
		exec sleep $nap
	END
	limit=$((500 * IPCTRACE_TIME_SCALE))
	run -1 --separate-stderr "$work/tree/ipctrace" --backend "$QUICK" -q --timeout "${limit}ms" hangs
	one_line "hangs: timed out after $limit ms; killed: sleep ("
	[[ $(tr -s '\n ' ' ' <<<"$output") == *"not within $limit ms: it sleeps in clock_nanosleep"* ]]
	[[ $output == *"claims: 1 holds, 1 fails, 0 inconclusive"* ]]
	run ! sleeper_left
	own_scenario hangs "* exec" <<<$'#!/bin/sh\nexec sleep '$nap
	run -0 --separate-stderr "$work/tree/ipctrace" --backend "$QUICK" -q --timeout "${limit}ms" hangs
	[[ $output == *"incomplete: the run did not come to its end"* ]]
}

# What ends the run is no part of it.
@test "--timeout: nothing of the kill is told, live, replayed or in sums" {
	need_root
	limit=$((2000 * IPCTRACE_TIME_SCALE))
	run -3 "$IPCTRACE" --backend "$QUICK" -f json -o "$work/json" --record "$work/trace" run \
		--timeout "${limit}ms" -- sh -c "sleep $nap | cat; echo never"
	[ "$(grep -c '"kind":"wait".*"open":true' "$work/json")" -eq 3 ]
	run ! grep -E 'SIGKILL|SIGPIPE|keeper|"kind":"exit"' "$work/json"
	run -3 "$IPCTRACE" replay -f json "$work/trace"
	cmp "$work/json" <(grep -v '^ipctrace: ' <<<"$output")
	run -3 --separate-stderr "$IPCTRACE" stat "$work/trace"
	[[ $output != *keeper* && $output == *"not woken yet"* ]]
	run -3 --separate-stderr "$IPCTRACE" --backend "$QUICK" stat --timeout "${limit}ms" -- \
		sh -c "sleep $nap | cat; echo never"
	[[ $output != *keeper* && $output == *"not woken yet"* ]]
	run ! sleeper_left
}

@test "a scenario that crashes: its claims are judged, a line says so, exit 1" {
	need_root
	own_scenario crashes '* exec' <<-'END'
		#!/bin/sh
		echo said before
		kill -SEGV $$
	END
	run -1 --separate-stderr "$work/tree/ipctrace" --backend "$QUICK" crashes
	one_line "crashes: the scenario was killed by SIGSEGV"
	[[ $output == *"said before"* && $output == *"1 holds"* && $output == *incomplete* ]]
}

@test "a scenario that prints more than a trace file keeps: a replay says so, and its claims hold" {
	need_root
	own_scenario chatty '* exec' <<-'END'
		#!/bin/sh
		exec dd if=/dev/zero bs=1M count=17 status=none
	END
	"$work/tree/ipctrace" --backend "$QUICK" --force --record "$work/trace" -q chatty >/dev/null
	run -0 --separate-stderr "$work/tree/ipctrace" replay -q "$work/trace"
	one_line "$work/trace: the last 1.00 MiB of what chatty printed are not in it"
	[[ $output == *"1 holds"* ]]
}

@test "a scenario whose claim is false: exit 1" {
	need_root
	own_scenario plain '* op write ret=12345' <<-'END'
		#!/bin/sh
		exit 0
	END
	run -1 --separate-stderr "$work/tree/ipctrace" --backend "$QUICK" plain
	[ -z "$stderr" ]
	[[ $output == *"1 fails"* ]]
}

@test "several scenarios in one call: each is judged, the worst is the exit status, recorded as shown" {
	need_root
	own_scenario plain '* op write ret=12345' <<<$'#!/bin/sh\nexit 0'
	own_scenario good '* exec' <<<$'#!/bin/sh\nexit 0'
	run -1 --separate-stderr "$work/tree/ipctrace" --backend "$QUICK" --record "$work/trace" -f json plain good
	[ -z "$stderr" ]
	live=$output
	[ "$(grep -o '"kind":"run","scenario":"[a-z]*"' <<<"$live" | cut -d'"' -f8 | paste -sd' ')" = "plain good" ]
	[ "$(grep '"kind":"claim"' <<<"$live" | grep -o '"result":"[a-z]*"' | cut -d'"' -f4 | paste -sd' ')" = "fails holds" ]
	[[ $live == *'"claims_held":1,"claims_failed":1,'* ]]
	run -1 --separate-stderr "$work/tree/ipctrace" replay -f json "$work/trace"
	[ "$output" = "$live" ]
	run -0 --separate-stderr "$work/tree/ipctrace" --backend "$QUICK" -q good good
	[ "$(grep -c "ipctrace good" <<<"$output")" -eq 2 ]
	[[ $output == *"claims: 2 hold, 0 fail, 0 inconclusive"* ]]
	run -0 --separate-stderr "$work/tree/ipctrace" record --backend "$QUICK" --force -o "$work/trace" good plain
	run -1 "$work/tree/ipctrace" replay -q "$work/trace"
	[[ $output == *"claims: 1 hold"*", 1 fail"* ]]
}

@test "losses: counted, printed, claims inconclusive, exit 3" {
	need_root
	run -3 "$IPCTRACE" --backend "$QUICK" --buffer 4k pipe-cases/1
	[[ $output =~ [1-9][0-9]*\ lost ]]
	[[ $output == *"claims: 0 hold, 0 fail, 3 inconclusive"* ]]
}
