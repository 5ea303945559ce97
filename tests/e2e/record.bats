#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Record and replay: a replay prints what the live run printed, byte for byte, and tells of every damage.

bats_require_minimum_version 1.5.0
load lib

setup() {
	work=$(mktemp -d /tmp/ipctrace-record.XXXXXX)
	chmod 755 "$work"
	backend=$(quick_backend)
}

teardown() {
	rm -rf "$work"
}

# FORMAT WORDS...: live and recorded at once, then replayed: the same output, messages and status.
same_again() {
	local format=$1 live=0 again=0
	shift
	COLUMNS=120 "$IPCTRACE" -f "$format" --backend "$backend" --record "$work/trace" "$@" \
		>"$work/live" 2>"$work/live.err" </dev/null || live=$?
	COLUMNS=120 "$IPCTRACE" replay -f "$format" "$work/trace" >"$work/again" 2>"$work/again.err" || again=$?
	cmp "$work/live" "$work/again" || { diff "$work/live" "$work/again" | head -20 >&2; return 1; }
	[ "$live" -eq "$again" ] || { echo "$*: status $live, replayed $again" >&2; return 1; }
	[ "$(wc -l <"$work/live")" -gt 5 ]
}

@test "a replay of every scenario prints what the live run printed: text" {
	need_tracing
	for scenario in $(scenarios); do
		same_again text "$scenario"
		cmp "$work/live.err" "$work/again.err"
	done
}

@test "a replay of every scenario prints what the live run printed: JSON" {
	need_tracing
	for scenario in $(scenarios); do
		same_again json "$scenario"
		cmp "$work/live.err" "$work/again.err"
	done
}
