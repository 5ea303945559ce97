#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# SysV semaphores, and locks in shared memory: who sleeps on which, why, and who ends it. Witnesses: ipcs, strace.

bats_require_minimum_version 1.5.0
load lib/traced.bash

told() {
	"$PYTHON" "$lib/lines.py" "$json"
}

program() {
	json_of -- "$PYTHON" "$programs/semaphores.py" "$@"
}

# bats test_tags=backend,played
@test "a sleeper is told with what it needs, who has it, and who raised it; ipcs agrees" {
	program handover >out
	# semnum value ncount zcount pid, while it slept
	read -r value ncount pid < <(awk '$1 == "0" && NF == 5 { print $2, $3, $5 }' out)
	VALUE=$value NCOUNT=$ncount PID=$pid SEM=$(head -1 out) told <<-'END'
		import os
		sem = "sem:[%s]" % os.environ["SEM"]
		first, second = pick(kind="wait", object=sem)
		state = first["state"]
		assert [state["value"], state["ncnt"], state["lastpid"]] == [
		    int(os.environ[n]) for n in ("VALUE", "NCOUNT", "PID")], (state, os.environ)
		assert first["comm"] == "waiter" and first["reason"] == "value" and first["needs"] == 1, first
		assert first["class"] == "sem_op" and state["num"] == 0 and state["nsems"] == 3, first
		assert first["waker"]["comm"] == "locker" and first["waker"]["object"] == sem, first
		assert first["cause"]["kind"] == "raised" and first["cause"]["amount"] == 1, first
		assert second["reason"] == "zero" and "needs" not in second, second
		assert second["state"]["num"] == 2 and second["state"]["value"] == 5, second
		assert second["cause"]["kind"] == "lowered" and second["cause"]["amount"] == -5, second
		# Two operations in one call: two records.
		both = pick(kind="op", class_="sem_op") or [
		    o for o in lines if o["kind"] == "op" and o.get("class") == "sem_op" and o["comm"] == "locker"]
		raised = [o for o in both if o["arg"] == 1]
		assert len(raised) == 1 and not raised[0]["second"] and raised[0]["before"]["value"] == 0, raised
		more = [o for o in both if o["arg"] == 7]
		assert more[0]["second"] and more[0]["before"]["num"] == 1 and more[0]["after"]["value"] == 7, more
		took = [o for o in both if o["arg"] == -1]
		assert took[0]["before"]["value"] == 1 and took[0]["after"]["value"] == 0, took
		created, gone = pick(kind="object", object=sem)
		assert (created["event"], gone["event"]) == ("created", "destroyed"), (created, gone)
		assert created["state"]["nsems"] == 3, created
		assert one(kind="op", cmd="IPC_RMID", object=sem)["ret"] == 0
		assert "after" not in one(kind="op", cmd="IPC_RMID", object=sem)
		assert one(kind="summary")["lost"] == 0
	END
	none_left
}

@test "the sentences: who lowered it last, who raised it" {
	run -0 --separate-stderr "$IPCTRACE" --backend "$(quick_backend)" run -- "$PYTHON" "$programs/semaphores.py" handover
	text=$(tr -s ' \n' ' ' <<<"$output")
	[[ $text == *"waiter sleeps: semaphore 0 is 0, and it takes 1; last lowered by locker at "* ]]
	[[ $text == *": locker raised semaphore 0 by 1 (sem"* ]]
	[[ $text == *"waiter sleeps: semaphore 2 is 5, and it waits for 0; last raised by locker at "* ]]
	[[ $text == *": locker lowered semaphore 2 by 5 (sem"* ]]
	[[ $text == *"makes a set of 3"* && $text == *"removes a set of 3"* ]]
}

# bats test_tags=backend,played
@test "calls that fail: each with its reason" {
	program failures
	told <<-'END'
		def failed(error, **want):
		    return one(kind="op", comm=want.pop("comm", "failing"), error=error, **want)
		now, later = pick(kind="op", error="EAGAIN")
		assert now["nonblock"] and now["cause"]["kind"] == "state" and not now["slept"], now
		assert later["slept"] and later["cause"]["kind"] == "timeout", later
		assert one(kind="wait", comm="failing", reason="value")["needs"] == 2
		assert failed("ERANGE")["cmd"] == "SETVAL"
		failed("EFBIG"), failed("EEXIST"), failed("ENOENT")
		assert failed("EEXIST")["key"] == failed("ENOENT")["key"] != 0
		keyed = [o for o in lines if o["kind"] == "op" and o.get("class") == "sem_get" and o["ret"] >= 0][1]
		assert failed("EEXIST")["object"] == keyed["object"] and "object" not in failed("ENOENT"), keyed
		assert "IPC_EXCL" in failed("EEXIST")["flags"]
		removed = failed("EIDRM", comm="sleeper")
		assert removed["cause"]["kind"] == "removed" and removed["cause"]["comm"] == "failing", removed
		wait = one(kind="wait", comm="sleeper", reason="value")
		assert wait["cause"]["kind"] == "removed" and "state_woken" not in wait, wait
		gone = failed("EINVAL")
		assert gone["cause"]["kind"] == "removed" and gone["cause"]["comm"] == "failing", gone
	END
	none_left
}

# bats test_tags=backend,played
@test "what a call asked for is told as it was asked; of what was not, nothing" {
	program asked
	told <<-'END'
		def of(**want):
		    return [o for o in pick(kind="op", comm="asking", **want)]
		made = pick(kind="object", event="created")
		assert [(o["uid"], o["state"]["nsems"]) for o in made] == [(0, 3), (0, 12)], made
		keyed = of(op="semget", flags="IPC_CREAT|IPC_EXCL|0640")[0]
		assert keyed["key"] and keyed["arg"] == 3, keyed
		none = of(**{"class": "sem_op", "error": "EINVAL"})
		assert len(none) == 1 and none[0]["nsops"] == 0, none
		fault = of(error="EFAULT")
		assert len(fault) == 1 and fault[0]["nsops"] == 1, fault
		for o in none + fault:
		    assert not {"arg", "flags", "num", "before"} & set(o), o
		big = of(error="E2BIG")
		assert len(big) == 1 and big[0]["nsops"] > 8, big
		beyond = of(error="EFBIG")[0]
		assert (beyond["num"], beyond["nsems"], beyond["arg"]) == (9, 3, 1), beyond
		assert [(o["num"], o.get("nsems")) for o in of(**{"class": "sem_ctl", "error": "EINVAL"})] == [(7, 3), (65536, 3), (0, None)], lines
		sets = [(o["uid"], o["gid"], o["mode"]) for o in of(cmd="IPC_SET")]
		assert sets == [(0, 0, 0o600), (0, 0, 0o644), (1000, 0, 0o644), (1000, 0, 0o644)], sets
		gone = [(o["sleepers"], o["key"]) for o in of(cmd="IPC_RMID")]
		assert gone == [(0, 0), (2, keyed["key"])], gone
		assert one(kind="summary")["lost"] == 0
	END
	none_left
}

# The text of a program at a width, with runs of blanks as one; no line may be wider.
shown_at() {
	local width=$1
	shift
	COLUMNS=$width "$IPCTRACE" --backend "$(quick_backend)" run -- "$PYTHON" "$programs/semaphores.py" "$@" >"$work/shown"
	"$PYTHON" -c 'import sys; sys.exit(any(len(line.rstrip("\n")) > int(sys.argv[1]) for line in sys.stdin))' "$width" <"$work/shown"
	tr -s ' \n' ' ' <"$work/shown"
}

@test "rows and reasons at 80, 120 and 200 columns: nothing is cut, nothing that differs is folded" {
	for width in 80 120 200; do
		text=$(shown_at "$width" asked)
		for part in "IPC_CREAT|IPC_EXCL|0640: makes a set of 3, owner uid 0" \
			" no operation → EINVAL" "a call must have at least 1 operation" \
			" 1 operation, not readable → EFAULT" "its operations are where it may not read" \
			"the set has no semaphore 9, only 0 to 2" " operations → E2BIG" \
			"semctl GETVAL [7] → EINVAL" "the set has no semaphore 65536, only 0 to 2" \
			"the set has only 3 semaphores of the 9 that are asked for" \
			"IPC_SET uid 0 gid 0 mode 0600 → 0" "IPC_SET uid 0 gid 0 mode 0644 → 0" \
			"IPC_SET uid 1000 gid 0 mode 0644 → 0 ×2" "1/5 [0] +1 undo" "5/5 [4] +1 undo" \
			"2/2 [1] -100 nowait → EAGAIN" "; key 0x" " is free again"; do
			[[ $text == *"$part"* ]] || { echo "$width columns: no \"$part\" in"; cat "$work/shown"; return 1; }
		done
		[[ $(grep -c "more than one call may" "$work/shown") -eq 1 ]]
		[[ $text == *"the set of 12 is gone at once "* && $text == *"the set of 3 is gone at once: whoever sleeps on it gets EIDRM, 2 when the call began; key"* ]]
		run grep "…" "$work/shown"
		[ "$status" -eq 1 ] || { echo "$width columns: $output"; return 1; }
	done
}

@test "two of the same name are told apart by their numbers" {
	text=$(shown_at 120 twins)
	read -r has needs < <("$PYTHON" -c 'import re, sys; print(*re.findall(r"worker (\d+) sleeps: semaphore 0 is 0, and it takes 1; last lowered by worker (\d+) ", sys.argv[1])[0][::-1])' "$text")
	[ "$has" != "$needs" ]
	[[ $text == *"worker $has raised semaphore 0 by 1"* && $text == *", by worker $has"* ]]
}

# bats test_tags=backend,played
@test "SEM_UNDO: what an exit gives back wakes the next one" {
	program undo
	told <<-'END'
		given, taken = [o for o in lines if o["kind"] == "op" and o.get("class") == "sem_undo"]
		assert (given["arg"], given["before"]["num"], given["before"]["value"]) == (1, 0, 0), given
		assert (taken["arg"], taken["before"]["num"], taken["before"]["value"]) == (-3, 1, 3), taken
		assert given["comm"] == taken["comm"] == "dying" and "op" not in given and "after" not in given
		wait = one(kind="wait", comm="heir", reason="value")
		assert wait["waker"]["ctx"] == "exit" and wait["cause"]["kind"] == "undone", wait
		assert wait["cause"]["comm"] == "dying" and wait["cause"]["amount"] == 1, wait
		took = [o for o in lines if o["kind"] == "op" and o.get("flags") == "SEM_UNDO"]
		assert len(took) == 2, took
	END
	none_left
}

# bats test_tags=kernel,played
@test "a signal ends the wait: EINTR, and who sent it" {
	program interrupted
	told <<-'END'
		wait = one(kind="wait", comm="sleeper", reason="value")
		assert wait["cause"]["kind"] == "signalled" and wait["cause"]["comm"] == "parent", wait
		failed = one(kind="op", comm="sleeper", object=wait["object"])
		assert failed["ret"] in (-4, -512, -513, -514) and failed["cause"]["sig"] == "SIGUSR1", failed
	END
}

# bats test_tags=kernel
@test "more semaphores in one call than are told of: told, and counted" {
	json=$work/json
	"$IPCTRACE" --backend "$(quick_backend)" -f json --force -o "$json" run -- "$PYTHON" "$programs/semaphores.py" many || [ $? -eq 3 ]
	told <<-'END'
		calls = [o for o in lines if o["kind"] == "op" and o["comm"] == "many"]
		added = [o for o in calls if o.get("class") == "sem_op"]
		assert [o["before"]["num"] for o in added] == list(range(8)), added
		assert [o["after"]["value"] for o in added] == list(range(1, 9)), added
		set_all = [o for o in calls if o.get("cmd") == "SETALL"]
		assert [o["after"]["value"] for o in set_all] == list(range(8)), set_all
		assert one(kind="summary")["lost_by"]["walk"] == 8
	END
}

@test "SETALL: each semaphore has a row, with what it is afterwards" {
	local num
	text=$(shown_at 120 many || true)
	for num in 0 1 5 7; do
		[[ $text == *"semctl SETALL [$num] → 0 [$num] $num n0 z0"* ]]
	done
}

# bats test_tags=backend,played
@test "locks in a SysV segment: waits and wakes are tied to its words" {
	program futex
	told <<-'END'
		segment = one(kind="object", event="created", op="shmget")["object"]
		assert segment.startswith("shm:"), segment
		waits = [w for w in lines if w["kind"] == "wait" and w.get("reason") == "futex"]
		assert [w["object"] for w in waits] == [segment] * 4, waits
		assert [w["comm"] for w in waits] == ["waiter"] * 4, waits
		offsets = [w["offset"] for w in waits]
		assert offsets[:2] == [64, 128] and offsets[3] == 256 and 192 <= offsets[2] < 224, offsets
		assert [w["cause"]["kind"] for w in waits] == ["futex-wake"] * 3 + ["owner-died"], waits
		assert [w["cause"]["comm"] for w in waits] == ["giver"] * 3 + ["owner"], waits
		assert waits[0]["value"] == 2 and "value" not in waits[1], waits
		# A robust mutex has its owner's thread in it.
		assert waits[3]["value"] & 0x3fffffff == one(kind="exit", comm="owner")["tid"], waits[3]
		wakes = [o for o in lines if o["kind"] == "op" and o.get("cmd") in ("FUTEX_WAKE", "FUTEX_UNLOCK_PI")]
		mine = [o for o in wakes if o["comm"] == "giver"]
		assert [o["offset"] for o in mine] == offsets[:3], mine
		assert one(kind="summary")["lost"] == 0
	END
}

@test "the same locks in memory without a name" {
	program futex-anonymous
	told <<-'END'
		waits = [w for w in lines if w["kind"] == "wait" and w.get("reason") == "futex"]
		assert len(waits) == 4 and all(w["object"].startswith("shmem:") for w in waits), waits
		assert [w["cause"]["kind"] for w in waits] == ["futex-wake"] * 3 + ["owner-died"], waits
	END
}

# bats test_tags=backend,played
@test "a call on two words wakes, or moves, who sleeps on either" {
	program second-words
	told <<-'END'
		waits = {w["comm"]: w for w in lines if w["kind"] == "wait" and w.get("reason") == "futex"}
		assert [(w["offset"], w["cause"]["kind"], w["cause"]["comm"]) for w in (waits["moved"], waits["other"])] == \
		    [(64, "futex-wake", "giver"), (128, "futex-wake", "giver")], waits
		calls = [o["cmd"] for o in lines if o["kind"] == "op" and o.get("class") == "futex" and o["comm"] == "giver"]
		assert calls == ["FUTEX_CMP_REQUEUE", "FUTEX_WAKE", "FUTEX_WAKE_OP"], calls
	END
}

@test "strace sees the same calls on the same words" {
	command -v strace >/dev/null || skip "no strace"
	strace -f -e trace=futex -o "$work/strace" "$PYTHON" "$programs/semaphores.py" futex
	program futex
	STRACE=$work/strace told <<-'END'
		import os, re
		# The calls in strace's output without FUTEX_PRIVATE on one page, which is the segment's.
		calls = []
		for line in open(os.environ["STRACE"], encoding="utf-8"):
		    found = re.search(r"futex\((0x[0-9a-f]+), (FUTEX_[A-Z_]+)", line)
		    if found and "PRIVATE" not in found[2]:
		        calls.append((int(found[1], 16), found[2]))
		pages = {at >> 12 for at, _ in calls}
		seen = [(o["offset"], o["cmd"]) for o in lines if o["kind"] == "op" and o.get("class") == "futex"]
		assert seen and any(sorted(seen) == sorted((at & 0xfff, cmd) for at, cmd in calls if at >> 12 == page)
		                    for page in pages), (seen, calls)
	END
}

# bats test_tags=backend,played
@test "a lock that nobody else wants, and a private one, are not there" {
	program quiet
	told <<-'END'
		assert not [o for o in lines if o.get("class") == "futex" and "object" in o], lines
		assert one(kind="object", event="created")["object"].startswith("shm:")
		assert one(kind="summary")["lost"] == 0
	END
}

stuck() {
	stick_by semaphores.py sem holder needs1 needs2 zero
}

# bats test_tags=kernel
@test "why: what a sleeper needs, and that anybody may end it" {
	stuck
	"$IPCTRACE" why "$needs1" >one
	"$IPCTRACE" why "$needs2" >several
	"$IPCTRACE" why "$zero" >timed
	"$IPCTRACE" -f json why "$needs1" >json1
	exec 7>&-
	wait "$stuck"
	text=$(tr -s ' \n' ' ' <one)
	[[ $text == *"needs1 $needs1 is blocked in sem"*" on sem:[$sem] for "* ]]
	[[ $text == *"semaphore 0 is 0, and it takes 1; the last to operate on it was holder $holder"* ]]
	[[ $text == *"unknown: any process could end it that may operate on the set"* ]]
	[[ $(tr -s ' \n' ' ' <several) == *"semaphore 1 is 0, and it takes 2"* ]]
	[[ $(tr -s ' \n' ' ' <timed) == *"semaphore 2 is 4, and it waits for 0"*"ends by its timeout at the latest"* ]]
	json=$work/json1 told <<-'END'
		line = one(kind="why")
		assert line["reason"] == "value" and line["needs"] == 1 and line["doubts"] == ["anybody"], line
	END
	run -1 grep -E "^ *-?[0-9]+ +$sem " /proc/sysvipc/sem
}

# bats test_tags=kernel
@test "attach: who sleeps already, on what, and who removes the set" {
	stuck
	attach_asleep "$needs1" "$needs2" "$zero"
	exec 7>&-
	wait "$stuck"
	tracer_ended
	SEM=$sem told <<-'END'
		import os
		waits = {w["comm"]: w for w in lines if w["kind"] == "wait" and w.get("class") == "sem_op"}
		assert sorted(waits) == ["needs1", "needs2", "zero"], waits
		for w in waits.values():
		    assert w["earlier"] and w["object"] == "sem:[%s]" % os.environ["SEM"], w
		    assert w["cause"]["kind"] == "removed" and w["cause"]["comm"] == "holder", w
		assert [waits[n]["reason"] for n in ("needs1", "needs2", "zero")] == ["value", "value", "zero"]
		assert waits["needs2"]["needs"] == 2 and waits["needs2"]["state"]["num"] == 1, waits
	END
}

@test "record, replay: the same as live" {
	"$IPCTRACE" --backend "$(quick_backend)" record --force -o "$work/trace" -- "$PYTHON" "$programs/semaphores.py" handover >/dev/null
	"$IPCTRACE" -f json --force -o "$json" replay "$work/trace"
	told <<-'END'
		kinds = [w["cause"]["kind"] for w in lines if w["kind"] == "wait" and w.get("class") == "sem_op"]
		assert kinds == ["raised", "lowered"], kinds
	END
	"$IPCTRACE" --mech sem -f json --force -o "$json" replay "$work/trace"
	told <<-'END'
		assert pick(kind="wait", reason="value") and not [o for o in lines if o.get("object", "sem").startswith("pipe")]
	END
}

@test "--mech sem: only semaphores; a call that failed before there was a set is one of theirs" {
	traced "$json" "$IPCTRACE" --backend "$(quick_backend)" --mech sem -f json --force -o "$json" run -- "$PYTHON" "$programs/semaphores.py" failures
	told <<-'END'
		objects = {line["object"].split(":")[0] for line in lines if "object" in line}
		assert objects == {"sem"}, objects
		assert len(pick(kind="op", error="ENOENT")) == 1
	END
}

# Their waits come when the look ends.
@test "--sem: only that set, live and in a replay; a segment and a pipe of that number are others" {
	local id
	stuck

	"$IPCTRACE" --backend "$(quick_backend)" record --force -o "$work/trace" -p "$needs1,$zero" --for 300ms 7>&-
	for id in --sem\ "$sem" --sem\ "$((sem + 1))" --shm\ "$sem" --pipe\ "$sem"; do
		# shellcheck disable=SC2086 # two words
		"$IPCTRACE" --backend "$(quick_backend)" -f json --force -o "$work/live" attach -p "$needs1,$zero" --for 300ms $id 7>&-
		# shellcheck disable=SC2086
		"$IPCTRACE" -f json --force -o "$work/replayed" replay $id "$work/trace"
		for json in "$work/live" "$work/replayed"; do
			WANT=$([ "$id" = "--sem $sem" ] && echo 2 || echo 0) told <<-'END'
				import os
				waits = [w for w in lines if w["kind"] == "wait" and w.get("class") == "sem_op"]
				assert len(waits) == int(os.environ["WANT"]), waits
			END
		done
	done
	exec 7>&-
	wait "$stuck"
}

@test "--waits: the waits, and who ended them" {
	traced "$json" "$IPCTRACE" --backend "$(quick_backend)" --waits -f json --force -o "$json" run -- "$PYTHON" "$programs/semaphores.py" handover >/dev/null
	told <<-'END'
		waits = [w for w in lines if w["kind"] == "wait" and w.get("class") == "sem_op"]
		assert [(w["reason"], w["cause"]["kind"], w["cause"]["comm"]) for w in waits] == [
		    ("value", "raised", "locker"), ("zero", "lowered", "locker")], waits
		assert not [o for o in lines if o["kind"] == "op"]
	END
}

# bats test_tags=kernel
@test "who operated last and is gone is told so, and one id of two IPC namespaces is two objects" {
	text_of -- "$PYTHON" -c '
import ctypes, os
c = ctypes.CDLL(None, use_errno=True)
class Op(ctypes.Structure): _fields_ = [(n, ctypes.c_short) for n in ("num", "op", "flags")]
class Time(ctypes.Structure): _fields_ = [("s", ctypes.c_long), ("ns", ctypes.c_long)]
def op(n): c.semtimedop(0, ctypes.byref(Op(0, n, 0)), 1, ctypes.byref(Time(0, 200000000)))
def name(comm): open("/proc/self/comm", "w").write(comm)
r, w = os.pipe()
def box(comm):
    if os.fork(): return
    os.close(r)
    c.unshare(0x08000000)
    assert c.semget(0, 1, 0o600) == 0
    if not os.fork(): name("taker"), op(1), op(-1), os._exit(0)
    os.wait()
    name(comm), op(-1), os.write(w, b"x")
    # Its namespace, whose number could be used again, is there as long as it is.
    while os.path.exists("both"): c.usleep(10000)
    os._exit(0)
open("both", "w").close()
box("blue"), os.read(r, 1)
box("red"), os.read(r, 1)
os.unlink("both")
os.wait(), os.wait()'
	for who in blue red; do
		says "$who sleeps: semaphore 0 is 0, and it takes 1; last lowered by taker( [0-9]+)? at [0-9.]+ ms, which is gone"
	done
	says 'sem:\[0\]'
	says 'sem:\[[0-9]{10}:0\]'
	told <<-'END'
		names = {who: {w["object"] for w in pick(kind="wait", comm=who, reason="value")} for who in ("blue", "red")}
		assert names["blue"] == {"sem:[0]"} and len(names["red"]) == 1 and not names["red"] & names["blue"], names
		assert all(w["last_gone"] for w in pick(kind="wait", reason="value")), names
	END
}

# bats test_tags=kernel
@test "one id of two IPC namespaces is two objects in stat and why, too" {
	cat >boxes.py <<-'END'
		import ctypes, os, sys
		c = ctypes.CDLL(None, use_errno=True)
		class Op(ctypes.Structure): _fields_ = [(n, ctypes.c_short) for n in ("num", "op", "flags")]
		def box():
		    pid = os.fork()
		    if pid: return pid
		    c.unshare(0x08000000)
		    assert c.semget(0, 1, 0o600) == 0
		    c.semop(0, ctypes.byref(Op(0, -1, 0)), 1)
		    os._exit(0)
		boxes = box(), box()
		for pid in boxes:
		    while open(f"/proc/{pid}/syscall").read().split()[0] not in ("65", "220"): os.sched_yield()
		print(*boxes, flush=True)
		if len(sys.argv) > 1: sys.stdin.read()
		for pid in boxes: os.kill(pid, 9), os.waitpid(pid, 0)
	END
	traced "$json" "$IPCTRACE" -f json --force -o "$json" --backend "$backend" stat -- "$PYTHON" boxes.py >/dev/null
	told <<-'END'
		sets = {o["object"] for o in pick(kind="stat_object") if o.get("object", "").startswith("sem:")}
		assert len(sets) == 2, sets
	END
	mkfifo in
	"$PYTHON" boxes.py wait <in >boxes 3>&- &
	stuck=$!
	exec 7>in
	until [ -s boxes ]; do sleep 0.05; done
	# shellcheck disable=SC2046 # two
	"$IPCTRACE" -f json --force -o "$json" why $(cat boxes)
	exec 7>&-
	told <<-'END'
		sets = {w["object"] for w in pick(kind="why")}
		assert len(sets) == 2 and all(s.endswith((":0]", ":[0]")) for s in sets), sets
	END
}
