#!/bin/bash
# Runs, inside a test guest, the bats files that suit its kernel and are about it; TAP on stdout, bats's exit status: guest.sh
set -euo pipefail

cd "$(dirname "$0")/../.."

# Every test then tries each backend that the kernel allows.
unset IPCTRACE_BACKENDS

# 5.18 is the first kernel with all that ipctrace calls; below it only the refusal is tested.
IFS=.- read -r major minor _ < <(uname -r)
if ((major < 5 || (major == 5 && minor < 18))); then
	exec bats -t tests/vm/too_old.bats
fi

# What depends on kernel and backend. The rest (command line, scenarios without the tracer) needs
# make, or times an emulated processor: it runs on the host.
tests=(tests/e2e/trace.bats tests/e2e/backends.bats tests/e2e/why.bats)
exec bats -t "${tests[@]}"
