#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # stick sets NAME_pid
# ipctrace why: whom it looks at, and how it prints what it says: text, dot, faults.

bats_require_minimum_version 1.5.0
load lib/why.bash

@test "--all: everybody who waits, the deadlocks first" {
	stick itself
	run -0 why --all
	[[ $(grep -m 1 '✘\|✔\|?' <<<"$output") == *"✘"* ]]
	[[ $output == *"self $self_pid is blocked in read("* ]]
	# The case's own parent reads its stdin.
	[[ $output == *" $stuck is blocked in read(0) on fifo:$work/in "* ]]
	"$IPCTRACE" -f json --force -o "$json" why --all
	fits "$json"
}

@test "-f dot draws the graph" {
	stick full
	"$IPCTRACE" -f dot --force -o "$work/dot" why "$left_pid"
	grep -q "label=\"left $left_pid\" color=red" "$work/dot"
	grep -q "label=\"write: full\" color=red" "$work/dot"
}

@test "Graphviz takes what -f dot draws" {
	command -v dot >/dev/null || skip "no graphviz"
	stick full
	"$IPCTRACE" -f dot why "$left_pid" | dot -Tsvg -o "$work/svg"
	grep -q "right $right_pid" "$work/svg"
	"$IPCTRACE" -f dot --force -o "$work/all" why --all
	dot -Tsvg -o "$work/svg" "$work/all"
}

@test "80 columns, ASCII, and colour only where it is asked for" {
	stick full
	COLUMNS=80 "$IPCTRACE" --ascii why "$left_pid" >"$work/text"
	run -1 grep -P '[^\x20-\x7e]' "$work/text"
	run -1 grep -E '^.{81}' "$work/text"
	grep -q 'NO deadlock' "$work/text"
	"$IPCTRACE" --color always why "$left_pid" | grep -q $'\033\\[1;31m'
	run -1 grep $'\033' <(why "$left_pid")
}

@test "what a process calls itself cannot do anything to the terminal" {
	mkfifo "$work/fifo"
	"$PYTHON" -c '
import os, sys
open("/proc/self/comm", "w").write("\033[31m\"evil")
os.open(sys.argv[1], os.O_RDONLY)' "$work/fifo" 3>&- &
	local evil=$!
	for _ in $(seq 100); do
		! grep -q evil "/proc/$evil/comm" || break
		sleep 0.05
	done
	sleep 0.2
	run -0 why "$evil"
	[[ ${lines[0]} == '\x1b[31m"evil '"$evil is blocked in openat of fifo:"* ]]
	"$IPCTRACE" -f json --force -o "$json" why "$evil"
	fits "$json"
	"$IPCTRACE" -f dot why "$evil" | grep -qF '\\x1b[31m\"evil'
	kill "$evil"
}

@test "lines are as long as they look, whatever a process calls itself" {
	"$PYTHON" -c '
import os
open("/proc/self/comm", "w").write("äöüäöüä")
os.read(os.pipe()[0], 1)' 3>&- &
	local named=$! seen
	for _ in $(seq 100); do
		! grep -qs pipe_read "/proc/$named/wchan" || break
		sleep 0.05
	done
	run -0 why "$named"
	seen=${lines[0]}
	[[ $seen == "äöüäöüä $named is blocked in read("* ]]
	# The time that it sleeps may grow by a digit.
	run -0 env COLUMNS=$((${#seen} + 3)) "$IPCTRACE" why "$named"
	[[ ${lines[0]} == *": the pipe is empty" ]]
	kill "$named"
}

# bats test_tags=kernel
@test "in a pid namespace: the pid as it is seen from here, the inner one beside it" {
	unshare -pf --kill-child sh -c 'sleep 1000 | cat' 3>&- &
	local outer=$! cat=
	for _ in $(seq 100); do
		cat=$(pgrep -x cat --ns "$(pgrep -P "$outer" -x sh)" --nslist pid) && break
		sleep 0.05
	done
	[ -n "$cat" ]
	sleep 0.2
	run -0 why "$cat"
	[[ ${lines[0]} =~ ^"cat $cat ("[0-9]+" in its own pid namespace) is blocked in read(0) on pipe:" ]]
	"$IPCTRACE" -f json --force -o "$json" why "$cat"
	grep -q '"inner_pid":' "$json"
	# From inside only what is inside is seen, by its own number.
	run -0 nsenter -t "$cat" -p -- "$IPCTRACE" why 1
	[[ ${lines[0]} == "sh 1 is asleep in wait4"* ]]
	kill -KILL "$outer" # SIGTERM it ignores while it waits for its child
}

@test "no such process: one line, status 1" {
	sleep 1000 3>&- &
	local pid=$!
	kill -KILL "$pid" # any other is lost when it comes before the exec
	wait "$pid" || true
	run -1 --separate-stderr "$IPCTRACE" why "$pid"
	[ -z "$output" ]
	# shellcheck disable=SC2154 # set by run
	[ "$stderr" = "ipctrace: no process $pid" ]
	# kthreadd
	run -1 --separate-stderr "$IPCTRACE" why 2
	[ "$stderr" = "ipctrace: process 2 is a thread of the kernel: why looks at those of user space" ]
	# What is there is still shown.
	run -1 --separate-stderr "$IPCTRACE" why $$ "$pid" no-such-name
	[[ $output == *" $$ "* ]]
	[ "$stderr" = "ipctrace: no process $pid
ipctrace: no process has the name 'no-such-name'" ]
}

@test "several processes, by number and by name" {
	stick full
	for words in "$left_pid $right_pid" "-p $left_pid,$right_pid" "-p $left_pid $right_pid"; do
		# shellcheck disable=SC2086 # several words
		"$IPCTRACE" -f json why $words >"$json"
		[ "$(grep -c '"kind":"why"' "$json")" -eq 2 ]
	done
	# Others may have the same name.
	COLUMNS=1000 "$IPCTRACE" why right left >"$work/text"
	grep -q "^left $left_pid is blocked" "$work/text"
	grep -q "^right $right_pid is blocked" "$work/text"
	run -1 grep -E '^[^ ]+ [0-9]+' <(grep -vE '^(left|right) |^[0-9]+ tasks' "$work/text")
}

@test "without root: one line, status 1" {
	run -1 --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$IPCTRACE" why 1
	[ -z "$output" ]
	[ "$stderr" = "ipctrace: why needs root or CAP_BPF+CAP_PERFMON: try sudo ipctrace why 1" ]
}

@test "wrong words: one line, status 2" {
	local words
	for words in "why" "why 0" "why 1 --all" "why x --all" "why -p x" "why --raw 1" "run -f dot true" "why -f xml 1"; do
		# shellcheck disable=SC2086 # several words
		run -2 --separate-stderr "$IPCTRACE" $words
		[ -z "$output" ]
		# shellcheck disable=SC2154 # set by run
		[ "${#stderr_lines[@]}" -eq 1 ]
	done
}

@test "a full disk: status 1" {
	run -1 --separate-stderr "$IPCTRACE" -o /dev/full why $$
	[[ $stderr == *"No space left on device"* ]]
}
