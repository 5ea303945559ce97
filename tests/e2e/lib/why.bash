# shellcheck shell=bash disable=SC2034,SC2154 # the tests use and set them
# SPDX-License-Identifier: GPL-2.0
# What the tests of `ipctrace why` share: a look at a process, and its verdict.

# shellcheck source=tests/e2e/lib/common.bash
source "${BASH_SOURCE[0]%/*}/common.bash"

setup() {
	need_built
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	begin_work
	stuck=
}

teardown() {
	unstick
	end_work
}

# PID VERDICT: as text and as JSON, and the JSON fits the schema.
judged() {
	"$IPCTRACE" -f json --force -o "$json" why "$1"
	fits "$json"
	"$PYTHON" - "$json" "$1" "$2" <<'END'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
found = [line["verdict"] for line in lines if line["kind"] == "why"]
assert found and all(v == sys.argv[3] for v in found), found
END
}

fits() {
	"$IPCTRACE" --json-schema >"$work/schema"
	"$PYTHON" - "$work/schema" "$1" <<'END'
import json, sys
try:
    import jsonschema
    fits = jsonschema.Draft202012Validator(json.load(open(sys.argv[1], encoding="utf-8"))).validate
except ImportError: # a test of trace.bats says so, for all
    fits = bool
lines = open(sys.argv[2], encoding="utf-8").read().splitlines()
for line in lines:
    assert line.startswith('{"kind":'), line
    fits(json.loads(line))
assert json.loads(lines[-1])["kind"] == "look"
END
}

# What is said of a process, on lines of any length.
why() {
	COLUMNS=1000 "$IPCTRACE" why "$@"
}
