# shellcheck shell=bash disable=SC2154 # lib/common.bash and the tests set them
# SPDX-License-Identifier: GPL-2.0
# A guest runs commands, the host judges what ipctrace told of them. A test with the tag "played" runs nothing but json_of
# without options, once, or takes runs of scenarios by trace_of. Three steps:
#   IPCTRACE_ASK=DIR     on the host: json_of notes in DIR/KEY what is to be run, and the test ends there
#   tests/vm/play.sh     in the guest: runs all of it under every backend
#   IPCTRACE_PLAYED=DIR  on the host: json_of finds in DIR/plays/BACKEND/KEY what came of it, and the test goes on
# An asked KEY has the files argv (ended by NUL), cwd, work, and a copy of what the test prepared in work, before; it has
# apart, if it is to have a tracer of its own: names of IPC objects tell their namespace as soon as a run has two. A play
# has json.gz, printed, errors, status, and work as it was afterwards, after. The work directories, in
# IPCTRACE_PLAY_WORK, are the same in all three.

# Where the runs of scenarios are kept: trace_of() makes those that are not there.
runs_of_scenarios() {
	echo "${IPCTRACE_PLAYED:-$BATS_RUN_TMPDIR}"
}

# The directory of a test's files, made anew.
played_work() { # NAME
	local dir=$IPCTRACE_PLAY_WORK/$1
	rm -rf "$dir" && mkdir -p "$dir" && echo "$dir"
}

# One run for all tests of a file that ask for the same.
play_key() {
	{
		printf '%s\0' "$work" "$PWD" "$@"
		(cd "$work" && find . -type f -exec cksum {} + && find . ! -type f) | sort
	} | cksum | tr ' ' -
}

# -- COMMAND...
ask() {
	local dir
	[ "$1" = -- ] || { echo "a played test gives no options" >&2; return 1; }
	dir=$IPCTRACE_ASK/$(play_key "$@")
	if [ ! -e "$dir" ]; then
		mkdir -p "$dir"
		printf '%s\0' "$@" >"$dir/argv"
		printf %s "$PWD" >"$dir/cwd"
		printf %s "$work" >"$dir/work"
		[ "$2" != unshare ] || touch "$dir/apart"
		cp -a "$work" "$dir/before"
	fi
	skip "asked for"
}

played() {
	local dir
	dir=$IPCTRACE_PLAYED/plays/$(quick_backend)/$(play_key "$@")
	[ -e "$dir/status" ] || { echo "the guest has not run it" >&2; return 1; }
	cp -a "$dir/after/." "$work"
	cp "$dir/printed" "$work/printed"
	gzip -dc "$dir/json.gz" >"$json"
	cat "$work/printed"
	cat "$dir/errors" >&2
	[ "$(cat "$dir/status")" -ne 3 ] || ! only_nested "$json" || skip "the kernel skipped hooks in each run"
	return "$(cat "$dir/status")"
}
