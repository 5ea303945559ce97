#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# timerfds: who waits for which timer, when it is due, and what ended that. Witnesses: /proc/PID/fdinfo, strace, the programs'
# own clocks.

bats_require_minimum_version 1.5.0
load lib/traced.bash

program() {
	json_of -- "$PYTHON" "$programs/timerfds.py" "$@" >out
}

# bats test_tags=backend,played
@test "each call on a timerfd: when it is due then, how often it expired, and why not; /proc/PID/fdinfo has the same" {
	program moves
	told <<-'END'
		ops = [o for o in pick(kind="op", comm="mover") if o.get("object", "").startswith("timerfd:")]
		assert len(ops) == len(said) == 13, (ops, said)
		assert len({o["object"] for o in ops[:-1]}) == 1 and ops[-1]["object"] != ops[0]["object"], ops
		sets = [1, 3, 4, 7, 9, 10, 12] # and one gets
		assert [o["op"] for o in ops] == [{8: "readv", 3: "timerfd_gettime"}.get(i, "timerfd_settime" if i in sets else "read")
		                                  for i in range(13)], ops
		def expiry(state):
		    return (state["due_s"] * 10**9 + state["due_ns"], state["interval_s"] * 10**9 + state["interval_ns"])
		for i, (o, (ret, *shown)) in enumerate(zip(ops, said)):
		    assert o["ret"] == ret, (o, ret)
		    for state, (clock, ticks, _, value, interval) in zip((o["before"], o["after"]), shown):
		        due, every = expiry(state)
		        assert (state["clock"], every) == (clock, interval), (o, shown)
		        # The interrupt of a timer that is overdue may come a moment after the call that arms it.
		        if i in (4, 7, 8) and state is o["after"]:
		            continue
		        assert state["ticks"] == ticks, (o, shown)
		        # The kernel says when a timer comes next that has expired and was not read: that one is not armed.
		        assert (due > 0) == (value > 0 and not ticks) and (not due or abs(due - value) < 600 * 10**9), (o, shown)
		for i in sets[:5] + sets[6:] + [3]:
		    assert (ops[i]["due"], ops[i]["interval"]) == expiry(ops[i]["after"]), ops[i]
		assert [i for i, o in enumerate(ops) if "due" in o] == sorted({*sets, 3}), ops
		assert [o.get("error") for o in ops] == [{0: "EAGAIN", 2: "EAGAIN", 5: "EINVAL", 10: "EINVAL", 11: "EAGAIN"}.get(i)
		                                         for i in range(13)], ops
		assert [o["flags"] for o in ops if "flags" in o] == ["0", *["TFD_TIMER_ABSTIME"] * 2, "0", "0x40", "0"], ops
		for o in ops:
		    assert o.get("cause", {}).get("kind") == ("state" if o.get("error") == "EAGAIN" else None), o
		assert ops[6]["value"] == 1 and ops[8]["value"] > 1000 and "value" not in ops[5], ops
		assert [o["state"]["clock"] for o in pick(kind="object", event="created", op="timerfd_create")] == [1, 9]
		assert one(kind="summary")["lost"] == 0
	END
}

@test "strace sees the same calls on timerfds" {
	command -v strace >/dev/null || skip "no strace"
	strace -f -e trace=read,readv,timerfd_create,timerfd_settime,timerfd_gettime -y -o strace \
		"$PYTHON" "$programs/timerfds.py" moves >out
	program moves
	told <<-'END'
		import re
		theirs = []
		for line in open("strace", encoding="utf-8"):
		    if found := re.search(r"(\w+)\(\d+<anon_inode:\[timerfd\]>, ?([^,)]*)[,)].*\) += (-?\d+)(?: (E[A-Z]+))?", line):
		        theirs.append((found[1], found[4] or int(found[3]), found[2] if found[1] == "timerfd_settime" else None))
		ours = [(o["op"], o.get("error") or o["ret"], o.get("flags"))
		        for o in pick(kind="op", comm="mover") if o.get("object", "").startswith("timerfd:")]
		assert [t[:2] for t in theirs] == [o[:2] for o in ours] and len(ours) == 13, (ours, theirs)
		assert [t[2] for t in theirs if t[2] == "TFD_TIMER_ABSTIME"] == [o[2] for o in ours if o[2] == "TFD_TIMER_ABSTIME"]
	END
}

# bats test_tags=backend,played
@test "who waits for a timerfd in read, select and epoll, and that it expired, whichever of several it was" {
	program expires
	told <<-'END'
		waits = [w for w in pick(kind="wait", comm="sleeper") if w["cause"]["kind"] == "expired"]
		assert [w["reason"] for w in waits] == ["timer", "poll", "epoll"] * 2 == [w["reason"] for w in waits], waits
		made = pick(kind="object", event="created", op="timerfd_create")
		assert len(made) == 3, made
		for i, (w, (clock, took)) in enumerate(zip(waits, said)):
		    name = made[1 + i // 3]["object"]
		    assert w["slept"] <= took and w["cause"]["object"] == name and "pid" not in w["cause"], (w, took)
		    assert (w["waker"]["ctx"], w["waker"]["object"]) == ("irq", name), w
		    if w["reason"] == "timer":
		        assert w["object"] == name and 0 <= 3600 * 10**9 - w["due"] < 600 * 10**9 and w["interval"] == 0, w
		        assert (w["state"]["clock"], w["state"]["ticks"], w["state_woken"]["ticks"]) == (clock, 0, 1), w
		    else:
		        assert w["polls"] == 3 and {name, made[0]["object"]} < {*w["watches"].split(", ")}, w
		reads = pick(kind="op", comm="sleeper", op="read", slept=True)
		assert [r.get("value") for r in reads if r["object"].startswith("timerfd:")] == [1, 1], reads
		assert one(kind="summary")["lost"] == 0
	END
}

# bats test_tags=backend,played
@test "who waits for a timerfd that is not armed, and is woken when it expires that another has set then" {
	program late
	told <<-'END'
		wait = one(kind="wait", comm="reader", reason="unarmed")
		assert (wait["cause"]["kind"], wait["cause"]["object"]) == ("expired", wait["object"]), wait
		assert (wait["due"], wait["state_woken"]["ticks"]) == (0, 1), wait
		sets = one(kind="op", comm="setter", op="timerfd_settime")
		assert sets["object"] == wait["object"] and 0 < sets["due"] <= 300 * 10**6, (sets, wait)
	END
}

# bats test_tags=backend,played
@test "a timer that is cancelled when the clock is set: who set it, and a read that finds it so" {
	program cancelled
	[ "$(cat out)" != '["may not"]' ] || skip "it may not set the clock"
	told <<-'END'
		import errno
		assert said == [[-errno.ECANCELED]] * 2, said
		(wait,) = [w for w in pick(kind="wait", comm="reader") if w["reason"] == "timer"]
		assert (wait["cause"]["kind"], wait["cause"]["comm"], wait["cause"]["op"]) == ("clock-set", "setter", "clock_adjtime"), wait
		reads = [o for o in pick(kind="op", comm="reader", op="read") if o.get("error") == "ECANCELED"]
		assert [(r["slept"], r["cause"]["kind"], r["cause"].get("comm")) for r in reads] == [
		    (True, "clock-set", "setter"), (False, "clock-set", None)], reads
	END
}

# bats test_tags=backend,played
@test "who holds a timerfd: dup, fork, a message, exec; no close of it wakes its reader" {
	program goes
	told <<-'END'
		name = one(kind="object", event="created", op="timerfd_create")["object"]
		events = [(o["comm"], o["event"]) for o in pick(kind="object", object=name)]
		for wanted in (("owner", "created"), ("owner", "duplicated"), ("owner", "closed"), ("reader", "inherited"),
		               ("other", "inherited"), ("other", "closed"), ("owner", "sent"), ("other", "received"),
		               ("other", "exit-closed"), ("heir", "inherited"), ("reader", "exit-closed")):
		    # Who has just been forked may have its parent's name yet.
		    assert wanted in events or wanted[1] == "inherited" and ("owner", "inherited") in events, (wanted, events)
		assert [e for e in events if e[1] == "exec-closed"] in ([("true", "exec-closed")], [("heir", "exec-closed")]), events
		closed = [o for o in pick(kind="object", object=name) if o["event"] in ("closed", "exit-closed", "exec-closed")]
		assert sum(o["released"] for o in closed) == 1 and closed[-1]["released"], closed
		assert one(kind="wait", comm="reader", reason="unarmed")["cause"]["kind"] == "expired"
	END
}

# WORD...: starts it; holder_pid and reader_pid are told.
start() {
	exec 7>&-
	[ -z "$stuck" ] || wait "$stuck"
	rm -f in said
	mkfifo in said
	"$PYTHON" "$programs/timerfds.py" stuck "$@" <in >said 3>&- &
	stuck=$!
	exec 7>in
	read -r -t $((60 * IPCTRACE_TIME_SCALE)) holder_pid reader_pid <said
}

why() {
	COLUMNS=1000 "$IPCTRACE" why "$reader_pid"
}

# bats test_tags=kernel
@test "why: a reader of a timer that is not armed waits in vain if nobody else has it; one that is armed ends it" {
	start read
	run -0 why
	[[ ${lines[0]} =~ "reader $reader_pid is blocked in read("[0-9]+") for ".*": the timer is not armed"$ ]]
	[[ ${lines[1]} == *"✘ deadlock: nobody but itself could end it; only a signal helps" ]]
	[[ ${lines[2]} =~ "held by    itself (fd "[0-9]+")" ]]
	start read armed
	run -0 why
	[[ ${lines[0]} =~ ": the timer is due in 35"[0-9]{2}" s, then every 7200 s"$ ]]
	[[ ${lines[1]} =~ "✔ a timerfd (fd "[0-9]+") expires in 35"[0-9]{2}" s"$ ]]
	[[ $output != *deadlock* ]]
	start read shared
	run -0 why
	[[ ${lines[1]} =~ "✔ holder $holder_pid"[^a-z]*.*"could end it" ]]
	[[ $output =~ " holder $holder_pid (fd "[0-9]+")" ]]
	"$IPCTRACE" -f json why "$reader_pid" >"$json"
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		(line, *_) = pick(kind="why", reason="unarmed")
		assert line["object"] == "timerfd" and line["due"] == 0 and "expires" not in line, line
		assert {h["way"] for h in line["holders"]} == {"set"} and line["verdict"] == "open", line
	END
}

# bats test_tags=kernel
@test "why: who polls a timer by select or epoll, armed or not; when it is due stands in /proc/PID/fdinfo, too" {
	start epoll
	run -0 why
	[[ ${lines[0]} =~ ": no event on what the epoll instance watches: a timerfd (fd "[0-9]+", not armed)"$ ]]
	[[ ${lines[1]} == *"✘ deadlock: nobody but itself could end it"* ]]
	start select
	run -0 why
	[[ ${lines[0]} =~ ": no event that it polls for: a timerfd (fd "[0-9]+", not armed)"$ ]]
	[[ ${lines[1]} == *"✘ deadlock: nobody but itself could end it"* ]]
	start select armed
	run -0 why
	[[ ${lines[1]} =~ "✔ a timerfd (fd "[0-9]+") expires in 35"[0-9]{2}" s"$ ]]
	start epoll armed
	run -0 why
	[[ ${lines[0]} =~ ": a timerfd (fd "[0-9]+", due in 35"[0-9]{2}" s, then every 7200 s)"$ ]]
	[[ ${lines[1]} =~ "✔ a timerfd (fd "[0-9]+") expires in 35"[0-9]{2}" s"$ ]]
	"$IPCTRACE" -f json why "$reader_pid" >"$json"
	cat /proc/"$reader_pid"/fdinfo/* >out
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		import re
		(line, *_) = pick(kind="why", reason="epoll")
		(value, ns), (interval, _) = [map(int, found) for found in re.findall(r"it_\w+: \((\d+), (\d+)\)", open("out").read())]
		assert line["verdict"] == "open" and line["expires"]["object"] == "timerfd", line
		assert 0 <= line["expires"]["due"] - (value * 10**9 + ns) < 600 * 10**9, line
		assert line["expires"]["interval"] == interval * 10**9 == 7200 * 10**9, line
	END
}

# bats test_tags=kernel
@test "attach: who sleeps on a timerfd already, and who holds it" {
	start read shared
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
		wait = one(kind="wait", comm="reader", reason="unarmed")
		assert wait["earlier"] and wait["cause"]["kind"] == "expired", wait
		held = {o["comm"] for o in pick(kind="object", event="held", object=wait["object"])}
		assert held == {"reader", "holder"}, held
	END
}

@test "who still sleeps on a timerfd when the story ends, and by whose descriptors that could be ended" {
	run -3 "$IPCTRACE" --backend "$backend" -f json --force -o "$json" run --timeout "$((2 * IPCTRACE_TIME_SCALE))" -- \
		"$PYTHON" -c 'import ctypes, os; fd = ctypes.CDLL(None).timerfd_create(1, 0); os.fork(); os.read(fd, 8)'
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		asleep = pick(kind="asleep", reason="unarmed")
		pids = sorted(a["pid"] for a in asleep)
		assert len(set(pids)) == 2, asleep
		for a in asleep:
		    assert [h["pid"] for h in a["holders"]] == pids and {h["end"] for h in a["holders"]} == {"both"}, a
	END
}

# bats test_tags=kernel
@test "--mech timerfd tells of timerfds, and --mech eventfd does not; stat counts how long they were waited for" {
	"$IPCTRACE" --backend "$backend" -f json --force -o "$json" --mech timerfd run -- "$PYTHON" "$programs/timerfds.py" expires
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		about = {line["object"].split(":")[0] for line in lines if "object" in line}
		assert about == {"timerfd"}, about
	END
	"$IPCTRACE" --backend "$backend" -f json --force -o "$json" --mech eventfd run -- "$PYTHON" "$programs/timerfds.py" expires
	! grep -q '"object":"timerfd' "$json"
	"$IPCTRACE" --backend "$backend" -f json --force -o "$json" stat -- "$PYTHON" "$programs/timerfds.py" expires
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		rows = [r for r in pick(kind="stat_object") if r.get("object", "").startswith("timerfd:")]
		slept = [s for r in rows for s in r["reasons"] if s["reason"] == "timer"]
		assert sum(s["count"] for s in slept) == 2 and all(s["total"] for s in slept), rows
	END
}

# bats test_tags=kernel
@test "claims on timerfds hold, and fail where the numbers are others" {
	cat >claims.expect <<-'END'
		claim late "the timer is set while reader sleeps, and ends that"
		  reader  block reason=unarmed due=0 state.clock=1 object=$t
		  setter  op timerfd_settime due>0 interval=0 ret=0 object=$t
		  reader  wake reason=unarmed cause=expired cause.object=$t
		  reader  op read value=1 object=$t
	END
	run -0 "$IPCTRACE" --backend "$backend" run --expect claims.expect -- "$PYTHON" "$programs/timerfds.py" late
	[[ $output == *"claims: 1 holds, 0 fail"* ]]
	sed -i 's/value=1/value=2/' claims.expect
	run -1 "$IPCTRACE" --backend "$backend" run --expect claims.expect -- "$PYTHON" "$programs/timerfds.py" late
}
