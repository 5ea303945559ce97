#!/bin/bash
# Runs, inside a test guest, the end-to-end tests that suit its kernel; TAP on stdout, status 1 if one fails: guest.sh
set -euo pipefail

cd "$(dirname "$0")/../.."

# Every test then tries each backend that the kernel allows.
unset IPCTRACE_BACKENDS
# Of what is done here with an emulated processor, nothing takes more than five times as long as on hardware.
export IPCTRACE_TIME_SCALE=5

# 5.18 is the first kernel with all that ipctrace calls; below it only the refusal is tested.
IFS=.- read -r major minor _ < <(uname -r)
if ((major < 5 || (major == 5 && minor < 18))); then
	exec bats -t tests/vm/too_old.bats
fi
if grep -qs '\[confidentiality\]' /sys/kernel/security/lockdown; then
	exec bats -t tests/vm/lockdown.bats
fi
# The same whatever the kernel: what becomes of trace files. And programs that are not in the guest: make, git, PostgreSQL.
IPCTRACE_LEAVE_OUT='diff.bats record.bats real.bats' exec tests/e2e/suite.sh
