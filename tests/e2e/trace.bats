#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The JSON of scenarios. each_scenario.sh has the tests that are the same for all of them.

bats_require_minimum_version 1.5.0
load lib/common.bash
load lib/each_scenario.bash

setup_file() {
	need_tracing
	"$IPCTRACE" --json-schema >"$BATS_FILE_TMPDIR/schema"
	export BATS_TEST_TIMEOUT=300
}

# A person may write as many messages as he likes, so the claim does not count them.
@test "shm-basic: three messages are three stores of 1 over 0, and three of 0 over 1" {
	file=$(trace_of "$(quick_backend)" shm-basic)
	stores_of() {
		sed -n '/"case":"script"/,/"case":"early"/p' "$file" |
			grep "\"kind\":\"access\".*\"comm\":\"$1\",\"event\":\"store\"" |
			grep -o '\("was":[0-9]*,\)\?"value":[0-9]*,"exact":[a-z]*'
	}
	[ "$(stores_of shmread)" = "$(printf '"value":0,"exact":true\n' && yes '"was":1,"value":0,"exact":true' | head -n 3)" ]
	[ "$(stores_of shmwrite)" = "$(yes '"was":0,"value":1,"exact":true' | head -n 3)" ]
}

# The program counts what is missing in the end; the records count the stores that nothing was made from.
@test "shm-race: as many stores are lost as the program says are missing" {
	[ "$IPCTRACE_TIME_SCALE" -eq 1 ] || skip "an emulated processor's watchpoints trap late"
	local file=$BATS_TEST_TMPDIR/race.json said
	traced "$file" "$IPCTRACE" -f json --force -o "$file" shm-race/yield
	said=$(grep -o '[0-9]* lost' "$file" | head -1 | cut -d" " -f1)
	[ "$said" -gt 0 ]
	[ "$(grep '"kind":"access".*"event":"store"' "$file" | tail -1 | grep -o '"lost":[0-9]*')" = "\"lost\":$said" ]
	[ "$(grep -c '"kind":"access".*"event":"store"' "$file")" -eq 1000 ]
	# The rows have the same number behind the last store on top of others.
	"$IPCTRACE" record -q --force -o "$BATS_TEST_TMPDIR/race.trace" shm-race
	for i in spin yield; do
		"$IPCTRACE" replay -f json "$BATS_TEST_TMPDIR/race.trace" >"$file"
		said=$(sed -n "/\"case\":\"$i\"/,/\"kind\":\"claim\"/s/.* \([0-9]*\) lost.*/\1/p" "$file")
		COLUMNS=1000 "$IPCTRACE" replay "$BATS_TEST_TMPDIR/race.trace" |
			sed -n "/case $i:/,/it printed/p" >"$BATS_TEST_TMPDIR/rows"
		[ "$(grep -o '[0-9]* of [0-9]* stores' "$BATS_TEST_TMPDIR/rows" | tail -1 | cut -d" " -f1)" = "$said" ] ||
			[ "$said" -eq 0 ]
	done
}

@test "each scenario of the list is tested for its claims and its story" {
	run -0 "$IPCTRACE" list
	scenarios=$(sed -n '/^$/q; s/^\([a-z][a-z0-9-]*\) .*/\1/p' <<<"$output")
	[ "$scenarios" = "$(scenarios)" ]
	tests=$("$e2e/each_scenario.sh" --print)
	for scenario in $scenarios; do
		echo "$scenario"
		grep -q "^@test \"$scenario: .*{ holds $scenario; }" <<<"$tests"
		grep -q "^@test \"$scenario: .*{ same_story $scenario; }" <<<"$tests"
	done
}

@test "every line of every scenario fits the schema, kind first, no time below 0, a summary last" {
	files=()
	for backend in $(backends); do
		for scenario in $(scenarios); do
			files+=("$(trace_of "$backend" "$scenario")")
		done
	done
	"$PYTHON" "$lib/schema.py" "$BATS_FILE_TMPDIR/schema" "${files[@]}"
}

# Guests run them so (tests/vm/play.sh), and what is judged outside must be what each of them would have told alone.
@test "several scenarios under one tracer: each is told as if it had run alone" {
	local backend both=$BATS_TEST_TMPDIR/both parts=$BATS_TEST_TMPDIR/part. name
	backend=$(quick_backend)
	traced "$both" "$IPCTRACE" -f json --force -o "$both" --backend "$backend" msg-basic pipe-sigpipe 2>"$both.err"
	run -0 "$root/tests/vm/scenarios.py" "$both" "$parts" msg-basic pipe-sigpipe
	[ -z "$output" ]
	for name in msg-basic pipe-sigpipe; do
		[ "$(cat "$parts$name.1.status")" -eq 0 ]
		summary "$parts$name.1.json" lost=0 incomplete=false claims_held="$(claims "$name")"
		diff -U1 <("$PYTHON" "$lib/facts.py" "$(trace_of "$backend" "$name")") <("$PYTHON" "$lib/facts.py" "$parts$name.1.json")
	done
	"$PYTHON" "$lib/schema.py" "$BATS_FILE_TMPDIR/schema" "$parts"*.json
}

@test "of several scenarios that is run again whose hooks were skipped, and no other" {
	local run=$BATS_TEST_TMPDIR/run base=$BATS_TEST_TMPDIR/part.
	: >"$run.err"
	told() { # SUMMARY LINE...
		local name
		for name in a b; do printf '{"kind":"run","scenario":"%s"}\n{"kind":"claim","result":"holds"}\n' "$name"; done >"$run"
		printf '%s\n' "${@:2}" '{"kind":"summary","lost_by":{"ring":0,"nested":0},'"$1"'}' >>"$run"
		run -0 "$root/tests/vm/scenarios.py" "$run" "$base" a b c
	}
	told '"lost":0,"incomplete":false'
	[ "$output" = c ]
	[ "$(cat "$base"{a,b}.1.status | paste -sd' ')" = "0 0" ]
	told '"lost":2,"incomplete":false' '{"kind":"lost","cause":"nested","count":2}'
	[ "$output" = $'b\nc' ]
	told '"lost":2,"incomplete":false' '{"kind":"lost","cause":"ring","count":2}'
	[ "$output" = c ]
	[ "$(cat "$base"{a,b}.1.status | paste -sd' ')" = "0 3" ]
	told '"lost":3,"incomplete":false' '{"kind":"lost","cause":"nested","count":2}'
	[ "$output" = $'a\nb\nc' ]
	told '"lost":0,"incomplete":false' '{"kind":"claim","result":"fails"}'
	[ "$(cat "$base"{a,b}.1.status | paste -sd' ')" = "0 1" ]
	told '"lost":0,"incomplete":true'
	[ "$output" = $'a\nb\nc' ]
	echo "ipctrace: b: the scenario was killed by SIGSEGV" >"$run.err"
	told '"lost":0,"incomplete":true'
	[ "$(cat "$base"{a,b}.1.status | paste -sd' ')" = "0 1" ]
	summary "${base}a.1.json" incomplete=false claims_held=1
	summary "${base}b.1.json" incomplete=true
}

# What a line of JSON must not be: each SED expression breaks one line of a run that is right.
refused() {
	local words=$1 expression=$2
	sed "$expression" "$good" >"$BATS_TEST_TMPDIR/bad"
	run ! cmp -s "$good" "$BATS_TEST_TMPDIR/bad"
	run -1 "$PYTHON" "$lib/schema.py" "$BATS_FILE_TMPDIR/schema" "$BATS_TEST_TMPDIR/bad"
	echo "$output"
	[[ $output == *"$words"* ]]
}

@test "the judge of lines can refuse them" {
	"$PYTHON" -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"
	good=$(trace_of "$(quick_backend)" pipe-sigpipe)
	op=$(grep -n -m1 '"kind":"op"' "$good" | cut -d: -f1)
	run -0 "$PYTHON" "$lib/schema.py" "$BATS_FILE_TMPDIR/schema" "$good"
	refused "bad:$op: " "$op"'s/"pid":[0-9]*/"pid":"1"/'
	refused "bad:$op: " "$op"'s/}$/,"surplus":1}/'
	refused "bad:$op: " "$op"'s/"ret":-\?[0-9]*,//'
	refused "bad:$op: " "$op"'s/"class":"[a-z]*"/"class":"scribble"/'
	refused "kind is not the first key" "$op"'s/{"kind":"op",\(.*\)}$/{\1,"kind":"op"}/'
	refused "a time below 0" "$op"'s/"t":/"t":-/'
	refused "no JSON" "$op"'s/}$//'
	refused "the last line is no summary" '$d'
	refused "the summary has no lost" '$s/"lost":0,//'
}
