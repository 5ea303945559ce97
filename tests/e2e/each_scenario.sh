#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Runs the tests that every scenario has, one set for each .expect file: each_scenario.sh [BATS OPTION...]
# With --print it prints those tests.
set -eu
e2e=$(cd "$(dirname "$0")" && pwd -P)

tests() {
	local expect scenario
	cat <<-END
		#!/usr/bin/env bats
		bats_require_minimum_version 1.5.0
		load $e2e/lib/common.bash
		load $e2e/lib/each_scenario.bash

		setup_file() {
		    need_tracing
		    export BATS_TEST_TIMEOUT=300
		}

		# bats file_tags=kernel,played
	END
	for expect in "$e2e"/../../scenarios/*.expect; do
		scenario=$(basename "$expect" .expect)
		# shellcheck disable=SC2016 # the tests' own
		printf '@test "%s: all claims hold, nothing is lost, $on" { holds %s; }\n' "$scenario" "$scenario"
	done
	for expect in "$e2e"/../../scenarios/*.expect; do
		scenario=$(basename "$expect" .expect)
		# shellcheck disable=SC2016 # the tests' own
		printf '@test "%s: $how" { same_story %s; }\n' "$scenario" "$scenario"
	done
}

if [ "${1:-}" = --print ]; then
	tests
	exit
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
tests >"$dir/each_scenario.bats"
bats "$@" "$dir/each_scenario.bats"
