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
tests=(tests/e2e/trace.bats tests/e2e/backends.bats)
# 7.2 is here for its function names. Its kprobes skip hooks under emulation (pipe-traits/atomic: 54 lost, and said
# so), in which no claim can hold; that backend is tested on 6.1 and 6.12.
if ((major >= 7)); then
	export IPCTRACE_BACKENDS="fentry syscall"
fi
exec bats -t "${tests[@]}"
