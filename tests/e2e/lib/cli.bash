# shellcheck shell=bash disable=SC2034,SC2154 # the tests use and set them
# SPDX-License-Identifier: GPL-2.0
# What the tests of the command line share: what is said in one line, and what a run has left behind.

# shellcheck source=tests/e2e/lib/common.bash
source "${BASH_SOURCE[0]%/*}/common.bash"

setup_file() {
	need_built
}

setup() {
	begin_work
	# A time to sleep that no other process sleeps for: how a test finds what it left running.
	nap=$((RANDOM % 9000 + 1000)).$$
	# What is said does not depend on the backend. One test takes the one that ipctrace chooses.
	QUICK=$(quick_backend)
	export QUICK
}

need_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
}

# Whether a process of this test still sleeps. Zombies do not count.
sleeper_left() {
	pgrep -xf "sleep $nap" >"$work/left"
}

wait_for_sleeper() {
	for _ in $(seq 250); do
		! sleeper_left || return 0
		sleep 0.02
	done
	echo "the traced command never came to sleep" >&2
	return 1
}

wait_for_no_sleeper() {
	for _ in $(seq 250); do
		sleeper_left || return 0
		sleep 0.02
	done
	echo "left running: $(cat "$work/left")" >&2
	return 1
}

# One line on stderr, from ipctrace, with these words.
one_line() {
	# shellcheck disable=SC2154 # set by run
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ ${stderr_lines[0]} == "ipctrace: "* ]]
	[[ ${stderr_lines[0]} == *"$1"* ]]
}

# A tree with a scenario of our own: find looks beside the binary.
own_scenario() {
	local name=$1 claim=$2
	mkdir -p "$work/tree/scenarios" "$work/tree/build/scenarios"
	cp "$IPCTRACE" "$work/tree/"
	cat >"$work/tree/build/scenarios/$name"
	chmod -R a+rX "$work/tree"
	chmod 755 "$work/tree/build/scenarios/$name"
	printf 'scenario "made for a test"\nclaim starts "it starts"\n%s\n' "$claim" \
		>"$work/tree/scenarios/$name.expect"
}
