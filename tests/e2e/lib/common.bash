# shellcheck shell=bash disable=SC2034,SC2154 # the tests use and set them
# SPDX-License-Identifier: GPL-2.0
# What the tests of tracing share: the backends that work here, and each scenario's JSON, made once for a run of bats.

PYTHON=/usr/bin/python3 # Debian's, which has python3-jsonschema
export LC_ALL=C.UTF-8
root=$(cd "${BASH_SOURCE[0]%/*}/../../.." && pwd -P)
e2e=$root/tests/e2e
lib=$e2e/lib
programs=$e2e/programs
IPCTRACE=${IPCTRACE:-$root/ipctrace}
export IPCTRACE
# How many times slower than hardware this machine may be: what a test gives a program to do something in, and the
# limits of how long that may take, are multiplied by it. An emulated processor sets it.
export IPCTRACE_TIME_SCALE=${IPCTRACE_TIME_SCALE:-1}

# shellcheck source=tests/e2e/lib/played.bash
source "$lib/played.bash"
# shellcheck source=tests/e2e/lib/asleep.bash
source "$lib/asleep.bash"

# The release of the kernel that the tests are about.
kernel_release() {
	if [ -n "${IPCTRACE_PLAYED:-}" ]; then cat "$IPCTRACE_PLAYED/release"; else uname -r; fi
}

need_built() {
	[ -x "$IPCTRACE" ] || { echo "no $IPCTRACE: run make first" >&2; return 1; }
}

need_tracing() {
	need_built || return
	[ -z "${IPCTRACE_ASK:-}" ] || return 0
	[ -n "${IPCTRACE_PLAYED:-}" ] || [ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -n "$(backends)" ] || { echo "no backend works: see ipctrace doctor" >&2; return 1; }
}

# The backends that work on this kernel, one a line. IPCTRACE_BACKENDS chooses others.
backends() {
	local file=$BATS_RUN_TMPDIR/ipctrace-backends
	if [ -n "${IPCTRACE_BACKENDS:-}" ]; then
		# shellcheck disable=SC2086 # words
		printf '%s\n' $IPCTRACE_BACKENDS
		return
	fi
	if [ -n "${IPCTRACE_PLAYED:-}" ]; then
		file=$IPCTRACE_PLAYED/backends
	elif [ ! -e "$file" ]; then
		"$IPCTRACE" doctor 2>/dev/null |
			sed -n 's/^hooks of the \([a-z]*\) backend: works.*/\1/p' >"$file.new"
		mv "$file.new" "$file"
	fi
	cat "$file"
}

# The backend that starts soonest: in an emulated machine fentry takes 9 s to load, kprobe 4 s.
quick_backend() {
	backends | tail -n 1
}

# What most tests begin with: $work, a directory of this test alone, which whoever it becomes may enter; $json in it; no
# process in pids.
begin_work() {
	local name=${BATS_TEST_FILENAME##*/}
	if [ -n "${IPCTRACE_ASK:-}${IPCTRACE_PLAYED:-}" ]; then
		work=$(played_work "${name%.bats}") || return
	else
		work=$(mktemp -d "/tmp/ipctrace-${name%.bats}.XXXXXX") || return
	fi
	chmod 755 "$work"
	json=$work/json
	backend=$(quick_backend)
	pids=()
}

# Makes an IPC namespace of this test's own, where nobody else makes or removes anything: "${apart[@]}" COMMAND... runs
# in it. Only root may do that. Without root it is empty, and what a test leaves behind cannot be told.
begin_apart() {
	local said
	apart=()
	[ "$(id -u)" -eq 0 ] || return 0
	exec {said}< <(exec unshare --ipc sh -c 'echo there; exec sleep infinity' 3>&-)
	pids+=($!)
	apart=(nsenter --ipc --target $!)
	read -r -t $((60 * IPCTRACE_TIME_SCALE)) <&"$said"
	exec {said}<&-
}

# What is there of SysV objects in the test's own namespace.
ipcs_apart() {
	[ ${#apart[@]} -eq 0 ] || "${apart[@]}" ipcs
}

# No SysV object that was made in the trace in $json is there any more, by its id.
none_left() {
	SYSVIPC=${IPCTRACE_PLAYED:+$work/sysvipc} "$PYTHON" - "$json" <<-'END'
		import json, os, sys
		made = {o["object"] for o in map(json.loads, open(sys.argv[1])) if o["kind"] == "object" and o["event"] == "created"}
		for kind in "shm", "sem", "msg":
		    with open((os.environ["SYSVIPC"] or "/proc/sysvipc") + "/" + kind) as f:
		        left = {f"{kind}:[{line.split()[1]}]" for line in f} & made
		    assert not left, left
	END
}

# Ends the processes in pids, and removes $work.
end_work() {
	if [ "${#pids[@]}" -gt 0 ]; then
		kill -KILL "${pids[@]}" 2>/dev/null || true
		wait "${pids[@]}" 2>/dev/null || true
	fi
	cd /
	[ -z "${work:-}" ] || rm -rf "$work" # empty: setup() went no further
}

# What each test ends with, unless its file says otherwise.
teardown() {
	end_work
}

# The ways in which words can be watched here, one a line.
ways_to_watch() {
	local file=$BATS_RUN_TMPDIR/ipctrace-ways
	if [ ! -e "$file" ]; then
		"$IPCTRACE" run --backend "$(quick_backend)" --watch-by hardware --watch shm:1+0:4 -- true >/dev/null 2>"$file.err" || true
		{
			echo step
			grep -q 'no word can be watched' "$file.err" || echo hardware
		} >"$file.new"
		mv "$file.new" "$file"
	fi
	cat "$file"
}

scenarios() {
	local expect
	for expect in "$root"/scenarios/*.expect; do
		basename "$expect" .expect
	done
}

# The summary tells of losses, and all of them are hooks that the kernel skipped inside another one.
only_nested() {
	local lost
	lost=$(tail -n 1 "$1" | grep -o '"lost_by":{[^}]*}') || return
	[[ $lost =~ \"nested\":[1-9] ]] && ! [[ ${lost/\"nested\"/} =~ \"[a-z_]+\":[1-9] ]]
}

# FILE COMMAND...: runs an ipctrace whose JSON goes to FILE. On an emulated processor an interrupt falls into a hook now
# and then; ipctrace then says inconclusive, which is right, and what a user would do is to run it again.
traced() {
	local file=$1 status try
	shift
	for ((try = 1; try <= ${IPCTRACE_TRIES:-6}; try++)); do
		status=0
		"$@" || status=$?
		[ "$status" -eq 3 ] && only_nested "$file" || break
		echo "# try $try lost events to nested hooks: $*" >&2
	done
	return "$status"
}

# BACKEND SCENARIO [RUN]: the file with its JSON; beside it stand .status and .err. Every test file uses the same one.
trace_of() {
	local base status=0
	base=$(runs_of_scenarios)/ipctrace-$1.$2.${3:-1}
	if [ -n "${IPCTRACE_PLAYED:-}" ]; then
		[ -e "$base.status" ] || echo "the guest has not run $2 under $1" >&2
	elif [ ! -e "$base.status" ]; then
		traced "$base.json" scenario_to "$base" --backend "$1" "$2" || status=$?
		echo "$status" >"$base.status"
	fi
	echo "$base.json"
}

# FILE: how many claims may be inconclusive: those on lost stores, on an emulated processor, whose watchpoints trap late, and
# for stores of a word's neighbours, too. What is then not known is said.
not_known() {
	[ "$IPCTRACE_TIME_SCALE" -gt 1 ] || { echo 0; return; }
	grep -cE '^{"kind":"claim","scenario":"(shm-race|shm-basic)".*"claim":"(sum|lost|pair|none-lost)".*"result":"inconclusive".*(lost|cause|stores) is not known' "$1" || true
}

# SCENARIO
watches_words() {
	grep -q '^ *watch ' "$root/scenarios/$1.expect"
}

# FILE SCENARIO: other tests check what such a run says about watched words. An emulated processor can be preempted
# between an access and its trap, and tells them in another order then: a claim may fail because of that. On hardware, too,
# records of stores can come after those of a thread that has seen them; then ipctrace says that it does not know.
run_again() {
	# A busy processor may handle a packet of TCP after the call that sent it.
	! grep -q '"cause":{"kind":"network"}' "$1" || ! grep '"kind":"claim".*"result":"fails"' "$1" || return 0
	watches_words "$2" || return
	if [ "$IPCTRACE_TIME_SCALE" -gt 1 ]; then
		grep '"kind":"claim".*"result":"fails"' "$1"
	else
		grep '"kind":"claim".*"result":"inconclusive".*is not known' "$1"
	fi
}

# BACKEND SCENARIO: the file of its first run that is to be judged, of three.
trace_to_judge() {
	local run file
	for run in 1 2 3; do
		file=$(trace_of "$1" "$2" "$run")
		run_again "$file" "$2" >&2 || break
	done
	echo "$file"
}

# How the tracer in the background, $tracer, ended, whose JSON is in $json: it cannot be run again as traced() does.
tracer_ended() {
	local status=0
	wait "$tracer" || status=$?
	[ "$status" -eq 0 ] || tail -n 1 "$json" >&2
	if [ "$status" -eq 3 ] && [ "$IPCTRACE_TIME_SCALE" -gt 1 ] && only_nested "$json"; then
		skip "the kernel skipped hooks, and ipctrace said so"
	fi
	return "$status"
}

# -s, -x: until the test ends. One that takes all watchpoints of the machine (-x) waits for the others, also for those of
# another suite that runs now, and they for it.
lock_watchpoints() {
	[ -n "${watchpoints:-}" ] || exec {watchpoints}>/run/ipctrace-watchpoints.lock
	flock "$1" "$watchpoints"
}

# A machine that is busy with something else takes long for processes that spin.
scenario_to() {
	local base=$1
	shift
	"$IPCTRACE" ${IPCTRACE_VERBOSE:+-v} -f json --force -o "$base.json" --timeout 120 "$@" >"$base.out" 2>"$base.err" </dev/null
}

# FILE: fentry's hooks can be preempted on 7.x, and the kernel skips the same hook in other tasks on that processor
# meanwhile, on an emulated one in most runs. Then no claim can hold and ipctrace says so: under that backend the test
# has not run.
has_not_run() {
	[ "$(cat "${1%.json}.status")" -eq 3 ] && only_nested "$1"
}

# BACKENDS: those under which the test has not run, if any.
skip_for() {
	[ -z "$1" ] || skip "the kernel skipped hooks in each run under$1"
}

# [OPTION...] -- COMMAND...: its JSON goes to $json, what the command prints comes out at stdout.
json_of() {
	local status=0
	[ -z "${IPCTRACE_ASK:-}" ] || ask "$@"
	if [ -n "${IPCTRACE_PLAYED:-}" ]; then
		played "$@"
		return
	fi
	traced "$json" run_to "$json" --backend "$(quick_backend)" run "$@" || status=$?
	cat "${json%/*}/printed"
	return "$status"
}

run_to() {
	local file=$1
	shift
	"$IPCTRACE" -f json --force -o "$file" "$@" >"${file%/*}/printed"
}

# [OPTION...] -- COMMAND...: text, in $work, has what is printed of it in 200 columns, replayed what its replay prints; its
# JSON goes to $json.
text_of() {
	traced "$json" text_to "$json" --backend "$backend" run "$@"
}

text_to() {
	local file=$1 status=0
	shift
	COLUMNS=200 "$IPCTRACE" --force -o "$work/text" --record "$work/trace" "$@" || status=$?
	COLUMNS=200 "$IPCTRACE" --force -o "$work/replayed" replay "$work/trace" || true
	"$IPCTRACE" -f json --force -o "$file" replay "$work/trace" || true
	return "$status"
}

# REGEX: text_of's run has said so, and its replay, wherever the lines break.
says() {
	local file
	for file in text replayed; do
		tr -s ' \n' ' ' <"$work/$file" | grep -qE -- "$1" || { cat "$work/$file" >&2; return 1; }
	done
}
