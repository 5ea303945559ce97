# shellcheck shell=bash disable=SC2034,SC2154 # the tests use and set them
# SPDX-License-Identifier: GPL-2.0
# The set-up and teardown of each test in a file that traces, unless the file has others: a test runs in its own directory,
# $work.

# shellcheck source=tests/e2e/lib/common.bash
source "${BASH_SOURCE[0]%/*}/common.bash"

setup_file() {
	need_tracing
	export BATS_TEST_TIMEOUT=300
}

setup() {
	begin_work
	cd "$work"
	unset SUDO_UID SUDO_GID # what is started is root's
	stuck=
}

# A process that waits for descriptor 7 or 8 to be closed goes on, and ends.
teardown() {
	exec 7>&- 8>&-
	[ -z "${stuck:-}" ] || wait "$stuck" || true
	end_work
}

# Assertions on $json, from stdin; said: what the program printed into the file out.
told() {
	{
		echo 'import json; said = [*map(json.loads, open("out"))]'
		cat
	} | "$PYTHON" "$lib/lines.py" "$json"
}
