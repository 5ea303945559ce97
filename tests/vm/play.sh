#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs every scenario and all requested commands under every backend inside a test guest, and keeps the output of ipctrace
# (tests/e2e/lib/played.bash): play.sh DIR
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
: "${IPCTRACE_ASKED:?the directory of what was asked for}"
export BATS_RUN_TMPDIR=$1 # of the cache of lib/common.bash
mkdir -p "$BATS_RUN_TMPDIR/plays"
# shellcheck source=tests/e2e/lib/common.bash
source tests/e2e/lib/common.bash
# shellcheck source=tests/e2e/lib/verified.bash
source tests/e2e/lib/verified.bash
dir=$BATS_RUN_TMPDIR

uname -r >"$dir/release"
backends >"$dir/backends"

# Where losses are many, as under fentry on 7.x, what there is to run again may take an hour: scenarios and plays of a backend
# have so many seconds each until nothing is tried again.
BUDGET=420

# How often a run may be tried that the kernel has spoilt.
tries() {
	if ((SECONDS - since < BUDGET)); then echo 6; else echo 1; fi
}

# BACKEND TRIES KEY...: under one tracer. A loss spoils all of it: then each half runs again, and what is alone up to TRIES
# times, and of what is left fewer run together.
play() {
	local backend=$1 tries=$2 out=$dir/plays/$1 run status=0 half key
	shift 2
	mkdir -p "$out/runs"
	run=$(mktemp "$out/runs/XXXXXX") || return
	"$IPCTRACE" --backend "$backend" -f json --force -o "$run" run --timeout 300 -- tests/vm/batch.sh "$out" "$@" || status=$?
	if [ "$status" -eq 3 ] && only_nested "$run" && [ "$tries" -gt 1 ] && [ "$(tries)" -gt 1 ]; then
		rm -f "$run"
		size=8
		half=$((($# + 1) / 2))
		if [ $# -gt 1 ]; then
			play "$backend" "$tries" "${@:1:half}"
			play "$backend" "$tries" "${@:half+1}"
		else
			play "$backend" $((tries - 1)) "$1"
		fi
		return
	fi
	if [ $# -gt 1 ] && grep -qE '"object":"(shm|sem|msg):\[[0-9]+:' "$run"; then
		echo "$backend: one of these has an IPC namespace of its own, and is not started by unshare: $*" >&2
		status=1
	fi
	gzip -1 -f "$run"
	for key in "$@"; do
		echo "$status" >"$out/$key/status"
		ln -s "../runs/${run##*/}.gz" "$out/$key/run"
	done
}

# BACKEND SCENARIO...: under one tracer; prints those that are to be run again.
play_scenarios() {
	local backend=$1 run=$dir/scenarios
	shift
	"$IPCTRACE" --backend "$backend" -f json --force -o "$run" "$@" >/dev/null 2>"$run.err" </dev/null
	tests/vm/scenarios.py "$run" "$dir/ipctrace-$backend." "$@"
	rm -f "$run" "$run.err"
}

# What watches words is not told alike each time (trace_to_judge), and has a tracer of its own.
mapfile -t watching < <(scenarios | while read -r scenario; do ! watches_words "$scenario" || echo "$scenario"; done)
mapfile -t others < <(scenarios | grep -vxF "$(printf '%s\n' "${watching[@]}")")

together=() apart=()
for asked in "$IPCTRACE_ASKED"/*; do
	if [ -e "$asked/apart" ]; then apart+=("${asked##*/}"); else together+=("${asked##*/}"); fi
done
for backend in $(backends); do
	begun=$SECONDS since=$SECONDS
	left=("${others[@]}")
	for try in 1 2 3; do
		((${#left[@]} > 1)) || break
		mapfile -t left < <(play_scenarios "$backend" "${left[@]}")
		echo "$backend: try $try of ${#others[@]} scenarios leaves ${#left[@]}, $((SECONDS - begun)) s" >&2
	done
	for scenario in "${watching[@]}" "${left[@]}"; do
		IPCTRACE_TRIES=$(tries)
		file=$(IPCTRACE_VERBOSE=y trace_to_judge "$backend" "$scenario" 2>/dev/null)
		for err in "$dir/ipctrace-$backend.$scenario".*.err; do
			verified_said watch <"$err" >>"$dir/verified-$backend"
			sed -i '/^ipctrace: debug: /d' "$err"
		done
		echo "$backend: $scenario ended with $(cat "${file%.json}.status"), $((SECONDS - begun)) s" >&2
	done
	verified_under "$backend" >>"$dir/verified-$backend"
	echo "$backend: what else it loads is verified, $((SECONDS - begun)) s" >&2
	# Who compares stories needs two of a kernel that has one backend.
	if [ "$(backends | wc -l)" -eq 1 ]; then
		for scenario in $(scenarios); do trace_of "$backend" "$scenario" 2 >/dev/null 2>&1; done
	fi
	since=$SECONDS size=20
	for ((i = 0; i < ${#together[@]}; i += took)); do
		took=$size
		play "$backend" 6 "${together[@]:i:took}"
	done
	for key in "${apart[@]}"; do
		play "$backend" 6 "$key"
	done
	echo "$backend: $((SECONDS - begun)) s" >&2
done
