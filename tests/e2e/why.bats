#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # stick sets NAME_pid
# ipctrace why: processes that wait for each other, what is said of each, and when it is called a deadlock.

bats_require_minimum_version 1.5.0
load lib/why.bash

@test "a reader of an empty pipe, and its living writer" {
	stick reader
	run -0 why "$reader_pid"
	[[ ${lines[0]} =~ ^"reader $reader_pid is blocked in read("[0-9]+") on pipe:["[0-9]+"] for "[0-9.]+" "m?s": the pipe is empty"$ ]]
	[[ ${lines[1]} =~ "✔ writer $writer_pid could end it"$ ]]
	[[ ${lines[2]} =~ ^" "+"write end  writer $writer_pid (fd "[0-9]+"), asleep in clock_nanosleep"$ ]]
	judged "$reader_pid" open
	judged "$writer_pid" open
}

@test "how long it has slept is as long as it has slept" {
	stick itself
	sleep 2
	"$IPCTRACE" -f json why "$self_pid" >"$json"
	"$PYTHON" - "$json" <<'END'
import json, sys
line = json.loads(open(sys.argv[1], encoding="utf-8").readline())
least, most = line["asleep_min"], line["asleep_max"]
assert least <= most, line
assert most >= 2.1e9, line  # settled() and the sleep above
assert least < 20e9, line
END
}

@test "a reader that holds its own write end: deadlock" {
	stick itself
	run -0 why "$self_pid"
	[[ ${lines[1]} == *"✘ deadlock: nobody but itself could end it; only a signal helps" ]]
	[[ ${lines[2]} =~ ^" "+"write end  itself (fd "[0-9]+")"$ ]]
	judged "$self_pid" deadlock
}

# bats test_tags=kernel
@test "two processes with full pipes to each other: deadlock, and the cycle" {
	stick full
	run -0 why "$left_pid"
	[[ ${lines[0]} == *"all 16 slots are full (65536 bytes)" ]]
	[[ ${lines[1]} == *"✘ deadlock: all who could end it wait for each other"* ]]
	[[ ${lines[2]} =~ "read end   right $right_pid (fd "[0-9]+"), blocked in write("[0-9]+") on pipe:["[0-9]+"]"$ ]]
	[[ ${lines[3]} == *"cycle      left $left_pid → right $right_pid → left $left_pid" ]]
	judged "$left_pid" deadlock
	judged "$right_pid" deadlock
}

@test "a third who could make the pipe larger: no deadlock" {
	stick resizer
	run -0 why "$left_pid"
	[[ $output == *"✔ third $third_pid could end it, by F_SETPIPE_SZ"* ]]
	judged "$left_pid" open
	judged "$right_pid" open
}

@test "who waits for a process in a deadlock is behind it" {
	stick behind
	run -0 why "$behind_pid"
	[[ $output == *"behind     behind $behind_pid → self $self_pid"* ]]
	[[ $output == *"✘ behind a deadlock"* ]]
	judged "$behind_pid" deadlock
}

# bats test_tags=kernel
@test "poll, select, epoll: any of the pipes could end it" {
	for how in poll select epoll many; do
		stick "$how"
		judged "$asker_pid" deadlock
		judged "$answerer_pid" deadlock
		run -0 why "$asker_pid"
		[[ $output == *"answerer $answerer_pid (fd "*"), blocked in read("* ]]
		teardown
		setup
	done
	stick poll_live
	judged "$asker_pid" open
	run -0 why "$asker_pid"
	[[ ${lines[0]} =~ "no event that it polls for: pipe:["[0-9]+"], pipe:["[0-9]+"]"$ ]]
	[[ $output == *"first $first_pid (fd "* && $output == *"second $second_pid (fd "* ]]
}

@test "poll of something else, too: not known; with a timeout: it ends" {
	stick poll_other
	judged "$asker_pid" unknown
	run -0 why "$asker_pid"
	[[ ${lines[0]} == *"and 1 file that is not followed" ]]
	[[ $output == *"? unknown: what happens to the other files that it polls is not known"* ]]
	teardown
	setup
	stick timeout
	judged "$asker_pid" open
}

# bats test_tags=kernel
@test "a FIFO: opened without a partner, and by its only user" {
	stick partner
	run -0 why "$opener_pid"
	[[ ${lines[0]} == "opener $opener_pid is blocked in openat of fifo:$work/fifo for "*": it opens the read end, and nobody has opened the write end yet" ]]
	[[ $output == *"? unknown: whoever opens fifo:$work/fifo for writing could end it; nobody has it open, and nobody is known who will open it"* ]]
	judged "$opener_pid" unknown
	teardown
	setup
	stick fifo
	run -0 why "$self_pid"
	[[ ${lines[0]} == *" on fifo:$work/fifo for "* ]]
	[[ $output == *"✘ deadlock: "*"or somebody who opens the FIFO"* ]]
}

@test "a FIFO that was deleted: nobody can come any more; two in crossed order: each names the other" {
	stick deleted
	run -0 why "$opener_pid"
	[[ ${lines[0]} == "opener $opener_pid is blocked in openat of fifo:$work/gone for "*": it opens the write end, and nobody has opened the read end yet; nobody can come by its name any more: the FIFO was deleted" ]]
	[[ $output == *"✘ deadlock: the FIFO has no name any more by which somebody could open it; only a signal helps"* ]]
	judged "$opener_pid" deadlock
	teardown
	setup
	stick crossed
	run -0 why "$left_pid"
	[[ ${lines[0]} == *" of fifo:$work/one for "*": it opens the write end, "* ]]
	[[ $output == *"also open "*"right $right_pid, in openat of fifo:$work/two"* ]]
	[[ $output == *"whoever opens fifo:$work/one for reading could end it; nobody has it open, "* ]]
	[[ $output != *"✔"* ]]
	judged "$left_pid" unknown
	"$PYTHON" - "$json" "$right_pid" "fifo:$work/two" <<'END'
import json, sys
line = json.loads(open(sys.argv[1], encoding="utf-8").readline())
assert ["right", int(sys.argv[2]), sys.argv[3], "write"] in [
    [o["comm"], o["pid"], o["object"], o["opens"]] for o in line["openers"]], line
END
	judged "$right_pid" unknown
}

# bats test_tags=kernel
@test "signals that are handled, timers, disarmed watches and deleted FIFOs, in one look" {
	stick self_pipe,alarm,timer,realtime,prof,killed,child_in_cycle,one_shot,deleted
	"$IPCTRACE" -f json why --all >"$json"
	fits "$json"
	# shellcheck disable=SC2154 # stick sets them
	"$PYTHON" - "$json" "$loop_pid=open" "$alarm_pid=open" "$timer_pid=open" "$realtime_pid=open" "$prof_pid=deadlock" \
		"$killed_pid=deadlock" "$left_pid=deadlock" "$right_pid=deadlock" "$server_pid=deadlock" "$opener_pid=deadlock" <<'END'
import json, sys
seen = {line["pid"]: line for line in map(json.loads, open(sys.argv[1], encoding="utf-8")) if line["kind"] == "why"}
wrong = []
for word in sys.argv[2:]:
    pid, verdict = word.split("=")
    line = seen[int(pid)]
    if line["verdict"] != verdict:
        wrong.append(line)
    # Eleven days, less what has gone by.
    due = line.get("interrupted_by") or line.get("killed_by")
    assert (due is not None) == (line["comm"] in ("alarm", "timer", "realtime", "killed")), line
    assert due is None or 999000e9 < due["due"] <= 1000000e9, line
assert not wrong, wrong
END
}

@test "a child, a timer that sends a signal which it handles: what it waits for is said" {
	stick self_pipe
	run -0 why "$loop_pid"
	[[ $output == *"✔ its child loop "*" could end it: its end sends SIGCHLD"* ]]
	for how in alarm:ITIMER_REAL timer:timer_create; do
		teardown
		setup
		stick "${how%:*}"
		pid=${how%:*}_pid
		run -0 why "${!pid}"
		[[ $output == *"✔ its own timer (${how#*:}, due in "[0-9.]*" s) interrupts it by SIGALRM"* ]]
	done
	teardown
	setup
	stick self_pipe_only
	run -0 why "$loop_pid"
	[[ $output == *"? unknown: a signal could end it, and nobody is known who will send one; it handles "*SIGTERM* ]]
	judged "$loop_pid" unknown
}

@test "a timer that kills ends the process, not the wait" {
	stick killed
	run -0 why "$killed_pid"
	[[ $output == *"✘ deadlock: "*"only a signal helps: its own timer (ITIMER_REAL, due in "*" s) kills it by SIGALRM"* ]]
}

@test "epoll: a watch that is disarmed, and one that has told of what is there" {
	stick one_shot
	run -0 why "$server_pid"
	[[ ${lines[0]} == *"(disarmed: EPOLLONESHOT, and its event came; only epoll_ctl(EPOLL_CTL_MOD) arms it again)" ]]
	[[ $output == *"✘ deadlock: nobody but itself could end it"* ]]
	[[ $output != *"client $client_pid"* ]]
	judged "$server_pid" deadlock
	teardown
	setup
	stick edge
	run -0 why "$server_pid"
	[[ ${lines[0]} == *"(holds 5 bytes, but edge-triggered: only what comes from now on is an event)" ]]
	[[ $output == *"✔ client $client_pid could end it"* ]]
}

@test "a child that has ended and whose SIGCHLD is gone" {
	stick coalesced
	run -0 why "$parent_pid"
	[[ ${lines[0]} == "parent $parent_pid is asleep in pause for "*": it waits for a signal; it handles "*SIGCHLD ]]
	[[ ${lines[2]} =~ "zombies    parent "[0-9]+" has ended and is not waited for; no SIGCHLD is pending any more that would tell of it"$ ]]
	judged "$parent_pid" unknown
}

# bats test_tags=kernel
@test "who waits for a child: that could end it, or waits itself for its parent" {
	local name
	stick wait_one,wait_id,wait_any,wait_others,wait_group
	for name in one_pid id_pid any_pid one_child_pid id_child_pid any_child_pid; do
		judged "${!name}" deadlock
	done
	run -0 why "$one_pid"
	[[ ${lines[0]} == "one $one_pid is asleep in wait4 for "*": it waits until one's $one_child_pid ends" ]]
	[[ ${lines[1]} == *"✘ deadlock: all who could end it wait for each other; only a signal helps" ]]
	[[ ${lines[2]} == *"cycle      one $one_pid → one's $one_child_pid → one $one_pid" ]]
	run -0 why "$id_pid"
	[[ ${lines[0]} == "id $id_pid is asleep in waitid for "*": it waits until id's $id_child_pid ends" ]]
	run -0 why "$any_pid"
	[[ ${lines[0]} == "any $any_pid is asleep in wait4 for "*": it waits until any child ends" ]]
	# It waits for any child, and one of them sleeps until its time is up.
	run -0 why "$others_pid"
	[[ ${lines[1]} == *"✔ its child others "*" could end it" ]]
	judged "$others_child_pid" open
	# By their group.
	run -0 why "$group_pid"
	[[ ${lines[0]} =~ ^"group $group_pid is asleep in wait4 for "[0-9.]+" "[mu]?s$ ]]
	[[ ${lines[1]} == *"? unknown: ipctrace does not follow what could end this call" ]]
}

@test "threads: one that could still write, and none" {
	stick thread
	run -0 why "$threads_pid"
	[[ $output == *"threads $threads_pid, thread threads "*" is blocked in read("* ]]
	[[ $output == *"✔ threads $threads_pid could end it"* ]]
	judged "$threads_pid" open
	teardown
	setup
	stick threads
	judged "$threads_pid" deadlock
	run -0 why "$threads_pid"
	[ "$(grep -c '✘ deadlock' <<<"$output")" -eq 2 ]
}

# bats test_tags=kernel
@test "a private futex of a process with one thread: nobody unlocks it; any other is not followed" {
	stick futex,forked_lock,futex_private,futex_thread,futex_timed,futex_handled,futex_shared,futex_not_private
	run -0 why "$locker_pid"
	[[ ${lines[0]} == "locker $locker_pid is asleep in futex for "*": the futex at 0x"*" is private to it, and it has no other thread; "* ]]
	[[ ${lines[1]} == *"✘ deadlock: nobody but itself could end it; only a signal helps" ]]
	judged "$forked_pid" deadlock
	judged "$private_pid" deadlock
	judged "$timed_pid" open
	judged "$handled_pid" unknown
	judged "$shared_pid" unknown
	judged "$public_pid" unknown
	run -0 why "$threaded_pid"
	[[ ${lines[0]} == "threaded $threaded_pid is asleep in futex for "* ]]
	[[ ${lines[1]} == *"? unknown: ipctrace does not follow what could end this call" ]]
}

# bats test_tags=kernel
@test "a word in shared memory: by the name of its memory, what is in it, and who else has that mapped" {
	local word="the word at offset" mapped
	stick words
	mapped="it is mapped by stale $stale_pid, changer $changer_pid"
	run -0 why "$sleeper_pid"
	[[ $output == *": $word 8 of shmem:memfd:box is 0; it waits until somebody changes it and wakes it; $mapped"* ]]
	[[ $output == *"? unknown: whoever has the word mapped could change it and wake it"* ]]
	run -0 why "$stale_pid"
	[[ $output == *": $word 16 of shmem:memfd:box was 0 when it went to sleep and is 7 now; nobody has woken it since; it is mapped by sleeper $sleeper_pid, changer $changer_pid"* ]]
	run -0 why "$alone_pid"
	[[ $output == *": $word 12 of shmem:["*"] is 0; it waits until somebody changes it and wakes it; no other process has it mapped"* ]]
	judged "$stale_pid" unknown
	run -0 "$IPCTRACE" -f json why "$stale_pid"
	[[ $output == *'"object":"shmem:memfd:box","offset":16,"value":0,"value_now":7,"mappers":[{"pid":'"$sleeper_pid"','*'"comm":"changer"}],"mappers_known":true'* ]]
}

# bats test_tags=kernel
@test "a write end in a message on its way: no verdict" {
	stick message
	judged "$reader_pid" unknown
	teardown
	setup
	stick message_twice
	judged "$reader_pid" unknown
	run -0 why "$reader_pid"
	[[ $output == *"? unknown: an end is held where it was not found"* ]]
}

@test "holders that are stopped, or run" {
	stick stopped
	judged "$reader_pid" stopped
	run -0 why "$reader_pid"
	[[ $output == *"holder $holder_pid (fd "*"), stopped"* ]]
	[[ $output == *"SIGCONT"* ]]
	teardown
	setup
	stick running
	judged "$reader_pid" open
	run -0 why "$reader_pid"
	[[ $output == *"spinner $spinner_pid (fd "*"), running"* ]]
}

# bats test_tags=kernel
@test "a holder that stands still for its tracer: only that can let it go on, SIGCONT cannot" {
	stick traced
	judged "$reader_pid" stopped
	judged "$holder_pid" none
	run -0 why "$holder_pid"
	[[ ${lines[0]} == "holder $holder_pid is stopped for its tracer, tracer $tracer_pid: only the tracer can let it go on" ]]
	run -0 why "$reader_pid"
	[[ $output == *"holder $holder_pid (fd "*"), stopped for its tracer, tracer $tracer_pid"* ]]
	[[ $output == *"? only who is stopped could end it, once it may go on; only its tracer can let holder $holder_pid go on: tracer $tracer_pid"* ]]
	[[ $output != *SIGCONT* ]]
	"$IPCTRACE" -f json why "$reader_pid" >"$json"
	"$PYTHON" - "$json" "$tracer_pid" <<'END'
import json, sys
ender = json.loads(open(sys.argv[1], encoding="utf-8").readline())["enders"][0]
pid = int(sys.argv[2])
assert ender["doing"] == "stopped" and ender["tracer"] == {"pid": pid, "tid": pid, "comm": "tracer"}, ender
END
}

# Each has its own session; all end when the test does.
@test "healthy programs that wait for a signal or their children: no deadlock" {
	local started=() line
	cd "$work"
	printf 'all: a b c\na b c:\n\t@exec sleep 1000\n' >M
	setsid make -s -f M -j2 3>&- &
	started+=($!)
	setsid "$PYTHON" -c '
import asyncio
async def main():
    await (await asyncio.create_subprocess_exec("sleep", "1000")).wait()
asyncio.run(main())' 3>&- &
	started+=($!)
	# shellcheck disable=SC2016 # for the other shell
	setsid bash -c 'trap : CHLD USR1; sleep 1000 & x=$(exec sleep 1000); wait' 3>&- &
	started+=($!)
	setsid timeout 1000 sleep 1000 3>&- &
	started+=($!)
	if [ -x /usr/bin/sudo ]; then
		setsid sudo -n sleep 1000 3>&- &
		started+=($!)
	fi
	if [ -x /usr/bin/node ]; then
		setsid node -e 'require("child_process").spawn("sleep", ["1000"])' 3>&- &
		started+=($!)
	fi
	for _ in $(seq 200); do
		[ "$(for p in "${started[@]}"; do pgrep -s "$p" -x sleep || true; done | wc -l)" -lt $((${#started[@]} + 2)) ] || break
		sleep 0.1
	done
	"$IPCTRACE" -f json why --all >"$json"
	for line in "${started[@]}"; do kill -KILL -- "-$line"; done
	"$PYTHON" - "$json" "${started[@]}" <<'END'
import json, os, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
seen = {line["pid"]: line for line in lines if line["kind"] == "why"}
for pid in map(int, sys.argv[2:]):
    assert pid in seen, pid
    assert seen[pid]["verdict"] != "deadlock", seen[pid]
make = seen[int(sys.argv[2])]
assert make["op"] == "pselect6" and "SIGCHLD" in make["handles"], make
END
}
