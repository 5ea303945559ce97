#!/usr/bin/env bats
# A kernel with lockdown=confidentiality keeps its memory from BPF: ipctrace says so, and what to do, in one line.

bats_require_minimum_version 1.5.0

setup() {
	IPCTRACE=$BATS_TEST_DIRNAME/../../ipctrace
}

@test "lockdown=confidentiality: a scenario is refused in one line that says what to boot" {
	for backend in auto fentry kprobe syscall; do
		run -1 --separate-stderr "$IPCTRACE" --backend "$backend" pipe-cases/4
		echo "$backend: $stderr"
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == *"bpf_probe_read_kernel"*"boot without it"*"lockdown=integrity will do" ]]
	done
}

@test "lockdown=confidentiality: doctor names the mode, says that no backend works, and the fix" {
	run -1 --separate-stderr "$IPCTRACE" doctor
	echo "$output"
	[ -z "$stderr" ]
	[[ $output =~ lockdown\ +confidentiality ]]
	[[ $output =~ probe_read_kernel\ +refused ]]
	[[ $output =~ backend\ +none\ works ]]
	[[ $output != *"backend: works"* ]]
	[[ $output =~ to\ fix\ +boot\ without\ lockdown=confidentiality ]]
	[ "$(awk 'length > 80' <<<"$output")" = "" ]
}
