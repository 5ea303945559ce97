#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2154 # what stands in single quotes is for an inner shell; lib/common.bash sets e2e
# Programs that were not written for ipctrace: who waits for whom in them, and that nothing is lost.

bats_require_minimum_version 1.5.0
load lib/common.bash

setup_file() {
	need_tracing
	export BATS_TEST_TIMEOUT=600
}

setup() {
	begin_work
	cd "$work"
	unset MAKEFLAGS MFLAGS MAKELEVEL
	stop=()
}

teardown() {
	[ "${#stop[@]}" -eq 0 ] || "${stop[@]}" >/dev/null || true
	end_work
}

# PROGRAM PACKAGE: the virtual machines have little more than a shell.
need() {
	command -v "$1" >/dev/null || skip "no $1 here (package $2)"
}

told() {
	"$IPCTRACE" --json-schema >schema
	"$PYTHON" "$lib/schema.py" schema "$json"
	"$PYTHON" "$lib/lines.py" "$json"
}

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

# COMMAND...: as PostgreSQL's own user, without bats' descriptors.
postgres() {
	setpriv --reuid postgres --regid postgres --init-groups "$@" 3>&-
}

@test "PostgreSQL under pgbench, attached to: its backends wait for pgbench, 0 lost" {
	need pgbench postgresql
	bin=$(find /usr/lib/postgresql -name initdb -printf '%h\n' | tail -n 1)
	mkdir pg && chown postgres pg
	postgres "$bin/initdb" -D pg/data -A trust >log
	postgres "$bin/pg_ctl" -w -D pg/data -o "-k $work/pg -c listen_addresses=" -l pg/log start >>log
	stop=(postgres "$bin/pg_ctl" -D "$work/pg/data" -m immediate stop)
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
		# Nobody else talks to them: the rest are other backends, timers and interrupts.
		others = {w.get("waker", {}).get("comm") for w in waits} - {"pgbench", "postgres", None}
		assert sum(w.get("waker", {}).get("comm") in others for w in waits) <= len(waits) / 100, others
		assert one(kind="summary")["lost"] == 0
	END
}
