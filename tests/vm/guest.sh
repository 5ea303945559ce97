#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs, inside a test guest, what is to be judged outside, and the end-to-end tests that must be asked inside: guest.sh
# stdout is a tar.gz: tap, the inner tests' TAP, and what play.sh keeps; stderr says how far it is.
set -euo pipefail

cd "$(dirname "$0")/../.."
out=/tmp/guest
mkdir "$out"
trap 'tar -C "$out" -cf - . | gzip -1' EXIT

# Every test then tries each backend that the kernel allows.
unset IPCTRACE_BACKENDS
# Of what is done here with an emulated processor, nothing takes more than five times as long as on hardware.
export IPCTRACE_TIME_SCALE=5

tests() { # COMMAND...
	"$@" >>"$out/tap"
}

# 5.18 is the first kernel with all that ipctrace calls; below it only the refusal is tested.
IFS=.- read -r major minor _ < <(uname -r)
if ((major < 5 || (major == 5 && minor < 18))); then
	tests bats -t tests/vm/too_old.bats
	exit
fi
if grep -qs '\[confidentiality\]' /sys/kernel/security/lockdown; then
	tests bats -t tests/vm/lockdown.bats
	exit
fi
status=0
tests bats -t tests/vm/backends.bats || status=1
tests/vm/play.sh "$out" || status=1
# What is the same whatever the kernel is tested once, outside. An emulated processor's watchpoints trap late, and for
# neighbours of the word too.
leave_out=watch.bats
# 6.12 lies between: of what showed no difference at either end it runs what is played, and the witnesses.
if ((major == 6 && minor == 12)); then
	leave_out+=' attach.bats cli.bats msg.bats mutant.bats pidns.bats run.bats segments.bats sem.bats shm.bats stat.bats why.bats'
fi
IPCTRACE_ABOUT=inside IPCTRACE_LEAVE_OUT=$leave_out tests tests/e2e/suite.sh || status=1
exit "$status"
