#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs the requested commands inside a test guest, one after the other, each as its own process: batch.sh OUT KEY...
# The requests are in $IPCTRACE_ASKED (tests/e2e/lib/played.bash); OUT/KEY gets pid, printed, errors and after.
out=$1
shift
for key in "$@"; do
	asked=$IPCTRACE_ASKED/$key play=$out/$key
	work=$(<"$asked/work")
	mapfile -d '' argv <"$asked/argv"
	rm -rf "$work" "$play"
	mkdir -p "${work%/*}" "$play"
	cp -a "$asked/before" "$work"
	(
		echo "$BASHPID" >"$play/pid"
		cd "$(<"$asked/cwd")" && exec "${argv[@]:1}"
	) >"$play/printed" 2>"$play/errors" </dev/null
	mkdir "$work/sysvipc"
	for kind in shm sem msg; do echo "$(<"/proc/sysvipc/$kind")" >"$work/sysvipc/$kind"; done
	mv "$work" "$play/after"
done
