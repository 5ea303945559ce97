#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds in a tree of each Debian release, with warnings as errors, lints, runs unit and golden tests and makes the packages
# there, and the packages on this machine, too; one TAP stream: suite.sh [SUITE...]. A release that cannot be fetched is
# skipped. Exits with 1 if a test failed.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
[ $# -gt 0 ] || set -- trixie
total=0 failed=0
log=$(mktemp "${TMPDIR:-/tmp}/ipctrace-distro.XXXXXX")
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM

told() { # FAILED, or empty; WHAT
	total=$((total + 1))
	[ -z "$1" ] || failed=$((failed + 1))
	echo "${1:+not }ok $total - $2"
}

# What is done there; its closing lines are read here.
# shellcheck disable=SC2016 # for the inner shell
work='
	make -s -j"$(nproc)" WERROR=1 all unit golden 2>&1 >/dev/null || { echo "not ok - builds without a warning"; exit 1; }
	echo "ok - builds without a warning"
	tests/distro/packages.sh
	IN_SHORT=1 tests/run.sh lint unit golden'

# SUITE, or "here"; COMMAND...: its lines are read, its failures counted.
judge() {
	local suite=$1 bad=$failed status=1 line
	shift
	while IFS= read -r line; do
		if [[ $line =~ ^(not\ )?ok\ ([0-9]+\ )?-?\ ?(.*)$ ]]; then
			told "${BASH_REMATCH[1]:+1}" "[$suite] ${BASH_REMATCH[3]}"
		elif [[ $line == "exit "* ]]; then
			status=${line#exit }
		elif [[ $line != 1..* ]]; then
			echo "# [$suite] ${line#\# }"
		fi
	done < <(status=0 && { "$@" 2>&1 || status=$?; } && echo "exit $status")
	[ "$status" -eq 0 ] || [ "$failed" -gt "$bad" ] || told 1 "[$suite] no test failed, yet it ended with status $status"
}

judge here "$here/packages.sh"
for suite in "$@"; do
	if ! "$here/tree.sh" "$suite" >/dev/null 2>"$log"; then
		total=$((total + 1))
		echo "ok $total - [$suite] builds, and passes lint, unit and golden tests # SKIP $(tail -n 1 "$log")"
		continue
	fi
	judge "$suite" "$here/run.sh" "$suite" -- bash -c "$work"
done

echo "1..$total"
[ "$failed" -eq 0 ]
