#!/bin/bash
# Runs, inside a test guest, the bats files that suit its kernel; TAP on stdout, bats's exit status: guest.sh
set -euo pipefail

cd "$(dirname "$0")/../.."

# Every test then tries each backend that the kernel allows.
unset IPCTRACE_BACKENDS

# 5.18 is the first kernel with all that ipctrace calls; below it only the refusal is tested.
IFS=.- read -r major minor _ < <(uname -r)
if ((major < 5 || (major == 5 && minor < 18))); then
	exec bats -t tests/vm/too_old.bats
fi

tests=(tests/e2e/*.bats)
if [ ! -e "${tests[0]}" ]; then
	echo "guest.sh: no tests/e2e/*.bats; is this the whole repository?" >&2
	exit 2
fi
exec bats -t "${tests[@]}"
