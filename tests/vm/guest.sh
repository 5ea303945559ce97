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
status=0
bats -t tests/vm/backends.bats || status=1
# What is the same whatever the kernel is tested once, outside. An emulated processor's watchpoints trap late, and for
# neighbours of the word too.
leave_out=watch.bats
# 6.12 lies between: of what showed no difference at either end it runs the scenarios, under every backend, and the witnesses.
if ((major == 6 && minor == 12)); then
	leave_out+=' attach.bats cli.bats msg.bats mutant.bats pidns.bats run.bats segments.bats sem.bats shm.bats stat.bats why.bats'
fi
IPCTRACE_TAGS='kernel backend' IPCTRACE_LEAVE_OUT=$leave_out tests/e2e/suite.sh || status=1
exit "$status"
