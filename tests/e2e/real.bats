#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2154 # what stands in single quotes is for an inner shell; lib/real.bash sets work
# Programs that were not written for ipctrace: who waits for whom in them, and that nothing is lost.

bats_require_minimum_version 1.5.0
load lib/real.bash

@test "make -j2: a sub-make waits for a token, until the make above it puts one back" {
	need make make
	cat >Makefile <<-'END'
		all: long short
		long: ; @$(MAKE) --no-print-directory one two
		short: ; @sleep 1
		one: ; @sleep 3
		two: ; @true
	END
	json_of -- make -s -j2
	told <<-'END'
		top = [e for e in pick(kind="exit", comm="make")][-1]["pid"]
		sub = {e["pid"] for e in pick(kind="exit", comm="make")} - {top}
		assert len(sub) == 1, sub
		made = [o for o in pick(kind="object", event="created", pid=top)]
		tokens = [op["object"] for op in pick(kind="op", pid=top, op="write", ret=1, fd=made[1]["fd"])]
		waits = [w for w in pick(kind="wait", reason="poll", object=tokens[0]) if w["pid"] in sub]
		given = [w for w in waits if w["cause"]["kind"] == "event"]
		assert len(given) == 1, waits
		assert given[0]["cause"]["pid"] == top and given[0]["cause"]["op"] == "write", given
		assert 1.5e8 < given[0]["slept"] < 2.5e9, given
		assert one(kind="summary")["lost"] == 0
	END
}

@test "xargs -P 3: one after the other runs, three at a time, and xargs waits for each exec" {
	json_of -- sh -c 'seq 6 | xargs -P 3 -n 1 sh -c "sleep 0.2"'
	told <<-'END'
		xargs = {e["pid"] for e in pick(kind="exit", comm="xargs", status=0)}
		assert len(xargs) == 1
		xargs = xargs.pop()
		children = {f["child"]["pid"]: f["t"] for f in pick(kind="fork", pid=xargs)}
		ends = {e["pid"]: e["t"] for e in pick(kind="exit") if e["pid"] in children}
		assert len(ends) == 6, ends
		at_once = max(sum(s <= t < ends[p] for p, s in children.items()) for t in children.values())
		assert at_once == 3, at_once
		# A child's other end of the pipe is closed by its exec: xargs reads end of file from it.
		waits = pick(kind="wait", pid=xargs, reason="empty")
		told = [w for w in waits if w["cause"]["kind"] == "last-close"]
		assert told and {w["cause"]["pid"] for w in told} <= set(children), waits
		assert one(kind="summary")["lost"] == 0
	END
}

@test "bash: a pipeline with process substitutions, each end of file has its cause" {
	json_of -- bash -c 'paste <(sleep 0.2; seq 3) <(seq 4 6) | tee >(tac >/dev/null) | tail -n 1' >out
	[ "$(cat out)" = $'3\t6' ]
	told <<-'END'
		for comm, writer in ("tail", "tee"), ("tac", "tee"), ("tee", "paste"):
		    end = [op for op in pick(kind="op", comm=comm, op="read", ret=0) if op["object"].startswith("pipe:")]
		    assert end and end[0]["cause"]["kind"] == "no-writers", (comm, end)
		    # A bash that waits for its children may hold an end, too.
		    assert end[0]["cause"]["comm"] in (writer, "bash"), (comm, end)
		slow = [w for w in pick(kind="wait", comm="paste", reason="empty") if w["slept"] > 1e8]
		assert len(slow) == 1 and slow[0]["cause"]["kind"] == "data", slow
		assert slow[0]["cause"]["comm"] == "seq", slow
		assert one(kind="summary")["lost"] == 0
	END
}

@test "git log | head: git dies of SIGPIPE, because head was done" {
	need git git
	git init -q repo
	for i in $(seq 200); do
		printf 'commit refs/heads/it\ncommitter a <a@b> %d +0000\ndata 900\n%0900d\n\n' "$i" "$i"
	done | git -C repo fast-import --quiet
	json_of --as-root -- sh -c 'git -C repo log it | head -n 1' >out
	grep -q '^commit ' out
	told <<-'END'
		sig = one(kind="signal", event="generated", sig="SIGPIPE", comm="git")
		# The shell may close its own read end after head is done.
		assert sig["cause"]["kind"] == "no-readers" and sig["cause"]["comm"] in ("head", "sh"), sig
		failed = one(kind="op", comm="git", error="EPIPE")
		assert failed["cause"] == sig["cause"], failed
		assert one(kind="exit", comm="git")["signal"] == "SIGPIPE"
		assert one(kind="summary")["lost"] == 0
	END
}

@test "hackbench in pipes: every read's bytes were written, and who waits is told for whom" {
	need hackbench rt-tests
	json_of --buffer 64M -- hackbench -p -g 1 -l $((100 / IPCTRACE_TIME_SCALE + 10)) >out
	told <<-'END'
		import collections
		moved = {op: collections.Counter() for op in ("read", "write")}
		for line in pick(kind="op"):
		    if line["op"] in moved and line["ret"] > 0:
		        moved[line["op"]][line["object"]] += line["ret"]
		written = {name: n for name, n in moved["write"].items() if n > 1000}
		assert len(written) == 20, moved
		assert all(moved["read"][name] == n for name, n in written.items()), moved
		waits = [w for w in pick(kind="wait") if w["reason"] in ("empty", "full")]
		known = [w for w in waits if w["cause"]["kind"] in ("data", "space", "last-close", "handoff")]
		assert len(known) > 0.9 * len(waits) > 9, (len(known), len(waits))
		wrong = [w for w in known if w["cause"]["pid"] == w["pid"]]
		assert not wrong, wrong[0]
		assert one(kind="summary")["lost"] == 0
	END
}

@test "hackbench with a tiny buffer: what is lost is counted, and the counts add up" {
	need hackbench rt-tests
	"$IPCTRACE" -f json --force -o whole --buffer 64M --backend "$(quick_backend)" run -- hackbench -p -g 1 -l 60 >/dev/null
	run -3 "$IPCTRACE" -f json --force -o "$json" --buffer 4k --backend "$(quick_backend)" run -- hackbench -p -g 1 -l 60
	WHOLE=$work/whole told <<-'END'
		import json, os
		whole = [json.loads(line) for line in open(os.environ["WHOLE"], encoding="utf-8")]
		ops = sum(line["kind"] == "op" for line in whole)
		last = one(kind="summary")
		assert last["lost_by"]["ring"] > 1000, last
		assert sum(last["lost_by"].values()) == last["lost"], last
		assert sum(line["count"] for line in pick(kind="lost")) == last["lost"], last
		# How often it sleeps is different in each run, how often it reads and writes is not.
		assert last["records"] + last["lost"] >= ops, (last, ops)
	END
}

@test "stress-ng's pipe stressor: writers wait for space, readers for data, of each other" {
	need stress-ng stress-ng
	json_of --buffer 64M -- stress-ng --pipe 2 --pipe-ops 2000 -q
	told <<-'END'
		waits = [w for w in pick(kind="wait") if w["reason"] in ("empty", "full")]
		causes = {"empty": ("data", "handoff", "last-close"), "full": ("space", "handoff", "last-close")}
		known = [w for w in waits if w["cause"]["kind"] in causes[w["reason"]]]
		assert len(known) > 0.8 * len(waits) > 0, (len(known), len(waits))
		ends = {}
		for op in pick(kind="op"):
		    if op["op"] in ("read", "write") and op.get("object", "").startswith("pipe:") and op["ret"] > 0:
		        ends.setdefault(op["object"], {}).setdefault(op["op"], set()).add(op["pid"])
		for w in known:
		    other = ends[w["object"]]["write" if w["reason"] == "empty" else "read"]
		    assert w["cause"]["pid"] in other, (w, other)
		assert one(kind="summary")["lost"] == 0
	END
}

@test "PostgreSQL under pgbench, attached to: its backends wait for pgbench, 0 lost" {
	need pgbench postgresql
	start_postgres -c listen_addresses=
	postgres pgbench -h "$work/pg" -i -q postgres 2>>log
	"$IPCTRACE" -f json --force -o "$json" --buffer 64M --backend "$(quick_backend)" \
		attach -p "$(head -n 1 pg/data/postmaster.pid)" 2>err 3>&- &
	tracer=$!
	for _ in $(seq 500); do
		! grep -qs '"kind":"task"' "$json" || break
		sleep 0.02
	done
	postgres pgbench -h "$work/pg" -c 4 -T $((IPCTRACE_TIME_SCALE > 1 ? 2 : 10)) postgres >bench 2>>log
	kill -TERM "$tracer"
	wait "$tracer"
	done=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' bench)
	PID=$(head -n 1 pg/data/postmaster.pid) DONE=$done told <<-'END'
		import os
		postmaster, done = int(os.environ["PID"]), int(os.environ["DONE"])
		assert one(kind="task", pid=postmaster)["partner"] is False
		backends = {f["child"]["pid"] for f in pick(kind="fork", pid=postmaster)}
		assert len(backends) >= 4, backends
		waits = [w for w in pick(kind="wait", reason="epoll") if w["pid"] in backends]
		served = [w for w in waits if w.get("waker", {}).get("comm") == "pgbench"]
		# Seven commands a transaction; a few come before the backend has fallen asleep.
		assert len(served) > done, (len(served), done)
		assert {w["pid"] for w in served} <= backends
		# By the peer of a socket that it watches.
		peer = {o["object"]: f"sock:[{o['after']['peer']}]" for o in pick(kind="op")
		        if o["pid"] in backends and o["class"] in ("send", "receive") and o.get("after", {}).get("peer")}
		by_peer = [w for w in served if w["waker"].get("object") in {peer.get(name) for name in w.get("watches", "").split(", ")}]
		assert len(by_peer) > done, (len(by_peer), len(served))
		# No other process talks to them: the rest are other backends, timers and interrupts.
		others = {w.get("waker", {}).get("comm") for w in waits} - {"pgbench", "postgres", None}
		assert sum(w.get("waker", {}).get("comm") in others for w in waits) <= len(waits) / 100, others
		assert one(kind="summary")["lost"] == 0
	END
}

# The witness is ss: of each socket its inode, its peer, the bytes that it has unread, the memory of what it has sent.
@test "Node does not read what its child prints: the child waits for it, on a socket" {
	need node nodejs
	need ss iproute2
	cat >parent.js <<-'END'
		const fs = require('fs'), {spawn, execFileSync} = require('child_process');
		const child = spawn('yes', {stdio: ['ignore', 'pipe', 'inherit']});
		child.stdout.once('readable', () => {}); // it begins to read, and takes nothing
		const timer = setInterval(() => {
			if (!/sock_alloc_send|sock_wait_for_wmem/.test(fs.readFileSync(`/proc/${child.pid}/wchan`, 'utf8'))) return;
			clearInterval(timer);
			fs.writeFileSync('why', execFileSync(process.env.IPCTRACE, ['-f', 'json', 'why', child.pid]));
			fs.writeFileSync('ss', execFileSync('ss', ['-HxapnO']));
			child.kill();
		}, 20);
	END
	json_of --buffer 64M -- node parent.js
	told <<-'END'
		import json, re
		(stuck,) = [w for w in pick(kind="wait", comm="yes", reason="send-full") if w["cause"]["kind"] == "signalled"]
		assert stuck["cause"]["comm"] == "node" and stuck["cause"]["sig"] == "SIGTERM", stuck
		assert stuck["state"]["used"] >= stuck["state"]["limit"], stuck
		inode, peer = re.fullmatch(r"sock:\[(\d+)\]", stuck["object"])[1], str(stuck["state"]["peer"])
		seen = {}
		for line in open("ss", encoding="utf-8"):
		    words = line.split()
		    seen[words[5]] = {"unread": int(words[2]), "used": int(words[3]), "peer": words[7], "users": words[8:]}
		assert seen[inode]["peer"] == peer and seen[peer]["peer"] == inode, (stuck, seen[inode])
		assert seen[inode]["used"] == stuck["state_woken"]["used"], (stuck, seen[inode])
		assert '"yes"' in seen[inode]["users"][0] and '"node"' in seen[peer]["users"][0], seen[inode]
		node = {e["pid"] for e in pick(kind="exit", comm="node")}
		# The signal wakes the child to room that Node has made before, and so that write succeeds yet.
		read, wrote = ([o["ret"] for o in pick(kind="op", object=f"sock:[{at}]", op=op) if 0 < o["ret"] and o["t"] < stuck["woken_at"]]
		               for at, op in ((peer, "read"), (inode, "write")))
		assert sum(wrote) - sum(read) == seen[peer]["unread"] > 0, (wrote, read, seen[peer])
		(why,) = [w for w in map(json.loads, open("why", encoding="utf-8")) if w["kind"] == "why" and w["comm"] == "yes"]
		assert why["reason"] == "send-full" and why["object"] == stuck["object"], why
		assert why["verdict"] != "deadlock" and "node" in {h["comm"] for h in why["holders"]}, why
		assert one(kind="summary")["lost"] == 0
	END
}

@test "Python's multiprocessing: who asks a Manager waits for the manager's process, over its socket" {
	cat >asks.py <<-'END'
		import multiprocessing.managers, os, time

		def call_me(name):
		    with open("/proc/self/comm", "w", encoding="ascii") as f:
		        f.write(name)

		class Worker:
		    def work(self):
		        time.sleep(0.3)
		        return os.getpid()

		class Manager(multiprocessing.managers.BaseManager): pass

		Manager.register("Worker", Worker)
		manager = Manager(address=os.path.abspath("manager"), ctx=multiprocessing.get_context("fork"))
		manager.start(call_me, ("manager",))
		call_me("asker")
		print(manager.Worker().work())
		manager.shutdown()
	END
	json_of -- "$PYTHON" asks.py >out
	MANAGER=$(cat out) told <<-'END'
		import os
		manager = int(os.environ["MANAGER"])
		waits = [w for w in pick(kind="wait", comm="asker", reason="no-data") if w["object"].startswith("sock:")]
		(asked,) = [w for w in waits if w["slept"] > 2e8]
		assert asked["cause"]["kind"] == "data" and asked["cause"]["pid"] == manager, asked
		assert asked["state"]["peer"] == int(asked["cause"]["object"][6:-1]), asked
		(named,) = [o for o in pick(kind="object", event="named") if o["path"].endswith("/manager")]
		connected = [o for o in pick(kind="op", op="connect", ret=0) if o["comm"] == "asker"]
		accepted = [o for o in pick(kind="op") if o["class"] == "accept" and o["ret"] >= 0]
		assert len(accepted) >= len(connected) > 1, (accepted, connected)
		assert {o["object"] for o in accepted if o["pid"] == manager} == {named["object"]}, (named, accepted)
		assert one(kind="summary")["lost"] == 0
	END
}

@test "redis: BLPOP waits on its socket until somebody else's LPUSH comes to the server" {
	need redis-server redis-server
	cat >serve <<-'END'
		redis-server --port 0 --unixsocket "$PWD/redis.sock" --save '' --dir "$PWD" >log &
		server=$!
		until redis-cli -s redis.sock ping 2>&1 | grep -q PONG; do sleep 0.05; done
		redis-cli -s redis.sock BLPOP queue 0 >popped &
		popper=$!
		until grep -q unix_stream "/proc/$popper/wchan"; do sleep 0.02; done
		redis-cli -s redis.sock CLIENT LIST >clients
		sleep 0.3
		redis-cli -s redis.sock LPUSH queue job >pushed
		wait "$popper"
		echo "$popper $server" >pids
		kill "$server"
		wait "$server"
	END
	json_of -- sh serve
	[ "$(cat popped)" = $'queue\njob' ]
	grep -q ' cmd=blpop ' clients
	read -r popper server <pids
	POPPER=$popper SERVER=$server told <<-'END'
		import os
		popper, server = int(os.environ["POPPER"]), int(os.environ["SERVER"])
		(popped,) = [w for w in pick(kind="wait", pid=popper, reason="no-data") if w["slept"] > 2e8]
		assert popped["cause"]["kind"] == "data" and popped["cause"]["pid"] == server, popped
		assert int(popped["cause"]["object"][6:-1]) == popped["state"]["peer"], popped
		# The server was woken for that by the other client, whose bytes it read just before.
		answers = pick(kind="op", pid=server, op="write", object=popped["cause"]["object"])
		assert answers and answers[-1]["ret"] > 0, answers
		woken = [w for w in pick(kind="wait", pid=server, reason="epoll") if w["t"] < popped["woken_at"]]
		assert woken[-1]["cause"]["comm"] == "redis-cli" and woken[-1]["cause"]["pid"] != popper, woken[-1]
		assert one(kind="summary")["lost"] == 0
	END
}

@test "ssh-agent: each question of ssh-add, and its answer, as strace has them" {
	need ssh-agent openssh-client
	cat >talk <<-'END'
		ssh-agent -D -a "$PWD/agent" >/dev/null &
		agent=$!
		until [ -S agent ]; do sleep 0.05; done
		export SSH_AUTH_SOCK=$PWD/agent
		ssh-keygen -q -t ed25519 -N '' -f key
		strace -o added -e trace=connect,read,write -yy ssh-add -q key
		strace -o listed -e trace=connect,read,write -yy ssh-add -l >keys
		kill "$agent"
		wait "$agent"
	END
	json_of -- sh talk
	grep -q ED25519 keys
	told <<-'END'
		import re
		theirs = []
		for file in "added", "listed":
		    for line in open(file, encoding="utf-8"):
		        if found := re.match(r"(connect|read|write)\(\d+<UNIX(?:-STREAM)?:\[(\d+).*\) += (-?\d+)$", line):
		            theirs.append((found[1], f"sock:[{found[2]}]", int(found[3])))
		ours = [(o["op"], o["object"], o["ret"]) for o in pick(kind="op", comm="ssh-add")
		        if o.get("object", "").startswith("sock:") and o["op"] in ("connect", "read", "write")]
		talks = {o[1] for o in theirs if o[0] == "connect" and o[2] == 0}
		assert len(talks) == 2 and [o for o in ours if o[1] in talks] == theirs, (ours, theirs)
		waits = [w for talk in talks for w in pick(kind="wait", comm="ssh-add", object=talk)]
		assert {w["reason"] for w in waits} <= {"no-data"} and {w["cause"]["comm"] for w in waits} <= {"ssh-agent"}, waits
		events = [w["cause"] for w in pick(kind="wait", comm="ssh-agent", reason="poll") if w["cause"].get("op") == "connect"]
		assert events and {c["comm"] for c in events} == {"ssh-add"} and {c["object"] for c in events} <= talks, events
		ends = [o for o in pick(kind="op", comm="ssh-agent", op="read", ret=0) if o["object"].startswith("sock:")]
		assert [(o["cause"]["kind"], o["cause"]["comm"]) for o in ends] == [("peer-closed", "ssh-add")] * 2, ends
		assert one(kind="summary")["lost"] == 0
	END
}

# What the answering client speaks is the protocol of the D-Bus specification, for no library is sure to be there. The
# witness is ss: who has which end while dbus-send waits.
@test "D-Bus: who calls a method waits for the daemon, and the daemon for who answers" {
	need dbus-daemon dbus-daemon
	need dbus-send dbus-bin
	need ss iproute2
	cat >answers.py <<-'END'
		import os, socket, struct, subprocess, time

		def pad(data, to):
		    return data + bytes(-len(data) % to)

		def text(s):
		    return struct.pack("<I", len(s)) + s + b"\0"

		def message(kind, serial, body, *fields):
		    array = b""
		    for code, sig, value in fields:
		        array = pad(array, 8) + bytes([code, 1]) + sig + b"\0"
		        array += struct.pack("<I", value) if sig == b"u" else bytes([len(value)]) + value + b"\0" if sig == b"g" else text(value)
		    return pad(struct.pack("<cBBBIII", b"l", kind, 0, 1, len(body), serial, len(array)) + array, 8) + body

		def call(serial, member, body=b"", signature=b""):
		    bus.sendall(message(1, serial, body, (1, b"o", b"/org/freedesktop/DBus"), (6, b"s", b"org.freedesktop.DBus"),
		                        (2, b"s", b"org.freedesktop.DBus"), (3, b"s", member), (8, b"g", signature)))

		def received():
		    """The next message: its kind, its serial, its sender."""
		    head = bus.recv(16, socket.MSG_WAITALL)
		    _, kind, _, _, size, serial, fields = struct.unpack("<cBBBIII", head)
		    array = bus.recv(fields + -fields % 8 + size, socket.MSG_WAITALL)[:fields]
		    at, sender = 0, None
		    while at < fields:
		        at += -at % 8
		        code, sig = array[at], array[at + 2:at + 3]
		        at += 4
		        if sig == b"u":
		            at += 4
		        elif sig == b"g":
		            at += array[at] + 2
		        else:
		            (n,) = struct.unpack("<I", array[at:at + 4])
		            if code == 7:
		                sender = array[at + 4:at + 4 + n]
		            at += 4 + n + 1
		    return kind, serial, sender

		bus = socket.socket(socket.AF_UNIX)
		bus.connect("bus")
		bus.sendall(b"\0AUTH EXTERNAL %s\r\n" % str(os.getuid()).encode().hex().encode())
		assert bus.recv(100).startswith(b"OK ")
		bus.sendall(b"BEGIN\r\n")
		call(1, b"Hello")
		call(2, b"RequestName", text(b"org.example.Answers") + bytes(-24 % 4) + struct.pack("<I", 0), b"su")
		print("ready", file=open("ready", "w"))
		kind = 0
		while True:
		    kind, serial, sender = received()
		    if kind == 1:
		        break
		asker = int(open("asker").read())
		while "poll" not in open(f"/proc/{asker}/wchan").read():
		    time.sleep(0.02)
		subprocess.run(["ss", "-HxapnO"], stdout=open("ss", "w"), check=True)
		time.sleep(0.3)
		bus.sendall(message(2, 3, text(b"%d" % os.getpid()), (5, b"u", serial), (6, b"s", sender), (8, b"g", b"s")))
	END
	cat >talk <<-'END'
		dbus-daemon --session --nofork --nopidfile --nosyslog --address="unix:path=$PWD/bus" &
		daemon=$!
		until [ -S bus ]; do sleep 0.05; done
		"$1" answers.py &
		until [ -s ready ]; do sleep 0.05; done
		export DBUS_SESSION_BUS_ADDRESS="unix:path=$PWD/bus"
		sh -c 'echo $$ >asker; exec dbus-send --session --print-reply=literal --dest=org.example.Answers / org.example.Answers.Who' >answer
		kill "$daemon"
		wait
	END
	json_of -- sh talk "$PYTHON"
	ANSWERS=$(tr -d ' \n' <answer) ASKER=$(cat asker) told <<-'END'
		import os
		answers, asker = int(os.environ["ANSWERS"]), int(os.environ["ASKER"])
		(daemon,) = {e["pid"] for e in pick(kind="exit", comm="dbus-daemon")}
		(asked,) = [w for w in pick(kind="wait", pid=asker, reason="poll") if w["slept"] > 2e8]
		assert (asked["cause"]["kind"], asked["cause"]["pid"], asked["cause"]["op"]) == ("event", daemon, "sendmsg"), asked
		# The daemon was woken for that by the one who answers.
		woken = [w for w in pick(kind="wait", pid=daemon, reason="epoll") if w.get("woken_at", 0) < asked["woken_at"]][-1]
		assert (woken["cause"]["kind"], woken["cause"]["pid"]) == ("event", answers), woken
		assert woken["slept"] > 2e8, woken
		ends = {}
		for line in open("ss", encoding="utf-8"):
		    words = line.split()
		    ends[f"sock:[{words[5]}]"] = (f"sock:[{words[7]}]", words[8:])
		for waits, pid, by in (asked, asker, daemon), (woken, daemon, answers):
		    theirs = waits["cause"]["object"]
		    ours, users = ends[theirs]
		    assert f"pid={by}," in users[0], (waits, users)
		    assert ours in waits["watches"].split(", ") and f"pid={pid}," in ends[ours][1][0], (waits, ends[ours])
		assert one(kind="summary")["lost"] == 0
	END
}

@test "Python's Listener and Client: who waits in accept, who for an answer, as strace has their calls" {
	need strace strace
	cat >talk.py <<-'END'
		import multiprocessing.connection as connection, os, time

		def call_me(name):
		    with open("/proc/self/comm", "w", encoding="ascii") as f:
		        f.write(name)

		def until_asleep(pid, *where):
		    while not any(w in open(f"/proc/{pid}/wchan", encoding="ascii").read() for w in where):
		        time.sleep(0.02)

		listener = connection.Listener(os.path.abspath("listener"))
		server = os.fork()
		if not server:
		    call_me("server")
		    with listener.accept() as one:
		        until_asleep(one.recv(), "unix_stream")
		        one.send("answer")
		    os._exit(0)
		call_me("client")
		until_asleep(server, "unix_accept", "skb_wait", "skb_recv")
		with connection.Client(os.path.abspath("listener")) as one:
		    one.send(os.getpid())
		    assert one.recv() == "answer"
		    try:
		        one.recv()
		    except EOFError:
		        pass
		os.waitpid(server, 0)
	END
	json_of -- strace -f -yy -e trace=accept4,connect,read,write -o strace "$PYTHON" talk.py
	told <<-'END'
		import re
		theirs, begun = [], {}
		for line in open("strace", encoding="utf-8"):
		    pid, rest = line.split(None, 1)
		    if rest.endswith("<unfinished ...>\n"):
		        begun[pid] = rest.removesuffix("<unfinished ...>\n")
		        continue
		    if over := re.match(r"<\.\.\. \w+ resumed>(.*)", rest):
		        line = f"{pid} {begun.pop(pid)}{over[1]}"
		    if found := re.match(r"(\d+) +(accept4|connect|read|write)\(\d+<UNIX(?:-STREAM)?:\[(\d+).* = (-?\d+)", line):
		        theirs.append((int(found[1]), found[2], f"sock:[{found[3]}]", min(int(found[4]), 0) if found[2] == "accept4" else int(found[4])))
		ours = [(o["pid"], o["op"], o["object"], min(o["ret"], 0) if o["op"] == "accept4" else o["ret"]) for o in pick(kind="op")
		        if o.get("comm") in ("client", "server") and o.get("object", "").startswith("sock:")]
		assert set(theirs) <= set(ours) and len(theirs) > 4, (theirs, ours)
		accepts = one(kind="wait", comm="server", reason="no-connection")
		(named,) = pick(kind="object", event="named")
		assert accepts["object"] == named["object"] and named["path"].endswith("/listener"), (accepts, named)
		assert (accepts["cause"]["kind"], accepts["cause"]["comm"], accepts["cause"]["op"]) == ("connection", "client", "connect"), accepts
		# Who reads what it wrote wakes it, too: it sleeps on the queue of those who wait for room.
		waits = [w for w in pick(kind="wait", comm="client", reason="no-data") if w["cause"]["kind"] != "space"]
		assert waits and {(w["cause"]["kind"], w["cause"]["comm"]) for w in waits[:1]} == {("data", "server")}, waits
		assert {w["cause"]["comm"] for w in waits} == {"server"}, waits
		(end,) = pick(kind="op", comm="client", op="read", ret=0)
		assert (end["cause"]["kind"], end["cause"]["comm"]) == ("peer-closed", "server"), end
		assert one(kind="summary")["lost"] == 0
	END
}

# As who draws windows sends to who shows them: it never waits in a write, and polls for room instead. The witness is ss.
@test "who polls for room: the socket is full by what it has sent, and who does not read it" {
	need ss iproute2
	cat >draws.py <<-'END'
		import os, select, socket, subprocess, time

		def call_me(name):
		    with open("/proc/self/comm", "w", encoding="ascii") as f:
		        f.write(name)

		display, client = socket.socketpair()
		drawer = os.fork()
		if not drawer:
		    call_me("drawer")
		    display.close()
		    client.setblocking(False)
		    poll = select.poll()
		    poll.register(client, select.POLLOUT)
		    frames = b"x" * (1 << 20)
		    while frames:
		        try:
		            frames = frames[client.send(frames[:4096]):]
		        except BlockingIOError:
		            poll.poll()
		    os._exit(0)
		call_me("display")
		client.close()
		while "poll" not in open(f"/proc/{drawer}/wchan").read():
		    time.sleep(0.02)
		for kind in "json", "text":
		    subprocess.run([os.environ["IPCTRACE"], "-f", kind, "why", str(drawer)], stdout=open(f"why.{kind}", "w"), check=True)
		subprocess.run(["ss", "-HxapnO"], stdout=open("ss", "w"), check=True)
		while display.recv(1 << 16):
		    pass
		os.waitpid(drawer, 0)
	END
	json_of --buffer 64M -- "$PYTHON" draws.py
	told <<-'END'
		import json
		first = pick(kind="wait", comm="drawer", reason="poll")[0]
		refused = [o for o in pick(kind="op", comm="drawer", error="EAGAIN") if o["t"] < first["slept_at"]][-1]
		assert (refused["cause"]["kind"], refused["object"]) == ("state", first["watches"]), (refused, first)
		assert first["state"]["used"] >= first["state"]["limit"], first
		assert (first["cause"]["kind"], first["cause"]["comm"]) == ("event", "display"), first
		assert first["cause"]["object"] == f"sock:[{first['state']['peer']}]", first
		ends = {words[5]: words for words in map(str.split, open("ss", encoding="utf-8"))}
		ours = ends[first["object"][6:-1]]
		assert int(ours[3]) == first["state"]["used"] and ours[7] == str(first["state"]["peer"]) and '"drawer"' in ours[8], (ours, first)
		assert '"display"' in ends[ours[7]][8], ends[ours[7]]
		(why,) = [w for w in map(json.loads, open("why.json", encoding="utf-8")) if w["kind"] == "why"]
		assert why["reason"] == "poll" and [w["object"] for w in why["watches"]] == [first["object"]], why
		assert "display" in {h["comm"] for h in why["holders"] if h["way"] == "read"} and why["verdict"] == "open", why
		assert f"full: {ours[3]} of {first['state']['limit']} bytes of memory" in " ".join(open("why.text", encoding="utf-8").read().split()), why
		assert one(kind="summary")["lost"] == 0
	END
}
