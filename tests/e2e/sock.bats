#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Unix sockets: what goes in and comes out, who sleeps, why, and who ends it. Witnesses: ioctl(2) (FIONREAD, SIOCOUTQ), the
# inode numbers of fstat(2), /proc/net/unix, ss, strace.

bats_require_minimum_version 1.5.0
load lib/traced.bash

program() {
	json_of -- "$PYTHON" "$programs/sockets.py" "$@" >out
}

# bats test_tags=backend,played
@test "every call that carries bytes: how many, how many are unread then, and what memory that takes" {
	program carried
	told <<-'END'
		(ours, theirs), *said = said
		ops = [o for o in lines if o["kind"] == "op" and o.get("object") in (f"sock:[{ours}]", f"sock:[{theirs}]")
		       and o["class"] in ("read", "write", "send", "receive", "splice")]
		assert len(ops) == len(said) == 15, (ops, said)
		for o, (inode, ret, unread, used) in zip(ops, said):
		    assert (o["object"], o["ret"], o["after"]["unread"], o["after"]["used"]) == (f"sock:[{inode}]", ret, unread, used), o
		    assert o["after"]["peer"] == {ours: theirs, theirs: ours}[inode], o
		assert [o["op"] for o in ops] == [
		    "write", "writev", "sendto", "sendmsg", "sendmmsg", "sendfile", "splice",
		    "read", "readv", "recvfrom", "recvfrom", "recvmsg", "recvmmsg", "splice", "recvfrom"], ops
		assert [o["arg"] for o in ops] == [8, 9, 7, 10, 2, 11, 9, 8, 9, 7, 7, 10, 2, 11, 100], ops
		assert ops[9]["flags"] == "MSG_PEEK" and ops[9]["before"]["unread"] == ops[9]["after"]["unread"], ops[9]
		for earlier, later in zip(ops, ops[1:]):
		    if earlier["object"] == later["object"]:
		        assert earlier["after"] == later["before"], (earlier, later)
		assert not pick(kind="wait", object=f"sock:[{ours}]") + pick(kind="wait", object=f"sock:[{theirs}]")
		first, second = pick(kind="object", event="created", op="socketpair")
		assert (first["object"], second["object"]) == (f"sock:[{ours}]", f"sock:[{theirs}]"), (first, second)
		assert (first["state"]["peer"], second["state"]["peer"]) == (theirs, ours), (first, second)
		assert one(kind="summary")["lost"] == 0
	END
}

@test "strace sees the same calls on the same sockets: lengths, flags, results" {
	command -v strace >/dev/null || skip "no strace"
	calls=read,readv,write,writev,sendto,sendmsg,sendmmsg,recvfrom,recvmsg,recvmmsg,connect,accept,accept4,bind,listen,shutdown
	json_of -- strace -f -yy -e "trace=$calls" -o strace "$PYTHON" "$programs/sockets.py" failures >out
	told <<-'END'
		import re
		theirs = []
		for line in open("strace", encoding="utf-8"):
		    if found := re.match(r"(?:\d+ +)?(\w+)\(\d+<UNIX(?:-\w+)?:\[(\d+).* = (-?\d+)(?:<[^=]*>)?(?: (E\w+))?(?: \(.*\))?$", line):
		        theirs.append((found[1], f"sock:[{found[2]}]", found[4] or (0 if found[1].startswith("accept") else int(found[3]))))
		# A bind that succeeds is an object's fact, and no operation beside it.
		ours = [(o["op"], o["object"], o.get("error") or (0 if o["op"].startswith("accept") else o.get("ret", 0))) for o in lines
		        if o.get("comm") == "failing" and o["kind"] in ("op", "object") and o.get("object", "").startswith("sock:") and o["op"] in {call for call, *_ in theirs}
		        and (o["kind"] == "op" or o.get("event") == "named")]
		assert ours == theirs and len(ours) > 100, [pair for pair in zip(ours, theirs) if pair[0] != pair[1]][:3]
		failed = [o["error"] for o in pick(kind="op", comm="failing") if o["ret"] < 0 and o.get("object", "").startswith("sock:")]
		assert len(failed) > 20, failed
	END
}

# bats test_tags=backend,played
@test "one sleeper a call: what it waits for, at which socket, and whose call ended it" {
	program waits
	told <<-'END'
		(ours, theirs), (receiver, sender), (listener, clients) = said
		name = "sock:[{}]".format
		wanted = [
		    ("in-read", "read", theirs, "no-data", "data", "write", ours),
		    ("in-recvfrom", "recvfrom", theirs, "no-data", "data", "sendto", ours),
		    ("in-recvmsg", "recvmsg", theirs, "no-data", "data", "sendmsg", ours),
		    ("in-splice", "splice", theirs, "no-data", "data", "write", ours),
		    ("in-write", "write", ours, "send-full", "space", "recvfrom", theirs),
		    ("in-sendto", "sendto", ours, "send-full", "space", "recvfrom", theirs),
		    ("in-sendmsg", "sendmsg", ours, "send-full", "space", "recvfrom", theirs),
		    ("datagram", "recvfrom", receiver, "no-data", "data", "sendto", sender),
		    ("queue-full", "sendto", receiver, "queue-full", "space", "recvfrom", receiver),
		    ("in-accept", "accept4", listener, "no-connection", "connection", "connect", clients[0]),
		    ("in-connect", "connect", listener, "backlog-full", "accepted", "accept4", listener)]
		for comm, op, at, reason, cause, by, where in wanted:
		    w = one(kind="wait", comm=comm, reason=reason)
		    assert (w["op"], w["object"]) == (op, name(at)), w
		    assert (w["cause"]["kind"], w["cause"]["comm"], w["cause"]["op"]) == (cause, "parent", by), w
		    assert w["cause"]["object"] == name(where) and w["slept"] >= 40e6, w
		    after = one(kind="op", comm=comm, op=op, second=False)
		    assert after["slept"] and after["ret"] >= 0, after
		for w in pick(kind="wait", reason="send-full"):
		    assert w["state"]["used"] >= w["state"]["limit"] > w["state_woken"]["used"] * 4 - 1, w
		full, = pick(kind="wait", reason="queue-full")
		assert full["state"]["used"] == full["state"]["limit"] + 1 and full["state_woken"]["used"] <= full["state"]["limit"], full
		full, = pick(kind="wait", reason="backlog-full")
		assert (full["state"]["used"], full["state"]["limit"]) == (1, 0), full
		assert one(kind="summary")["lost"] == 0
	END
}

# bats test_tags=backend,played
@test "who waits for the lock of a reader that sleeps in a page fault" {
	program locked
	[ "$(cat out)" != '"no userfaultfd"' ] || skip "no userfaultfd"
	told <<-'END'
		((ours, theirs),) = said
		(w,) = pick(kind="wait", reason="socket-lock")
		assert (w["comm"], w["op"], w["object"]) == ("second", "recvfrom", f"sock:[{theirs}]"), w
		assert (w["state"]["unread"], w["state_woken"]["unread"]) == (8, 4), w
		cause = w["cause"]
		assert (cause["kind"], cause["comm"], cause["op"], cause["object"]) == ("unlock", "first", "recvfrom", w["object"]), cause
		assert not pick(kind="wait", reason="no-data"), lines
	END
}

# bats test_tags=backend,played
@test "seqpacket: a receive of no bytes is a message of none, until the other end is closed" {
	program seqpackets
	told <<-'END'
		got = pick(kind="op", comm="reader", op="recvfrom")
		assert [(o["arg"], o["ret"]) for o in got] == [(10, 5), (10, 0), (2, 2), (10, 0)], got
		assert "cause" not in got[1] or got[1]["cause"]["kind"] == "data", got[1]
		assert (got[3]["cause"]["kind"], got[3]["cause"]["comm"]) == ("peer-closed", "parent"), got[3]
		waits = [w["cause"]["kind"] for w in pick(kind="wait", comm="reader", reason="no-data") if w["cause"]["kind"] != "space"]
		assert waits == ["data", "data", "data", "last-close"], waits
	END
}

# bats test_tags=backend,played
@test "a timeout of the socket, a signal, a shutdown of its own" {
	program ended
	told <<-'END'
		waits = {w["comm"] + " " + w["reason"]: w for w in lines if w["kind"] == "wait" and w["reason"] in ("no-data", "send-full")
		         and w["cause"]["kind"] != "space"}
		assert {name: w["cause"]["kind"] for name, w in waits.items()} == {
		    "caller no-data": "timeout", "caller send-full": "timeout", "reader no-data": "signalled", "shut no-data": "shutdown"}, waits
		assert waits["reader no-data"]["cause"]["sig"] == "SIGUSR1", waits
		shut = waits["shut no-data"]["cause"]
		assert (shut["comm"], shut["op"], shut["object"]) == ("caller", "shutdown", waits["shut no-data"]["object"]), shut
		late = pick(kind="op", comm="caller", error="EAGAIN", slept=True)
		assert [(o["op"], o["cause"]["kind"]) for o in late] == [("read", "timeout"), ("write", "timeout")], late
		end = one(kind="op", comm="shut", op="recvfrom", ret=0)
		assert (end["cause"]["kind"], end["cause"]["comm"]) == ("peer-shut", "caller"), end
		assert one(kind="op", op="shutdown")["cmd"] == "SHUT_RD"
	END
}

# bats test_tags=backend,played
@test "each call that fails: why, and by whom where somebody else did it" {
	program failures
	told <<-'END'
		(wanted,) = said
		failed = [o for o in pick(kind="op", comm="failing") if o["ret"] < 0 and o["class"] in (
		    "read", "write", "send", "receive", "bind", "listen", "accept", "connect")
		    and o.get("object", "").startswith("sock:") and not (o["error"] == "EAGAIN" and o.get("arg") in (1000, 100000))]
		assert [o["error"] for o in failed] == wanted, (failed, wanted)
		causes = {"EAGAIN": ["state"] * 4, "ECONNRESET": ["reset"] * 2}
		for error, kinds in causes.items():
		    assert [o["cause"]["kind"] for o in failed if o["error"] == error] == kinds, [o for o in failed if o["error"] == error]
		pipes = [o["cause"]["kind"] for o in failed if o["error"] == "EPIPE"]
		assert pipes == ["peer-shut", "peer-shut", "peer-closed", "peer-closed"], pipes
		nosignal = [o["flags"] for o in failed if o["error"] == "EPIPE" and "flags" in o and "MSG_NOSIGNAL" in o["flags"]]
		assert len(nosignal) == 2 and len(pick(kind="signal", event="generated", sig="SIGPIPE")) == 2, nosignal
		refused = [o.get("cause", {}).get("kind") for o in failed if o["error"] == "ECONNREFUSED"]
		assert refused[0] == "peer-closed" and set(refused[1:]) == {"refused"}, refused
		# A descriptor of no socket is of no interest, as a read of a file is.
		assert not [o for o in pick(kind="op", op="sendto") if o.get("error") == "ENOTSOCK" and "object" in o]
	END
}

# bats test_tags=backend,played
@test "poll, select and epoll: which socket they wait for, and whose call ended that" {
	program polled
	told <<-'END'
		(ours, theirs), (listener, receiver, sender) = said
		name = "sock:[{}]".format
		for comm, at, op in (("poller", theirs, "sendto"), ("selecter", ours, "recvfrom"), ("waiter", theirs, "close"),
		                     ("taker", listener, "connect"), ("sender", sender, "recvfrom")):
		    w = [w for w in pick(kind="wait", comm=comm) if w["reason"] in ("poll", "epoll")][-1]
		    assert name(at) in (w["object"], w["watches"]), w
		    assert (w["cause"]["comm"], w["cause"].get("op")) == ("parent", op), w
	END
}

# bats test_tags=backend,played
@test "names: paths and abstract ones, who bound, who connects; no control byte is left in them" {
	program named "$work/listener"
	told <<-'END'
		import os
		(listener, receiver, abstract), (client, server) = said
		name = "sock:[{}]".format
		(first, second) = pick(kind="object", event="named")
		assert first["object"] == name(listener) and second["object"] == name(receiver), (first, second)
		assert first["path"].endswith("/listener"), first
		assert second["path"] == abstract, second
		wants = one(kind="object", event="connects")
		assert (wants["object"], wants["path"]) == (name(client), first["path"]), wants
		call = one(kind="op", op="connect", ret=0)
		assert call["object"] == name(client), call
		assert one(kind="op", op="listen")["arg"] == 5
		accepted = one(kind="op", op="accept4")
		assert accepted["object"] == name(listener) and (accepted["before"]["used"], accepted["after"]["used"]) == (1, 0), accepted
		made = one(kind="object", event="created", op="accept4")
		assert made["object"] == name(server) and made["state"]["peer"] == client, made
		sent = one(kind="op", op="sendto", arg=11, ret=11, comm="named", fd=pick(kind="op", op="sendto")[-1]["fd"])
		assert sent["after"]["peer"] == 0, sent
	END
	run ! grep -q $'\e' "$json"
}

# bats test_tags=backend,played
@test "who has an end: by dup, fork, exec; the last one who lets go ends it" {
	program held
	told <<-'END'
		(ours, theirs), (kept, end) = said
		name = "sock:[{}]".format
		forked = one(kind="object", event="inherited", object=name(ours), comm="holder", fd=pick(kind="object", object=name(ours))[0]["fd"])
		assert not [o for o in pick(kind="object", object=name(ours), comm="forked") if o.get("released")], lines
		last = [o for o in pick(kind="object", object=name(ours)) if o.get("released")]
		assert [(o["comm"], o["event"]) for o in last] == [("holder", "closed")], last
		over = one(kind="op", object=name(theirs), op="recvfrom", ret=0)
		assert (over["cause"]["kind"], over["cause"]["comm"]) == ("peer-closed", "holder"), over
		assert one(kind="object", event="exec-closed", object=name(end))["comm"] == "sh"
		over = one(kind="op", object=name(end), op="recvfrom", ret=0)
		assert (over["cause"]["kind"], over["cause"]["comm"], over["cause"]["how"]) == ("peer-closed", "sh", "exit-closed"), over
	END
}

# Starts sockets.py stuck: its processes end when descriptor 7 is closed.
stuck() {
	mkfifo in said
	"$PYTHON" "$programs/sockets.py" stuck <in >said 7>&- 3>&- &
	stuck=$!
	exec 7>in
	read -r line <said
	echo "$line" >out
}

# The pids of those who sleep, with commas.
sleepers() {
	"$PYTHON" -c 'import json, sys; print(*json.load(open("out"))["pids"].values(), sep=",")'
}

# bats test_tags=backend
@test "attach: who sleeps already, on which socket, who has its peer, and what is bound" {
	stuck
	cat /proc/net/unix >unix
	"$IPCTRACE" --backend "$backend" -f json --force -o "$json" attach -p "$(sleepers)" --for 500ms 7>&-
	told <<-'END'
		(there,) = said
		name = "sock:[{}]".format
		for comm, reason, at in (("reader", "no-data", there["theirs"]), ("writer", "send-full", there["theirs"]),
		                         ("accepter", "no-connection", there["idle"]), ("connecter", "backlog-full", there["listener"]),
		                         ("sender", "queue-full", there["receiver"])):
		    w = one(kind="wait", pid=there["pids"][comm], reason=reason)
		    assert w["earlier"] and w["open"] and w["object"] == name(at), w
		w = one(kind="wait", pid=there["pids"]["poller"], reason="poll")
		assert name(there["theirs"]) in (w.get("object"), w.get("watches")), w
		held = pick(kind="object", event="held", object=name(there["theirs"]), pid=there["pids"]["reader"])
		assert held and held[0]["state"]["peer"] == there["ours"], held
		bound = {}
		for line in open("unix", encoding="utf-8", errors="replace").read().splitlines()[1:]:
		    words = line.split()
		    bound[int(words[6])] = words[7] if len(words) > 7 else None
		held = pick(kind="object", event="held", object=name(there["idle"]))
		assert {o.get("path") for o in held} == {bound[there["idle"]]}, (held, bound[there["idle"]])
	END
}

# bats test_tags=backend
@test "why: who could end each sleep" {
	stuck
	"$IPCTRACE" -f json why -p "$(sleepers)" >"$json" 7>&-
	told <<-'END'
		(there,) = said
		name = "sock:[{}]".format
		for comm, reason, at in (("reader", "no-data", there["theirs"]), ("writer", "send-full", there["theirs"]),
		                         ("accepter", "no-connection", there["idle"]), ("connecter", "backlog-full", there["listener"]),
		                         ("sender", "queue-full", there["receiver"])):
		    w = one(kind="why", pid=there["pids"][comm])
		    assert (w["reason"], w["object"]) == (reason, name(at)), w
		    assert w["verdict"] != "deadlock", w
		reader = one(kind="why", pid=there["pids"]["reader"])
		assert there["holder"] in {h["pid"] for h in reader["holders"]}, reader
		assert "anybody" in one(kind="why", pid=there["pids"]["accepter"])["doubts"]
	END
}

# bats test_tags=backend
@test "why: deadlocks at sockets" {
	judged write "left:send-full right:send-full" ""
	judged read "left:no-data right:no-data" ""
	judged itself "self:no-data" ""
	judged ring "one:no-data two:no-data three:no-data" ""
	judged mixed "left:no-data right:empty" ""
	judged room "left:full right:send-full" ""
	judged poll "asker:poll answerer:no-data" ""
	judged select "asker:poll answerer:no-data" ""
	judged epoll "asker:epoll answerer:no-data" ""
	judged backlog "client:backlog-full server:empty" ""
	judged queue "sender:queue-full receiver:empty" ""
}

# bats test_tags=backend
@test "why: no deadlock where somebody else could act, or where that is not known" {
	judged write_live "" "left:send-full right:"
	judged read_live "" "left:no-data right:"
	judged third "" "left:send-full right:send-full third:"
	judged mixed_live "" "left:no-data right:empty third:"
	judged flight "" "reader:no-data"
	judged flight_twice "" "reader:no-data"
	judged timed "" "left:no-data right:no-data"
	judged accept "" "server:no-connection"
	judged unaccepted "" "client:no-data server:"
	judged datagram "" "receiver:no-data"
	judged elsewhere "peer:empty" "sender:send-full third:"
	judged event_loop "" "server:epoll client:no-data slow:"
	judged half "" "left:no-data right:"
}

@test "record, replay: the same as live; --mech sock leaves all else out" {
	"$IPCTRACE" --backend "$backend" record --force -o "$work/trace" -- "$PYTHON" "$programs/sockets.py" waits >out
	"$IPCTRACE" --mech sock -f json --force -o "$json" replay "$work/trace"
	told <<-'END'
		reasons = {w["reason"] for w in lines if w["kind"] == "wait"}
		assert reasons == {"no-data", "send-full", "queue-full", "no-connection", "backlog-full"}, reasons
		assert {o["object"].split(":")[0] for o in lines if o["kind"] in ("op", "object")} == {"sock"}, lines
	END
}

# bats test_tags=backend
@test "--sock: either inode of a pair picks both ends; --unix: by name" {
	stuck
	ours=$("$PYTHON" -c 'import json; print(json.load(open("out"))["ours"])')
	"$IPCTRACE" --backend "$backend" --sock "$ours" -f json --force -o "$json" attach -p "$(sleepers)" --for 300ms 7>&-
	told <<-'END'
		(there,) = said
		seen = {o["object"] for o in lines if o["kind"] == "object"}
		assert seen == {f"sock:[{there['theirs']}]", f"sock:[{there['ours']}]"}, seen
	END
	"$IPCTRACE" --backend "$backend" --unix "$work/listener" -f json --force -o "$json" run -- \
		"$PYTHON" "$programs/sockets.py" named "$work/listener" >out
	told <<-'END'
		(listener, *_), (client, server) = said
		seen = {o["object"] for o in lines if o["kind"] in ("object", "op")}
		assert f"sock:[{listener}]" in seen and not [s for s in seen if not s.startswith("sock:")], seen
	END
	# The beginning of a name is another name.
	"$IPCTRACE" --backend "$backend" --unix "$work/listen" -f json --force -o "$json" run -- \
		"$PYTHON" "$programs/sockets.py" named "$work/listener" >out
	told <<<'assert not [o for o in lines if o["kind"] in ("object", "op")], lines'
}
