#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Runs the end-to-end tests on this kernel; TAP, with a plan for each call of bats: suite.sh
#   IPCTRACE_LEAVE_OUT  names of files that are not to be run, which are printed
#   IPCTRACE_ABOUT      "inside", "outside": only the tests with the tag "kernel", what another kernel may answer otherwise,
#                       or "backend", what another backend may; without those with the tag "played", or only those
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/lib/common.bash
source tests/e2e/lib/common.bash

made=$(mktemp -d) || exit 1
trap 'rm -rf "$made"' EXIT
mkdir "$made/run"
tests/e2e/each_scenario.sh --print >"$made/each_scenario.bats" || exit 1
files=()
for file in tests/e2e/*.bats "$made/each_scenario.bats"; do
	case " ${IPCTRACE_LEAVE_OUT:-} " in
	*" ${file##*/} "*) echo "# left out here on purpose: ${file##*/}" ;;
	*) files+=("$file") ;;
	esac
done

status=0
# TAG...: the files with tests that have one of these tags. Reading a file without such tests takes bats seconds in a guest.
run_tagged() {
	local tag filter=() some end
	for tag in "$@"; do
		case $IPCTRACE_ABOUT in
		outside) end=',played' && filter+=(--filter-tags "$tag,played") ;;
		inside) end='' && filter+=(--filter-tags "$tag,!played") ;;
		*) end='(,played)?' && filter+=(--filter-tags "$tag") ;;
		esac
	done
	mapfile -t some < <(grep -lE "^# bats (test|file)_tags=($(IFS='|' && echo "$*"))$end\$" "${files[@]}")
	bats -tT "${filter[@]}" "${some[@]}"
}

# Every test once. each_scenario.sh and verifier.bats go through all backends, the others take the one that starts soonest.
if [ -n "${IPCTRACE_ABOUT:=}" ]; then
	run_tagged kernel backend || status=1
else
	bats -tT "${files[@]}" || status=1
fi

# Again, under each of the other backends, what depends on it; inside, under the one that this kernel gets by itself: of the
# others play.sh tests more in less time.
BATS_RUN_TMPDIR=$made/run # of the cache of lib/common.bash
quick=$(quick_backend)
others=$(backends)
[ "$IPCTRACE_ABOUT" != inside ] || others=$("$IPCTRACE" doctor | sed -n 's/^backend  *\([a-z]*\).*/\1/p')
for backend in $others; do
	[ "$backend" != "$quick" ] || continue
	IPCTRACE_BACKENDS=$backend run_tagged backend |
		sed -uE "s/^((not )?ok [0-9]+) /\1 $backend: /" || status=1
done
exit "$status"
