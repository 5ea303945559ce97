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
