#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2034,SC2154 # what stands in single quotes is for an inner shell; lib/real.bash sets work, and uses stop and pids
# Programs that were not written for ipctrace, over TCP: who waits for whom in them. Witnesses: ss, /proc, what the
# servers say of their clients.

bats_require_minimum_version 1.5.0
load lib/real.bash

# A port of 127.0.0.1 on which nobody listens, and which the kernel gives to nobody.
free_port() {
	"$PYTHON" - <<-'END'
		import random, socket
		with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as f:
		    first, last = map(int, f.read().split())
		for port in random.sample([n for n in range(1024, 65536) if not first <= n <= last] or range(1024, 65536), 100):
		    with socket.socket() as s:
		        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
		        try:
		            s.bind(("127.0.0.1", port))
		        except OSError:
		            continue
		        print(port)
		        break
	END
}

# What nginx, with a buffer of 64 KiB for what it sends, and its client need: www/big is more than the buffers hold.
prepare_nginx() {
	need nginx nginx
	need curl curl
	need ss iproute2
	port=$(free_port)
	mkdir www
	echo small >www/small
	truncate -s 64M www/big
	cat >conf <<-END
		daemon off;
		worker_processes 1;
		pid nginx.pid;
		events { worker_connections 64; }
		http {
			access_log off;
			client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
			server { listen 127.0.0.1:$port sndbuf=64k; root www; }
		}
	END
	cat >slow.py <<-'END'
		import os, re, socket, subprocess, sys, time

		with open("/proc/self/comm", "w", encoding="ascii") as f:
		    f.write("slow")
		port = int(sys.argv[1])
		s = socket.socket()
		s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
		s.connect(("127.0.0.1", port))
		s.sendall(b"GET /big HTTP/1.0\r\n\r\n")

		def seen():
		    """What ss says of both ends, and the memory of what nginx has sent."""
		    said = subprocess.run(["ss", "-HOtnpem", f"sport = :{port} or dport = :{port}"], stdout=subprocess.PIPE, check=True, text=True).stdout
		    (nginx,) = [line for line in said.splitlines() if f":{s.getsockname()[1]} users:((\"nginx\"" in line]
		    return said, re.search(r"pid=(\d+)", nginx)[1], int(re.search(r",w(\d+),", nginx)[1])

		last = None
		while True:
		    time.sleep(0.3)
		    try:
		        said, worker, used = seen()
		    except ValueError: # nginx has not accepted it
		        continue
		    if used == last and used >= 1 << 16 and "ep" in open(f"/proc/{worker}/wchan", encoding="ascii").read():
		        break
		    last = used
		for name, text in ("ss", said), ("slow", f"{worker} {os.getpid()}\n"):
		    with open("new", "w", encoding="utf-8") as f:
		        f.write(text)
		    os.rename("new", name)
		if len(sys.argv) > 2:
		    with open("why", "w", encoding="utf-8") as f:
		        subprocess.run([os.environ["IPCTRACE"], "-f", "json", "why", worker], stdout=f, check=True)
		else:
		    while not os.path.exists("go"):
		        time.sleep(0.02)
		left = 1 << 20
		while left > 0:
		    left -= len(s.recv(1 << 16))
	END
	# ends: of each end that ss has seen its number, the number of the process, and the other fields.
	cat >ends.py <<-'END'
		import re

		def ends(file="ss"):
		    found = {}
		    for line in open(file, encoding="utf-8"):
		        words = line.split()
		        who = re.search(r'\("(\w+)",pid=(\d+),fd=(\d+)\)', line)
		        if who and words[0] == "ESTAB":
		            found[who[1]] = {"object": "sock:[" + re.search(r"ino:(\d+)", line)[1] + "]", "pid": int(who[2]), "fd": int(who[3]),
		                             "path": f"{words[3]}>{words[4]}", "unread": int(words[1]),
		                             "used": int(re.search(r",w(\d+),", line)[1]), "limit": int(re.search(r",tb(\d+),", line)[1])}
		    return found
	END
}

stop_nginx() {
	kill -TERM "$nginx" && wait "$nginx"
}

@test "nginx: it answers curl; then its buffer is full, and it waits until a slow client reads" {
	prepare_nginx
	cat >serve <<-'END'
		nginx -p "$PWD/" -c conf -e error.log &
		nginx=$!
		until curl -s --noproxy '*' "http://127.0.0.1:$1/small" >small; do sleep 0.1; done
		until grep -q ep "/proc/$(pgrep -P "$nginx")/wchan"; do sleep 0.02; done
		curl -s --noproxy '*' "http://127.0.0.1:$1/small" >small
		"$2" slow.py "$1" why
		kill "$nginx"
		wait "$nginx"
	END
	json_of -- sh serve "$port" "$PYTHON"
	[ "$(cat small)" = small ]
	told <<-'END'
		import json, re, sys
		sys.path.insert(0, ".")
		from ends import ends
		nginx, slow = ends()["nginx"], ends()["slow"]
		worker = nginx["pid"]
		events = [w for w in pick(kind="wait", pid=worker, reason="epoll") if w["cause"]["kind"] == "event"]
		# curl wakes nginx by its connection; if it sleeps, nginx wakes it by its answer.
		assert {"connect"} <= {w["cause"]["op"] for w in events if w["cause"]["comm"] == "curl"}, events
		answered = [w["cause"] for w in pick(kind="wait", comm="curl", reason="poll") if w["cause"]["kind"] == "event"]
		assert {(c["comm"], c["pid"]) for c in answered} <= {("nginx", worker)}, answered
		# The buffer is full; the slow client's reads make room, and wake nginx.
		refused = pick(kind="op", pid=worker, object=nginx["object"], error="EAGAIN")
		full = [o for o in refused if o["class"] == "write"][0]
		assert full["cause"]["kind"] == "state" and full["after"]["used"] >= full["after"]["limit"] == nginx["limit"], (full, nginx)
		assert f"sock:[{full['after']['peer']}]" == slow["object"], (full, slow)
		stuck = [w for w in pick(kind="wait", pid=worker, reason="epoll") if w["slept_at"] > full["t"]][0]
		assert nginx["object"] in stuck["watches"].split(", "), stuck
		room = [w["cause"] for w in events if w["slept_at"] > full["t"] and w["cause"].get("object") == slow["object"]]
		assert room and {(c["pid"], c["comm"], c["op"]) for c in room if c["op"] != "close"} == {(slow["pid"], "slow", "recvfrom")}, room
		(why,) = [w for w in map(json.loads, open("why", encoding="utf-8")) if w["kind"] == "why"]
		assert (why["pid"], why["reason"], why["verdict"]) == (worker, "epoll", "open"), why
		assert nginx["object"] in {w.get("object") for w in why["watches"]}, why
		theirs = [h for h in why["holders"] if h["object"] == slow["object"]]
		assert [(h["pid"], h["comm"], h["fd"]) for h in theirs] == [(slow["pid"], "slow", slow["fd"])], (why, slow)
		assert one(kind="summary")["lost"] == 0
	END
}

@test "nginx, attached to while a client reads nothing: how full the socket is, and who wakes it" {
	prepare_nginx
	start nginx -p "$work/" -c conf -e error.log
	nginx=$pid
	pids=()
	stop=(stop_nginx)
	until curl -s --noproxy '*' "http://127.0.0.1:$port/small" >small; do sleep 0.1; done
	start "$PYTHON" slow.py "$port"
	client=$pid
	written slow
	read -r worker slow <slow
	[ "$slow" -eq "$client" ]
	look_at "$worker"
	attach_asleep "$worker"
	ss -HOtnpem "sport = :$port or dport = :$port" >ss.later
	touch go
	wait "$client"
	stop_nginx
	stop=()
	ended
	told <<-'END'
		import sys
		sys.path.insert(0, ".")
		from ends import ends
		later = ends("ss.later")
		for name, end in ends().items():
		    held = one(kind="object", event="held", object=end["object"], pid=end["pid"])
		    other = ends()["slow" if name == "nginx" else "nginx"]
		    assert (held["comm"], held["fd"], held["path"]) == (name, end["fd"], end["path"]), (held, end)
		    # nginx may try a little more now and then.
		    for n in "unread", "used", "limit":
		        least, most = sorted((end[n], later[name][n]))
		        assert least <= held["state"][n] <= most, (held, end, later[name])
		    assert f"sock:[{held['state']['peer']}]" == other["object"], (held, other)
		nginx, slow = ends()["nginx"], ends()["slow"]
		stuck = pick(kind="wait", pid=nginx["pid"], reason="epoll")[0]
		assert stuck["earlier"] and nginx["object"] in stuck["watches"].split(", "), stuck
		cause = stuck["cause"]
		assert (cause["kind"], cause["pid"], cause["op"], cause["object"]) == ("event", slow["pid"], "recvfrom", slow["object"]), stuck
		assert one(kind="summary")["lost"] == 0
	END
	grep -qF "slow $slow (fd " why.text
}

@test "PostgreSQL over TCP: who waits for a lock waits for its own backend, and no other one" {
	need psql postgresql
	port=$(free_port)
	start_postgres -c listen_addresses=127.0.0.1 -p "$port"
	ask=(env -u PGOPTIONS psql -h 127.0.0.1 -p "$port" -U postgres -AtqXw)
	"${ask[@]}" -c 'create table locked (i int)'
	start "${ask[@]}" -c begin -c 'lock table locked' -c "select pg_sleep(10000)" >owner.out 2>&1
	# It has the lock before it sleeps.
	blocker="select pid from pg_stat_activity where query = 'select pg_sleep(10000)' and wait_event = 'PgSleep'"
	until "${ask[@]}" -c "$blocker" >owner && [ -s owner ]; do sleep 0.1; done
	start "${ask[@]}" -c 'select i from locked' >waiter.out 2>&1
	waiter=$pid
	waits="select pid, client_port from pg_stat_activity where query = 'select i from locked' and wait_event_type = 'Lock'"
	until "${ask[@]}" -F ' ' -c "$waits" >backend && [ -s backend ]; do sleep 0.1; done
	asleep_in "$waiter" poll
	look_at "$waiter"
	attach_asleep "$waiter"
	"${ask[@]}" -c "select pg_terminate_backend($(cat owner))" >ended
	wait "$waiter"
	ended
	WAITER=$waiter BACKEND=$(cat backend) OWNER=$(cat owner) told <<-'END'
		import json, os
		waiter, owner = int(os.environ["WAITER"]), int(os.environ["OWNER"])
		backend, port = map(int, os.environ["BACKEND"].split())
		(why,) = [w for w in map(json.loads, open("why", encoding="utf-8")) if w["kind"] == "why"]
		assert (why["pid"], why["reason"], why["verdict"]) == (waiter, "poll", "open"), why
		assert {(h["pid"], h["comm"]) for h in why["holders"] if h["way"] == "write"} == {(backend, "postgres")}, (why, backend)
		assert owner not in {e["pid"] for e in why["enders"]}, why
		(watched,) = why["watches"]
		held = one(kind="object", event="held", pid=waiter, object=watched["object"])
		assert held["path"].startswith(f"127.0.0.1:{port}>127.0.0.1:"), (held, port)
		waited = pick(kind="wait", pid=waiter, reason="poll")[0]
		assert waited["earlier"] and waited["watches"] == watched["object"], waited
		cause = waited["cause"]
		assert (cause["kind"], cause["pid"], cause["op"]) == ("event", backend, "sendto"), waited
		assert cause["object"] == f"sock:[{held['state']['peer']}]", (waited, held)
		assert one(kind="summary")["lost"] == 0
	END
	# It looks for a deadlock after a second, and may be about to run.
	grep -qE "✔ postgres $(cut -d' ' -f1 backend)(, once awake,)? could end it" why.text
}

@test "redis over TCP: BLPOP waits for redis-server, whose answer wakes it" {
	need redis-server redis-server
	port=$(free_port)
	start redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$work" >log
	server=$pid
	until redis-cli -p "$port" ping 2>&1 | grep -q PONG; do sleep 0.05; done
	start redis-cli -p "$port" BLPOP queue 0 >popped
	popper=$pid
	asleep_in "$popper" wait_woken
	until redis-cli -p "$port" CLIENT LIST | grep -q ' cmd=blpop '; do sleep 0.05; done
	asleep_in "$popper" wait_woken
	look_at "$popper"
	attach_asleep "$popper"
	redis-cli -p "$port" LPUSH queue job >pushed
	wait "$popper"
	ended
	[ "$(cat popped)" = $'queue\njob' ]
	POPPER=$popper SERVER=$server told <<-'END'
		import json, os
		popper, server = int(os.environ["POPPER"]), int(os.environ["SERVER"])
		(why,) = [w for w in map(json.loads, open("why", encoding="utf-8")) if w["kind"] == "why"]
		assert (why["reason"], why["family"], why["state"]["unread"], why["verdict"]) == ("no-data", "inet", 0, "open"), why
		peer = f"sock:[{why['state']['peer']}]"
		assert {(h["pid"], h["object"]) for h in why["holders"] if h["way"] == "write"} == {(server, peer)}, why
		popped = pick(kind="wait", pid=popper, reason="no-data")[0]
		assert popped["earlier"] and popped["object"] == why["object"], popped
		cause = popped["cause"]
		assert (cause["kind"], cause["pid"], cause["op"], cause["object"]) == ("data", server, "write", peer), popped
		assert one(kind="summary")["lost"] == 0
	END
	# It wakes ten times a second.
	grep -qE "✔ redis-server $server(, once awake,)? could end it" why.text
}
