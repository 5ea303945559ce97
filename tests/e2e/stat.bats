#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# stat: its sums are what strace counts, what a program measures of itself, and what a recording holds.

bats_require_minimum_version 1.5.0
load lib/traced.bash

# [OPTION...] -- COMMAND: JSON in $work/json.
stat_json() {
	traced "$work/json" "$IPCTRACE" stat -f json --force -o "$work/json" --backend "$backend" "$@"
}

# EXPRESSION: of lines of $work/json, by kind: objects, pairs, stat, summary.
told() {
	"$PYTHON" - "$work/json" "$1" <<-'END'
		import json, sys
		lines = [json.loads(line) for line in open(sys.argv[1])]
		of = lambda kind: [line for line in lines if line["kind"] == kind]
		objects, pairs = of("stat_object"), of("stat_pair")
		pipes = [o for o in objects if o.get("object", "").startswith("pipe:")]
		stat, summary = of("stat")[0], of("summary")[0]
		print(eval(sys.argv[2]))
	END
}

# Each process has a file of its own, so no call is told in two pieces.
strace_sums() {
	cat "$work"/strace.* | "$PYTHON" -c '
import re, sys
sums = {"read": [0, 0], "write": [0, 0]}
for line in sys.stdin:
    m = re.match(r"(read|write)\(\d+<pipe:\[\d+\]>.* = (-?\d+)", line)
    if m:
        sums[m[1]][0] += 1
        sums[m[1]][1] += max(int(m[2]), 0)
print(*sums["read"], *sums["write"])'
}

@test "stat counts the calls and the bytes that strace counts" {
	pipeline='dd if=/dev/zero bs=512 count=700 2>/dev/null | dd bs=512 2>/dev/null | dd of=/dev/null bs=512 2>/dev/null'
	strace -ff -y -o "$work/strace" -e trace=read,write sh -c "$pipeline"
	stat_json -- sh -c "$pipeline"
	run -0 strace_sums
	[ "$output" = "1402 716800 1400 716800" ]
	[ "$output" = "$(told '" ".join(str(sum(p[k] for p in pipes)) for k in
		("reads", "read_bytes", "writes", "write_bytes"))')" ]
	# Each of the two readers read all of what the one before it wrote.
	[ "$(told 'sorted((p["reads"], p["read_bytes"]) for p in pairs if p["reads"])')" = "[(701, 358400), (701, 358400)]" ]
	[ "$(told 'sorted((u["writes"], u["reads"]) for p in pipes for u in p["users"] if u["ops"])')" = \
		"[(0, 701), (0, 701), (700, 0), (700, 0)]" ]
	[ "$(told 'summary["lost"]')" = 0 ]
}

@test "stat tells as much waiting as the program itself measures, and who ended it" {
	cat >"$work/sleeper.py" <<-'END'
		import os, sys, time
		r, w = os.pipe()
		if os.fork() == 0:
		    os.close(r)
		    for _ in range(4):
		        time.sleep(0.2)
		        os.write(w, b"x" * 10)
		    os._exit(0)
		os.close(w)
		spans = []
		while True:
		    begin = time.monotonic_ns()
		    got = os.read(r, 100)
		    if not got:
		        break
		    spans.append(time.monotonic_ns() - begin)
		child, _ = os.wait()
		print(os.getpid(), child, len(spans), sum(spans), max(spans), file=open(sys.argv[1], "w"))
	END
	stat_json -- "$PYTHON" "$work/sleeper.py" "$work/measured"
	read -r reader writer n total longest <"$work/measured"
	[ "$n" -eq 4 ]
	# The last read waits for the end of the file: a wait, or none when the writer was already gone.
	run -0 told "[[p['wait']['count'], p['wait']['total'], p['wait']['p50'], p['wait']['max'], p['read_bytes']]
		for p in pairs if p['pid'] == $reader and p['by'].get('pid') == $writer and p['read_bytes']]"
	[[ $output =~ ^\[\[([0-9]+),\ ([0-9]+),\ ([0-9]+),\ ([0-9]+),\ 40\]\]$ ]]
	count=${BASH_REMATCH[1]} waited=${BASH_REMATCH[2]} median=${BASH_REMATCH[3]} max=${BASH_REMATCH[4]}
	# wait4 for the child may be one more, also ended by it, and the end of the file another.
	[ "$count" -ge 4 ] && [ "$count" -le 6 ]
	[ "$max" -le "$longest" ]
	[ "$max" -ge 190000000 ]
	[ "$median" -ge 190000000 ]
	run -0 told "[p['wait']['total'] for p in pipes if any(u['pid'] == $reader and u['read_bytes'] == 40 for u in p['users'])][0]"
	in_pipe=$output
	[ "$in_pipe" -ge 780000000 ]
	[ "$in_pipe" -le $((total + 100000000 * IPCTRACE_TIME_SCALE)) ]
	[ "$waited" -ge 780000000 ]
	# The sleeps themselves.
	[ "$(told "[(o['wait']['count'], o['wait']['total'] >= 800000000) for o in objects if 'nanosleep' in o.get('op', '')]")" = "[(4, True)]" ]
}

# bats test_tags=kernel
@test "summed in the kernel, the waits of a process are as many as the times that it gave up its processor" {
	cat >"$work/pingpong.py" <<-'END'
		import os, resource, sys
		a, b = os.pipe(), os.pipe()
		switches = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
		if os.fork() == 0:
		    for _ in range(3000):
		        os.read(a[0], 1)
		        os.write(b[1], b"x")
		    os._exit(0)
		begin = switches()
		for _ in range(3000):
		    os.write(a[1], b"x")
		    os.read(b[0], 1)
		print(os.getpid(), switches() - begin, file=open(sys.argv[1], "w"))
		os.wait()
	END
	stat_json -- "$PYTHON" "$work/pingpong.py" "$work/witness"
	read -r pid switches <"$work/witness"
	[ "$(told 'sorted((p["reads"], p["read_bytes"]) for p in pairs if p["reads"])')" = "[(3000, 3000), (3000, 3000)]" ]
	[ "$(told 'summary["summed"] >= 12000 and summary["records"] < 200')" = True ]
	run -0 told "sum(u['waits'] for p in pipes for u in p['users'] if u['pid'] == $pid)"
	echo "# $output waits on pipes, $switches voluntary switches" >&3
	# A wakeup that overtakes the switch, or an interrupt, may add or spare one now and then.
	[ "$output" -gt 100 ]
	((output >= switches - 30 && output <= switches + 30))
	[ "$(told "sum(p['wait']['count'] for p in pairs) == sum(o['wait']['count'] for o in objects)")" = True ]
	[ "$(told "sum(p['wait']['total'] for p in pairs) == sum(o['wait']['total'] for o in objects)")" = True ]
}

# What a run that does the same each time is told to have done.
what_was_done() {
	told '[sorted((p["ops"], p["reads"], p["read_bytes"], p["writes"], p["write_bytes"], p["splices"], p["splice_bytes"],
		tuple(sorted((u["comm"], u["ops"], u["read_bytes"], u["write_bytes"]) for u in p["users"] if u["ops"])),
		tuple(r["reason"] for r in p["reasons"])) for p in pipes),
		sorted((p["comm"], p["by"]["comm"], p["reads"], p["read_bytes"]) for p in pairs if p["reads"]),
		[round(o["wait"]["p50"] / 2e8) for o in objects if "nanosleep" in o.get("op", "")]]'
}

# bats test_tags=kernel
@test "what is summed in the kernel is what the records of such a run add up to" {
	# Each reader finds its pipe full or ended, so the calls do not depend on who runs when.
	program='dd if=/dev/zero bs=4096 count=3 2>/dev/null | (sleep 0.2; dd bs=4096 count=3 of=/dev/null 2>/dev/null)
		(sleep 0.2; echo end) | cat >/dev/null'
	stat_json -- sh -c "$program"
	[ "$(told 'summary["summed"] > 10')" = True ]
	live=$(what_was_done)
	stat_json --force --record "$work/trace" -- sh -c "$program"
	[ "$(told 'summary.get("summed")')" = None ]
	[ "$live" = "$(what_was_done)" ]
	[[ $live == *"'empty'"* ]]
}

@test "taken once a second, nothing is counted twice or not at all; what finds no row is recorded" {
	cat >"$work/many.py" <<-'END'
		import os, time
		r, w = os.pipe()
		for i in range(25):
		    for _ in range(100):
		        os.write(w, b"xy")
		        os.read(r, 2)
		    time.sleep(0.1)
	END
	stat_json -- "$PYTHON" "$work/many.py"
	[ "$(told '[(p["reads"], p["read_bytes"], p["writes"]) for p in pipes if p["reads"] > 2000]')" = "[(2500, 5000, 2500)]" ]
	[ "$(told '[(o["wait"]["count"], o["wait"]["max"] < 2e8) for o in objects if "nanosleep" in o.get("op", "")]')" = "[(25, True)]" ]
	# More pipes than the kernel has rows, sooner than they are taken.
	cat >"$work/pipes.py" <<-'END'
		import os
		for i in range(12000):
		    r, w = os.pipe()
		    os.write(w, b"x")
		    os.read(r, 1)
		    os.close(r)
		    os.close(w)
	END
	stat_json -- "$PYTHON" "$work/pipes.py"
	[ "$(told 'sum(o["reads"] for o in objects if o["rest"] or o.get("object", "").startswith("pipe:")) >= 12000')" = True ]
	[ "$(told 'sum(o["writes"] for o in objects if o["rest"] or o.get("object", "").startswith("pipe:"))')" = 12000 ]
	[ "$(told 'summary["lost"]')" = 0 ]
}

@test "summed in the kernel, the sums of processes that come and go, more than are remembered after their end" {
	status=0
	stat_json -- sh -c 'i=0; while [ $i -lt 1500 ]; do echo x | { read -r _; }; i=$((i + 1)); done' || status=$?
	if [ "$status" -eq 3 ] && [ "$IPCTRACE_TIME_SCALE" -gt 1 ] && only_nested "$work/json"; then
		skip "the kernel skipped hooks, and ipctrace said so"
	fi
	[ "$status" -eq 0 ]
	[ "$(told 'sum(o["write_bytes"] for o in objects)')" = 3000 ]
	[ "$(told 'sum(o["read_bytes"] for o in objects)')" = 3000 ]
	[ "$(told 'any(not p["rest"] and p["comm"] == "" for p in pairs)')" = False ]
}

@test "stat of a recording prints what stat printed live, as text and as JSON, and fits 80 columns" {
	for format in text json; do
		COLUMNS=80 traced "$work/live" "$IPCTRACE" stat -f $format --force -o "$work/live" --backend "$backend" \
			--record "$work/trace" -- sh -c 'seq 20000 | sort -n | tail -1' >/dev/null
		COLUMNS=80 "$IPCTRACE" stat -f $format "$work/trace" >"$work/again"
		diff "$work/live" "$work/again"
		[ "$(wc -l <"$work/again")" -gt 3 ]
	done
	COLUMNS=80 "$IPCTRACE" stat "$work/trace" >"$work/text"
	grep -q '^pipe:\[' "$work/text"
	grep -q 'who waits for whom' "$work/text"
	run -1 grep -P '^.{81}' "$work/text"
	COLUMNS=80 "$IPCTRACE" stat --ascii "$work/trace" >"$work/text"
	LC_ALL=C run -1 grep -P '[^\n -~]' "$work/text"
}

# OPTION...: what replay shows of $work/trace, summed up by hand, against what stat sums up.
same_as_replay() {
	"$IPCTRACE" -f json replay "$@" "$work/trace" >"$work/replayed"
	"$IPCTRACE" -f json stat "$@" "$work/trace" >"$work/json"
	"$PYTHON" - "$work/replayed" "$work/json" <<-'END'
		import json, sys
		facts, stats = ([json.loads(line) for line in open(f)] for f in sys.argv[1:])
		ops = [f for f in facts if f["kind"] == "op" and "object" in f]
		waits = [f for f in facts if f["kind"] == "wait"]
		reads = [f for f in ops if f.get("class") == "read"]
		told = [s for s in stats if s["kind"] == "stat_object"]
		pairs = [s for s in stats if s["kind"] == "stat_pair"]
		by_hand = (len(ops), len(reads), sum(max(f["ret"], 0) for f in reads), len(waits), sum(f["slept"] for f in waits),
			{f["object"] for f in ops + waits if "object" in f})
		summed = (sum(s["ops"] for s in told), sum(s["reads"] for s in told), sum(s["read_bytes"] for s in told),
			sum(s["wait"]["count"] for s in told), sum(s["wait"]["total"] for s in told),
			{s["object"] for s in told if "object" in s})
		assert by_hand == summed, (by_hand, summed)
		assert sum(p["wait"]["count"] for p in pairs) == len(waits)
		print(len(ops), len(waits))
	END
}

@test "stat of a file takes what narrows a replay, and sums up what such a replay shows" {
	"$IPCTRACE" record -q --backend "$backend" --force -o "$work/trace" -- \
		sh -c 'seq 20000 | sort -n | tail -n 1; mkfifo f; (sleep 0.1; echo x) >f & read -r _ <f; wait' >/dev/null
	run -0 same_as_replay
	read -r all waits <<<"$output"
	[ "$all" -gt 10 ] && [ "$waits" -gt 3 ]
	pid=$("$IPCTRACE" -f json replay "$work/trace" | sed -n 's/^{"kind":"op",.*"pid":\([0-9]*\),.*"comm":"sort".*/\1/p' | head -n 1)
	pipe=$("$IPCTRACE" -f json replay "$work/trace" | sed -n 's/^{"kind":"op",.*"comm":"sort".*"object":"pipe:\[\([0-9]*\)\]".*/\1/p' | head -n 1)
	for narrow in "--comm sort" "-p $pid" "--pipe $pipe" "--mech fifo" "--waits" "--to 1us"; do
		# shellcheck disable=SC2086 # words
		run -0 same_as_replay $narrow
		[ "$output" != "$all $waits" ]
	done
	# When things happen is not known beforehand.
	for narrow in "--min-wait 1ms" "--from 5ms" "--to 20ms" "--from 5ms --to 40ms --comm sort"; do
		# shellcheck disable=SC2086 # words
		run -0 same_as_replay $narrow
	done
	# In the middle of a sleep that was seen to go on, and of an operation.
	read -r sleep op < <("$IPCTRACE" -f json replay "$work/trace" | "$PYTHON" -c '
import json, sys
facts = [json.loads(line) for line in sys.stdin]
print(max(f["slept_at"] + 80000000 for f in facts if f["kind"] == "wait" and f["slept"] > 90000000) // 1000,
      next(f["t"] // 1000 + 1 for f in facts if f["kind"] == "op" and f["ret"] >= 0 and not f["slept"] and f["duration"] > 2000))')
	for narrow in "--to ${sleep}us" "--from ${op}us" "--to ${op}us"; do
		# shellcheck disable=SC2086 # words
		run -0 same_as_replay $narrow
	done
	run -2 "$IPCTRACE" stat --user root "$work/trace"
	[ "$output" = "ipctrace: --user means nothing to 'stat FILE'; see ipctrace --help" ]
}

@test "of whom some operations are left out, nobody is said to have read what one wrote" {
	"$IPCTRACE" record -q --backend "$backend" --force -o "$work/trace" -- \
		sh -c '(echo one; exec sh -c "exec env printf two") | cat' >/dev/null
	"$IPCTRACE" -f json stat "$work/trace" >"$work/json"
	[ "$(told 'sum(p["read_bytes"] for p in pairs)')" = 7 ]
	"$IPCTRACE" -f json stat --comm cat "$work/trace" >"$work/json"
	[ "$(told 'sum(p["read_bytes"] for p in pipes)')" = 7 ]
	[ "$(told 'sum(p["read_bytes"] for p in pairs)')" = 0 ]
}

@test "stat needs no root for a file" {
	"$IPCTRACE" record -q --backend "$backend" --force -o "$work/trace" -- sh -c 'echo x | cat' >/dev/null
	chmod 644 "$work/trace"
	cp "$IPCTRACE" "$work/ipctrace"
	run -0 --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups "$work/ipctrace" stat "$work/trace"
	[[ $output == *"waits on"* ]]
}

@test "every line of stat fits the schema" {
	stat_json -- sh -c 'echo x | cat; sleep 0.05'
	"$IPCTRACE" --json-schema >"$work/schema"
	run -0 "$PYTHON" "$lib/schema.py" "$work/schema" "$work/json"
	[ "$(told 'stat["lower_bounds"], len(objects) == stat["objects"], len(pairs) == stat["pairs"]')" = "(False, True, True)" ]
}

@test "with losses stat says that its sums are lower bounds, and exits with 3" {
	run -3 "$IPCTRACE" stat --backend "$backend" --buffer 4k --force --record "$work/trace" -o "$work/text" -- sh -c 'yes | head -c 20M >/dev/null'
	grep -q 'all sums are lower bounds: [0-9]* records were lost' "$work/text"
	run -3 "$IPCTRACE" stat --backend "$backend" --buffer 4k --force --record "$work/trace" -f json -o "$work/json" -- sh -c 'yes | head -c 20M >/dev/null'
	[ "$(told 'stat["lower_bounds"], summary["lost"] > 0')" = "(True, True)" ]
}

@test "stat -p tells of a sleep that began before and does not end, and leaves the process alone" {
	mkfifo "$work/fifo"
	"$PYTHON" -c 'import os, sys; os.read(os.open(sys.argv[1], os.O_RDWR), 1)' "$work/fifo" 3>&- &
	pid=$!
	for _ in $(seq 100); do
		[ "$(sed -n 's/^State:\s*\(.\).*/\1/p' "/proc/$pid/status")" = S ] &&
			[ "$(readlink "/proc/$pid/fd/3")" = "$work/fifo" ] && break
		sleep 0.1
	done
	stat_json -p "$pid" --for 500ms
	[ "$(told "[(o['wait']['count'], o['open'], o['earlier'], [r['reason'] for r in o['reasons']])
		for o in objects if o.get('object', '').startswith('fifo:')]")" = "[(1, 1, 1, ['empty'])]" ]
	[ "$(told "[('pid' in p['by'], p['open']) for p in pairs if p['pid'] == $pid]")" = "[(False, 1)]" ]
	kill -0 "$pid"
	kill "$pid"
	wait "$pid" || true
}
