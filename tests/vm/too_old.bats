#!/usr/bin/env bats
# A kernel below 5.18 is refused in one clear line, not with a log of libbpf.

bats_require_minimum_version 1.5.0

@test "a kernel that is too old is refused in one line that names it and the first that works" {
	run -1 --separate-stderr "$BATS_TEST_DIRNAME/../../ipctrace" pipe-cases
	echo "stderr: $stderr"
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == *"too old"* ]]
	[[ $stderr == *"$(uname -r)"* ]]
	[[ $stderr == *"5.18"* ]]
}
