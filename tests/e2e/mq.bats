#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# POSIX message queues: what goes in and comes out, who sleeps, why, and who ends it. Witnesses: mq_getattr(3), the text that
# the kernel writes into a queue's file, /proc/sys/fs/mqueue, strace.

bats_require_minimum_version 1.5.0
load lib/traced.bash

program() {
	json_of -- "$PYTHON" "$programs/queues.py" "$@" >out
}

# bats test_tags=backend,played
@test "each call with what it carried; mq_getattr and the queue's own text have the same after it" {
	program carried
	told <<-'END'
		ops = [o for o in lines if o["kind"] == "op" and o.get("class") in ("mq_send", "mq_receive")]
		assert len(ops) == len(said) == 8, (ops, said)
		for o, (ret, there) in zip(ops, said):
		    assert {name: o["after"][name] for name in there} == there, (o, there)
		    assert [o["ret"], o["priority"]] == ret if isinstance(ret, list) else o["ret"] == ret, (o, ret)
		    assert o["after"]["links"] == 1 and o["after"]["waiters"] == 0, o
		for earlier, later in zip(ops, ops[1:]):
		    assert earlier["after"] == later["before"], (earlier, later)
		assert [(o["arg"], o["priority"]) for o in ops[:4]] == [(5, 3), (0, 32767), (16, 0), (5, 3)], ops
		assert not any(o.get("handed") for o in ops), ops
		queue = ops[0]["object"]
		assert queue.startswith("mq:/ipctrace-"), queue
		created = one(kind="object", event="created", object=queue)
		assert created["end"] == "both" and created["state"]["maxmsg"] == 4, created
		gone = one(kind="op", op="mq_unlink", object=queue)
		assert (gone["before"]["links"], gone["after"]["links"]) == (1, 0), gone
		assert one(kind="object", event="closed", object=queue)["released"]
		assert not pick(kind="wait", object=queue)
		assert one(kind="summary")["lost"] == 0
	END
}

@test "strace sees the same calls: lengths, priorities, results" {
	command -v strace >/dev/null || skip "no strace"
	strace -f -e trace=mq_timedsend,mq_timedreceive -o strace "$PYTHON" "$programs/queues.py" carried >out
	program carried
	told <<-'END'
		import re
		calls = []
		for line in open("strace", encoding="utf-8"):
		    if found := re.search(r'(mq_timed\w+)\(\d+, .*, (\d+), \[?(\d+)\]?, NULL\) += (-?\d+)$', line):
		        calls.append((found[1], int(found[2]), int(found[3]), int(found[4])))
		seen = [(o["op"], o["arg"], o["priority"], o["ret"]) for o in lines
		        if o["kind"] == "op" and o.get("class") in ("mq_send", "mq_receive")]
		assert len(calls) == 8 and seen == calls, (seen, calls)
	END
}

# bats test_tags=backend,played
@test "sleepers: what they wait for, who ended it; a message is handed over, or takes another's place" {
	program waits
	told <<-'END'
		received, sent = [w for w in lines if w["kind"] == "wait" and w.get("class") in ("mq_receive", "mq_send")]
		assert (received["comm"], received["reason"]) == ("receiver", "mq-empty"), received
		assert (received["state"]["curmsgs"], received["state"]["waiters"]) == (0, 1), received
		cause = received["cause"]
		assert (cause["kind"], cause["comm"], cause["op"], cause["bytes"]) == ("data", "parent", "mq_timedsend", 6), cause
		assert received["slept"] >= 100e6, received
		assert (sent["comm"], sent["reason"], sent["needs"], sent["priority"]) == ("sender", "mq-full", 7, 2), sent
		assert (sent["state"]["curmsgs"], sent["state"]["maxmsg"], sent["state"]["waiters"]) == (1, 1, 1), sent
		cause = sent["cause"]
		assert (cause["kind"], cause["comm"], cause["op"], cause["bytes"]) == ("space", "parent", "mq_timedreceive", 5), cause
		handed = one(kind="op", op="mq_timedreceive", comm="receiver")
		assert handed["handed"] and handed["priority"] == 9 and handed["cause"]["comm"] == "parent", handed
		direct = pick(kind="op", op="mq_timedsend", comm="parent")[0]
		assert direct["before"]["curmsgs"] == direct["after"]["curmsgs"] == 0, direct
		taken = one(kind="op", op="mq_timedreceive", comm="parent")
		assert not taken["handed"] and taken["before"]["curmsgs"] == taken["after"]["curmsgs"] == 1, taken
		(there,) = said
		last = one(kind="op", op="mq_timedsend", comm="sender")["after"]
		assert {name: last[name] for name in there} == there, (last, there)
		assert one(kind="summary")["lost"] == 0
	END
}

# bats test_tags=backend,played
@test "a timeout, a time that is over, a signal" {
	program ended
	told <<-'END'
		waits = [w for w in lines if w["kind"] == "wait" and w.get("class") in ("mq_receive", "mq_send")]
		# A call whose time is over may sleep shortly, until the timer ends that: it is the second.
		if len(waits) == 4:
		    over = waits.pop(1)
		    assert (over["comm"], over["reason"], over["cause"]["kind"]) == ("caller", "mq-empty", "timeout"), over
		assert [(w["comm"], w["reason"], w["cause"]["kind"]) for w in waits] == [
		    ("caller", "mq-empty", "timeout"), ("receiver", "mq-empty", "signalled"), ("caller", "mq-full", "timeout")], waits
		assert (waits[1]["cause"]["comm"], waits[1]["cause"]["sig"]) == ("caller", "SIGUSR1"), waits[1]
		late = [(o["comm"], o["slept"], o["cause"]["kind"] if "cause" in o else None) for o in pick(kind="op", error="ETIMEDOUT")]
		assert late[0] == late[2] == ("caller", True, "timeout"), late
		assert late[1] in (("caller", False, None), ("caller", True, "timeout")), late
		assert one(kind="op", op="mq_timedreceive", comm="receiver")["cause"]["kind"] == "signalled"
	END
}

# bats test_tags=backend,played
@test "what is refused, and by whose limit" {
	program failures
	told <<-'END'
		refused = [(o["op"], o["error"]) for o in pick(kind="object", event="refused")]
		assert refused == [
		    ("mq_open", "ENOENT"), ("mq_unlink", "ENOENT"), ("mq_open", "EINVAL"), ("mq_open", "EINVAL"), ("mq_open", "EACCES"),
		    ("mq_open", "EEXIST"), ("mq_open", "ENOENT")], refused
		names = {o["path"].split("/")[1] for o in pick(kind="object", event="refused")}
		assert len(names) == 1, names
		last = pick(kind="object", event="refused")[-1]["cause"]
		assert (last["kind"], last["comm"], last["op"]) == ("removed", "failing", "mq_unlink"), last
		assert "object" not in pick(kind="object", event="refused")[-1], lines
		exists = one(kind="object", event="refused", error="EEXIST")
		first, second = pick(kind="object", event="created", op="mq_open")
		assert exists["object"] == first["object"], exists
		assert [u["fd"] if "fd" in u else None for u in pick(kind="op", op="mq_unlink", ret=0)] == [None, None]
		assert (first["state"]["links"], second["state"]["links"], second["state"]["curmsgs"]) == (1, 1, 0), second
		failed = [(o["op"], o["error"], "object" in o) for o in lines
		          if o["kind"] == "op" and o["ret"] < 0 and o.get("class", "").startswith("mq_")]
		assert failed == [
		    ("mq_timedreceive", "EAGAIN", True), ("mq_timedreceive", "EMSGSIZE", True), ("mq_timedsend", "EMSGSIZE", True),
		    ("mq_timedsend", "EINVAL", True), ("mq_timedsend", "EAGAIN", True), ("mq_timedsend", "EBADF", True),
		    ("mq_timedreceive", "EBADF", True), ("mq_timedsend", "EBADF", False), ("mq_timedsend", "EBADF", False)], failed
		assert {o["cause"]["kind"] for o in pick(kind="op", error="EAGAIN", nonblock=True)} == {"state"}
		assert not [w for w in lines if w["kind"] == "wait" and w.get("class", "").startswith("mq_")]
	END
}

@test "the sentences of what is refused" {
	text_of -- "$PYTHON" "$programs/queues.py" failures >out
	read -r most longest < <(tr -d '[,]' <out)
	for sentence in "the number of messages is 1 or more, not 0; without a privilege it is at most $most" \
		"1073741824 bytes are more than a message may have, $longest" \
		"a name has no slash but the first" "a queue has that name already, and O_EXCL wants a new one" \
		"no queue has that name: failing [0-9]+ removed it \(mq_unlink\)" "the queue is empty" \
		"it has room for 15 bytes, and a message of this queue may have 16" \
		"17 bytes are more than a message of this queue may have, 16" "a priority is at most 32767, not 32768" \
		"the queue is full: 1 message, and it takes no more" "the descriptor is not open for writing" \
		"the descriptor is not open for reading" "fd 999 is not of a message queue"; do
		says "$sentence"
	done
}

# bats test_tags=backend,played
@test "mq_notify: who is registered, who is not, and the signal; the queue's own text has the same" {
	program notified
	told <<-'END'
		first, last = said
		calls = pick(kind="op", op="mq_notify")
		assert [(c["comm"], c["flags"], c["ret"]) for c in calls] == [
		    ("parent", "SIGEV_SIGNAL", 0), ("other", "SIGEV_NONE", -16), ("parent", "SIGEV_NONE", 0), ("parent", "none", 0)], calls
		assert calls[0]["arg"] == first["SIGNO"] and first["NOTIFY_PID"] == calls[0]["pid"] == calls[1]["owner"], (calls, first)
		sent = one(kind="signal", event="generated", sig="SIGUSR1")
		assert sent["comm"] == "parent" and sent["sender"]["comm"] == "sender", sent
		assert sent["sender"]["op"] == "mq_timedsend" and sent["code"] == -3, sent # SI_MESGQ
		assert last["NOTIFY_PID"] == 0, last
	END
}

# bats test_tags=backend,played
@test "poll and epoll: which queue they wait for, and whose call ended that" {
	program polled
	told <<-'END'
		queue = one(kind="object", event="created", op="mq_open")["object"]
		poller = one(kind="wait", comm="poller", reason="poll")
		assert poller["reason"] == "poll" and poller["object"] == queue and poller["watches"] == queue, poller
		assert (poller["waker"]["comm"], poller["waker"]["op"], poller["waker"]["object"]) == ("parent", "mq_timedsend", queue), poller
		waiter = one(kind="wait", comm="waiter", reason="epoll")
		assert waiter["watches"] == queue, waiter
		assert (waiter["waker"]["comm"], waiter["waker"]["op"], waiter["waker"]["object"]) == ("parent", "mq_timedreceive", queue), waiter
		for w in poller, waiter:
		    assert w["cause"]["kind"] == "event" and w["cause"]["object"] == queue, w
	END
}

# Starts queues.py stuck: holder, named, alone are its processes; they end when descriptor 7 is closed.
stuck() {
	mkfifo in said
	"$PYTHON" "$programs/queues.py" stuck <in >said 7>&- &
	stuck=$!
	exec 7>in
	read -r holder named alone <said
}

# bats test_tags=backend
@test "why: anybody may end a wait at a queue with a name; at one without, who has it open" {
	stuck
	"$IPCTRACE" -f json why -p "$named,$alone" >"$json" 7>&-
	NAMED=$named ALONE=$alone HOLDER=$holder "$PYTHON" "$lib/lines.py" "$json" <<-'END'
		import os
		named, alone, holder = (int(os.environ[n]) for n in ("NAMED", "ALONE", "HOLDER"))
		w = one(kind="why", pid=named)
		assert w["reason"] == "mq-empty" and w["object"].startswith("mq:/ipctrace-") and "anybody" in w["doubts"], w
		assert {h["pid"] for h in w["holders"]} >= {holder, named} and {h["way"] for h in w["holders"]} == {"write"}, w
		assert w["verdict"] != "deadlock" and w["state"]["links"] == 1, w
		w = one(kind="why", pid=alone)
		assert w["verdict"] == "deadlock" and w["state"]["links"] == 0 and not w["doubts"], w
		assert [h["pid"] for h in w["holders"]] == [alone], w
	END
}

# bats test_tags=backend
@test "attach: who sleeps already, on which queue" {
	stuck
	"$IPCTRACE" --backend "$backend" -f json --force -o "$json" attach -p "$named" --for 500ms 7>&-
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		w = one(kind="wait", reason="mq-empty")
		assert w["earlier"] and w["open"] and w["object"].startswith("mq:/ipctrace-"), w
		held = one(kind="object", event="held", object=w["object"], pid=w["pid"])
		assert held["end"] == "both" and held["state"]["waiters"] == 1, held
	END
}

@test "record, replay: the same as live; --mech mq leaves all else out" {
	"$IPCTRACE" --backend "$backend" record --force -o "$work/trace" -- "$PYTHON" "$programs/queues.py" waits >out
	"$IPCTRACE" --mech mq -f json --force -o "$json" replay "$work/trace"
	told <<-'END'
		waits = [w for w in lines if w["kind"] == "wait"]
		assert [(w["reason"], w["cause"]["kind"]) for w in waits] == [("mq-empty", "data"), ("mq-full", "space")], waits
		assert {o["object"].split(":")[0] for o in lines if o["kind"] in ("op", "object")} == {"mq"}, lines
	END
}

# What $json tells of queues: objects, waits, and names that were refused.
tells() { # NAME...
	WANT="$*" "$PYTHON" "$lib/lines.py" "$json" <<-'END'
		import os
		want = os.environ["WANT"].split()
		about = {o["object"] for o in lines if o.get("object", "").startswith("mq:")}
		assert about == {"mq:/" + name for name in want}, about
		if not pick(kind="stat"):
		    waits = [w["object"] for w in lines if w["kind"] == "wait" and w["reason"] == "mq-empty"]
		    assert sorted(waits) == sorted(about), waits
		    refused = [(o["op"], o["path"]) for o in pick(kind="object", event="refused") if o["op"].startswith("mq_")]
		    assert sorted(refused) == sorted((op, "/" + name) for name in want for op in ("mq_open", "mq_unlink")), refused
	END
}

# bats test_tags=backend
@test "--mq: only the queues of these names, in a run, a recording, a replay and sums" {
	name=ipctrace-$$-$BATS_TEST_NUMBER
	two=("$PYTHON" "$programs/queues.py" two "$name")
	"$IPCTRACE" --backend "$backend" record --force -o "$work/all" -- "${two[@]}"
	"$IPCTRACE" -f json --force -o "$json" --mq none replay "$work/all"
	tells
	for names in "/$name-2" "mq:/$name $name-2"; do
		wanted=() options=()
		for each in $names; do
			options+=(--mq "$each")
			each=${each#mq:}
			wanted+=("${each#/}")
		done
		"$IPCTRACE" --backend "$backend" -f json --force -o "$json" "${options[@]}" run -- "${two[@]}"
		tells "${wanted[@]}"
		"$IPCTRACE" -f json --force -o "$json" "${options[@]}" replay "$work/all"
		tells "${wanted[@]}"
		"$IPCTRACE" --backend "$backend" record "${options[@]}" --force -o "$work/some" -- "${two[@]}"
		"$IPCTRACE" -f json --force -o "$json" replay "$work/some"
		tells "${wanted[@]}"
		"$IPCTRACE" --backend "$backend" -f json --force -o "$json" "${options[@]}" stat -- "${two[@]}"
		"$PYTHON" "$lib/lines.py" "$json" <<-END
			rows = [r for r in pick(kind="stat_object") if r.get("object", "").startswith("mq:")]
			assert len(rows) == ${#wanted[@]} and all(w["count"] == 1 for r in rows for w in r["reasons"]), rows
		END
		"$IPCTRACE" -f json --force -o "$json" "${options[@]}" stat "$work/all"
		tells "${wanted[@]}"
	done
}

# bats test_tags=backend
@test "attach --mq: who sleeps already on the queue of that name" {
	stuck
	for option in "--mq ipctrace-$holder" "--mq ipctrace-$holder-x"; do
		# shellcheck disable=SC2086 # two words
		"$IPCTRACE" --backend "$backend" -f json --force -o "$json" attach -p "$named" $option --for 500ms 7>&-
		OPTION=$option "$PYTHON" "$lib/lines.py" "$json" <<-'END'
			import os
			waits = [w["object"] for w in pick(kind="wait", reason="mq-empty")]
			name = os.environ["OPTION"].split()[1]
			assert waits == ([] if name.endswith("x") else ["mq:/" + name]), waits
		END
	done
}
