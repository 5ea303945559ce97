#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# TCP and UDP over loopback: both ends of a connection, who sleeps, why, and who ends it. Witnesses: getsockname(2) and
# getpeername(2), the inode numbers of fstat(2), ss.

bats_require_minimum_version 1.5.0
load lib/traced.bash

program() {
	json_of -- "$PYTHON" "$programs/inet.py" "$@" >out
}

# bats test_tags=backend,played
@test "TCP: two ends are one conversation, by their addresses; who connects, sends and closes wakes who waits" {
	program talk
	told <<-'END'
		assert len(said) == 6, said
		shown = {"connection": 0, "data": 0, "last-close": 0}

		# A busy processor may handle a packet after the call that sent it, or (bpf/core/unseen.bpf.h) hide that it did.
		def is_by(wait, kind, **by):
		    cause = wait["cause"]
		    if cause["kind"] in ("network", "unknown"):
		        return
		    assert cause["kind"] == kind and cause["comm"] == "client" and by.items() <= cause.items(), wait
		    shown[kind] += 1

		for (ours, mine, door, at), (theirs, yours) in zip(*[iter(sorted(said, key=len, reverse=True)[i] for i in (0, 3, 1, 4, 2, 5))] * 2):
		    assert mine.split(">") == yours.split(">")[::-1], (mine, yours)
		    accept = one(kind="wait", comm="server", object=f"sock:[{door}]")
		    assert accept["reason"] == "no-connection", accept
		    is_by(accept, "connection", op="connect")
		    first, *_, last = pick(kind="wait", comm="server", object=f"sock:[{theirs}]")
		    assert first["reason"] == last["reason"] == "no-data", (first, last)
		    is_by(first, "data", object=f"sock:[{ours}]", bytes=5)
		    is_by(last, "last-close", op="close")
		    created = one(kind="object", event="created", op="accept4", object=f"sock:[{theirs}]")
		    assert (created["path"], created["state"]["peer"]) == (yours, ours), created
		    *_, eof = pick(kind="op", comm="server", object=f"sock:[{theirs}]")
		    assert eof["ret"] == 0 and eof["cause"]["kind"] == "peer-closed" and eof["cause"]["comm"] == "client", eof
		    assert eof["cause"]["object"] == f"sock:[{ours}]", eof
		    sent = one(kind="op", comm="client", object=f"sock:[{ours}]", op="sendto")
		    assert sent["before"]["peer"] == theirs and sent["family"] == ("inet" if mine[0] != "[" else "inet6"), sent
		assert all(shown.values()), shown
		assert one(kind="summary")["lost"] == 0
	END
}

# bats test_tags=backend,played
@test "TCP: who sends more than there is room for waits for memory, until the other end has read" {
	program room
	told <<-'END'
		((ours, theirs),) = said
		full = pick(kind="wait", comm="writer", reason="send-full")
		assert full and {w["object"] for w in full} == {f"sock:[{ours}]"}, full
		assert all(w["state"]["used"] >= w["state"]["limit"] and w["state"]["peer"] == theirs for w in full), full
		by = {(w["cause"]["kind"], w["cause"].get("comm")) for w in full}
		# Some kernels hide tasks, and whom an interrupt wakes meanwhile (bpf/core/unseen.bpf.h).
		assert by <= {("space", "reader"), ("network", None), ("unknown", None)} and ("space", "reader") in by, by
		assert sum(o["ret"] for o in pick(kind="op", comm="reader", object=f"sock:[{theirs}]")) == 16 << 20
	END
}

# bats test_tags=backend,played
@test "TCP: reset, end of file, EPIPE and a refusal: because of whose close, with how many bytes unread" {
	program ended
	told <<-'END'
		*ends, (refused,) = said
		for ours, closer, unread, returned in ends:
		    ops = [o for o in pick(kind="op", comm="survivor", object=f"sock:[{ours}]") if o["op"] in ("recvfrom", "sendto")][-4:]
		    assert [o["ret"] for o in ops] == returned, (ops, returned)
		    for o in ops:
		        if o["ret"] > 0:
		            continue
		        kind = "reset" if o.get("error") == "ECONNRESET" else "peer-closed"
		        assert (o["cause"]["kind"], o["cause"]["comm"], o["cause"]["pid"]) == (kind, "closer", closer), o
		        assert kind != "reset" or o["cause"]["bytes"] == unread, o
		assert ends[0][3][0] == -104 and ends[1][3][0] == 0, ends
		(o,) = [o for o in pick(kind="op", comm="survivor", op="connect") if o["ret"]]
		assert o["ret"] == -refused and o["cause"] == {"kind": "refused"}, o
	END
}

# bats test_tags=backend,played
@test "TCP: SO_LINGER of 0 resets; no bytes that were unread are told" {
	program lingers
	told <<-'END'
		((ours, closer, ret),) = said
		(o,) = pick(kind="op", comm="survivor", object=f"sock:[{ours}]", op="recvfrom")
		assert (o["ret"], o["cause"]["kind"], o["cause"]["pid"]) == (ret, "reset", closer), o
		assert not o["cause"].get("bytes"), o
	END
}

# bats test_tags=backend,played
@test "UDP: who sends to the receiver's port wakes it, by an address or connected, and nobody else" {
	program datagrams
	told <<-'END'
		((here, name),) = said
		waits = pick(kind="wait", comm="receiver", object=f"sock:[{here}]")
		# As of TCP.
		causes = [w["cause"] for w in waits if w["cause"]["kind"] not in ("network", "unknown")]
		assert 1 <= len(causes) <= len(waits) == 2, waits
		assert all((c["kind"], c["comm"]) == ("data", "sender") and c["bytes"] in (5, 2) for c in causes), waits
		assert one(kind="object", event="named", object=f"sock:[{here}]")["path"] == name
	END
}

stuck() {
	mkfifo in said
	"$PYTHON" "$programs/inet.py" stuck <in >said 7>&- 3>&- &
	stuck=$!
	exec 7>in
	read -r line <said
	echo "[$line]" | "$PYTHON" -c 'import json, sys; print(json.dumps(json.load(sys.stdin)[0][0]))' >out
}

of() {
	"$PYTHON" -c 'import json, sys; print(json.load(open("out"))[sys.argv[1]])' "$1"
}

# bats test_tags=backend
@test "attach, why: a connection that is there already: who has its other end; ss has the same ends" {
	stuck
	"$IPCTRACE" --backend "$backend" -f json --force -o "$json" attach -p "$(of reader)" --for 500ms 7>&-
	told <<-'END'
		(there,) = said
		(w,) = pick(kind="wait", pid=there["reader"], reason="no-data")
		assert w["earlier"] and w["open"] and w["state"]["peer"] == there["ours"], w
		held = pick(kind="object", event="held", pid=there["holder"], object=f"sock:[{there['ours']}]")
		assert held and held[0]["path"] == there["ends"], held
	END
	run -0 "$IPCTRACE" why "$(of reader)"
	[[ $output == *"holder $(of holder), once awake, could end it"* ]]
	"$IPCTRACE" -f json why "$(of reader)" >"$json"
	! command -v ss >/dev/null || ss -tnpH >ss
	told <<-'END'
		import os
		(there,) = said
		(w,) = pick(kind="why")
		assert (w["reason"], w["verdict"]) == ("no-data", "open"), w
		assert [h["pid"] for h in w["holders"] if h["way"] == "write"] == [there["holder"]], w
		if os.path.exists("ss"):
		    ours, theirs = there["ends"].split(">")
		    (line,) = [s for s in open("ss") if s.split()[3:5] == [ours, theirs]]
		    assert f"pid={there['holder']}," in line, line
	END
}

@test "record, replay: the same as live" {
	"$IPCTRACE" --backend "$backend" record --force -o "$work/trace" -- "$PYTHON" "$programs/inet.py" talk >out
	"$IPCTRACE" --mech sock -f json --force -o "$json" replay "$work/trace"
	told <<-'END'
		assert {w["cause"]["kind"] for w in pick(kind="wait", comm="server")} >= {"connection", "data", "last-close"}
		assert {o["object"].split(":")[0] for o in lines if o["kind"] in ("op", "object")} == {"sock"}, lines
	END
}

# bats test_tags=backend
@test "why: deadlocks at TCP connections" {
	export PAIRS=tcp
	judged write "left:send-full right:send-full" ""
	judged read "left:no-data right:no-data" ""
	judged ring "one:no-data two:no-data three:no-data" ""
	judged mixed "left:no-data right:empty" ""
	judged room "left:full right:send-full" ""
	judged poll "asker:poll answerer:no-data" ""
	judged epoll "asker:epoll answerer:no-data" ""
}

# bats test_tags=backend
@test "why: no deadlock at TCP connections where somebody else could act, or where that is not known" {
	export PAIRS=tcp
	judged write_live "" "left:send-full right:"
	judged read_live "" "left:no-data right:"
	judged third "" "left:send-full right:send-full third:"
	judged mixed_live "" "left:no-data right:empty third:"
	judged flight "" "reader:no-data"
	judged timed "" "left:no-data right:no-data"
	judged half "" "left:no-data right:"
}

# bats test_tags=backend
@test "--port: the listener, what it accepts, and who connects to it; not another connection" {
	stuck
	"$IPCTRACE" --backend "$backend" --port "$(of port)" -f json --force -o "$json" attach -p "$(of reader),$(of holder)" --for 300ms 7>&-
	told <<-'END'
		(there,) = said
		(w,) = pick(kind="wait", pid=there["reader"])
		assert {o["object"] for o in lines if o["kind"] == "object"} == {w["object"], *(f"sock:[{there[n]}]" for n in ("ours", "listener"))}, lines
	END
	"$IPCTRACE" --backend "$backend" --port "$(of port)" -f json --force -o "$json" run -- "$PYTHON" "$programs/inet.py" talk >talked
	! grep -q '"object"' "$json"
	port=$("$PYTHON" -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
	"$IPCTRACE" --backend "$backend" --port 1 --port "$port" -f json --force -o "$json" run -- "$PYTHON" "$programs/inet.py" at "$port" >out
	told <<-'END'
		((door, ours, theirs),) = said
		seen = {o["object"] for o in lines if o["kind"] in ("op", "object")}
		assert seen == {f"sock:[{n}]" for n in (door, ours, theirs)}, (seen, said)
	END
}
