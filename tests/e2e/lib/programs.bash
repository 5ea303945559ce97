# shellcheck shell=bash disable=SC2034,SC2154 # the tests use and set them
# SPDX-License-Identifier: GPL-2.0
# What the tests of `ipctrace run` share: a small program that is traced, and what is asserted of that.

# shellcheck source=tests/e2e/lib/traced.bash
source "${BASH_SOURCE[0]%/*}/traced.bash"

# Assertions on $json, from stdin.
told() {
	"$PYTHON" "$lib/lines.py" "$json"
}

program() {
	json_of -- "$PYTHON" "$programs/programs.py" "$@"
}
