#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The other tests use the backends that work according to doctor. If one stopped to work, there would only be fewer tests; this
# finds it.

bats_require_minimum_version 1.5.0

@test "fentry, kprobe and syscall work on this kernel" {
	local name lost=()
	run -0 --separate-stderr "$BATS_TEST_DIRNAME/../../ipctrace" doctor
	for name in fentry kprobe syscall; do
		[[ $output == *$'\n'"hooks of the $name backend: works"* ]] || lost+=("$name")
	done
	[ "${#lost[@]}" -eq 0 ] || { echo "on $(uname -r) does not work: ${lost[*]}; doctor: $output" >&2; return 1; }
}
