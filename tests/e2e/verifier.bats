#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The kernel refuses a program of which its verifier walks a million instructions. Tests how far each program is from that.

bats_require_minimum_version 1.5.0
load lib/traced.bash
load lib/verified.bash

on="under $(backends | paste -sd' ')"

# bats test_tags=kernel,played
@test "the verifier walks no more of a program than tests/verifier.limits allows, $on" {
	for backend in $(backends); do
		kinds=(watch stat)
		[ "$backend" != "$(quick_backend)" ] || kinds+=(attach why)
		verified_of "$backend" >"$BATS_TEST_TMPDIR/verified"
		within_limits "$(kernel_release), $backend" "${kinds[@]}" <"$BATS_TEST_TMPDIR/verified" 2>&3
	done
}

# LINE WORDS: with that line of a program they are said.
beyond() {
	echo "$1" | {
		run -1 --separate-stderr within_limits here stat
		[ "$output" = "$2" ]
	}
}

@test "a program beyond its limit is found, whether it has one of its own or not, and one that is not loaded" {
	others=$(sed -n 's/^others //p' "$root/tests/verifier.limits")
	own=$(sed -n 's/^on_switch //p' "$root/tests/verifier.limits")
	beyond "stat new $((others + 1))" "new: the verifier walks $((others + 1)) instructions, $others are allowed"
	beyond "stat on_switch $((own + 1))" "on_switch: the verifier walks $((own + 1)) instructions, $own are allowed"
	beyond "watch on_switch $own" "no program was loaded for stat"
	echo "stat on_switch $own" | within_limits here stat
}
