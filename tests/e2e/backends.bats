#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What facts.py tells apart, and what not. each_scenario.sh tests that each scenario tells the same story under every backend.

bats_require_minimum_version 1.5.0
load lib/traced.bash
load lib/each_scenario.bash

# A run's JSON without its thousands of equal lines, and its facts.
short_story() {
	grep -v '"arg":13,"ret":13,' "$(trace_of "${all[0]}" "$1")" >story.json
	"$PYTHON" "$lib/facts.py" story.json >story
	[ -s story ]
}

# The same JSON, changed by a SED expression: are its facts the same?
retold() {
	sed "$1" story.json >other.json
	run ! cmp -s story.json other.json
	"$PYTHON" "$lib/facts.py" other.json >other
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
