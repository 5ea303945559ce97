#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs inside a test guest what is judged outside, and the end-to-end tests that must run inside: guest.sh
# stdout is a row of tar.gz: what play.sh keeps, and tap, the inner tests' TAP, which grows; stderr says how far it is.
set -euo pipefail

cd "$(dirname "$0")/../.."
out=/tmp/guest
mkdir "$out"

# Every test then tries each backend that the kernel allows.
unset IPCTRACE_BACKENDS
# Nothing that is done here takes more than five times as long on an emulated processor as on hardware.
export IPCTRACE_TIME_SCALE=5

# Part by part, so that what has come is judged if the time runs out.
send() { # NAME...
	tar -C "$out" -cf - "$@" | gzip -1
}

tests() { # COMMAND...
	local failed=0
	"$@" >>"$out/tap" || failed=1
	send tap
	return "$failed"
}

# 5.18 is the first kernel with all that ipctrace calls; below it only the refusal is tested.
IFS=.- read -r major minor _ < <(uname -r)
if ((major < 5 || (major == 5 && minor < 18))); then
	tests bats -t tests/vm/too_old.bats || exit
	exit
fi
if grep -qs '\[confidentiality\]' /sys/kernel/security/lockdown; then
	tests bats -t tests/vm/lockdown.bats || exit
	exit
fi
status=0
tests bats -t tests/vm/backends.bats || status=1
mkdir "$out/played"
tests/vm/play.sh "$out/played" || status=1
send played
# What is the same whatever the kernel is tested once, outside. An emulated processor's watchpoints trap late, and for
# neighbours of the word too.
leave_out='watch.bats watch_stops.bats'
# 6.12 lies between the two. If tests showed no difference on either, it runs only those that are played, and the witnesses.
if ((major == 6 && minor == 12)); then
	leave_out+=' attach.bats attach_filter.bats cli.bats cli_ends.bats msg.bats mutant.bats pidns.bats'
	leave_out+=' run.bats run_command.bats run_signals.bats segments.bats sem.bats shm.bats stat.bats why.bats why_output.bats'
fi
IPCTRACE_ABOUT=inside IPCTRACE_LEAVE_OUT=$leave_out tests tests/e2e/suite.sh || status=1
exit "$status"
