# shellcheck shell=bash disable=SC2034,SC2154 # the tests use and set them
# SPDX-License-Identifier: GPL-2.0
# What the tests of the scenarios share: one runs by itself, and what it prints and leaves behind.

# shellcheck source=tests/e2e/lib/common.bash
source "${BASH_SOURCE[0]%/*}/common.bash"

setup_file() {
	O=${O:-build}
	# Where an ordinary user can reach them, in whatever home the checkout lies.
	BIN=$(mktemp -d /tmp/ipctrace-scenarios.XXXXXX)
	chmod 755 "$BIN"
	(cd "$root" && install -m 755 "$O"/scenarios/* "$BIN/") || { echo "run make first" >&2; return 1; }
	USER_CMD=
	[ "$(id -u)" -ne 0 ] || USER_CMD="setpriv --reuid=65534 --regid=65534 --clear-groups"
	export BIN USER_CMD root
}

teardown_file() {
	rm -rf "$BIN"
}

setup() {
	begin_work
	chmod 777 "$work"
	begin_apart
	ipc_before=$(ipcs_apart)
	export IPCTRACE_TEST_MARK="$BATS_TEST_NUMBER.$$.$RANDOM"
}

scenario() {
	local name=$1
	shift
	# shellcheck disable=SC2086 # a command or nothing
	(cd "$work" && exec "${apart[@]}" $USER_CMD timeout 120 "$BIN/$name" "$@")
}

# Processes that carry this test's mark, without bats' own, whose program is a scenario. find does the look through /proc:
# a loop of the shell is traced by bats, and on an emulated processor outlasts a hold.
left() {
	local exe
	find /proc -mindepth 2 -maxdepth 2 -path '/proc/[0-9]*/exe' -lname "$BIN/*" 2>/dev/null | while read -r exe; do
		! grep -qzx "IPCTRACE_TEST_MARK=$IPCTRACE_TEST_MARK" "${exe%/exe}/environ" ||
			echo "$(basename "${exe%/exe}") $(cat "${exe%/exe}/comm")"
	done 2>/dev/null
}

nothing_left() {
	local tries
	for tries in $(seq 50); do
		[ -n "$(left)" ] || break
		sleep 0.1
	done
	[ -z "$(left)" ] || { echo "left behind: $(left)"; return 1; }
	[ -z "$(ls -A "$work")" ] || { echo "files: $(ls -A "$work")"; return 1; }
	[ "$(ipcs_apart)" = "$ipc_before" ] || { ipcs_apart; return 1; }
}

# NAME: its whole output is the text on stdin.
prints() {
	local want got
	want=$(cat)
	got=$(scenario "$@" 2>&1) || { echo "exit status $?"; return 1; }
	[ "$got" = "$want" ] || { diff <(echo "$want") <(echo "$got"); return 1; }
	nothing_left
}
