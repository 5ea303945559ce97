#!/usr/bin/env bash
# Runs the test suites, TAP each, and closes with how long each took, what failed or was skipped and why, one line for
# each reason, and one line: N passed, N failed, N skipped.
# Usage: tests/run.sh [lint|unit|golden|fuzz|distro|e2e|vm]...   (default: all; SKIP_VM=1 leaves vm out)
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
O=${O:-build}
# What the caller has open would be held by all that is traced here, and by what else it started.
for at in "/proc/$$/fd"/*; do
	fd=${at##*/}
	((fd < 3)) || [ "$at" -ef tests/run.sh ] || eval "exec $fd>&-"
done
passed=0 failed=0 skipped=0
took=() # seconds and name of each suite

# shellcheck source=tests/told.sh
source tests/told.sh
# shellcheck source=tests/what_ran.sh
source tests/what_ran.sh

lint() {
	tests/lint.sh
}

unit() {
	local t
	for t in "$O"/unit/test_*; do
		[[ -x $t && $t != *.* ]] || continue
		CMOCKA_MESSAGE_OUTPUT=TAP "$t" 2>"$O/unit/stderr" |
			sed "s/^\(\(not \)\?ok [0-9]*\) - /\1 - ${t##*/}: /"
		# A crash or a sanitizer's report ends the program, not a test.
		local status=${PIPESTATUS[0]}
		if ((status != 0)); then
			echo "not ok - ${t##*/} ended with status $status"
			sed 's/^/# /' "$O/unit/stderr"
		fi
	done
}

golden() {
	tests/golden/run.sh
}

fuzz() {
	FUZZ_SECONDS=${FUZZ_SECONDS:-15} tests/fuzz/run.sh
}

e2e() {
	tests/e2e/suite.sh
}

vm() {
	# shellcheck disable=SC2086 # several kernels are several words
	tests/vm/suite.sh ${KERNEL:-}
}

distro() {
	# shellcheck disable=SC2086 # several releases are several words
	tests/distro/suite.sh ${SUITE:-}
}

# NAME: runs the suite of that name, prints and counts what it tells.
suite() {
	local name=$1 line n=0 begun=$SECONDS
	echo "# $name"
	while IFS= read -r line; do
		printf '%s\n' "$line"
		case $line in
		"ok "*"# skip"* | "ok "*"# SKIP"*) skipped=$((skipped + 1)) ;;
		"ok "*) passed=$((passed + 1)) ;;
		"not ok "*) failed=$((failed + 1)) ;;
		*)
			add_reason "$line"
			continue
			;;
		esac
		n=$((n + 1))
		count_ran "$name" "$line"
		begin_told "$name" "$line"
	done < <($name 2>&1 || echo "not ok - $name: the suite ended with status $?")
	end_told
	if ((n == 0)); then
		line="not ok - $name: no test ran"
		echo "$line"
		failed=$((failed + 1))
		begin_told "$name" "$line"
		end_told
	fi
	took+=("$(printf '%6d s  %s' $((SECONDS - begun)) "$name")")
	echo "# $name took $((SECONDS - begun)) s"
}

suites=("$@")
((${#suites[@]})) || suites=(lint unit golden fuzz distro e2e vm)
for s in "${suites[@]}"; do
	case $s in
	vm)
		if [[ -n ${SKIP_VM:-} ]]; then
			echo "# vm: left out on purpose (SKIP_VM=$SKIP_VM)"
			continue
		fi
		;;
	lint | unit | golden | fuzz | distro | e2e) ;;
	*)
		echo "tests/run.sh: no suite named $s; there are lint, unit, golden, fuzz, distro, e2e, vm" >&2
		exit 2
		;;
	esac
	suite "$s"
done
printf '#%s\n' "" "${took[@]}"
tell_ran
sum_up
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
