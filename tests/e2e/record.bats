#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Record and replay: a replay prints what the live run printed, byte for byte, and tells of every damage.

bats_require_minimum_version 1.5.0
load lib/common.bash

setup() {
	begin_work
}

# FORMAT WORDS...: live and recorded at once, then replayed: the same output, messages and status.
same_again() {
	local format=$1 live=0 again=0
	shift
	COLUMNS=120 "$IPCTRACE" -f "$format" --backend "$backend" --force --record "$work/trace" "$@" \
		>"$work/live" 2>"$work/live.err" </dev/null || live=$?
	COLUMNS=120 "$IPCTRACE" replay -f "$format" "$work/trace" >"$work/again" 2>"$work/again.err" || again=$?
	cmp "$work/live" "$work/again" || { diff "$work/live" "$work/again" | head -20 >&2; return 1; }
	[ "$live" -eq "$again" ] || { echo "$*: status $live, replayed $again" >&2; return 1; }
	[ "$(wc -l <"$work/live")" -gt 5 ]
}

@test "a replay of every scenario prints what the live run printed: text" {
	need_tracing
	for scenario in $(scenarios); do
		same_again text "$scenario"
		cmp "$work/live.err" "$work/again.err"
		for width in 80 200; do
			COLUMNS=$width "$IPCTRACE" replay --color always "$work/trace" >"$work/coloured" 2>/dev/null || true
			"$PYTHON" "$root/tests/headers.py" "$work/coloured"
		done
	done
}

@test "a replay of every scenario prints what the live run printed: JSON" {
	need_tracing
	for scenario in $(scenarios); do
		same_again json "$scenario"
		cmp "$work/live.err" "$work/again.err"
	done
}

record() {
	"$IPCTRACE" record --backend "$backend" --force -o "$work/trace" "$@"
}

# The number after "KEY": in the last line of $work/json.
summary() {
	tail -n 1 "$work/json" | sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"
}

@test "record shows nothing, keeps the command's stdout, and says what it wrote; -q does not" {
	need_tracing
	run -0 --separate-stderr record -- echo hello
	[ "$output" = hello ]
	[[ $stderr == "ipctrace: $work/trace: "*" records, "* ]]
	[ "${#stderr_lines[@]}" -eq 1 ]
	run -0 --separate-stderr record -q pipe-cases/4
	[ -z "$output$stderr" ]
	run -0 "$IPCTRACE" replay "$work/trace"
	[[ $output == *"claims: "*" hold, 0 fail, 0 inconclusive"* ]]
}

@test "a command that does not exist: record and replay fail with the same line" {
	need_tracing
	run -1 --separate-stderr record -- /nonexistent
	[ "${stderr_lines[0]}" = "ipctrace: cannot run /nonexistent: No such file or directory" ]
	line=${stderr_lines[0]}
	run -1 --separate-stderr "$IPCTRACE" replay "$work/trace"
	[ "$stderr" = "$line" ]
	[ -z "$output" ]
}

@test "a story that ends before its run: who sleeps then, and who holds the other end; replayed alike" {
	need_tracing
	hang="sleep 60 | cat"
	same_again text --timeout 500ms run -- sh -c "$hang"
	words=$(sed -n '/^asleep when the story ends:$/,$p' "$work/live" | tr -s ' \n' ' ')
	[[ $words == *" cat "[0-9]*", for "*": sleeps in read(0) on pipe:["*"] because the pipe is empty; sleep (fd 1) holds the write end and sleeps in clock_nanosleep "* ]]
	[[ $words == *" sh "[0-9]*", for "*": sleeps in wait4 "* ]]
	same_again json --timeout 500ms run -- sh -c "$hang"
	"$PYTHON" "$lib/lines.py" "$work/live" <<-'END'
		asleep = {a["comm"]: a for a in pick(kind="asleep")}
		assert sorted(asleep) == ["cat", "sh", "sleep"] and len(pick(kind="asleep")) == 3, asleep
		sleeper = asleep["sleep"]
		assert [(h["pid"], h["fd"], h["end"]) for h in asleep["cat"]["holders"]] == [(sleeper["pid"], 1, "write")], asleep
		assert asleep["cat"]["reason"] == "empty" and asleep["sh"]["op"] == "wait4" and not asleep["sh"]["holders"]
		for a in asleep.values():
		    ended = [w for w in pick(kind="wait", tid=a["tid"]) if w["open"]]
		    assert [(w["slept_at"], w["slept"]) for w in ended] == [(a["slept_at"], a["slept"])], (a, ended)
		# None of its snapshots is a fact: without them as many as there are lines.
		facts = [l for l in lines if l["kind"] not in ("run", "lost", "asleep", "summary")]
		assert one(kind="summary")["records"] == len(facts), (one(kind="summary"), len(facts))
	END
	# No task sleeps at the end of a run that ends by itself.
	"$IPCTRACE" --backend "$backend" run -- sh -c 'echo x | cat' >"$work/text" 2>/dev/null
	! grep -q "asleep when the story ends" "$work/text"
}

@test "a sleep is one record, however often it was looked at: in the trust line, of stat, and --info" {
	need_tracing
	"$IPCTRACE" --backend "$backend" --record "$work/trace" -f json run -- sleep 1.5 >"$work/json"
	facts=$(summary records)
	[ "$facts" -eq $(($(wc -l <"$work/json") - 2)) ]
	[ "$facts" -lt 20 ]
	"$IPCTRACE" replay "$work/trace" >"$work/text"
	grep -q "^$facts records ·" "$work/text"
	"$IPCTRACE" stat "$work/trace" >"$work/text"
	grep -q "^$facts records ·" "$work/text"
	"$IPCTRACE" replay --info "$work/trace" >"$work/text"
	grep -qE "^records +$facts, with snapshots of sleeps [0-9]+ in [0-9]+ chunks?," "$work/text"
	grep -qE "^  run -- sleep 1.5: $facts records, " "$work/text"
}

@test "a claim that fails, a timeout: replayed with the same status, verdicts and messages" {
	need_tracing
	sed 's/ret=-EPIPE/ret=-EINTR/' "$root/scenarios/pipe-cases.expect" >"$work/pipe-cases.expect"
	same_again text --expect "$work/pipe-cases.expect" pipe-cases
	grep -q "[1-9] fail" "$work/again"
	same_again json --timeout 300ms run -- sh -c 'sleep 60 | cat'
	grep -q "timed out" "$work/again.err"
	cmp "$work/live.err" "$work/again.err"
}

@test "claims about a command: replayed alike, tested on a recording, never decided where records were left out" {
	need_tracing
	sleepy_head='yes | { sleep 0.3; exec head -1 >/dev/null; }'
	cat >"$work/head.expect" <<-'END'
		claim broken-pipe "head is gone, and the next write finds no reader"
		  yes signal SIGPIPE cause=no-readers cause.comm=head
	END
	same_again text run --expect "$work/head.expect" -- sh -c "$sleepy_head"
	grep -q "claims: 1 holds, 0 fail" "$work/again"
	record -q -- sh -c "$sleepy_head"
	run -0 "$IPCTRACE" replay -q --expect "$work/head.expect" "$work/trace"
	[[ $output == *"claims: 1 holds, 0 fail, 0 inconclusive" ]]
	record -q --mech pipe,signal -- sh -c "$sleepy_head"
	run -3 "$IPCTRACE" replay -q --expect "$work/head.expect" "$work/trace"
	[[ $output == *"it was recorded with options that leave records out"*"claims: 0 hold, 0 fail, 1 inconclusive" ]]
	# ABOUT need not be whole for that.
	printf '\xff' | dd of="$work/trace" bs=1 seek=80 conv=notrunc status=none
	run -3 --separate-stderr "$IPCTRACE" replay -q --expect "$work/head.expect" "$work/trace"
	[[ $output == *"options that leave records out"*"claims: 0 hold, 0 fail, 1 inconclusive" ]]
	run -2 record -q --mech pipe,signal --expect "$work/head.expect" -- true
	# A scenario's own claims are no exception; sums are what they are.
	record -q --mech fifo pipe-basic
	run -3 "$IPCTRACE" replay -q "$work/trace"
	[[ $output == *"options that leave records out"*" 0 fail, "[1-9]*" inconclusive" ]]
	run -0 "$IPCTRACE" stat "$work/trace"
	[[ $output != *"lower bounds"* && $output != *claims* ]]
	printf '\xff' | dd of="$work/trace" bs=1 seek=80 conv=notrunc status=none
	run -3 "$IPCTRACE" replay -q "$work/trace"
	[[ $output == *"options that leave records out"*" 0 fail, "[1-9]*" inconclusive" ]]
	record -q -- sh -c "$sleepy_head"
	run -1 --separate-stderr "$IPCTRACE" replay -q --expect "$root/scenarios/pipe-cases.expect" "$work/trace"
	[[ $stderr == *"pipe-cases.expect has claims of cases, and $work/trace is a run of none"* ]]
	record -q pipe-basic
	run -1 --separate-stderr "$IPCTRACE" replay -q --expect "$root/scenarios/pipe-cases.expect" "$work/trace"
	[[ $stderr == *"pipe-cases.expect has no case 'paced', which $work/trace is a run of"* ]]
}

@test "replay needs no root, and takes other claims" {
	need_tracing
	record -q pipe-cases/4
	chmod 644 "$work/trace"
	chmod 755 "$work"
	cp "$IPCTRACE" "$work/ipctrace"
	run -0 setpriv --reuid 65534 --regid 65534 --clear-groups "$work/ipctrace" replay "$work/trace"
	[[ $output == *"SIGPIPE"* ]]
	sed 's/SIGPIPE/SIGHUP/g' "$root/scenarios/pipe-cases.expect" >"$work/other.expect"
	run -1 "$IPCTRACE" replay --expect "$work/other.expect" "$work/trace"
	[[ $output == *"other.expect:"* ]]
}

# WORDS ARGS...: refused in one line with these words, before anything is written.
kept() {
	local words=$1
	shift
	run -2 --separate-stderr "$@"
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == "ipctrace: "*"$words"* ]] || { echo "$stderr" >&2; return 1; }
	cmp "$work/trace" "$work/copy"
}

@test "an output that is what is read, or the other output: refused, whatever it is called, and nothing is lost" {
	need_tracing
	record -q pipe-cases/4
	cp "$work/trace" "$work/copy"
	ln -s trace "$work/link"
	ln "$work/trace" "$work/hard"
	cd "$work"
	for name in trace ./trace "$work/trace" link hard; do
		kept "-o $name would write into trace, which is read; name another file" "$IPCTRACE" replay -o "$name" trace
	done
	kept "-o trace would write into $work/link" "$IPCTRACE" stat -o trace "$work/link"
	kept "-o hard would write into trace" "$IPCTRACE" diff -o hard copy trace
	kept "-o hard would write into trace" "$IPCTRACE" diff -o hard trace copy
	kept "-o trace would write into trace" "$IPCTRACE" replay --expect trace -o trace copy
	kept "-o trace would write into link" "$IPCTRACE" record --expect link -o trace pipe-cases/4
	kept "--record hard would write into link" "$IPCTRACE" --expect link --record hard pipe-cases/4
	# shellcheck disable=SC2016 # for the inner shell
	kept "stdout would write into trace" sh -c '"$IPCTRACE" stat trace >>trace'
	kept "-o trace and --record hard are one file" "$IPCTRACE" -o trace --record hard run -- true
	# One that is not there yet; it is not made either.
	ln -s new to-be
	mkdir dir
	ln -s ../to-be dir/to-be
	for name in new ./new "$work/new" to-be dir/to-be; do
		kept "-o $name and --record new are one file" "$IPCTRACE" -o "$name" --record new run -- true
		[ ! -e new ]
	done
	# Nothing is printed if nothing can be lost, or about files with one name in two places.
	run -0 --separate-stderr "$IPCTRACE" replay -q -o /dev/null trace
	run -0 --separate-stderr "$IPCTRACE" --backend "$backend" -o /dev/null --record /dev/null run -- true
	run -0 --separate-stderr "$IPCTRACE" --backend "$backend" --force -o new --record dir/new run -- true
	[ -s new ]
	[ -s dir/new ]
	run -1 --separate-stderr "$IPCTRACE" --backend "$backend" -o none/a --record none/b run -- true
	[ "$stderr" = "ipctrace: cannot write none/a: No such file or directory" ]
}

@test "an output that exists: kept unless --force is given; nothing that is no file is written" {
	need_tracing
	cd "$work"
	record -q -- true
	[ "$(stat -c %a trace)" = 600 ]
	cp trace copy
	run -1 --separate-stderr "$IPCTRACE" record --backend "$backend" -o trace -- true
	[ "$stderr" = "ipctrace: cannot write trace: it exists; --force replaces it" ]
	run -1 --separate-stderr "$IPCTRACE" replay -q -o trace copy
	[ "$stderr" = "ipctrace: cannot write trace: it exists; --force replaces it" ]
	cmp trace copy
	echo precious >other
	ln -s other planted
	run -1 "$IPCTRACE" replay -o planted copy
	"$IPCTRACE" replay --force -o planted copy
	[ "$(cat other)" = precious ]
	[ ! -L planted ]
	mkfifo fifo
	for how in "" --force; do
		run -1 --separate-stderr "$IPCTRACE" record --backend "$backend" $how -o fifo -- true
		[ "$stderr" = "ipctrace: cannot write fifo: it is a FIFO" ]
	done
	"$IPCTRACE" replay -q -o /dev/stdout copy >stdout
	"$IPCTRACE" replay -q copy | cmp - stdout
	SUDO_UID=65534 SUDO_GID=65533 record -q -- true
	[ "$(stat -c %u:%g trace)" = 65534:65533 ]
	run -2 --separate-stderr "$IPCTRACE" replay --force copy
	[ "$stderr" = "ipctrace: --force replaces a file: it goes with -o FILE or --record FILE" ]
}

@test "--from and --to show what happened between, claims are of the whole run" {
	need_tracing
	record -q pipe-cases/3
	"$IPCTRACE" replay -f json "$work/trace" >"$work/all"
	"$IPCTRACE" replay -f json --from 0.1ms --to 2ms "$work/trace" >"$work/some"
	python3 - "$work/all" "$work/some" <<-'END'
		import json, sys
		whole, part = ([json.loads(l) for l in open(f)] for f in sys.argv[1:])
		want = [f for f in whole if "t" not in f or 100000 <= f["t"] <= 2000000]
		assert part == want and 3 < len(part) < len(whole), (len(part), len(want), len(whole))
	END
}

@test "--info has lines for a terminal, the command as it was typed, and one chunk" {
	need_tracing
	record -q -- sh -c 'echo hi  there | cat' sh "$(seq -s ' ' 80)" >/dev/null
	run -0 "$IPCTRACE" replay --info "$work/trace"
	[ "$(awk 'length > 80' <<<"$output")" = "" ]
	[[ $output == *", format 2.1"$'\nrecorded  '*$'\n          '* ]]
	[[ $output == *$'\nruns\n  run -- sh -c '*$'\n    '* ]]
	[[ $output == *" in 1 chunk, "* ]]
	local told
	told=$(tr -s '\n ' ' ' <<<"$output")
	[[ $told == *" record --backend $backend --force -o $work/trace -q -- sh -c 'echo hi there | cat' sh '1 2 3 "* ]]
	[[ $told == *" runs run -- sh -c 'echo hi there | cat' sh '1 2 3 "* ]]
	# Blanks within a line stay as they were.
	record -q -- true 'a  b'
	[[ $("$IPCTRACE" replay --info "$work/trace") == *"run -- true 'a  b': "* ]]
	# A case is one word.
	record -q pipe-cases/4
	[[ $("$IPCTRACE" replay --info "$work/trace" | tr -s '\n ' ' ') == *" -q pipe-cases/4 kernel "* ]]
}

@test "a recorder that is killed: what was written is replayed, claims are inconclusive" {
	need_tracing
	"$IPCTRACE" record -q --backend "$backend" --force -o "$work/trace" -- \
		sh -c 'while :; do echo x; sleep 0.01; done | cat >/dev/null' &
	pid=$!
	sleep "$((3 * IPCTRACE_TIME_SCALE))"
	kill -KILL $pid
	wait $pid || true
	run -3 --separate-stderr "$IPCTRACE" replay -f json "$work/trace"
	[[ $stderr == "ipctrace: warning: $work/trace breaks off: "* ]]
	printf '%s\n' "$output" >"$work/json"
	[ "$(summary records)" -gt 100 ]
	[[ ${lines[-1]} == *'"incomplete":true'* ]]
	run -3 "$IPCTRACE" replay --info "$work/trace"
	[[ $output == *"ended     no: "* ]]
	[[ $output == *"lost      at least 0; replay counts what the file does not tell at its end"* ]]
}

@test "a full disk: it says so, ends with 1, and what was written before is replayed" {
	need_tracing
	mkdir "$work/disk"
	mount -t tmpfs -o size=128k none "$work/disk" || skip "cannot mount a tmpfs"
	run -1 --separate-stderr "$IPCTRACE" record --backend "$backend" --force -o "$work/disk/trace" -- \
		sh -c "dd if=/dev/zero bs=64 count=100000 | dd of=/dev/null bs=64; echo done >$work/done"
	[ -e "$work/done" ]
	cp "$work/disk/trace" "$work/trace"
	umount "$work/disk"
	[[ $stderr == *"cannot write to $work/disk/trace: No space left on device"* ]]
	run -3 --separate-stderr "$IPCTRACE" replay -f json --force -o "$work/json" "$work/trace"
	[ "$(summary records)" -gt 1000 ]
	run -1 --separate-stderr "$IPCTRACE" record --backend "$backend" -o /dev/full -- true
	[ "$stderr" = "ipctrace: cannot write /dev/full: No space left on device" ]
}

@test "--max-size: the command goes on, the records that do not fit are counted" {
	need_tracing
	record --buffer 64M --max-size 256k -- \
		sh -c "dd if=/dev/zero bs=64 count=100000 | dd of=/dev/null bs=64; echo done >$work/done" 2>"$work/err"
	[ -e "$work/done" ]
	grep -q "is full (--max-size)" "$work/err"
	[ "$(stat -c %s "$work/trace")" -le 262144 ]
	run -3 "$IPCTRACE" replay -f json --force -o "$work/json" "$work/trace"
	[ "$(summary file)" -gt 1000 ]
	[ $(($(summary records) + $(summary lost))) -gt 200000 ]
	# The file's end tells the same.
	run -0 "$IPCTRACE" replay --info "$work/trace"
	[[ $output == *"lost      $(summary lost) (file $(summary file))"* ]]
	record -q --buffer 4k -- sh -c 'yes | head -c 20M >/dev/null' || true
	run -3 "$IPCTRACE" replay -f json --force -o "$work/json" "$work/trace"
	[ "$(summary ring)" -gt 1000 ]
	run -0 "$IPCTRACE" replay --info "$work/trace"
	[[ $output == *"lost      $(summary lost) (ring $(summary ring)"* ]]
}

@test "a damaged file, whatever the damage is in: what is whole is shown, the rest is told, the status is 3" {
	need_tracing
	record -q pipe-cases
	"$PYTHON" "$lib/damage.py" "$IPCTRACE" "$work/trace"
	# A run of several chunks: the times of what is left still count from its beginning.
	record -q -- sh -c 'for i in 1 2 3; do echo x | cat; sleep 1.1; done' >/dev/null
	[[ $("$IPCTRACE" replay --info "$work/trace") == *" in "[2-9]" chunks"* ]]
	"$PYTHON" "$lib/damage.py" "$IPCTRACE" "$work/trace"
}

@test "what is no trace file of this machine is refused in one line" {
	need_tracing
	record -q -- true
	refused() {
		run -1 --separate-stderr "$IPCTRACE" replay "$2"
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == "ipctrace: "*"$1"* ]] || { echo "$stderr" >&2; return 1; }
	}
	: >"$work/empty"
	refused "it is empty" "$work/empty"
	refused "no trace file" "$IPCTRACE"
	refused "No such file" "$work/none"
	refused "no regular file" "$work"
	# Magic, then the byte order mark, then the version.
	python3 - "$work/trace" "$work/swapped" "$work/newer" <<-'END'
		import sys
		data = open(sys.argv[1], "rb").read()
		open(sys.argv[2], "wb").write(data[:8] + data[8:12][::-1] + data[12:])
		open(sys.argv[3], "wb").write(data[:12] + bytes([data[12] + 1]) + data[13:])
	END
	refused "other byte order" "$work/swapped"
	refused "has version 3" "$work/newer"
}

# other_machine MACHINE: $work/other is $work/trace as of that machine.
other_machine() {
	# Changes the machine in the first frame, ABOUT, and its checksum; all else stays.
	python3 - "$work/trace" "$work/other" "$1" <<-'END'
		import struct, sys, zlib
		data = open(sys.argv[1], "rb").read()
		head, rest = list(struct.unpack("=8I3Q", data[16:72])), data[72:]
		about, rest = rest[:head[4]], rest[head[4]:]
		if head[4] != head[5]:
		    about = zlib.decompress(about, -15)
		old, new = (b"\3" + bytes([len(s) + 1]) + s + b"\0" for s in (b"x86_64", sys.argv[3].encode()))
		assert about.count(old) == 1
		about = about.replace(old, new)
		head[4] = head[5] = len(about)
		head[6] = zlib.crc32(about)
		head[1] = zlib.crc32(struct.pack("=8I3Q", *head)[8:])
		open(sys.argv[2], "wb").write(data[:16] + struct.pack("=8I3Q", *head) + about + rest)
	END
}

@test "a file of another known machine has names for the calls of ours, and numbers for the rest" {
	need_tracing
	record -q -- sh -c 'echo x | cat | sed -n p; kill -0 $$; sleep 0.01; python3 -c "import time; time.sleep(0.01)"' >/dev/null
	other_machine aarch64
	"$IPCTRACE" replay -f json "$work/trace" >"$json"
	"$IPCTRACE" replay -f json "$work/other" >"$json.other"
	# The compiler's header tells what this machine's numbers are.
	echo '#include <asm/unistd.h>' | cc -E -dM - >"$work/numbers"
	python3 - "$json" "$json.other" "$work/numbers" "$root/bpf/abi/sysop.def" <<-'END'
		import json, re, sys
		here, there = ([json.loads(line) for line in open(name)] for name in sys.argv[1:3])
		numbers = dict(re.findall(r"^#define __NR_(\w+) (\d+)$", open(sys.argv[3]).read(), re.M))
		ours = set(re.findall(r"^SYSOP(?:_NAMED)?\(\d+, (\w+)", open(sys.argv[4]).read(), re.M))
		assert len(here) == len(there) and len(ours) > 60
		named = set()
		def same(a, b):
		    assert a.keys() == b.keys(), (a, b)
		    for k in a:
		        if isinstance(a[k], dict):
		            same(a[k], b[k])
		        elif k == "op" and a[k] not in ours:
		            assert b[k] == "call %s of aarch64" % numbers[a[k]], (a, b)
		        else:
		            assert a[k] == b[k], (k, a, b)
		            if k == "op":
		                named.add(a[k])
		for a, b in zip(here, there):
		    same(a, b)
		assert {"pipe2", "read", "write", "wait4", "clock_nanosleep"} <= named, named
	END
	[[ $("$IPCTRACE" replay --info "$work/other") == *" aarch64, boot "* ]]
	"$IPCTRACE" diff "$work/trace" "$work/other" >/dev/null || [ $? -eq 1 ]
}

@test "a file of an unknown machine is refused by replay, stat and diff" {
	need_tracing
	record -q -- true
	other_machine armv7l
	line="$work/other: it was recorded on armv7l, this is x86_64; read it on such a machine"
	for words in replay "replay --info" stat; do
		# shellcheck disable=SC2086 # words
		run -1 --separate-stderr "$IPCTRACE" $words "$work/other"
		[ -z "$output" ]
		[ "$stderr" = "ipctrace: cannot replay $line" ]
	done
	run -2 --separate-stderr "$IPCTRACE" diff "$work/trace" "$work/other"
	[ -z "$output" ]
	[ "$stderr" = "ipctrace: cannot read $line" ]
	run -2 --separate-stderr "$IPCTRACE" diff "$work/other" "$work/trace"
	[ "$stderr" = "ipctrace: cannot read $line" ]
}
