#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# ipctrace --watch: each load and store of a word of shared memory, counted against what the program did.

bats_require_minimum_version 1.5.0
load lib/watched.bash

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
