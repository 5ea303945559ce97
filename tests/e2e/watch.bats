#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# ipctrace --watch: each load and store of a word of shared memory, counted against what the program did.

bats_require_minimum_version 1.5.0
load lib/traced.bash

setup() {
	begin_work
	cd "$work"
	watched=$root/build/programs/watched
	# No other test has this key.
	key=$((0x70000000 + BASHPID))
	export IPCTRACE_TEST_MARK=$key
	lock_watchpoints -s
	mapfile -t ways < <(ways_to_watch)
}

teardown() {
	ipcrm -M "$key" 2>/dev/null || true
	rm -f "/dev/shm/ipctrace-$$"
	[ -z "${watchpoints:-}" ] || exec {watchpoints}>&-
	end_work
}

# The one reason for all that is not tested of a way of watching.
need_hardware() {
	[[ " ${ways[*]} " == *" hardware "* ]] || skip "no hardware watchpoints: words are watched by stepping alone"
}

# WORD WHAT ARGS...: traces the program in each way that works here; its last line is in $value.WAY.
watch() {
	watch_words "$1" -- "${@:2}"
}

# WORD... -- WHAT ARGS...
watch_words() {
	local words=() by status=0
	while [ "$1" != -- ]; do
		words+=(--watch "$1")
		shift
	done
	for by in "${ways[@]}"; do
		traced "$json.$by" "$IPCTRACE" run -f json --force -o "$json.$by" --backend "$backend" --watch-by "$by" "${words[@]}" -- \
			"$watched" "${@:2}" >out || status=$?
		tail -n 1 out >"value.$by"
		grep -q "\"watched_by\":\"$by\"" "$json.$by"
	done
	return "$status"
}

# PYTHON: of each way that there is, by: with the accesses as a list, a; loads and stores; lost, what was lost.
check() {
	local by
	for by in "${ways[@]}"; do
		[ ! -e "$json.$by" ] || check_one "$json.$by" "$(cat "value.$by")" "$by" "$1"
	done
}

# FILE VALUE WAY PYTHON
check_one() {
	"$PYTHON" - "$1" "$2" "$3" <<-EOF
		import json, sys
		lines = [json.loads(l) for l in open(sys.argv[1])]
		value = int(sys.argv[2])
		by = sys.argv[3]
		a = [l for l in lines if l["kind"] == "access"]
		loads = [l for l in a if l["event"] == "load"]
		stores = [l for l in a if l["event"] == "store"]
		lost = lines[-1]["lost_by"]["watch"] + lines[-1]["lost_by"]["ring"]
		def is_equal(x, y):
		    assert x == y, f"{by}: {x!r}, not {y!r}"
		$4
	EOF
}

@test "words are watched in both ways" {
	[[ " ${ways[*]} " == *" step "* ]]
	watch "shm:$key+0:4" count "$key" 1
	[ -e "$json.step" ]
	need_hardware
	[ -e "$json.hardware" ]
}

# bats test_tags=backend
@test "every load and store is seen, of processes that attach by themselves" {
	watch "shm:$key+0:4" count "$key" 500
	check 'is_equal((value, len(stores), len(loads), len(a), lost), (1000, 1000, 1001, 2001, 0))'
	check 'is_equal(len({l["pid"] for l in stores}), 2)'
}

@test "the first access after shmat is seen, and values and order are the program's" {
	watch "shm:$key+0:4" count "$key" 20
	check 'is_equal([l["value"] for l in a], [i // 2 + i % 2 for i in range(81)])'
	check 'is_equal([l.get("was") for l in stores], list(range(40)))'
	check 'is_equal({l["exact"] for l in a}, {True})'
	check 'is_equal({l["lost"] for l in stores}, {0})'
}

@test "updates that are lost are as many as the value lacks" {
	watch "shm:$key+0:4" race "$key" 1000
	check 'is_equal((len(stores), lost), (2000, 0))'
	# An emulated processor can be preempted between a store and its trap: what nobody was seen to store yet is then
	# loaded, and the sum is left out. A wrong one never comes.
	check 'assert by != "step" and '"$IPCTRACE_TIME_SCALE"' > 1 or "lost" in stores[-1]'
	check 'assert stores[-1].get("lost", 2000 - value) == 2000 - value'
	# Whoever lost one is told whose, and none where nobody stored in between.
	check 'assert all(("cause" in s) == ("unseen" in s) for s in stores)'
	check 'assert all(s["cause"]["kind"] == "lost-update" and s["cause"]["pid"] != s["pid"] for s in stores if "cause" in s)'
	check 'assert value == 2000 or any("cause" in s for s in stores)'
}

@test "they are as many after a store of a number, too, and the last load has the sum beside the value" {
	watch "shm:$key+0:4" zeroed "$key" 500
	check 'is_equal((len(stores), lost), (1001, 0))'
	check 'assert by != "step" and '"$IPCTRACE_TIME_SCALE"' > 1 or (a[-1]["stores"], a[-1]["lost"]) == (1000, 1000 - value)'
	check 'is_equal(a[-1].get("lost", 1000 - value), 1000 - value)'
}

@test "a value that is read afterwards is the stored one where nobody else has the word mapped" {
	watch "shm:$key+0:4" beside "$key"
	# While one thread is stepped, no other can store.
	check 'is_equal((value, [(s["value"], s["exact"]) for s in stores], lost), (40, [(10, True), (20, by == "step"), (30, by == "step"), (40, True)], 0))'
}

@test "what is locked loses nothing" {
	watch "shm:$key+0:4" locked "$key" 300
	check 'is_equal((value, len(stores), lost), (600, 600, 0))'
	check 'is_equal({s["update"] for s in stores}, {"atomic"})'
	check 'is_equal(stores[-1]["lost"], 0)'
}

@test "children and threads inherit; a parent sees no stop in their story" {
	watch "shm:$key+0:4" heirs "$key"
	check 'is_equal((value, len(stores), len(loads)), (20, 20, 21))'
	check 'is_equal(len({l["tid"] for l in stores}), 2)'
	check 'is_equal([l for l in lines if l["kind"] == "signal" and l.get("sig") in ("SIGSTOP", "SIGCONT")], [])'
	check 'is_equal([l for l in lines if l.get("reason") == "stopped"], [])'
}

@test "what watches who has ended is given back: of a hundred each is watched with few descriptors" {
	(
		ulimit -n 160
		watch "shm:$key+0:4" brief "$key" 100
	)
	check 'is_equal((value, len(stores), lost), (100, 100, 0))'
	check 'is_equal(len({l["pid"] for l in stores}), 100)'
}

@test "a word that moves from address to address is followed" {
	watch "shm:$key+0:4" moving "$key" 40
	check 'is_equal((value, len(stores), len(loads), lost), (40, 40, 40, 0))'
	check 'is_equal(len({l["addr"] for l in a}), 5)'
}

@test "the key that a segment was made with names it after IPC_RMID, too" {
	watch "shm:$key+0:4" removed "$key" 10
	check 'is_equal((value, len(stores), len(loads), lost), (10, 10, 11, 0))'
}

@test "a word that is mapped twice at once is watched at one place, and that is counted" {
	watch "shm:$key+0:4" twice "$key" 3 || [ $? -eq 3 ]
	check 'is_equal((value, len(stores), len(loads)), (3, 0, 1))'
	check 'is_equal(lost, 1)'
}

@test "an mremap of several areas takes the words of all with it, and one that cuts leaves the rest" {
	watch_words "shmem:memfd:of-$key+0:4" "shmem:memfd:of-$key+8192:4" -- areas "of-$key" 5
	check 'assert value or [int(n) for n in lines[-1]["kernel"].split(".")[:2]] < [6, 17], value'
	check 'is_equal([(s["word"], s["value"]) for s in stores], [(w, 5 * i + n + 1) for i, w in ((0, 0), (0, 1), (1, 0), (1, 1), (2, 0)) for n in range(5)])'
	check 'is_equal(lost, 0)'
}

@test "a named semaphore, by who makes it, before it has its name" {
	watch "shmem:/sem.ipctrace-$key+0:4" named "/ipctrace-$key" 4
	check 'is_equal((value, [l["value"] for l in stores], lost), (4, [1, 2, 3, 4], 0))'
}

@test "POSIX shared memory and memfds, at an offset in the file" {
	watch "shmem:/ipctrace-$key+0x1008:4" posix "/ipctrace-$key" 50
	check 'is_equal((len(stores), len(loads), lost), (100, 101, 0))'
	check 'is_equal({l["offset"] for l in a}, {4104})'
	watch "shmem:memfd:of-$key+4104:4" memfd "of-$key" 50
	check 'is_equal((len(stores), len(loads), lost), (100, 101, 0))'
}

# bats test_tags=kernel
@test "what system calls store in a word and load from it is told at their end, of those who are stepped" {
	ways=(step)
	watch "shm:$key+0:4" calls "$key"
	check 'is_equal([(l["event"], l.get("op"), l["value"]) for l in a], [
	    ("store", "read", 7), ("store", "readv", 8), ("load", "write", 8), ("store", "pread64", 9), ("store", "recvfrom", 10),
	    ("load", "futex", 10), ("load", None, 10)])'
	check 'is_equal(([l["was"] for l in stores[1:]], {l["exact"] for l in a}, lost), ([7, 8, 9], {True}, 0))'
}

# FILE: what it tells of each process, without accesses, times, addresses, and with numbers for what is named anew in each run.
facts_of() {
	"$PYTHON" - "$1" <<-'END'
		import json, re, sys
		names, story = {}, {}
		OTHERWISE = {"t", "slept", "delay", "duration", "addr", "ip", "pfn", "value"}  # value: of a semaphore
		def number(kind, value):
		    return names.setdefault((kind, value), f"{kind}-{sum(k == kind for k, _ in names)}")
		def plain(key, value, op=None):
		    if isinstance(value, dict):
		        # The reader that a write wakes may have read before the write is over.
		        return {k: plain(k, v, value.get("op")) for k, v in value.items()
		                if k not in OTHERWISE and not k.endswith("_at") and (k, value.get("op")) != ("after", "write")}
		    if isinstance(value, list):
		        return [plain(key, v) for v in value]
		    if key in ("pid", "tid", "lastpid") and value:
		        return number("task", value)
		    if key in ("object", "file"):
		        return number(str(value).split(":")[0] if key == "object" else key, value)
		    if key == "ret" and op in ("shmget", "semget", "shmat"):
		        return "new"
		    if key in ("arg", "ret") and isinstance(value, int) and abs(value) > 4096:
		        return "address"
		    return value
		lines = [*map(json.loads, open(sys.argv[1]))]
		held = {line["object"] for line in lines if line.get("event") == "held"}  # by others, too, who come and go
		for line in lines:
		    if line["kind"] not in ("access", "run", "summary") and line.get("object") not in held:
		        story.setdefault(line.get("tid"), []).append(plain("", line))
		for told in story.values():
		    for line in told:
		        print(json.dumps(line, sort_keys=True))
	END
}

@test "a signal that means nothing to a thread does not end its sleep because it is stepped" {
	watch "shm:$key+0:4" undisturbed "$key"
	check 'is_equal((value, lost), (1, 0))'
	check 'is_equal([l["result"] for l in lines if l.get("sig") == "SIGCHLD" and l["event"] == "generated" and l["comm"] == "watched"], ["ignored"] * 5 + ["queued"])'
	check 'is_equal([w["waker"]["ctx"] for w in lines if w["kind"] == "wait" and w["op"] == "rt_sigtimedwait"], ["signal"])'
	check 'is_equal([l for l in lines if l.get("sig") == "SIGCHLD" and l["event"] == "delivered" and l["comm"] == "watched"], [])'
}

@test "a sleep that is interrupted to watch its thread has no waker: neither ipctrace nor its signal" {
	watch "shm:$key+0:4" asleep "$key" 3
	check 'is_equal((value, lost), (3, 0))'
	check 'is_equal({w["cause"]["kind"] for w in lines if w["kind"] == "wait" and w["op"] == "clock_nanosleep"} - {"timeout", "unknown"}, set())'
	check 'is_equal([w for w in lines if w.get("waker", {}).get("comm", "").startswith("ipctrace")], [])'
	check 'is_equal([w for w in lines if w.get("cause", {}).get("comm", "").startswith("ipctrace")], [])'
}

# bats test_tags=backend
@test "all that is not of the words is told the same without --watch" {
	traced "$json" "$IPCTRACE" run -f json --force -o "$json" --backend "$backend" -- "$watched" talk "$key" 3 >out
	facts_of "$json" >without
	# Each sleeps on the other as often as they talk.
	[ "$(grep -c '"kind": "wait".*"op": "semtimedop"' without)" -eq 3 ]
	[ "$(grep -c '"kind": "wait".*"op": "read"' without)" -eq 3 ]
	watch "shm:$key+0:4" talk "$key" 3
	check 'is_equal((value, len(stores), lost), (6, 6, 0))'
	for by in "${ways[@]}"; do
		facts_of "$json.$by" | diff without - >&2
	done
}

@test "symbol and line, in a replay too" {
	local line
	line=$(grep -n 'the store' "$programs/watched.c" | cut -d: -f1)
	"$IPCTRACE" record --force -o trace --backend "$backend" --watch "shm:$key+0:4" -- "$watched" count "$key" 3 >out
	"$IPCTRACE" replay -f json --force -o "$json" trace
	mv "$json" "$json.${ways[0]}"
	tail -n 1 out >"value.${ways[0]}"
	check 'is_equal({s["file"] for s in stores}, {"watched.c"})'
	check 'is_equal({s["line"] for s in stores}, {'"$line"'})'
	check 'assert all("+0x" in s["symbol"] for s in stores)'
}

@test "three and four words: the instruction tells a load from a store" {
	watch_words "shm:$key+0:4" "shm:$key+4:4" "shm:$key+8:4" "shm:$key+12:4" -- words "$key" 5
	check 'is_equal((len(a), lost), (41, 0))'
	check 'is_equal([len([l for l in a if l["word"] == i]) for i in range(4)], [10, 10, 10, 11])'
	# add() loads and stores; the last load is what is printed.
	check 'is_equal([[l["event"] for l in a if l["word"] == i] for i in range(4)], [["load", "store"] * 5] * 3 + [["load", "store"] * 5 + ["load"]])'
}

# bats test_tags=backend
@test "more words than the hardware has registers for are stepped, 64 at most" {
	local i words=() ways=(auto)
	for ((i = 0; i < 64; i++)); do words+=(--watch "shm:$key+$((4 * i)):4"); done
	traced "$json.auto" "$IPCTRACE" run -f json --force -o "$json.auto" --backend "$backend" "${words[@]}" -- "$watched" many "$key" 3 >value.auto
	check 'is_equal(lines[-1]["watched_by"], "step")'
	check 'is_equal((value, len(a), lost), (6, 64 * 2 * 6 + 1, 0))'
	check 'is_equal([[l["value"] for l in a if l["word"] == i] for i in range(63)], [[0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6]] * 63)'
	check 'is_equal({l["offset"] // 4 - l["word"] for l in a}, {0})'
	check 'is_equal({l["stores"] - l["lost"] for l in stores if l["value"] == 6}, {6})'
}

@test "hardware refuses a fifth word, and says that stepping takes more; nothing takes a 65th" {
	local i words=()
	for i in 0 4 8 12 16; do words+=(--watch "shm:$key+$i:4"); done
	run -2 --separate-stderr "$IPCTRACE" run --watch-by hardware "${words[@]}" -- true
	[[ $stderr == *"four words at most by hardware"*"--watch-by step takes 64"* ]]
	printf 'watch shm:%d+0:4\nclaim ends "it ends"\n\ttrue exit\n' "$key" >one.expect
	run -2 --separate-stderr "$IPCTRACE" run --watch-by hardware --expect one.expect "${words[@]:2}" -- true
	[[ $stderr == *"one.expect: "*"four words at most by hardware"* ]]
	for ((i = 5; i <= 64; i++)); do words+=(--watch "shm:$key+$((4 * i)):4"); done
	run -2 --separate-stderr "$IPCTRACE" run "${words[@]}" -- true
	[[ $stderr == *"64 words at most"* ]]
}

@test "of several words each row says which, and a sum which values" {
	"$IPCTRACE" run --backend "$backend" --watch "shm:$key+0:4" --watch "shm:$key+8:4" -- "$watched" words "$key" 20 >text
	grep -qE 'load 0 \(watched.c' text
	grep -qE 'load 0 at \+8 ' text
	grep -qE 'store 0 → 1 at \+8 ' text
	grep -qE 'store at \+8 ×19$' text
	[ "$(grep -A1 'store at +8' text | tail -n 1)" = "                of 2–20" ]
}

@test "the same word by key and by id is watched once, and that is counted" {
	"$watched" hold "$key" >held 3>&- &
	pids+=($!)
	wait_for held
	run -3 "$IPCTRACE" attach -f json --force -o "$json" --backend "$backend" -p "${pids[0]}" --for 300ms \
		--watch "shm:#$(cat held)+0:4" --watch "shm:$key+0:4"
	check_one "$json" 0 auto 'is_equal({l["word"] for l in a}, {0})'
	check_one "$json" 0 auto 'assert lost'
}

@test "what is no word is refused" {
	local word
	for word in shm:1 shm:1+0 shm:1+0:3 shm:1+0:16 shm:1+2:4 shm:1+4:8 shm:0+0:4 shm:+0:4 shm:x+0:4 shm:-1+0:4 \
		shm:4294967296+0:4 shmem:x+0:4 shmem:/a/b+0:4 shm:1+0:4x pipe:1+0:4 ''; do
		run -2 --separate-stderr "$IPCTRACE" run --watch "$word" -- true
		[[ $stderr == *"--watch '$word' is wrong"* ]]
	done
}

@test "a word that is never mapped is told, and is no success" {
	run -3 --separate-stderr "$IPCTRACE" run --backend "$backend" --watch "shm:$key+0:4" -- true
	[[ $stderr == *"the word shm:$key+0:4 was never mapped"* ]]
	# Nor is one beyond the segment's end.
	run -3 --separate-stderr "$IPCTRACE" run --backend "$backend" --watch "shm:$key+4096:4" -- "$watched" count "$key" 1
	[[ $stderr == *"was never mapped"* ]]
}

# FILE: until something is written into it.
wait_for() {
	local i
	for ((i = 0; i < 200; i++)); do
		[ ! -s "$1" ] || return 0
		sleep 0.05
	done
	return 1
}

# The guards of this test's ipctrace, by its environment: others may watch, too.
guards() {
	local pid
	for pid in $(pgrep '^ipctrace-[sg]'); do
		! grep -qszx "IPCTRACE_TEST_MARK=$key" "/proc/$pid/environ" || echo "$pid"
	done
}

# Another process can open as many watchpoints as there are.
all_are_free() {
	"$PYTHON" "$programs/breakpoints.py" 4
}

@test "watchpoints that others use are said to be in use" {
	need_hardware
	lock_watchpoints -x
	"$PYTHON" "$programs/breakpoints.py" 4 all 3>&- >held &
	pids+=($!)
	wait_for held
	run -3 --separate-stderr "$IPCTRACE" run --backend "$backend" --watch-by hardware --watch "shm:$key+0:4" -- "$watched" count "$key" 1
	[[ $stderr == *watchpoint* ]]
}

@test "killed at any moment, ipctrace leaves nobody stopped and no watchpoint" {
	local i by
	for by in "${ways[@]}"; do
		for i in 1 2 3 4 5; do
			"$IPCTRACE" run -q --backend "$backend" --watch-by "$by" --watch "shm:$key+0:4" -- "$watched" race "$key" 1000000 >/dev/null 2>&1 3>&- &
			sleep "0.$((i * 17))"
			kill -KILL $! 2>/dev/null || true
			wait $! 2>/dev/null || true
			ipcrm -M "$key" 2>/dev/null || true
		done
	done
	for ((i = 0; i < 100; i++)); do
		pgrep -f "watched race $key" >/dev/null || break
		sleep 0.05
	done
	run -1 pgrep -f "watched race $key"
	all_are_free
}

@test "attach: the stops of who maps a watched word are nobody's story, from the first look on" {
	"$PYTHON" - /dev/shm/"ipctrace-$$" >ready 3>&- <<-'END' &
		import mmap, os, sys, time
		fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
		os.ftruncate(fd, 4096)
		print("ready", flush=True)
		old = mmap.mmap(-1, 4096)
		while True:  # at another address each time
		    new = mmap.mmap(-1, 4096)
		    word = mmap.mmap(fd, 4096)
		    old.close()
		    word.close()
		    old = new
		    time.sleep(0.001)
	END
	pids+=($!)
	wait_for ready
	"$IPCTRACE" attach -f json --force -o "$json" --backend "$backend" -p "${pids[0]}" --for 700ms --watch "shmem:/ipctrace-$$+0:4"
	grep -q '"kind":"map"' "$json"
	run -1 grep '"reason":"stopped"' "$json"
}

# WAY: $tracer watches the word of $watched, or of a copy, that runs as pids[0] and printed its segment into held, and has seen it used.
watch_held() {
	"$IPCTRACE" attach -f json --force -o "$json" --backend "$backend" -p "${pids[0]}" --watch-by "$1" --watch "shm:#$(cat held)+0:4" 3>&- &
	tracer=$!
	pids+=("$tracer")
	for _ in $(seq 400); do
		! grep -q '"symbol":"' "$json" 2>/dev/null || break
		sleep 0.05
	done
	grep -q '"symbol":"' "$json"
}

@test "who is stopped by somebody else stays so when ipctrace ends" {
	local by
	"$watched" hold "$key" >held 3>&- &
	pids+=($!)
	wait_for held
	for by in "${ways[@]}"; do
		watch_held "$by"
		kill -STOP "${pids[0]}"
		sleep 0.3
		kill -TERM "$tracer"
		tracer_ended
		sleep 0.3
		grep -q '^State:.T (stopped)' "/proc/${pids[0]}/status"
		kill -CONT "${pids[0]}"
		is_free "${pids[0]}"
		rm -f "$json"
	done
}

# PID: the state of the process; X if it is gone.
state_of() {
	{ cut -d' ' -f3 "/proc/$1/stat" 2>/dev/null; echo X; } | head -n 1
}

# No process is beside ipctrace any more. The last one, which releases held processes, may still be about to exit.
no_guard() {
	local i
	for ((i = 0; i < 200; i++)); do
		[ -n "$(guards)" ] || return 0
		sleep 0.05
	done
	return 1
}

# PID: sets aside to the process that replaces it beside ipctrace.
another_than() {
	local i
	for ((i = 0; i < 200; i++)); do
		mapfile -t aside < <(guards)
		[ "${#aside[@]}" -ne 1 ] || [ "${aside[0]}" = "$1" ] || return 0
		sleep 0.05
	done
	return 1
}

@test "the process that steps is killed alone: who sleeps lives on and is watched again, and nobody stays stopped" {
	local runner sleeper stepper i j status
	"$watched" hold "$key" >held 3>&- &
	pids+=($!)
	runner=$!
	mkfifo line
	"$watched" patient "$((key + 1))" 1 <line >value 3>&- &
	sleeper=$!
	pids+=("$sleeper")
	exec 9>line
	wait_for held
	wait_for value
	"$IPCTRACE" attach --no-children -f json --force -o "$json" --backend "$backend" -p "$runner,$sleeper" --watch-by step \
		--watch "shm:#$(cat held)+0:4" --watch "shm:#$(cat value)+0:4" 2>said 3>&- 9>&- &
	tracer=$!
	pids+=("$tracer")
	for _ in $(seq 400); do
		! grep -q '"symbol":"' "$json" 2>/dev/null || break
		sleep 0.05
	done
	stepper=$(guards)
	grep -qw "TracerPid:.$stepper" "/proc/$sleeper/status"
	for i in 1 2 3; do
		kill -KILL "$stepper"
		another_than "$stepper"
		stepper=${aside[0]}
		for ((j = 0; j < 200; j++)); do
			! grep -qw "TracerPid:.$stepper" "/proc/$sleeper/status" || [ "$(state_of "$sleeper")" != S ] || break
			sleep 0.05
		done
		grep -qw "TracerPid:.$stepper" "/proc/$sleeper/status"
	done
	echo >&9
	exec 9>&-
	status=0
	wait "$sleeper" || status=$?
	[ "$status" -eq 0 ]
	[ "$(tail -n 1 value)" = 1 ]
	kill -TERM "$tracer"
	status=0
	wait "$tracer" || status=$?
	[ "$status" -eq 3 ]
	grep -q 'the process that watches words was killed; another one is started' said
	check_one "$json" 1 step 'is_equal([(l["event"], l["value"]) for l in a if l["pid"] == '"$sleeper"'], [("load", 0), ("store", 1), ("load", 1)])'
	# Where it was killed while it slept, too, it lives; while it ran, it died of the trap.
	[[ $(state_of "$runner") == [ZX] ]] || is_free "$runner"
}

@test "the guard is killed alone: another one is started, which lets go who is held when ipctrace dies" {
	need_hardware
	local i guard
	"$PYTHON" - /dev/shm/"ipctrace-$$" >ready 3>&- <<-'END' &
		import mmap, os, sys
		fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
		os.ftruncate(fd, 4096)
		print("ready", flush=True)
		while os.getppid() != 1:  # it is held each time
		    mmap.mmap(fd, 4096).close()
	END
	pids+=($!)
	wait_for ready
	for i in 1 2 3; do
		"$IPCTRACE" attach -q --backend "$backend" -p "${pids[0]}" --watch-by hardware --watch "shmem:/ipctrace-$$+0:4" >/dev/null 2>said 3>&- &
		tracer=$!
		pids+=("$tracer")
		another_than ""
		guard=${aside[0]}
		kill -KILL "$guard"
		another_than "$guard"
		grep -q 'the process that guards those who are watched was killed; another one is started' said
		sleep "0.$((i * 7))"
		kill -KILL "$tracer"
		wait "$tracer" 2>/dev/null || true
		is_free "${pids[0]}"
		no_guard
	done
}

@test "to find a symbol no file of the program is kept mapped" {
	local by pid
	cp "$watched" mine
	./mine hold "$key" >held 3>&- &
	pids+=($!)
	wait_for held
	for by in "${ways[@]}"; do
		rm -f "$json"
		watch_held "$by"
		for pid in "$tracer" $(guards); do
			grep -q ipctrace "/proc/$pid/maps"
			run -1 grep "$work/mine" "/proc/$pid/maps"
		done
		kill -TERM "$tracer"
		tracer_ended
	done
}

# PID: it runs, and has no tracer.
is_free() {
	local i
	for ((i = 0; i < 200; i++)); do
		if grep -q '^TracerPid:.0$' "/proc/$1/status" && [[ $(cut -d' ' -f3 "/proc/$1/stat") == [SR] ]]; then
			return 0
		fi
		sleep 0.05
	done
	cat "/proc/$1/status" >&2
	return 1
}

@test "attach watches what is mapped already; its target goes on, whatever becomes of ipctrace" {
	local id by i
	"$watched" hold "$key" >held 3>&- &
	pids+=($!)
	wait_for held
	id=$(cat held)
	for by in "${ways[@]}"; do
		"$IPCTRACE" attach -f json --force -o "$json" --backend "$backend" -p "${pids[0]}" --for 500ms --watch-by "$by" --watch "shm:#$id+0:4"
		check_one "$json" 0 "$by" 'assert len(stores) > 3 and len(loads) > 3 and lost == 0, len(a)'
		is_free "${pids[0]}"
		# Nor does what kills all of its group.
		timeout -s KILL 0.7 "$IPCTRACE" attach -q --backend "$backend" -p "${pids[0]}" --watch-by "$by" --watch "shm:#$id+0:4" >/dev/null 2>&1 3>&- || true
		is_free "${pids[0]}"
	done
	all_are_free
	for ((i = 0; i < 100; i++)); do
		[ -n "$(guards)" ] || break
		sleep 0.05
	done
	[ -z "$(guards)" ]
}

@test "Ctrl-Z stops ipctrace, not who is followed: with and without --watch" {
	local by id
	"$watched" hold "$key" >held 3>&- &
	pids+=($!)
	wait_for held
	id=$(cat held)
	for by in "" "${ways[@]}"; do
		"$PYTHON" - "${pids[0]}" "$IPCTRACE" attach --force -o out --backend "$backend" -p "${pids[0]}" \
			${by:+--watch-by "$by" --watch "shm:#$id+0:4"} 3>&- <<-'END'
			import os, pty, signal, sys, time
			target, command = int(sys.argv[1]), sys.argv[2:]
			shell, tty = pty.fork()
			if not shell:
			    # As a shell starts its job in the foreground: only one that is none of the leader's own stops.
			    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
			    job = os.fork()
			    if not job:
			        os.setpgid(0, 0)
			        os.tcsetpgrp(0, os.getpid())
			        for sig in signal.SIGTTOU, signal.SIGINT:
			            signal.signal(sig, signal.SIG_DFL)
			        os.execv(command[0], command)
			    stopped = os.WIFSTOPPED(os.waitpid(job, os.WUNTRACED)[1])
			    os.tcsetpgrp(0, os.getpgrp())
			    print("stopped" if stopped else "ended", flush=True)
			    os.read(0, 1)
			    os.tcsetpgrp(0, job)
			    os.killpg(job, signal.SIGCONT)
			    os.killpg(job, signal.SIGINT)
			    print("over", os.waitstatus_to_exitcode(os.waitpid(job, 0)[1]), flush=True)
			    os._exit(0)
			def wait_for(text):
			    seen = b""
			    while text not in seen:
			        seen += os.read(tty, 4096)
			        assert b"ended" not in seen, seen
			def times():
			    with open(f"/proc/{target}/stat") as f:
			        return int(f.read().rsplit(")", 1)[1].split()[11]) + switches()
			def switches():
			    with open(f"/proc/{target}/status") as f:
			        return sum(int(l.split()[1]) for l in f if "ctxt_switches" in l)
			wait_for(b"Ctrl-C")
			os.write(tty, b"\x1a")
			wait_for(b"stopped")
			before, end = times(), time.monotonic() + 60
			time.sleep(1)
			while times() < before + 5 and time.monotonic() < end:
			    time.sleep(0.1)
			assert times() >= before + 5, "it stands still"
			os.write(tty, b"\n")
			wait_for(b"over 0")
			os.waitpid(shell, 0)
		END
		is_free "${pids[0]}"
	done
}
