#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2031 # what stands in single quotes is for an inner shell
# `ipctrace run`: what the command gets from the caller, and claims about it.

bats_require_minimum_version 1.5.0
load lib/programs.bash

# A file of claims about $sleepy_head; the second says that yes never waits for head longer than $1.
sleepy_head='yes | { sleep 0.3; exec head -1 >/dev/null; }'
claims_of_head() {
	cat >head.expect <<-END
		claim broken-pipe "head is gone, and the next write finds no reader"
		  yes   signal SIGPIPE cause=no-readers cause.comm=head
		  yes   exit signal=SIGPIPE
		claim prompt "yes never waits long for head"
		  never yes wake slept>$1 cause.comm=head
		  yes   exit
	END
}

@test "run --expect: claims about a command, whose own status is not passed on" {
	claims_of_head 300s
	run -0 --separate-stderr "$IPCTRACE" --backend "$(quick_backend)" run -q --expect head.expect -- sh -c "$sleepy_head; exit 5"
	[[ $output == *"claims: 2 hold, 0 fail, 0 inconclusive" ]]
	[ -z "$stderr" ]
	claims_of_head 20ms
	status=0
	json_of --expect head.expect -- sh -c "$sleepy_head" || status=$?
	[ "$status" -eq 1 ]
	told <<-'END'
		held, broken = pick(kind="claim")
		assert (held["claim"], held["result"]) == ("broken-pipe", "holds"), held
		assert (broken["claim"], broken["result"], broken["line"]) == ("prompt", "fails", 5), broken
		assert "scenario" not in held and "case" not in held, held
	END
	run -1 "$IPCTRACE" --backend "$(quick_backend)" run -q --timeout 300ms --expect head.expect -- sleep 60
	[[ $output == *"not within 300 ms: "*"claims: 0 hold, 2 fail, 0 inconclusive"* ]]
}

@test "run --expect: a file of cases is refused, so is what leaves records out" {
	claims_of_head 0
	run -2 --separate-stderr "$IPCTRACE" run --expect "$root/scenarios/pipe-cases.expect" -- true
	[[ $stderr == "ipctrace: "*"pipe-cases.expect has claims of cases, and a command has none"* ]]
	for narrow in "--mech pipe" "--waits" "--min-wait 1ms" "--comm yes" "--user root" "--pipe 5"; do
		# shellcheck disable=SC2086 # two words
		run -2 --separate-stderr "$IPCTRACE" run --expect head.expect $narrow -- true
		[[ $stderr == "ipctrace: --expect tests claims on all records"* ]]
	done
}

@test "the command inherits the descriptors that it is given, as under strace" {
	echo through-five >file
	exec 5<file
	strace -o /dev/null cat /dev/fd/5 >witness
	exec 5<file
	json_of -- cat /dev/fd/5 >out
	exec 5<&-
	[ "$(cat witness)" = through-five ]
	[ "$(cat out)" = through-five ]
}

@test "the tracer goes first, the command does not" {
	# The command's parent is the keeper, whose parent is ipctrace.
	json_of -- sh -c 'nice; sleep 0.3; ps -o ni= -p "$PPID,$(ps -o ppid= -p "$PPID" | tr -d " ")"' >out
	[ "$(sed -n 1p out)" -eq "$(nice)" ]
	grep -qx ' *-20' out
}

@test "none of ipctrace's own descriptors reaches the command" {
	ls -l /proc/self/fd >without
	json_of -- ls -l /proc/self/fd >with
	echo "without: $(cat without) with: $(cat with)"
	run ! grep -E 'bpf|anon_inode|memfd|json' with
	awk '$(NF-1) == "->" {print $(NF-2)}' without >numbers
	# Every descriptor is one that it would have had without ipctrace.
	run ! eval 'awk "\$(NF-1) == \"->\" {print \$(NF-2)}" with | grep -vxFf numbers'
}

@test "standard input passes through, and a pipe that was there before is told as held" {
	echo from-outside | json_of -- cat >out
	[ "$(cat out)" = from-outside ]
	told <<-'END'
		held = one(kind="object", event="held", fd=0)
		assert held["end"] == "read", held
		assert [op["ret"] for op in pick(kind="op", comm="cat", op="read", object=held["object"])] == [13, 0]
	END
}

@test "a closed standard input is an empty one" {
	json_of -- cat <&- >out
	[ ! -s out ]
	told <<<'assert one(kind="exit", comm="cat")["status"] == 0'
}

@test "the command gets the groups and the home of the user behind sudo, or root's" {
	user=$(getent passwd | awk -F: '$3 >= 1000 && $3 < 60000 {print $1; exit}')
	user=${user:-nobody}
	id=$(id -u "$user") gid=$(id -g "$user")
	want=$(setpriv --reuid "$id" --regid "$gid" --init-groups id -G)
	for words in '' --as-root; do
		# shellcheck disable=SC2086 # a word or none
		SUDO_UID=$id SUDO_GID=$gid json_of $words -- sh -c 'id -u; id -ru; id -g; id -G; echo "$HOME $USER"' >"out$words"
	done
	cat out out--as-root
	[ "$(sed -n 1,2p out | xargs)" = "$id $id" ]
	[ "$(sed -n 3p out)" = "$gid" ]
	[ "$(sed -n 4p out | xargs -n1 | sort -u)" = "$(xargs -n1 <<<"$want" | sort -u)" ]
	[ "$(sed -n 5p out)" = "$(getent passwd "$user" | cut -d: -f6) $user" ]
	[ "$(sed -n 1,2p out--as-root | xargs)" = "0 0" ]
	[ "$(sed -n 4p out--as-root | xargs -n1 | sort -u)" = "$(id -G | xargs -n1 | sort -u)" ]
}
