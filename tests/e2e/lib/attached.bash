# shellcheck shell=bash disable=SC2034,SC2154 # the tests use and set them
# SPDX-License-Identifier: GPL-2.0
# What the tests of `ipctrace attach` share: processes that run already, a look at them, and what is told.

# shellcheck source=tests/e2e/lib/traced.bash
source "${BASH_SOURCE[0]%/*}/traced.bash"

# COMMAND...: runs it without bats' own descriptors; its pid is in $pid.
start() {
	"$@" 3>&- &
	pid=$!
	pids+=("$pid")
}

# yes, asleep in a write to a full FIFO that sleep holds open and does not read.
blocked_yes() {
	mkfifo fifo
	start sh -c 'exec sleep 1000 <fifo'
	reader=$pid
	start sh -c 'exec yes >fifo' 2>/dev/null
	writer=$pid
	asleep_in "$writer" pipe_write
	# Its open let the writer go on; the exec may come later.
	until grep -qx sleep "/proc/$reader/comm"; do sleep 0.02; done
}

asleep_in() {
	for _ in $(seq 500); do
		! grep -q "$2" "/proc/$1/wchan" || return 0
		sleep 0.02
	done
	echo "$1 never slept in $2" >&2
	return 1
}

# [OPTION...]: attaches in the background, and returns when what is followed has been told.
attach() {
	start "$IPCTRACE" -f json --force -o "$json" --backend "$backend" attach "$@" 2>err </dev/null
	tracer=$pid
	told_soon '"kind":"task"'
}

# PATTERN: until the JSON has a line of it.
told_soon() {
	for _ in $(seq 1500); do
		! grep -q "$1" "$json" 2>/dev/null || return 0
		kill -0 "$tracer" 2>/dev/null || break
		sleep 0.02
	done
	echo "ipctrace never told of $1: $(cat err)" >&2
	return 1
}

# FILE: until somebody has written it.
written() {
	for _ in $(seq 1500); do
		[ ! -s "$1" ] || return 0
		sleep 0.02
	done
	echo "nobody wrote $1" >&2
	return 1
}

# PID: what why says of it, in the file why, and as text in why.text.
look_at() {
	"$IPCTRACE" -f json --force -o why why "$1"
	COLUMNS=1000 "$IPCTRACE" --force -o why.text why "$1"
}

# How the tracer ended.
ended() {
	local status=0
	tracer_ended || status=$?
	cat err >&2
	return "$status"
}

# Assertions on $json, from stdin; its lines fit the schema.
told() {
	"$IPCTRACE" --json-schema >schema
	"$PYTHON" "$lib/schema.py" schema "$json"
	"$PYTHON" "$lib/lines.py" "$json"
}

alive() {
	kill -0 "$1" && [ "$(cut -d' ' -f3 "/proc/$1/stat")" != Z ]
}
