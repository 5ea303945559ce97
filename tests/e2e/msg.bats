#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# SysV message queues: what goes in and comes out, who sleeps, why, and who ends it. Witnesses: /proc/sysvipc/msg, ipcs,
# strace, the programs' own clocks.

bats_require_minimum_version 1.5.0
load lib/traced.bash

program() {
	json_of -- "$PYTHON" "$programs/messages.py" "$@" >out
}

# bats test_tags=backend,played
@test "each call with what it carried and asked for; /proc/sysvipc/msg has the same queue after it" {
	program carried
	told <<-'END'
		ops = [o for o in lines if o["kind"] == "op" and o.get("class") in ("msg_send", "msg_receive")]
		assert len(ops) == len(said) == 13, (ops, said)
		copy = ops[9]
		if said[9][0] < 0:
		    assert copy["error"] == "ENOSYS", copy
		for o, there in zip(ops, said):
		    after = o["after"]
		    assert [o["ret"], *[after[n] for n in ("qnum", "cbytes", "lspid", "lrpid")]] == there, (o, there)
		    assert after["qbytes"] == o["before"]["qbytes"], o
		for earlier, later in zip(ops, ops[1:]):
		    assert earlier["after"] == later["before"], (earlier, later)
		far = 1 << 40
		sent = [(o["type"], o["arg"]) for o in ops if o["op"] == "msgsnd"]
		assert sent == [(3, 5), (1, 3), (far, 14), (2, 0), (1, 5000)], sent
		def wanted(o, exactly):
		    # Beyond an int it is told exactly, or not at all.
		    return o.get("wanted", exactly if abs(exactly) >> 32 else None)
		asked = [(wanted(o, w), o["arg"], o["flags"], o.get("type"), o.get("error")) for o, w in zip(
		    [o for o in ops if o["op"] == "msgrcv" and o != copy], (far, -2, 3, 3, 1, far + 1, -far))]
		assert asked == [
		    (far, 100, "0", far, None),
		    (-2, 100, "0", 1, None),
		    (3, 2, "0", None, "E2BIG"),
		    (3, 2, "MSG_NOERROR", 3, None),
		    (1, 8000, "MSG_EXCEPT", 2, None),
		    (far + 1, 8000, "IPC_NOWAIT", None, "ENOMSG"),
		    (-far, 8000, "0", 1, None)], asked
		assert set(copy["flags"].split("|")) == {"IPC_NOWAIT", "MSG_COPY"}, copy
		queue = ops[0]["object"]
		created, gone = pick(kind="object", object=queue)
		assert (created["event"], gone["event"]) == ("created", "destroyed"), (created, gone)
		assert one(kind="op", op="msgget", comm="carrier")["object"] == queue
		assert one(kind="op", cmd="IPC_RMID", object=queue)["ret"] == 0
		assert not pick(kind="wait", object=queue)
		assert one(kind="summary")["lost"] == 0
	END
	none_left
}

@test "strace sees the same calls: types, lengths, flags, results" {
	command -v strace >/dev/null || skip "no strace"
	strace -f -e trace=msgsnd,msgrcv -o strace "$PYTHON" "$programs/messages.py" carried >out
	program carried
	told <<-'END'
		import re
		calls = []
		for line in open("strace", encoding="utf-8"):
		    if found := re.search(r'msgsnd\(\d+, {(?:mtype=)?(\d+), .*}, (\d+), (\S+)\) += (\d+)$', line):
		        calls.append(("msgsnd", int(found[1]), int(found[2]), found[3], int(found[4]), None))
		    elif found := re.search(r'msgrcv\(\d+, .*, (\d+), (-?\d+), (\S+)\) += (-?\d+)(?: (E[A-Z0-9]+))?', line):
		        calls.append(("msgrcv", int(found[2]), int(found[1]), found[3],
		                      int(found[4]) if int(found[4]) >= 0 else None, found[5]))
		seen = [(o["op"], o["type"] if o["op"] == "msgsnd" else o.get("wanted", "beyond an int"), o["arg"], o["flags"],
		         o["ret"] if o["ret"] >= 0 else None, o.get("error"))
		        for o in lines if o["kind"] == "op" and o.get("class") in ("msg_send", "msg_receive")]
		assert len(seen) == len(calls) == 13, (seen, calls)
		for ours, theirs in zip(seen, calls):
		    if ours[1] == "beyond an int" and abs(theirs[1]) >> 32:
		        ours = (ours[0], theirs[1], *ours[2:])
		    assert ours[:3] + ours[4:] == theirs[:3] + theirs[4:], (ours, theirs)
		    assert sorted(ours[3].split("|")) == sorted(theirs[3].split("|")), (ours, theirs)
	END
	none_left
}

# bats test_tags=backend,played
@test "sleepers: what they wait for, who ended it, how long it took; ipcs and the sleepers' clocks agree" {
	program handover
	SCALE=$IPCTRACE_TIME_SCALE told <<-'END'
		import os
		number, empty, receiver_took, handed, full, sender_took, last = said
		queue = f"msg:[{number}]"
		received, sent = pick(kind="wait", object=queue)
		def same(state, there):
		    assert all(state[n] == there[n] for n in ("qnum", "cbytes", "qbytes", "lspid", "lrpid")), (state, there)
		same(received["state"], empty)
		same(sent["state"], full)
		assert received["comm"] == "receiver" and received["class"] == "msg_receive", received
		assert received["reason"] == "no-message" and received["wanted"] == 7, received
		assert received["waker"]["comm"] == "parent" and received["waker"]["object"] == queue, received
		cause = received["cause"]
		assert (cause["kind"], cause["comm"], cause["op"], cause["bytes"]) == ("data", "parent", "msgsnd", 6), cause
		assert sent["comm"] == "sender" and sent["class"] == "msg_send" and sent["reason"] == "no-room", sent
		assert sent["needs"] == 14 and sent["state"]["cbytes"] + 14 > sent["state"]["qbytes"] == 20, sent
		cause = sent["cause"]
		assert (cause["kind"], cause["comm"], cause["op"], cause["bytes"]) == ("space", "parent", "msgrcv", 10), cause
		for wait, took, least in (received, receiver_took, 200e6), (sent, sender_took, 100e6):
		    assert least <= wait["slept"] <= took <= wait["slept"] + wait["delay"] + 2e9 * int(os.environ["SCALE"]), (wait, took)
		calls = [o for o in pick(kind="op", object=queue) if o["op"] in ("msgsnd", "msgrcv")]
		same([o for o in calls if o["comm"] == "receiver"][0]["after"], handed)
		same([o for o in calls if o["comm"] == "sender"][0]["after"], last)
		# What is handed over was never in the queue.
		(direct,) = [o for o in calls if o["op"] == "msgsnd" and o["type"] == 7]
		assert direct["before"]["qnum"] == direct["after"]["qnum"] == 1, direct
		assert [o["slept"] for o in calls if o["comm"] != "parent"] == [True, True], calls
		assert one(kind="summary")["lost"] == 0
	END
	none_left
}

# bats test_tags=backend,played
@test "messages without a byte take room, too, and wake" {
	program no_bytes
	told <<-'END'
		received, sent = [w for w in lines if w["kind"] == "wait" and w.get("class") in ("msg_receive", "msg_send")]
		assert received["cause"]["kind"] == "data" and received["cause"]["comm"] == "parent", received
		assert sent["reason"] == "no-room" and sent["needs"] == 0, sent
		assert [sent["state"][n] for n in ("qnum", "cbytes", "qbytes")] == [2, 0, 2], sent
		assert sent["cause"]["kind"] == "space" and sent["cause"]["comm"] == "parent", sent
		full = one(kind="op", error="EAGAIN", op="msgsnd")
		assert full["arg"] == 0 and full["cause"]["kind"] == "state" and not full["slept"], full
	END
	none_left
}

# bats test_tags=backend,played
@test "one message ends two waits: who has no room for it gets E2BIG, the next one gets it" {
	program too_long
	told <<-'END'
		waits = [w for w in lines if w["kind"] == "wait" and w.get("class") == "msg_receive"]
		assert sorted((w["comm"], w["cause"]["kind"], w["cause"]["bytes"]) for w in waits) == [
		    ("large", "data", 6), ("small", "data", 5), ("small", "data", 6)], waits
		calls = [(o["arg"], o["ret"], o["after"]["qnum"]) for o in pick(kind="op", op="msgrcv", comm="small")]
		assert calls == [(4, -7, 0), (4, -7, 1), (4, 4, 0)], calls
		assert one(kind="op", op="msgrcv", comm="large")["ret"] == 6
		direct, kept = pick(kind="op", op="msgsnd")
		assert (direct["arg"], direct["after"]["qnum"], kept["arg"]) == (6, 0, 5), lines
		# The call wakes the receiver before it ends: what it leaves may be taken by then.
		assert kept["after"]["qnum"] in (0, 1), kept
	END
	none_left
}

# bats test_tags=kernel,played
@test "IPC_SET: a receiver wakes for any, a sender for one that makes room; rights that go away are EACCES" {
	program resized
	told <<-'END'
		assert said == [0], said # the sender did not wake for a limit that is too low still
		received = [w for w in lines if w["kind"] == "wait" and w.get("class") == "msg_receive"]
		assert [w["comm"] for w in received] == ["receiver"] * 2, received
		for w in received:
		    assert w["reason"] == "no-message" and w["waker"]["op"] == "msgctl", w
		    assert w["cause"]["comm"] == "owner" and w["cause"]["op"] == "msgctl", w
		(sent,) = [w for w in lines if w["kind"] == "wait" and w.get("class") == "msg_send"]
		assert sent["cause"]["kind"] == "resize" and sent["cause"]["comm"] == "owner", sent
		assert sent["state"]["qbytes"] == 4, sent
		assert one(kind="op", op="msgrcv", comm="receiver")["error"] == "EACCES"
		sets = [(o["before"]["qbytes"], o["after"]["qbytes"]) for o in pick(kind="op", cmd="IPC_SET")]
		most = sets[0][0]
		assert sets == [(most, most)] * 2 + [(most, 4), (4, 11), (11, most)], sets
	END
	none_left
}

# bats test_tags=kernel,played
@test "a signal ends the wait: EINTR, and who sent it" {
	program interrupted
	told <<-'END'
		for comm in "receiver", "sender":
		    wait = one(kind="wait", comm=comm, reason="no-message" if comm == "receiver" else "no-room")
		    assert wait["cause"]["kind"] == "signalled" and wait["cause"]["comm"] == "parent", wait
		    failed = one(kind="op", comm=comm, object=wait["object"])
		    assert failed["ret"] in (-4, -512, -513, -514) and failed["cause"]["sig"] == "SIGUSR1", failed
		    assert failed["before"]["qnum"] == failed["after"]["qnum"] == 0, failed
	END
	none_left
}

# bats test_tags=backend,played
@test "calls that fail: each with its reason" {
	program failures
	told <<-'END'
		def failed(comm="failing", **want):
		    return [o for o in pick(kind="op", comm=comm, **want) if o["ret"] < 0 and o.get("class", "").startswith("msg_")]
		(none,), (taken,) = failed(error="ENOENT"), failed(error="EEXIST")
		assert none["key"] == taken["key"] != 0 and "object" not in none, none
		assert taken["object"].startswith("msg:") and taken["flags"] == "IPC_CREAT|IPC_EXCL|0600", taken
		# A call that finds it has not made it.
		found = one(kind="op", op="msgget", flags="IPC_CREAT|0600", key=taken["key"])
		assert found["object"] == taken["object"] and found["ret"] >= 0, found
		one(kind="object", event="created", object=taken["object"])
		sent = failed(op="msgsnd", error="EINVAL")
		assert [o["type"] for o in sent] == [0, -1, 1, 1], sent
		longest = int(open("/proc/sys/kernel/msgmax").read())
		assert sent[2]["arg"] == longest + 1, sent[2]
		unread, half = failed(op="msgsnd", error="EFAULT")
		assert "type" not in unread and half["type"] == 5, (unread, half)
		nothing, other, other_than = failed(error="ENOMSG")
		assert [(o["wanted"], o["before"]["qnum"]) for o in (nothing, other, other_than)] == [(0, 0), (2, 1), (1, 1)]
		assert other_than["flags"] in ("IPC_NOWAIT|MSG_EXCEPT", "MSG_EXCEPT|IPC_NOWAIT"), other_than
		(full,) = failed(error="EAGAIN")
		assert full["before"]["cbytes"] + full["arg"] > full["before"]["qbytes"] == 10, full
		for o in nothing, other, other_than, full:
		    assert o["nonblock"] and not o["slept"] and o["cause"]["kind"] == "state", o
		(big,) = failed(error="E2BIG")
		assert big["arg"] == 4 and big["before"] == big["after"] and big["before"]["cbytes"] == 9, big
		# The message is out of the queue, and no task has it.
		(lost,) = failed(op="msgrcv", error="EFAULT")
		assert [lost["after"][n] for n in ("qnum", "cbytes", "lspid", "lrpid")] == said[0], (lost, said)
		assert lost["before"]["qnum"] == 1 and said[0][0] == 0, (lost, said)
		controls = [(o.get("cmd"), o["error"]) for o in failed(op="msgctl")]
		assert controls == [(99, "EINVAL"), ("IPC_STAT", "EFAULT"), ("IPC_SET", "EFAULT")], controls
		visits = [(o["op"], o["error"]) for o in failed("visitor")]
		assert visits == [
		    ("msgsnd", "EACCES"), ("msgrcv", "EACCES"), ("msgget", "EACCES"), ("msgctl", "EACCES"), ("msgctl", "EPERM"),
		    ("msgctl", "EPERM"), ("msgctl", "EPERM")], visits
		for comm in "receiver", "sender":
		    (removed,) = failed(comm)
		    assert removed["error"] == "EIDRM" and removed["cause"]["kind"] == "removed", removed
		    assert removed["cause"]["comm"] == "failing" and "after" not in removed, removed
		    wait = one(kind="wait", comm=comm, object=removed["object"])
		    assert wait["cause"]["kind"] == "removed" and wait["cause"]["comm"] == "failing", wait
		late = sent[3]
		assert late["cause"]["kind"] == "removed" and late["cause"]["comm"] == "failing", late
		copy, room, never = failed(op="msgrcv", error="EINVAL")
		assert copy["flags"] == "MSG_COPY" and room["arg"] == -1, (copy, room)
		assert "cause" not in copy and "cause" not in room, (copy, room)
		assert never["object"] == "msg:[2147483647]" and never.get("cause", {}).get("kind") != "removed", never
		assert one(kind="summary")["lost"] == 0
	END
	none_left
}

@test "--mech msg: only queues; a call that failed before there was a queue is one of theirs" {
	traced "$json" "$IPCTRACE" --backend "$(quick_backend)" --mech msg -f json --force -o "$json" run -- \
		"$PYTHON" "$programs/messages.py" failures >out
	told <<-'END'
		objects = {line["object"].split(":")[0] for line in lines if "object" in line}
		assert objects == {"msg"}, objects
		assert len(pick(kind="op", error="ENOENT", op="msgget")) == 1
	END
	traced "$json" "$IPCTRACE" --backend "$(quick_backend)" --mech sem -f json --force -o "$json" run -- \
		"$PYTHON" "$programs/messages.py" failures >out
	told <<-'END'
		assert not [line for line in lines if line.get("object", "").startswith("msg:") or line.get("class", "").startswith("msg")]
	END
}

# A program's text at a width, without what other lanes have between two lines of a row, and with runs of blanks as one; no
# line may be wider.
shown_at() {
	local width=$1
	shift
	COLUMNS=$width "$IPCTRACE" --backend "$(quick_backend)" --mech msg,signal run -- "$PYTHON" "$programs/messages.py" "$@" \
		>"$work/shown" 2>"$work/stderr"
	"$PYTHON" -c 'import sys; sys.exit(any(len(line.rstrip("\n")) > int(sys.argv[1]) for line in sys.stdin))' "$width" <"$work/shown"
	sed -E 's/m[0-9]+ [█░]+ [0-9]+\/[0-9]+B//; s/│//g' "$work/shown" | tr -s ' \n' ' '
}

# PART...: each is in $text.
has_all() {
	local part
	for part in "$@"; do
		[[ $text == *"$part"* ]] || { echo "no \"$part\" in"; cat "$work/shown"; return 1; }
	done
}

@test "the sentences: what it waits for, who gave it, who made room" {
	text=$(shown_at 200 handover)
	has_all "receiver sleeps: the queue is empty, and it asks for a message of type 7" ": parent sent 6 bytes to msg:[" \
		"sender sleeps: the queue has no room for 14 bytes: 1 message, 10 of 20 bytes" ": parent received 10 bytes from msg:["
	text=$(shown_at 200 resized)
	has_all "sender sleeps: the queue has no room for 12 bytes: 0 messages, 0 of 4 bytes" ": owner changed the limit of msg:["
	text=$(shown_at 200 no_bytes)
	has_all ": parent sent a message to msg:[" ": parent received a message from msg:["
}

@test "a message that is too long for who slept does not stay where others take it" {
	text=$(shown_at 200 too_long)
	has_all "small sleeps: " "large sleeps: " "msgrcv → E2BIG"
	! grep "stays in the queue" "$work/shown" || { cat "$work/shown"; return 1; }
}

# bats test_tags=backend,played
@test "what is not in memory when a call begins is told as the kernel read it" {
	program late
	told <<-'END'
		assert one(kind="op", cmd="IPC_SET")["limit"] == one(kind="op", cmd="IPC_SET")["after"]["qbytes"] == 100
		assert [(o["type"], o.get("error")) for o in pick(kind="op", op="msgsnd")] == [(6, None), (0, "EINVAL")], lines
	END
	none_left
}

@test "MSG_COPY asks for a place in the queue: nothing is said of a type" {
	text=$(shown_at 200 copied)
	has_all " copy"
	[[ $text != *"msgrcv type"* && $text != *"of type 7"* && $text != *" 1 bytes"* ]] || { cat "$work/shown"; return 1; }
}

# The kernel notes a receiver's thread where the message is handed over, else the process.
@test "threads: /proc/sysvipc/msg has the same numbers, and the last to receive has its name" {
	program threads
	told <<-'END'
		wait = one(kind="wait", op="msgsnd")
		assert [wait["state"][n] for n in ("qnum", "cbytes", "lspid", "lrpid")] == said[0], (wait, said)
		assert wait["comm"] == "second" and wait["cause"]["comm"] == "first", wait
		assert said[0][2] == wait["pid"] and said[0][3] in (wait["pid"], wait["tid"]), (wait, said)
		assert one(kind="wait", op="msgrcv")["cause"]["comm"] == "first", lines
	END
	text=$(shown_at 200 threads)
	has_all "second sleeps: the queue has no room for 4 bytes: 1 message, 4 of 4 bytes; the last to receive was "
	[[ $text != *"was process "* ]] || { cat "$work/shown"; return 1; }
	none_left
}

@test "rows and reasons at 80, 120 and 200 columns: nothing is cut" {
	local width longest most
	longest=$(cat /proc/sys/kernel/msgmax)
	most=$(cat /proc/sys/kernel/msgmnb)
	for width in 80 120 200; do
		echo "$width columns"
		text=$(shown_at "$width" carried)
		has_all "msgsnd 5 type 3" "msgsnd 14 type 1099511627776" "msgsnd 0 type 2" "msgrcv type -2 → 3 type 1" \
			"msgrcv type 3 noerror → 2" "msgrcv type 1 except → 0 type 2" "msgrcv type 1099511627777 nowait → ENOMSG" \
			"more than 2 bytes, and no MSG_NOERROR to cut it: it stays in the queue" "removes a queue"
		run grep "…" "$work/shown"
		[ "$status" -eq 1 ] || { echo "$output"; return 1; }
		text=$(shown_at "$width" failures)
		has_all "there is no queue by this key, and no IPC_CREAT to make one" "IPC_CREAT|IPC_EXCL|0600: makes a queue, owner uid 0" \
			"there is a queue by this key already, and IPC_EXCL asks for a new one" \
			"a message's type is 1 or more, not 0" "a message's type is 1 or more, not -1" \
			"$((longest + 1)) bytes are more than a message may have, $longest (/proc/sys/kernel/msgmax)" \
			"its message is where it may not read" "its text is where it may not read" \
			"it would have to wait: the queue is empty" "it would have to wait: no message in the queue is of type 2" \
			"it would have to wait: no message in the queue is of another type than 1" \
			"it would have to wait: the queue has no room for 7 bytes: 1 message, 9 of 10 bytes" \
			"no message has -1 bytes" "the message would go where it may not write, and is lost" "msgctl has no command 99" \
			"its argument is where it may not read or write" "this user may not: by the mode of the queue" \
			"limit $((most + 1)) → EPERM" "only its owner, its creator or a privileged user may do this" \
			"whoever sleeps on it gets EIDRM, 2 when the call began" "the queue is gone: failing removed it at " \
			"no queue has this id" " is free again"
		run grep "…" "$work/shown"
		[ "$status" -eq 1 ] || { echo "$output"; return 1; }
	done
}

# bats test_tags=kernel
@test "stat: who waits for whom on a queue, as long as the waits themselves say" {
	traced "$json" "$IPCTRACE" stat -f json --force -o "$json" --backend "$(quick_backend)" -- "$PYTHON" "$programs/messages.py" handover >out
	told <<-'END'
		number, receiver_took, sender_took = said[0], said[2], said[5]
		queue = one(kind="stat_object", object=f"msg:[{number}]")
		assert queue["wait"]["count"] == 2 and 300e6 <= queue["wait"]["total"] <= receiver_took + sender_took, queue
		assert {r["reason"]: r["count"] for r in queue["reasons"]} == {"no-message": 1, "no-room": 1}, queue
		for comm, took, least in ("receiver", receiver_took, 200e6), ("sender", sender_took, 100e6):
		    pair = [p for p in pick(kind="stat_pair", comm=comm) if p["by"].get("comm") == "parent"]
		    assert len(pair) == 1 and least <= pair[0]["wait"]["max"] <= took, pair
		assert one(kind="summary")["lost"] == 0
	END
	none_left
}

stuck() {
	: >out
	stick_by messages.py queue empty holder typed lowest except sender
}

# bats test_tags=kernel
@test "why: what a sleeper waits for, and that anybody may end it" {
	stuck
	for name in typed lowest except sender; do
		"$IPCTRACE" why "${!name}" >"$name"
		"$IPCTRACE" -f json why "${!name}" >"$name.json"
	done
	exec 7>&-
	wait "$stuck"
	head -50 typed lowest except sender
	text=$(tr -s ' \n' ' ' <typed)
	[[ $text == *"typed $typed is blocked in msgrcv"*" on msg:[$queue] for "* && $text == *"type 7"* ]]
	[[ $text == *"unknown: any process could end it that may "* ]]
	[[ $(tr -s ' \n' ' ' <lowest) == *" on msg:[$empty] for "*"of a type up to 1099511627776"* ]]
	[[ $(tr -s ' \n' ' ' <except) == *" on msg:[$queue] for "*"of another type than 1"* ]]
	[[ $(tr -s ' \n' ' ' <sender) == *"sender $sender is blocked in msgsnd"*" on msg:[$queue] for "*"12 of 20 bytes"* ]]
	for name in typed lowest except sender; do
		json=$name.json NAME=$name QUEUE=$([ "$name" = lowest ] && echo "$empty" || echo "$queue") told <<-'END'
			import os
			name, line = os.environ["NAME"], one(kind="why")
			assert line["object"] == "msg:[%s]" % os.environ["QUEUE"] and line["doubts"] == ["anybody"], line
			if name == "sender":
			    assert line["reason"] == "no-room" and line["needs"] == 12 and line["state"]["cbytes"] == 12, line
			else:
			    assert line["reason"] == "no-message", line
			    assert line["wanted"] == {"typed": 7, "lowest": -1 << 40, "except": 1}[name], line
		END
	done
	run -1 grep -E "^ *-?[0-9]+ +($queue|$empty) " /proc/sysvipc/msg
}

# gone.py [WAIT]: who sent, and who operated, last is gone when getter and needer sleep. With WAIT until its stdin ends.
gone() {
	cat >gone.py <<-'END'
		import ctypes, os, sys
		c = ctypes.CDLL(None, use_errno=True)
		class Op(ctypes.Structure): _fields_ = [(n, ctypes.c_short) for n in ("num", "op", "flags")]
		def op(n): return c.semop(sem, ctypes.byref(Op(0, n, 0)), 1)
		def child(comm, *calls):
		    pid = os.fork()
		    if pid: return pid
		    open("/proc/self/comm", "w").write(comm)
		    for call in calls: call()
		    os._exit(0)
		queue, sem = c.msgget(0, 0o600), c.semget(0, 1, 0o600)
		buf = ctypes.create_string_buffer((1).to_bytes(8, "little") + b"x")
		def send(): c.msgsnd(queue, buf, 1, 0)
		def receive(): c.msgrcv(queue, buf, 1, 0, 0)
		os.waitpid(child("giver", send), 0), receive()
		os.waitpid(child("taker", lambda: op(1), lambda: op(-1)), 0)
		sleepers = child("getter", receive), child("needer", lambda: op(-1))
		for pid in sleepers:
		    while open(f"/proc/{pid}/syscall").read().split()[0] not in ("70", "65", "220"): os.sched_yield()
		if len(sys.argv) > 1: print(*sleepers, flush=True), sys.stdin.read()
		c.msgctl(queue, 0, None), c.semctl(sem, 0, 0)
		os.wait(), os.wait()
	END
}

# bats test_tags=kernel
@test "who sent or operated last and is gone is told so: by run, attach and why, live and replayed" {
	local getter needer process='process [0-9]+, which is gone'
	gone
	text_of -- "$PYTHON" gone.py
	says 'getter sleeps: the queue is empty, and it asks for a message; the last to send was giver( [0-9]+)?, which is gone'
	says 'needer sleeps: semaphore 0 is 0, and it takes 1; last lowered by taker( [0-9]+)? at [0-9.]+ ms, which is gone'
	mkfifo in
	"$PYTHON" gone.py wait <in >sleepers 3>&- &
	stuck=$!
	exec 7>in
	until [ -s sleepers ]; do sleep 0.05; done
	read -r getter needer <sleepers
	COLUMNS=200 "$IPCTRACE" --force -o text --backend "$backend" --record trace attach -p "$getter,$needer" --for "$((2 * IPCTRACE_TIME_SCALE))s"
	COLUMNS=200 "$IPCTRACE" --force -o replayed replay trace
	says "getter has slept since before tracing began: the queue is empty, and it asks for a message; the last to send was $process"
	says "needer has slept since before tracing began: semaphore 0 is 0, and it takes 1; the last to operate on it was $process"
	"$IPCTRACE" -f json --force -o "$json" replay trace
	grep -c '"kind":"wait".*"last_gone":true' "$json"
	"$IPCTRACE" why "$getter" "$needer" >why
	exec 7>&-
	tr -s ' \n' ' ' <why | grep -E "the last to send was $process.*the last to operate on it was $process"
}

# bats test_tags=kernel
@test "attach: who sleeps already, on what, and who removes the queue" {
	stuck
	attach_asleep "$typed" "$lowest" "$except" "$sender"
	exec 7>&-
	wait "$stuck"
	tracer_ended
	QUEUE=$queue EMPTY=$empty told <<-'END'
		import os
		waits = {w["comm"]: w for w in lines if w["kind"] == "wait" and w.get("class") in ("msg_send", "msg_receive")}
		assert sorted(waits) == ["except", "lowest", "sender", "typed"], waits
		for w in waits.values():
		    queue = os.environ["EMPTY" if w["comm"] == "lowest" else "QUEUE"]
		    assert w["earlier"] and w["object"] == f"msg:[{queue}]", w
		    assert w["cause"]["kind"] == "removed" and w["cause"]["comm"] == "holder", w
		assert [waits[n].get("wanted") for n in ("typed", "lowest", "except", "sender")] == [7, -1 << 40, 1, None], waits
		assert waits["sender"]["reason"] == "no-room" and waits["sender"]["needs"] == 12, waits
	END
	none_left
}

@test "record, replay: the same as live" {
	"$IPCTRACE" --backend "$(quick_backend)" record --force -o "$work/trace" -- "$PYTHON" "$programs/messages.py" handover >out
	"$IPCTRACE" -f json --force -o "$json" replay "$work/trace"
	told <<-'END'
		waits = pick(kind="wait", object=f"msg:[{said[0]}]")
		assert [(w["cause"]["kind"], w["cause"]["bytes"]) for w in waits] == [("data", 6), ("space", 10)], waits
		assert (waits[0]["wanted"], waits[1]["needs"]) == (7, 14), waits
	END
	"$IPCTRACE" --mech msg -f json --force -o "$json" replay "$work/trace"
	told <<-'END'
		assert pick(kind="wait", reason="no-room")
		assert not [o for o in lines if o.get("object", "msg").startswith("pipe")], lines
	END
}

@test "diff: two runs of one program differ in nothing, though their queues have other numbers" {
	for name in one other; do
		"$IPCTRACE" --backend "$(quick_backend)" record --force -o "$name" -- "$PYTHON" "$programs/messages.py" carried >"$name.out"
	done
	"$IPCTRACE" diff one other
}

# Their waits come when the look ends.
@test "--msg: only that queue, live and in a replay; a set and a segment of that number are others" {
	local which want
	stuck
	"$IPCTRACE" --backend "$(quick_backend)" record --force -o "$work/trace" -p "$typed,$lowest,$sender" --for 300ms 7>&-
	for which in "--msg $queue 2" "--msg $empty 1" "--msg $((queue + empty + 1)) 0" "--sem $queue 0" "--shm $queue 0"; do
		want=${which##* }
		# shellcheck disable=SC2086 # two words
		"$IPCTRACE" --backend "$(quick_backend)" -f json --force -o "$work/live" attach -p "$typed,$lowest,$sender" --for 300ms ${which% *} 7>&-
		# shellcheck disable=SC2086
		"$IPCTRACE" -f json --force -o "$work/replayed" replay ${which% *} "$work/trace"
		for json in "$work/live" "$work/replayed"; do
			WANT=$want told <<-'END'
				import os
				waits = [w for w in lines if w["kind"] == "wait" and w.get("class") in ("msg_send", "msg_receive")]
				assert len(waits) == int(os.environ["WANT"]), waits
			END
		done
	done
	exec 7>&-
	wait "$stuck"
}

@test "--waits: the waits, and who ended them" {
	traced "$json" "$IPCTRACE" --backend "$(quick_backend)" --waits -f json --force -o "$json" run -- \
		"$PYTHON" "$programs/messages.py" handover >out
	told <<-'END'
		waits = [w for w in lines if w["kind"] == "wait" and w.get("class") in ("msg_send", "msg_receive")]
		assert [(w["reason"], w["cause"]["kind"], w["cause"]["comm"]) for w in waits] == [
		    ("no-message", "data", "parent"), ("no-room", "space", "parent")], waits
		assert not pick(kind="op"), lines
	END
}
