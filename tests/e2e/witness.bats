#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Independent witnesses: what strace, /proc and the pipe itself say of the same program.

bats_require_minimum_version 1.5.0
load lib/traced.bash

setup() {
	cd "$BATS_TEST_TMPDIR"
	json=$PWD/json
}

# The programs of the scenarios are where ipctrace finds them: in the tree, or installed.
program() {
	local dir=${IPCTRACE%/*}
	if [ -x "$dir/build/scenarios/$1" ]; then
		echo "$dir/build/scenarios/$1"
	else
		echo "$dir/../lib/ipctrace/scenarios/$1"
	fi
}

under_strace() {
	strace -f -Y -y -o strace -e trace=read,write,readv,writev,pwritev2 "$@" </dev/null >stdout 2>stderr
}

# What both tell of their run, in the same words. Arguments: as witness.py's after FILE.
same_told() {
	"$PYTHON" "$lib/witness.py" strace strace "$@" >by-strace
	"$PYTHON" "$lib/witness.py" ipctrace "$json" "$@" >by-ipctrace
	echo "strace (-) and ipctrace (+):"
	diff -U0 by-strace by-ipctrace | cut -c1-400
	cmp -s by-strace by-ipctrace
}

# In both runs the process NAME is told with the FIELDS: a text that its line holds.
both_told() {
	grep -F "\"name\": \"$1\"" by-strace | grep -qF -- "$2"
	grep -F "\"name\": \"$1\"" by-ipctrace | grep -qF -- "$2"
}

witnessed_case() {
	under_strace "$(program "$1")" "$2" --hold 200
	traced "$json" run_to "$json" --backend "$(quick_backend)" --hold 200 "$1/$2"
	same_told
}

thirteens() {
	"$PYTHON" -c 'import json, sys; print(json.dumps([13] * 5040 + [-512]))'
}

@test "strace sees pipe-cases/3 like us: five writes, five reads, 0" {
	witnessed_case pipe-cases 3
	both_told writer '"write": [12, 12, 12, 12, 12]'
	both_told reader '"read": [12, 12, 12, 12, 12, 0]'
}

# bats test_tags=backend
@test "strace sees pipe-cases/4 like us: five writes, EPIPE, SIGPIPE, death" {
	witnessed_case pipe-cases 4
	both_told writer '"end": "SIGPIPE", "signals": ["SIGPIPE"]'
	both_told writer '"write": [12, 12, 12, 12, 12, -32]'
}

@test "strace sees pipe-capacity/thirteen like us: 5040 writes and one that does not return" {
	witnessed_case pipe-capacity thirteen
	both_told writer "\"write\": $(thirteens)"
	both_told writer '"end": "SIGTERM", "signals": ["SIGTERM"]'
}

@test "strace sees pipe-capacity/page like us: 16 writes and one that does not return" {
	witnessed_case pipe-capacity page
	both_told writer "4096, 4096, -512]"
}

# bats test_tags=backend
@test "strace sees pipe-sigpipe like us: who gets SIGPIPE, and what write returns" {
	witnessed_case pipe-sigpipe default
	both_told writer '"end": "SIGPIPE", "signals": ["SIGPIPE"], "read": [], "write": [-32]'
	witnessed_case pipe-sigpipe handler
	both_told writer '"end": 0, "signals": ["SIGPIPE"], "read": [], "write": [-32]'
	witnessed_case pipe-sigpipe blocked
	both_told writer '"end": 0, "signals": [], "read": [], "write": [-32, -32]'
	witnessed_case pipe-sigpipe mid-write
	both_told writer '"end": 0, "signals": ["SIGPIPE"], "read": [], "write": [65536]'
}

# Under ptrace the kernel delivers to the tracer what the process ignores; all else must agree.
@test "strace sees an ignored SIGPIPE, we see that the kernel ignored it" {
	under_strace "$(program pipe-sigpipe)" ignored
	traced "$json" run_to "$json" --backend "$(quick_backend)" pipe-sigpipe/ignored
	run ! same_told
	sed -i 's/"signals": \["SIGPIPE"\]/"signals": []/' by-strace
	cmp by-strace by-ipctrace
	grep -q '"event":"generated","sig":"SIGPIPE".*"result":"ignored"' "$json"
	run ! grep -q '"event":"delivered","sig":"SIGPIPE"' "$json"
}

# bats test_tags=backend
@test "yes | head -3: who dies of what, head's bytes, yes's last write" {
	under_strace sh -c 'yes | head -3'
	json_of -- sh -c 'yes | head -3' >/dev/null
	same_told sums yes.bytes_write
	both_told yes '"end": "SIGPIPE", "signals": ["SIGPIPE"]'
	both_told yes '"errors_write": [-32]'
	both_told head '"end": 0, "signals": []'
}

# bats test_tags=backend
@test "seq | tail: all that goes in comes out, then 0" {
	under_strace sh -c 'seq 1 20000 | tail -1'
	json_of -- sh -c 'seq 1 20000 | tail -1' >out
	[ "$(cat out stdout)" = $'20000\n20000' ]
	same_told sums
	both_told seq '"bytes_write": 108894'
	both_told tail '"bytes_read": 108894, "last_read": 0'
}

@test "cat FILE | wc -c: a file larger than the pipe" {
	head -c 300000 /dev/zero >file
	chmod a+r file
	under_strace sh -c 'cat file | wc -c'
	json_of -- sh -c 'cat file | wc -c' >out
	[ "$(cat out stdout)" = $'300000\n300000' ]
	same_told sums
	both_told cat '"bytes_write": 300000'
	both_told wc '"bytes_read": 300000, "last_read": 0'
}

@test "the witness can contradict: one write less, another signal, another end" {
	witnessed_case pipe-cases 4
	cp "$json" good
	sed -i '0,/"op":"write".*"ret":12/{/"op":"write".*"ret":12/d}' "$json"
	run ! same_told
	sed 's/"fatal":"SIGPIPE"/"fatal":"SIGTERM"/' good >"$json"
	run ! same_told
	sed 's/"signal":"SIGPIPE"/"signal":"SIGTERM"/' good >"$json"
	run ! same_told
	cp good "$json"
	same_told
}

# bats test_tags=kernel
@test "/proc sees the writer of pipe-cases/1 asleep in pipe_write, the pipe holds 65520 bytes" {
	"$PYTHON" "$lib/proc.py" "$json" "$IPCTRACE" --backend "$(quick_backend)" --hold 2500
}
