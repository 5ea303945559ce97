#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# eventfds: what is added and got, who sleeps, why, and who ends it. Witnesses: /proc/PID/fdinfo, strace, the programs' own
# clocks.

bats_require_minimum_version 1.5.0
load lib/traced.bash

program() {
	json_of -- "$PYTHON" "$programs/eventfds.py" "$@" >out
}

# bats test_tags=backend,played
@test "each read and write of an eventfd: which number, and why not; /proc/PID/fdinfo has the same counter" {
	program moves
	told <<-'END'
		ops = [o for o in pick(kind="op", comm="mover") if o.get("object", "").startswith("eventfd:")
		       and o["class"] in ("read", "write")]
		assert len(ops) == len(said) == 12, (ops, said)
		most, word = 2**64 - 2, 2**32 - 1
		for o, (ret, number, count) in zip(ops, said):
		    assert (o["ret"], o["object"]) == (ret, f"eventfd:[{number}]"), (o, ret)
		    assert o["after"]["count"] == min(count, word), (o, count)
		    assert o["after"]["room"] == min(most - count, word), (o, count)
		    assert o["nonblock"], o
		value = [min(n, 2**63 - 1) if n else None for n in (3, 0, 5, most - 6, 2, 2**64 - 1, 0, 0, most - 1, 1, 1, 0)]
		assert [o.get("value") for o in ops] == value, ops
		assert [o.get("error") for o in ops] == [None, "EAGAIN", None, None, "EAGAIN", *["EINVAL"] * 3, *[None] * 3, "EAGAIN"]
		for o in ops:
		    assert o.get("cause", {}).get("kind") == ("state" if o.get("error") == "EAGAIN" else None), o
		assert [o["before"]["semaphore"] for o in ops] == [0] * 9 + [1] * 3, ops
		first, second = pick(kind="object", event="created", comm="mover", op="eventfd2")
		assert (first["object"], second["object"]) == (ops[0]["object"], ops[-1]["object"])
		assert (first["state"]["count"], second["state"]["count"]) == (3, 2), (first, second)
		assert one(kind="summary")["lost"] == 0
	END
}

@test "strace sees the same reads and writes of eventfds" {
	command -v strace >/dev/null || skip "no strace"
	strace -f -e trace=read,readv,write,writev,eventfd2 -y -o strace "$PYTHON" "$programs/eventfds.py" moves >out
	program moves
	told <<-'END'
		import re
		theirs = []
		for line in open("strace", encoding="utf-8"):
		    if found := re.search(r"(\w+)\(\d+<anon_inode:\[eventfd\]>.*\) += (-?\d+)(?: (E[A-Z]+))?", line):
		        theirs.append((found[1], found[3] or int(found[2])))
		ours = [(o["op"], o.get("error") or o["ret"]) for o in pick(kind="op", comm="mover")
		        if o.get("object", "").startswith("eventfd:") and o["class"] in ("read", "write")]
		assert ours == theirs and len(ours) == 12, (ours, theirs)
	END
}

# bats test_tags=backend,played
@test "who waits for an eventfd in read, poll and write, and who ended it, by how much" {
	program handover
	told <<-'END'
		(number, _), read_took, poll_took, write_took, (_, left) = [s[0] if len(s) == 1 else s for s in said]
		name, word = f"eventfd:[{number}]", 2**32 - 1
		waits = pick(kind="wait", comm="taker", object=name)
		assert [w["reason"] for w in waits] == ["counter-zero", "poll", "counter-full"], waits
		read, poll, write = waits
		for w, took in zip(waits, (read_took, poll_took, write_took)):
		    assert w["slept"] <= took, (w, took)
		    assert w["cause"]["comm"] == "giver" and w["cause"]["object"] == name, w
		    assert w["waker"]["object"] == name, w
		assert (read["cause"]["kind"], read["cause"]["amount"]) == ("raised", 5), read
		assert (read["state"]["count"], read["state_woken"]["count"]) == (0, 5), read
		assert (poll["cause"]["kind"], poll["watches"], poll["polls"]) == ("event", name, 1), poll
		assert poll["state_woken"]["count"] == 7, poll
		assert (write["cause"]["kind"], write["cause"]["op"]) == ("lowered", "read"), write
		assert (write["state"]["count"], write["state"]["room"]) == (word, 1), write
		assert write["state_woken"]["count"] == 0 and left == 3, (write, left)
		slept = [o for o in pick(kind="op", comm="taker", object=name) if o["slept"]]
		assert [(o["class"], o.get("value")) for o in slept] == [("read", 5), ("select", None), ("write", 3)], slept
		assert one(kind="summary")["lost"] == 0
	END
}

# bats test_tags=backend,played
@test "epoll on an eventfd and a pipe: both are told, and which of them made the event" {
	program by_epoll
	told <<-'END'
		(wait,) = [w for w in pick(kind="wait", comm="waiter") if w["reason"] == "epoll"]
		names = wait["watches"].split(", ")
		assert len(names) == wait["polls"] == 2 and {n.split(":")[0] for n in names} == {"eventfd", "pipe"}, wait
		assert (wait["cause"]["kind"], wait["cause"]["comm"]) == ("event", "giver"), wait
		assert wait["cause"]["object"].startswith("eventfd:"), wait
	END
}

# bats test_tags=backend,played
@test "who holds an eventfd: dup, fork, a message, exec; no close of it wakes its reader" {
	program goes
	told <<-'END'
		(number, _), = said
		name = f"eventfd:[{number}]"
		events = [(o["comm"], o["event"]) for o in pick(kind="object", object=name)]
		for wanted in (("owner", "created"), ("owner", "duplicated"), ("owner", "closed"), ("reader", "inherited"),
		               ("other", "inherited"), ("other", "closed"), ("owner", "sent"), ("other", "received"),
		               ("other", "exit-closed"), ("heir", "inherited"), ("reader", "exit-closed")):
		    # Who has just been forked may have its parent's name yet.
		    assert wanted in events or wanted[1] == "inherited" and ("owner", "inherited") in events, (wanted, events)
		assert [e for e in events if e[1] == "exec-closed"] in ([("true", "exec-closed")], [("heir", "exec-closed")]), events
		closed = [o for o in pick(kind="object", object=name) if o["event"] in ("closed", "exit-closed", "exec-closed")]
		assert sum(o["released"] for o in closed) == 1 and closed[-1]["released"], closed
		wait = one(kind="wait", comm="reader", reason="counter-zero")
		assert (wait["cause"]["kind"], wait["cause"]["amount"], wait["cause"]["comm"]) == ("raised", 1, "owner"), wait
	END
}

# NAME: starts it; owner_pid and reader_pid are told.
start() {
	mkfifo in said
	"$PYTHON" "$programs/eventfds.py" "$1" <in >said 3>&- &
	stuck=$!
	exec 7>in
	read -r -t $((60 * IPCTRACE_TIME_SCALE)) owner_pid reader_pid <said
}

# bats test_tags=kernel
@test "why: a reader whose eventfd nobody else holds waits in vain, one with another holder does not" {
	start alone
	run -0 "$IPCTRACE" why "$reader_pid"
	[[ ${lines[0]} =~ "reader $reader_pid is blocked in read("[0-9]+") on eventfd:["[0-9]+"] for ".*": the counter is 0" ]]
	[[ ${lines[1]} == *"✘ deadlock: nobody but itself could end it; only a signal helps" ]]
	[[ ${lines[2]} =~ "held by    itself (fd "[0-9]+")" ]]
	exec 7>&-
	wait "$stuck"
	rm in said
	start held
	run -0 "$IPCTRACE" why "$reader_pid"
	[[ ${lines[1]} == *"✔ holder $owner_pid, once awake, could end it"* ]]
	[[ $output == *"holder $owner_pid (fd "* ]]
	"$IPCTRACE" -f json why "$reader_pid" >"$json"
	ID=$(sed -n 's/^eventfd-id: *//p' /proc/"$reader_pid"/fdinfo/*) "$PYTHON" "$lib/lines.py" "$json" <<-'END'
		import os
		(line, *_) = pick(kind="why", reason="counter-zero")
		assert line["object"] == f"eventfd:[{os.environ['ID']}]" and line["state"]["count"] == 0, line
		assert {h["way"] for h in line["holders"]} == {"write"}, line
	END
}

# bats test_tags=kernel
@test "attach: who sleeps on an eventfd already, and who holds it" {
	start held
	"$IPCTRACE" attach --backend "$(quick_backend)" -f json -o "$json" -p "$reader_pid" 7>&- &
	tracer=$!
	pids+=("$tracer")
	for _ in $(seq 1500); do
		! grep -q '"kind":"task"' "$json" 2>/dev/null || break
		sleep 0.05
	done
	exec 7>&-
	tracer_ended
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		wait = one(kind="wait", comm="reader", reason="counter-zero")
		assert wait["earlier"] and wait["cause"]["kind"] == "raised" and wait["cause"]["comm"] == "holder", wait
		assert wait["cause"]["amount"] == 1, wait
		held = {o["comm"] for o in pick(kind="object", event="held", object=wait["object"])}
		assert held == {"reader", "holder"}, held
	END
}

@test "who still sleeps on an eventfd when the story ends, and by whose descriptors that could be ended" {
	run -3 "$IPCTRACE" --backend "$backend" -f json --force -o "$json" run --timeout "$((2 * IPCTRACE_TIME_SCALE))" -- "$PYTHON" -c '
import os
fd = os.eventfd(0)
os.fork()
os.eventfd_read(fd)'
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		asleep = pick(kind="asleep", reason="counter-zero")
		pids = sorted(a["pid"] for a in asleep)
		assert len(set(pids)) == 2, asleep
		for a in asleep:
		    assert [h["pid"] for h in a["holders"]] == pids and {h["end"] for h in a["holders"]} == {"both"}, a
	END
}

# bats test_tags=kernel
@test "--mech eventfd tells of eventfds, and --mech pipe does not" {
	"$IPCTRACE" --backend "$backend" -f json --force -o "$json" --mech eventfd run -- "$PYTHON" "$programs/eventfds.py" by_epoll
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		about = {line["object"].split(":")[0] for line in lines if "object" in line}
		assert about == {"eventfd"}, about
		assert one(kind="op", **{"class": "write"})["value"] == 1
	END
	"$IPCTRACE" --backend "$backend" -f json --force -o "$json" --mech pipe run -- "$PYTHON" "$programs/eventfds.py" by_epoll
	! grep -q '"object":"eventfd' "$json"
}

# bats test_tags=kernel
@test "claims on eventfds hold, and fail where the numbers are others" {
	cat >claims.expect <<-'END'
		claim added "giver adds 5, and that ends the read"
		  giver  op write value=5 ret=8 object=$q
		  taker  wake reason=counter-zero state.count=0 cause=raised cause.amount=5 object=$q
		claim full "taker adds more than there is room for"
		  taker  block reason=counter-full needs=3 state.room=1
	END
	run -0 "$IPCTRACE" --backend "$backend" run --expect claims.expect -- "$PYTHON" "$programs/eventfds.py" handover
	[[ $output == *"claims: 2 hold, 0 fail"* ]]
	sed -i 's/value=5/value=6/' claims.expect
	run -1 "$IPCTRACE" --backend "$backend" run --expect claims.expect -- "$PYTHON" "$programs/eventfds.py" handover
}
