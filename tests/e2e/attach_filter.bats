#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2154 # what stands in single quotes is for an inner shell; stick sets NAME_pid
# The filters of run and attach: which tasks are followed, and what is told of them.

bats_require_minimum_version 1.5.0
load lib/attached.bash

PIPELINE='{ sleep 0.2; seq 3; } | cat >/dev/null'

# WORDS...: a run of this filter; JSON to $json.
filtered() {
	json_of "$@" >printed
}

@test "run --comm: only the tasks of that name" {
	filtered -- sh -c "$PIPELINE"
	told <<<'assert {"sh", "seq", "cat"} <= {line.get("comm") for line in pick(kind="exit")}'
	filtered --comm cat -- sh -c "$PIPELINE"
	told <<-'END'
		assert {line["comm"] for line in lines if "pid" in line and line["kind"] != "signal"} == {"cat"}
		assert all("cat" in (s["comm"], s.get("sender", {}).get("comm")) for s in pick(kind="signal"))
		assert [op["ret"] for op in pick(kind="op", op="read")] == [6, 0]
		wait = pick(kind="wait", reason="empty")[0]
		assert wait["waker"]["comm"] == "seq" and wait["waker"]["object"] == wait["object"], wait
	END
}

@test "run --user: only that user's, from where it changes on" {
	filtered --as-root --user 65534 -- sh -c 'seq 3 | setpriv --reuid 65534 --clear-groups cat >/dev/null'
	told <<-'END'
		assert {line["comm"] for line in lines if "pid" in line and line["kind"] != "signal"} == {"cat"}
		assert all("cat" in (s["comm"], s.get("sender", {}).get("comm")) for s in pick(kind="signal"))
		assert [op["ret"] for op in pick(kind="op", op="read")] == [6, 0]
	END
}

# bats test_tags=kernel
@test "run --cgroup: only what is in it, or below it" {
	top=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
	[ -n "$top" ] && mkdir -p "$top/ipctrace-$$/below" || skip "no cgroup v2 that can be written to"
	export IN=$top/ipctrace-$$/below/cgroup.procs
	filtered --as-root --cgroup "$top/ipctrace-$$" -- sh -c 'seq 3 | sh -c "echo \$\$ >$IN; exec cat" >/dev/null'
	rmdir "$top/ipctrace-$$/below" "$top/ipctrace-$$"
	told <<-'END'
		assert {line["comm"] for line in pick(kind="exit")} == {"cat"}
		assert not [line for line in lines if line.get("comm") == "seq"]
		assert [op["ret"] for op in pick(kind="op", op="read", comm="cat")] == [6, 0]
	END
}

@test "run --mech: only that mechanism, or only signals" {
	mkfifo fifo
	both='seq 3 | cat >/dev/null; seq 4 >fifo & cat fifo >/dev/null; kill -URG $$'
	filtered --mech fifo -- sh -c "$both"
	told <<-'END'
		assert {line["object"][:5] for line in lines if "object" in line} == {"fifo:"}
		assert not pick(kind="signal")
		assert sum(op["ret"] for op in pick(kind="op", op="read")) == 8
	END
	filtered --mech pipe,signal -- sh -c "$both"
	told <<-'END'
		assert {line["object"][:5] for line in lines if "object" in line} == {"pipe:"}
		assert pick(kind="signal", sig="SIGURG")
		assert sum(op["ret"] for op in pick(kind="op", op="read")) == 6
	END
	stopped='(until grep -q "^State:.T" /proc/$$/status; do sleep 0.02; done; kill -CONT $$) & kill -STOP $$; wait'
	filtered --mech signal -- sh -c "$both; $stopped"
	told <<-'END'
		assert pick(kind="signal", sig="SIGURG") and not pick(kind="op") + pick(kind="object")
		assert [wait["reason"] for wait in pick(kind="wait")] == ["stopped"]
	END
}

@test "--pipe: only that pipe, of those that a process holds" {
	stick full
	inodes=$(find "/proc/$left_pid/fd" -lname 'pipe:*' -printf '%l\n' | sort -u)
	waits_on=$(readlink "/proc/$left_pid/fd/$(($(cut -d' ' -f2 "/proc/$left_pid/syscall")))")
	other=$(grep -vxF "$waits_on" <<<"$inodes" | head -n 1)
	attach -p "$left_pid" --for 300ms --pipe "$waits_on"
	ended
	PIPE=$waits_on told <<-'END'
		import os
		assert {line["object"] for line in lines if "object" in line} == {os.environ["PIPE"]}
		assert pick(kind="wait", reason="full", comm="left")
	END
	other=${other#pipe:[}
	attach -p "$left_pid" --for 300ms --pipe "${other%]}"
	ended
	PIPE=pipe:[${other%]}] told <<-'END'
		import os
		assert {line["object"] for line in lines if "object" in line} == {os.environ["PIPE"]}
		assert not pick(kind="wait", reason="full", comm="left")
	END
}

@test "run --path: only that FIFO" {
	mkfifo one two
	filtered --path one -- sh -c 'seq 3 >one & seq 4 >two & cat one two >/dev/null; wait'
	told <<-'END'
		assert {line["object"].rsplit("/", 1)[-1] for line in lines if "object" in line} == {"one"} or \
		    {line["object"] for line in lines if "object" in line} == {"fifo:one"}
		assert sum(op["ret"] for op in pick(kind="op", op="read")) == 6
	END
}

@test "run --min-wait: only waits of that length, and only operations with one" {
	slow='{ sleep 0.02; echo a; sleep 0.4; echo b; } | while read -r x; do :; done'
	filtered -- sh -c "$slow"
	told <<<'assert [w for w in pick(kind="wait") if w["slept"] < 3e8] and [o for o in pick(kind="op") if not o["slept"]]'
	filtered --min-wait 300ms -- sh -c "$slow"
	told <<-'END'
		waits = pick(kind="wait")
		assert waits and all(w["slept"] >= 3e8 for w in waits), waits
		assert len(pick(kind="wait", reason="empty")) == 1, waits
		assert all(o["slept"] for o in pick(kind="op")), pick(kind="op", slept=False)
	END
}

# bats test_tags=kernel
@test "--waits: no operations, and yet who woke whom" {
	filtered --waits -- sh -c "$PIPELINE"
	told <<-'END'
		assert not pick(kind="op") + pick(kind="object")
		wait = pick(kind="wait", comm="cat", reason="empty")[0]
		assert wait["waker"]["comm"] == "seq" and wait["waker"]["op"] == "write", wait
		assert wait["cause"]["comm"] == "seq", wait
	END
	blocked_yes
	attach --waits -p "$writer" --for 300ms
	ended
	told <<<'assert one(kind="wait", comm="yes", reason="full")["earlier"] and not pick(kind="op") + pick(kind="object")'
}
