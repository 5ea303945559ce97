#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Records every case of these scenarios, or of all, anew, on this kernel, into records/SCENARIO.CASE.trace; as root:
# record.sh [SCENARIO...]. For a scenario that is new, or has changed; then UPDATE=1 tests/golden/run.sh.
set -eu
cd "$(dirname "$0")/../.."
: "${O:=build}"
# The path of the program is in the recording: the same on every machine.
tree=/tmp/ipctrace
mkdir "$tree"
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/build"
cp ipctrace "$tree"
cp -r scenarios "$tree"
cp -r "$O/scenarios" "$tree/build"
if [ $# -eq 0 ]; then
	for expect in scenarios/*.expect; do set -- "$@" "$(basename "$expect" .expect)"; done
fi
for scenario; do
	sed -n 's/^case \([^ ]*\) .*/\1/p' "scenarios/$scenario.expect" | while read -r name; do
		"$tree/ipctrace" record -q --force -o "tests/golden/records/$scenario.$name.trace" "$scenario/$name" </dev/null
	done
done
