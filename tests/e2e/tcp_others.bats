#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # lib/attached.bash sets work
# TCP connections that are there before tracing begins, those in another network namespace, and sockets that are not
# followed: the other end is the right one, or not known. Witnesses: fstat(2), the programs themselves.

bats_require_minimum_version 1.5.0
load lib/attached.bash

# CASE ARGS...: in the background; its pid is in $pid.
program() {
	start "$PYTHON" "$programs/tcp_others.py" "$@"
}

@test "http.server and its client, attached to when they are connected: each wakes the other" {
	program talk
	talk=$pid
	written server && written client
	read -r server thread theirs <server
	read -r client ours <client
	asleep_in "$client" wait_woken
	look_at "$client"
	attach_asleep "$client" "$server"
	touch go
	wait "$talk"
	ended
	SAID="$server $thread $theirs $client $ours" told <<-'END'
		import json, os
		server, thread, theirs, client, ours = os.environ["SAID"].split()
		server, thread, client = int(server), int(thread), int(client)
		(why,) = [w for w in map(json.loads, open("why", encoding="utf-8")) if w["kind"] == "why"]
		assert (why["object"], why["reason"], why["verdict"]) == (ours, "no-data", "open"), why
		assert {(h["pid"], h["object"]) for h in why["holders"] if h["way"] == "write"} == {(server, theirs)}, why
		asked = pick(kind="wait", pid=client, object=ours, reason="no-data")[0]
		cause = asked["cause"]
		assert asked["earlier"] and f"sock:[{asked['state']['peer']}]" == theirs, asked
		assert (cause["kind"], cause["tid"], cause["op"], cause["object"]) == ("data", thread, "sendto", theirs), asked
		served = pick(kind="wait", tid=thread, object=theirs, reason="no-data")[0]
		cause = served["cause"]
		assert (cause["kind"], cause["pid"], cause["op"], cause["object"]) == ("data", client, "sendto", ours), served
		assert one(kind="summary")["lost"] == 0
	END
}

@test "another network namespace: a connection that is made while it is traced is a pair" {
	json_of --as-root -- unshare -n "$PYTHON" "$programs/tcp_others.py" pair
	ENDS=$(cat ends) told <<-'END'
		import os
		ours, theirs = os.environ["ENDS"].split()
		read = pick(kind="wait", comm="reads", reason="no-data")[0]
		assert (read["object"], f"sock:[{read['state']['peer']}]") == (ours, theirs), read
		cause = read["cause"]
		assert (cause["kind"], cause["comm"], cause["op"], cause["object"]) == ("data", "sends", "sendto", theirs), read
		assert one(kind="summary")["lost"] == 0
	END
}

@test "another network namespace, attached to later: the other end is not known, though the same ports are a pair here" {
	program far
	both=$pid
	written near && written far
	read -r near theirs <near
	far=$(cat far)
	look_at "$near" && mv why why.near
	look_at "$far"
	attach_asleep "$far" "$near"
	touch go
	wait "$both"
	ended
	NEAR="$near $theirs $both" FAR=$far told <<-'END'
		import json, os
		near, theirs, both = os.environ["NEAR"].split()
		near, far, both = int(near), int(os.environ["FAR"]), int(both)
		def of(file):
		    (why,) = [w for w in map(json.loads, open(file, encoding="utf-8")) if w["kind"] == "why"]
		    return why
		why = of("why")
		assert (why["pid"], why["reason"], why["state"]["peer"]) == (far, "no-data", 0), why
		assert (why["verdict"], why["doubts"], why["holders"]) == ("unknown", ["peer"], []), why
		why = of("why.near")
		assert (why["pid"], why["reason"], f"sock:[{why['state']['peer']}]") == (near, "no-data", theirs), why
		assert both in {h["pid"] for h in why["holders"] if h["object"] == theirs}, why
		read = pick(kind="wait", pid=far, reason="no-data")[0]
		assert read["earlier"] and read["state"]["peer"] == 0 and read["cause"]["kind"] == "network", read
		assert "pid" not in read["cause"], read
		read = pick(kind="wait", pid=near, reason="no-data")[0]
		assert (read["cause"]["kind"], read["cause"]["pid"], read["cause"]["object"]) == ("data", both, theirs), read
		names = {o["pid"]: o["path"] for o in pick(kind="object", event="held") if o.get("family") == "inet"}
		assert names[near] == names[far], names
	END
}

@test "MPTCP, netlink, vsock, raw and packet sockets are not followed, and no verdict is made of them" {
	tried=0
	for what in mptcp netlink vsock raw packet; do
		for how in call poll; do
			rm -f strange
			program strange "$what" "$how"
			written strange
			read -r said _ <strange
			[ "$said" != none ] || continue
			until [[ $(</proc/"$pid"/stat) == *") S "* ]]; do sleep 0.02; done
			look_at "$pid"
			WHAT=$what HOW=$how "$PYTHON" - <<-'END'
				import json, os
				(why,) = [w for w in map(json.loads, open("why", encoding="utf-8")) if w["kind"] == "why"]
				assert (why["verdict"], why["holders"], why["enders"]) == ("unknown", [], []), why
				if os.environ["HOW"] == "poll":
				    assert (why["reason"], why["watches"], why["doubts"]) == ("poll", [{}], ["watch"]), why
				else:
				    assert (why["reason"], why["doubts"]) == ("unknown", ["elsewhere"]) and "object" not in why, why
			END
			tried=$((tried + 1))
		done
	done
	# netlink is everywhere.
	[ "$tried" -ge 2 ]
}

@test "the other end is of MPTCP: who has it is not known, and neither who sent" {
	program plain
	written plain
	plain=$(cat plain)
	[ "$plain" != none ] || skip "no MPTCP"
	asleep_in "$plain" wait_woken
	look_at "$plain"
	attach_asleep "$plain"
	touch go
	wait "$plain"
	ended
	PLAIN=$plain told <<-'END'
		import json, os
		plain = int(os.environ["PLAIN"])
		(why,) = [w for w in map(json.loads, open("why", encoding="utf-8")) if w["kind"] == "why"]
		assert (why["pid"], why["reason"], why["verdict"]) == (plain, "no-data", "unknown"), why
		assert {h["pid"] for h in why["holders"]} <= {plain}, why
		read = pick(kind="wait", pid=plain, reason="no-data")[0]
		assert read["earlier"] and read["cause"] == {"kind": "network"}, read
	END
}
