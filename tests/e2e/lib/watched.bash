# shellcheck shell=bash disable=SC2034,SC2154 # the tests use and set them
# SPDX-License-Identifier: GPL-2.0
# What the tests of --watch share: a program that uses a word, traced in each way that works here, and its accesses.

# shellcheck source=tests/e2e/lib/traced.bash
source "${BASH_SOURCE[0]%/*}/traced.bash"

setup() {
	begin_work
	cd "$work"
	watched=$root/build/programs/watched
	# No other test has this key.
	key=$((0x70000000 + BASHPID))
	export IPCTRACE_TEST_MARK=$key
	lock_watchpoints -s
	mapfile -t ways < <(ways_to_watch)
}

teardown() {
	ipcrm -M "$key" 2>/dev/null || true
	rm -f "/dev/shm/ipctrace-$$"
	[ -z "${watchpoints:-}" ] || exec {watchpoints}>&-
	end_work
}

# The one reason for all that is not tested of a way of watching.
need_hardware() {
	[[ " ${ways[*]} " == *" hardware "* ]] || skip "no hardware watchpoints: words are watched by stepping alone"
}

# WORD WHAT ARGS...: traces the program in each way that works here; its last line is in $value.WAY.
watch() {
	watch_words "$1" -- "${@:2}"
}

# WORD... -- WHAT ARGS...
watch_words() {
	local words=() by status=0
	while [ "$1" != -- ]; do
		words+=(--watch "$1")
		shift
	done
	for by in "${ways[@]}"; do
		traced "$json.$by" "$IPCTRACE" run -f json --force -o "$json.$by" --backend "$backend" --watch-by "$by" "${words[@]}" -- \
			"$watched" "${@:2}" >out || status=$?
		tail -n 1 out >"value.$by"
		grep -q "\"watched_by\":\"$by\"" "$json.$by"
	done
	return "$status"
}

# PYTHON: of each way that there is, by: with the accesses as a list, a; loads and stores; lost, what was lost.
check() {
	local by
	for by in "${ways[@]}"; do
		[ ! -e "$json.$by" ] || check_one "$json.$by" "$(cat "value.$by")" "$by" "$1"
	done
}

# FILE VALUE WAY PYTHON
check_one() {
	"$PYTHON" - "$1" "$2" "$3" <<-EOF
		import json, sys
		lines = [json.loads(l) for l in open(sys.argv[1])]
		value = int(sys.argv[2])
		by = sys.argv[3]
		a = [l for l in lines if l["kind"] == "access"]
		loads = [l for l in a if l["event"] == "load"]
		stores = [l for l in a if l["event"] == "store"]
		lost = lines[-1]["lost_by"]["watch"] + lines[-1]["lost_by"]["ring"]
		def is_equal(x, y):
		    assert x == y, f"{by}: {x!r}, not {y!r}"
		$4
	EOF
}

# FILE: until something is written into it.
wait_for() {
	local i
	for ((i = 0; i < 200; i++)); do
		[ ! -s "$1" ] || return 0
		sleep 0.05
	done
	return 1
}
