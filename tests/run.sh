#!/usr/bin/env bash
# Runs the test suites, TAP each, and closes with what failed or was skipped, as it was told before, and one line:
# N passed, N failed, N skipped.
# Usage: tests/run.sh [lint|unit|golden|fuzz|e2e|vm]...   (default: all; SKIP_VM=1 leaves vm out)
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1
O=${O:-build}
passed=0 failed=0 skipped=0
told=() # what is not just "ok", with the lines on it

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

suite() {
	local name=$1 line n=0 ok=1
	echo "# $name"
	while IFS= read -r line; do
		printf '%s\n' "$line"
		case $line in
		"ok "*"# skip"* | "ok "*"# SKIP"*) skipped=$((skipped + 1)) n=$((n + 1)) ok=0 ;;
		"ok "*) passed=$((passed + 1)) n=$((n + 1)) ok=1 ;;
		"not ok "*) failed=$((failed + 1)) n=$((n + 1)) ok=0 ;;
		esac
		((ok)) || told+=("$name: $line")
	done < <($name 2>&1 || echo "not ok - $name: the suite ended with status $?")
	if ((n == 0)); then
		line="not ok - $name: no test ran"
		echo "$line"
		told+=("$name: $line")
		failed=$((failed + 1))
	fi
}

suites=("$@")
((${#suites[@]})) || suites=(lint unit golden fuzz e2e vm)
for s in "${suites[@]}"; do
	case $s in
	vm)
		if [[ -n ${SKIP_VM:-} ]]; then
			echo "# vm: left out on purpose (SKIP_VM=$SKIP_VM)"
			continue
		fi
		;;
	lint | unit | golden | fuzz | e2e) ;;
	*)
		echo "tests/run.sh: no suite named $s; there are lint, unit, golden, fuzz, e2e, vm" >&2
		exit 2
		;;
	esac
	suite "$s"
done
((${#told[@]} == 0)) || printf '# %s\n' "" "${told[@]}"
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
