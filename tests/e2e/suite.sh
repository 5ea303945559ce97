#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Runs the end-to-end tests on this kernel; TAP, with a plan for each call of bats: suite.sh
#   IPCTRACE_LEAVE_OUT  names of files that are not to be run, which are printed
#   IPCTRACE_TAGS       only the tests with one of these tags; "kernel": what another kernel may answer otherwise,
#                       "backend": what another backend may
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib.bash
source tests/e2e/lib.bash

files=()
for file in tests/e2e/*.bats; do
	case " ${IPCTRACE_LEAVE_OUT:-} " in
	*" ${file##*/} "*) echo "# left out here on purpose: ${file##*/}" ;;
	*) files+=("$file") ;;
	esac
done

tags=()
for tag in ${IPCTRACE_TAGS:-}; do tags+=(--filter-tags "$tag"); done
[ -z "${IPCTRACE_TAGS:-}" ] || echo "# only the tests with these tags: $IPCTRACE_TAGS"

# Every test once. trace.bats and backends.bats go through all backends, the others take the one that starts soonest.
status=0
bats -tT "${tags[@]}" "${files[@]}" || status=1

# Again, under each of the other backends, what depends on it: the tests with the tag "backend".
BATS_RUN_TMPDIR=$(mktemp -d) || exit 1
trap 'rm -rf "$BATS_RUN_TMPDIR"' EXIT
quick=$(quick_backend)
for backend in $(backends); do
	[ "$backend" != "$quick" ] || continue
	IPCTRACE_BACKENDS=$backend bats -tT --filter-tags backend "${files[@]}" |
		sed -uE "s/^((not )?ok [0-9]+) /\1 $backend: /" || status=1
done
exit "$status"
