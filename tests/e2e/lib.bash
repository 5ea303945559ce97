# shellcheck shell=bash disable=SC2034,SC2154 # the tests use and set them
# SPDX-License-Identifier: GPL-2.0
# What the tests of tracing share: which backends work here, and each scenario's JSON, made once a run of bats.

PYTHON=/usr/bin/python3 # Debian's, which has python3-jsonschema
export LC_ALL=C.UTF-8
root=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd -P)
e2e=$root/tests/e2e
IPCTRACE=${IPCTRACE:-$root/ipctrace}
export IPCTRACE

need_tracing() {
	[ -x "$IPCTRACE" ] || { echo "no $IPCTRACE: run make first" >&2; return 1; }
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -n "$(backends)" ] || { echo "no backend works: see ipctrace doctor" >&2; return 1; }
}

# The backends that work on this kernel, one a line. IPCTRACE_BACKENDS chooses others.
backends() {
	local file=$BATS_RUN_TMPDIR/ipctrace-backends
	if [ -n "${IPCTRACE_BACKENDS:-}" ]; then
		# shellcheck disable=SC2086 # words
		printf '%s\n' $IPCTRACE_BACKENDS
		return
	fi
	if [ ! -e "$file" ]; then
		"$IPCTRACE" doctor 2>/dev/null |
			sed -n 's/^hooks of the \([a-z]*\) backend: works.*/\1/p' >"$file.new"
		mv "$file.new" "$file"
	fi
	cat "$file"
}

# The backend that starts soonest: in an emulated machine fentry takes 12 s to load.
quick_backend() {
	backends | tail -n 1
}

scenarios() {
	local expect
	for expect in "$root"/scenarios/*.expect; do
		basename "$expect" .expect
	done
}

# BACKEND SCENARIO [RUN]: the file with its JSON; beside it stand .status and .err. Every test file uses the same one.
trace_of() {
	local base=$BATS_RUN_TMPDIR/ipctrace-$1.$2.${3:-1} status=0
	if [ ! -e "$base.status" ]; then
		"$IPCTRACE" -f json -o "$base.json" --backend "$1" "$2" >"$base.out" 2>"$base.err" </dev/null || status=$?
		echo "$status" >"$base.status"
	fi
	echo "$base.json"
}

# [OPTION...] -- COMMAND...: its JSON goes to $json, what the command prints stays on stdout.
json_of() {
	"$IPCTRACE" -f json -o "$json" --backend "$(quick_backend)" run "$@"
}
