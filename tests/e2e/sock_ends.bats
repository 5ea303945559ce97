#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Unix sockets: their options, connections that end before somebody accepts them, and sockets that are many, strange or
# just going. Witnesses: strace, ss, /proc/net/unix, what the calls returned.

bats_require_minimum_version 1.5.0
load lib/traced.bash

program() {
	json_of -- "$PYTHON" "$programs/socket_ends.py" "$@" >out
}

# bats test_tags=backend,played
@test "setsockopt: how long a call waits and for how much, as it was asked for; no other option is told" {
	program options
	told <<-'END'
		(inode, wanted), = said
		ops = pick(kind="op", op="setsockopt")
		assert {o["object"] for o in ops} == {f"sock:[{inode}]"} and {o["class"] for o in ops} == {"setsockopt"}, ops
		assert [[o["cmd"], o.get("value"), o.get("error", 0)] for o in ops] == wanted, ([[o["cmd"], o.get("value"), o.get("error", 0)] for o in ops], wanted)
		# The kernel counts twice of what is asked for.
		(sized,) = [o for o in ops if o["cmd"] == "SO_SNDBUF" and not o["ret"]]
		assert sized["after"]["limit"] == 2 * sized["value"], sized
		assert one(kind="summary")["lost"] == 0
	END
}

@test "setsockopt: strace sees the same options, values and results" {
	command -v strace >/dev/null || skip "no strace"
	json_of -- strace -e trace=setsockopt -o strace "$PYTHON" "$programs/socket_ends.py" options >out
	told <<-'END'
		import ast, re, struct
		theirs = []
		for line in open("strace", encoding="utf-8"):
		    found = re.match(r"setsockopt\(\d+, SOL_SOCKET, (SO_\w+), (.*), \d+\) = (-?\d+)(?: (E\w+))?", line)
		    if not found or found[1] in ("SO_PASSCRED", "SO_REUSEADDR"):
		        continue
		    name, value, ret, error = found.groups()
		    numbers = [int(n) for n in re.findall(r"-?\d+", value)]
		    if "linger" in value:
		        numbers = numbers[1] * 10**9 if numbers[0] else -1
		    elif "TIMEO" in name:
		        # Some versions print the bytes.
		        if value.startswith('"'):
		            numbers = struct.unpack("ll", ast.literal_eval("b" + value))
		        numbers = numbers[0] * 10**9 + numbers[1] * 1000 if 0 <= numbers[1] < 10**6 else None
		    else:
		        numbers = numbers[0] if value.startswith("[") else None
		    theirs.append((name.removesuffix("_OLD"), numbers, error))
		ours = [(o["cmd"], o.get("value"), o.get("error")) for o in pick(kind="op", op="setsockopt")]
		assert ours == theirs and len(ours) > 8, (ours, theirs)
	END
}

# bats test_tags=backend,played
@test "setsockopt: more room in the send buffer wakes who waits for it" {
	program more_room
	told <<-'END'
		(inode,) = said
		w = [w for w in pick(kind="wait", comm="writer") if w["reason"] == "send-full"][0]
		assert w["object"] == f"sock:[{inode}]", w
		cause = w["cause"]
		assert (cause["kind"], cause["comm"], cause["op"], cause["object"]) == ("resize", "parent", "setsockopt", w["object"]), cause
		assert w["state_woken"]["limit"] > w["state"]["limit"], w
	END
}

# bats test_tags=backend,played
@test "a listener goes with its backlog: who closed it made ECONNRESET, EPIPE and the end" {
	program unaccepted
	RELEASE=$(kernel_release) told <<-'END'
		import os
		release = tuple(map(int, os.environ["RELEASE"].split("-")[0].split(".")[:2]))
		ends = [o for o in lines if o["kind"] == "op" and o.get("comm") in ("client", "sleeper") and o.get("object", "").startswith("sock:")
		        and (o.get("error") in ("ECONNRESET", "EPIPE") or o["class"] == "read" and o["ret"] == 0)]
		assert sorted((o["comm"], o.get("error", "end"), o["cause"]["kind"]) for o in ends) == sorted([
		    ("sleeper", "ECONNRESET", "reset"), ("client", "EPIPE", "peer-closed"), ("client", "ECONNRESET", "reset"),
		    ("client", "end", "peer-closed")]), ends
		(named,) = pick(kind="object", event="named")
		told = [o["after"]["flags"] & 256 for o in ends]
		# A kernel that does not say so leaves it unknown; series older than 6.10 may have the change that does.
		assert len({bool(flag) for flag in told}) == 1 and (told[0] or release < (6, 10)), (ends, release)
		for o in ends:
		    closer = o["cause"].get("comm"), o["cause"].get("object")
		    assert closer == (("server", named["object"]) if told[0] else (None, None)), o
		w = one(kind="wait", comm="sleeper", reason="no-data")
		assert w["cause"]["comm"] == "server" and w["cause"]["op"] == "close", w
		assert w["cause"]["kind"] == ("last-close" if told[0] else "task"), w
		assert one(kind="summary")["lost"] == 0
	END
}

# bats test_tags=backend,played
@test "nobody listens any more: who shut down, or closed, what had the name" {
	program refused
	told <<-'END'
		(ends,) = said
		failed = pick(kind="op", comm="client", op="connect", error="ECONNREFUSED")
		assert len(failed) == 4 and {o["cause"]["kind"] for o in failed} == {"refused"}, failed
		for o, (how, inode) in zip(failed, ends):
		    cause = o["cause"]
		    assert (cause["comm"], cause["object"]) == ("server", f"sock:[{inode}]"), (o, how)
		    assert (cause.get("how"), cause.get("op")) == {
		        "shutdown": (None, "shutdown"), "close": ("closed", "close"), "exit": ("exit-closed", None)}[how], (o, how)
		assert "comm" not in failed[3]["cause"], failed[3]
		assert one(kind="summary")["lost"] == 0
	END
}

# bats test_tags=backend,played
@test "a client closes before it is accepted: the accept, and who reads and writes then, know who" {
	program gone
	told <<-'END'
		accepts = pick(kind="op", comm="server", op="accept4")
		assert [(o.get("cause", {}).get("kind"), o.get("cause", {}).get("comm")) for o in accepts] == [
		    ("peer-closed", "silent"), ("peer-closed", "asker"), (None, None)], accepts
		ends = [o for o in pick(kind="op", comm="server") if o.get("error") == "EPIPE" or o["op"] == "recvfrom" and o["ret"] == 0]
		assert [(o["op"], o["cause"]["kind"], o["cause"]["comm"]) for o in ends] == [
		    (op, "peer-closed", comm) for comm in ("silent", "asker") for op in ("recvfrom", "sendto")], ends
		gone = {o["object"] for o in pick(kind="object", event="closed", released=True) if o["comm"] in ("silent", "asker")}
		assert {o["cause"]["object"] for o in ends} == gone and len(gone) == 2, (ends, gone)
		assert one(kind="summary")["lost"] == 0
	END
}

# Starts socket_ends.py CASE, which sleeps: its first word is its pid.
asleep_in() {
	"$PYTHON" "$programs/socket_ends.py" "$1" >out 3>&- &
	pids+=($!)
	until [ -s out ]; do sleep 0.05; done
	until grep -Eq 'unix_|skb_' "/proc/${pids[0]}/wchan"; do sleep 0.05; done
}

# bats test_tags=backend
@test "10,000 sockets of one process: each is told, or how many are not" {
	[ "$(ulimit -Hn)" -ge 10100 ] || skip "no process may have 10,000 descriptors here"
	asleep_in many
	"$IPCTRACE" -f json why "${pids[0]}" >"$json" || [ $? -eq 1 ] # deadlock
	told <<-'END'
		((reader, ours, theirs),) = said
		w = one(kind="why", pid=reader)
		assert (w["reason"], w["object"], w["verdict"]) == ("no-data", f"sock:[{ours}]", "deadlock"), w
		assert one(kind="look")["descriptors"] >= 10000
	END
	"$IPCTRACE" --backend "$backend" --buffer 64M -f json --force -o "$json" attach -p "${pids[0]}" --for 300ms
	told <<-'END'
		((reader, ours, theirs),) = said
		held = {o["object"] for o in pick(kind="object", event="held", pid=reader) if o["object"].startswith("sock:")}
		summary = one(kind="summary")
		assert len(held) == 10000 or summary["lost"] >= 10000 - len(held), (len(held), summary)
		assert {f"sock:[{ours}]", f"sock:[{theirs}]"} <= held or summary["lost"], summary
		w = one(kind="wait", pid=reader, reason="no-data")
		assert w["object"] == f"sock:[{ours}]" and w["earlier"] and w["open"], w
	END
}

# bats test_tags=backend,played
@test "a peer that is killed while its answer is waited for: who it was, and what it had not read" {
	program vanishes
	told <<-'END'
		w = one(kind="wait", comm="reader", reason="no-data")
		assert (w["cause"]["kind"], w["cause"]["comm"], w["cause"]["how"]) == ("last-close", "peer", "exit-closed"), w
		(end,) = pick(kind="op", comm="reader", op="recvfrom", error="ECONNRESET")
		assert (end["cause"]["kind"], end["cause"]["comm"], end["cause"]["bytes"]) == ("reset", "peer", 10), end
		assert one(kind="exit", comm="peer")["signal"] == "SIGKILL"
	END
}

# bats test_tags=backend
@test "a name of bytes of all kinds: no control byte of it comes into text, JSON or why" {
	asleep_in strange
	"$IPCTRACE" why "${pids[0]}" >looked.text
	"$IPCTRACE" -f json why "${pids[0]}" >looked.json
	for kind in text json; do
		"$IPCTRACE" --backend "$backend" -f "$kind" --force -o "attach.$kind" attach -p "${pids[0]}" --for 300ms
	done
	for file in looked.text looked.json attach.text attach.json; do
		run ! grep -q '[[:cntrl:]]' "$file"
	done
	grep -qF 'ipctrace@\x1b[31m\n\x7f\xc3(' looked.text
	grep -qF '@ipctrace@\x1b[31m\n\x7f\xc3(' attach.text
	json=attach.json
	told <<-'END'
		paths = {o["path"] for o in pick(kind="object", event="held") if "path" in o}
		assert len(paths) == 1 and paths.pop().startswith("@ipctrace@"), paths
	END
}
