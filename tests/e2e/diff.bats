#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# diff: two runs of one program tell the same whatever their ids and times are; another program does not.

bats_require_minimum_version 1.5.0
load lib/traced.bash

record() {
	local file=$1
	shift
	"$IPCTRACE" record -q --backend "$backend" --force -o "$work/$file" "$@"
}

@test "two runs of pipe-cases tell the same" {
	record a pipe-cases
	record b pipe-cases
	run -0 "$IPCTRACE" diff "$work/a" "$work/b"
	[[ $output =~ ^[0-9]+\ lanes,\ none\ differs$ ]]
	[ "${output%% *}" -ge 20 ]
}

@test "two runs with a segment tell the same, whatever its id and addresses are" {
	record a --mech shm -- "$PYTHON" "$programs/segments.py" execs >/dev/null
	id=$(ipcmk -M 1 | grep -o '[0-9]*$')
	record b --mech shm -- "$PYTHON" "$programs/segments.py" execs >/dev/null
	ipcrm -m "$id"
	run -0 "$IPCTRACE" diff "$work/a" "$work/b"
	"$IPCTRACE" replay --raw "$work/a" | grep -q 'map .*event=exec-gone'
}

@test "two cases of a scenario differ, and a file does not from itself" {
	record a pipe-cases/3
	record b pipe-cases/4
	run -1 "$IPCTRACE" diff --color never "$work/a" "$work/b"
	[[ $output == *"pipe-cases/3 writer: operations"* ]]
	[[ $output == *"pipe-cases/4 writer: operations"* ]]
	run -0 "$IPCTRACE" diff "$work/a" "$work/a"
}

@test "what differs is told line by line: another length of a write" {
	record a -- sh -c 'printf 12345 | cat' >/dev/null
	record b -- sh -c 'printf 123456 | cat' >/dev/null
	COLUMNS=300 run -1 "$IPCTRACE" diff --ascii --color never "$work/a" "$work/b"
	grep -qE '^- write .*arg=5 ret=5' <<<"$output"
	grep -qE '^\+ write .*arg=6 ret=6' <<<"$output"
	[[ ${lines[-1]} == *" lanes differ: - $work/a, + $work/b" ]]
}

@test "a broken file is inconclusive, none or one file is wrong usage" {
	record a pipe-cases/3
	head -c $(($(stat -c %s "$work/a") / 2)) "$work/a" >"$work/b"
	run -3 --separate-stderr "$IPCTRACE" diff "$work/a" "$work/b"
	[[ $output == *inconclusive* ]]
	run -2 "$IPCTRACE" diff "$work/a"
	[[ $output == *"it takes two trace files"* ]]
	run -2 "$IPCTRACE" diff "$work/a" "$work/nothing"
	run -2 "$IPCTRACE" diff "$work/a" "$work/a" "$work/a"
}
