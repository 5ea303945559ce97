#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The same scenario under every backend: the facts, not the times, are the same. facts.py says what a fact is.

bats_require_minimum_version 1.5.0
load lib.bash

setup_file() {
	need_tracing
	export BATS_TEST_TIMEOUT=300
}

# BACKEND SCENARIO [RUN]: the file of its facts.
facts_of() {
	local json
	json=$(if (($# == 2)); then trace_to_judge "$@"; else trace_of "$@"; fi)
	if [ "$(cat "${json%.json}.status")" -ne $(($(not_known "$json") ? 3 : 0)) ]; then
		echo "$2 under $1: status $(cat "${json%.json}.status") $(cat "${json%.json}.err")" >&2
		grep '^{"kind":"claim"' "$json" | grep -v '"result":"holds"' >&2
		return 1
	fi
	[ -e "${json%.json}.facts" ] || "$PYTHON" "$e2e/facts.py" "$json" >"${json%.json}.facts"
	echo "${json%.json}.facts"
}

# FILE FILE: prints what differs.
same() {
	diff -U1 "$1" "$2"
}

mapfile -t all < <(backends)
if ((${#all[@]} > 1)); then
	how="the same story under ${all[*]}"
else
	how="the same story in two runs, ${all[*]} being the only backend here"
fi

same_story() {
	local scenario=$1 first other backend status=0 lossy="" run=()
	for backend in "${all[@]}"; do
		if has_not_run "$(trace_to_judge "$backend" "$scenario")"; then
			lossy+=" $backend"
		else
			run+=("$backend")
		fi
	done
	((${#run[@]})) || skip_for "$lossy"
	first=$(facts_of "${run[0]}" "$scenario")
	[ "$(wc -l <"$first")" -ge 20 ]
	if ((${#run[@]} == 1)); then
		other=$(facts_of "${run[0]}" "$scenario" 2)
		same "$first" "$other" || status=1
	fi
	for backend in "${run[@]:1}"; do
		echo "${run[0]} and $backend:"
		other=$(facts_of "$backend" "$scenario")
		same "$first" "$other" || status=1
	done
	[ "$status" -ne 0 ] || skip_for "$lossy"
	return "$status"
}

# bats file_tags=kernel,played
@test "msg-basic: $how" { same_story msg-basic; }
@test "msg-wait: $how" { same_story msg-wait; }
@test "pipe-basic: $how" { same_story pipe-basic; }
@test "pipe-calls: $how" { same_story pipe-calls; }
@test "pipe-capacity: $how" { same_story pipe-capacity; }
@test "pipe-cases: $how" { same_story pipe-cases; }
@test "pipe-refcount: $how" { same_story pipe-refcount; }
@test "pipe-sigpipe: $how" { same_story pipe-sigpipe; }
@test "pipe-traits: $how" { same_story pipe-traits; }
@test "shm-api: $how" { same_story shm-api; }
@test "shm-basic: $how" { same_story shm-basic; }
@test "shm-lifetime: $how" { same_story shm-lifetime; }
@test "shm-mutex: $how" { same_story shm-mutex; }
@test "shm-race: $how" { same_story shm-race; }
@test "shm-sem: $how" { same_story shm-sem; }
@test "shm-speed: $how" { same_story shm-speed; }

# bats file_tags=

# A run's JSON without its thousands of equal lines, and its facts.
short_story() {
	grep -v '"arg":13,"ret":13,' "$(trace_of "${all[0]}" "$1")" >story.json
	"$PYTHON" "$e2e/facts.py" story.json >story
	[ -s story ]
}

# The same JSON, changed by a SED expression: are its facts the same?
retold() {
	sed "$1" story.json >other.json
	run ! cmp -s story.json other.json
	"$PYTHON" "$e2e/facts.py" other.json >other
	[ -s other ]
}

told_apart() {
	retold "$1"
	run -1 same story other
}

told_alike() {
	retold "$1"
	run -0 same story other
}

@test "another story is told apart: a result, a cause, a signal, an end, a missing line" {
	cd "$BATS_TEST_TMPDIR"
	short_story pipe-cases
	told_apart 's/"ret":-32/"ret":-31/'
	told_apart 's/"cause":{"kind":"data"/"cause":{"kind":"space"/'
	told_apart 's/"cause":{"kind":"no-writers"/"cause":{"kind":"unknown"/'
	told_apart 's/"reason":"empty"/"reason":"mutex"/'
	told_apart 's/"signal":"SIGPIPE"/"signal":"SIGTERM"/'
	told_apart 's/"event":"generated","sig":"SIGPIPE"/"event":"generated","sig":"SIGHUP"/'
	told_apart 's/"event":"exit-closed"/"event":"closed"/'
	told_apart 's/"bytes":65520/"bytes":65519/'
	told_apart "$(grep -n -m1 '"kind":"op".*"op":"write"' story.json | cut -d: -f1)d"
	told_apart '0,/"fd":4,"op":"close"/s//"fd":3,"op":"close"/'
	short_story pipe-traits
	told_apart 's/"used":16/"used":15/g'
	short_story pipe-calls
	told_apart 's/"nonblock":true/"nonblock":false/'
}

@test "other times, processes and inodes are the same story" {
	cd "$BATS_TEST_TMPDIR"
	short_story pipe-cases
	told_alike 's/"t":/"t":1/; s/"slept":\([0-9]\)/"slept":1\1/; s/"duration":/"duration":1/'
	told_alike 's/"pid":/"pid":1/g; s/"tid":/"tid":1/g'
	told_alike 's/pipe:\[/pipe:[9/g; s/"file":"/"file":"0/'
}
