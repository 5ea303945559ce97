#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2154 # what stands in single quotes is for an inner shell; stick sets NAME_pid
# ipctrace attach: what ran, slept and was held before tracing began, how a look at it ends, and the filters.

bats_require_minimum_version 1.5.0
load lib/traced.bash

# COMMAND...: runs it without bats' own descriptors; its pid is in $pid.
start() {
	"$@" 3>&- &
	pid=$!
	pids+=("$pid")
}

# yes, asleep in a write to a full FIFO that sleep holds open and does not read.
blocked_yes() {
	mkfifo fifo
	start sh -c 'exec sleep 1000 <fifo'
	reader=$pid
	start sh -c 'exec yes >fifo' 2>/dev/null
	writer=$pid
	asleep_in "$writer" pipe_write
	# Its open let the writer go on; the exec may come later.
	until grep -qx sleep "/proc/$reader/comm"; do sleep 0.02; done
}

asleep_in() {
	for _ in $(seq 500); do
		! grep -q "$2" "/proc/$1/wchan" || return 0
		sleep 0.02
	done
	echo "$1 never slept in $2" >&2
	return 1
}

# [OPTION...]: attaches in the background, and returns when what is followed has been told.
attach() {
	start "$IPCTRACE" -f json --force -o "$json" --backend "$backend" attach "$@" 2>err </dev/null
	tracer=$pid
	told_soon '"kind":"task"'
}

# PATTERN: until the JSON has a line of it.
told_soon() {
	for _ in $(seq 1500); do
		! grep -q "$1" "$json" 2>/dev/null || return 0
		kill -0 "$tracer" 2>/dev/null || break
		sleep 0.02
	done
	echo "ipctrace never told of $1: $(cat err)" >&2
	return 1
}

# How the tracer ended.
ended() {
	local status=0
	tracer_ended || status=$?
	cat err >&2
	return "$status"
}

# Assertions on $json, from stdin; its lines fit the schema.
told() {
	"$IPCTRACE" --json-schema >schema
	"$PYTHON" "$lib/schema.py" schema "$json"
	"$PYTHON" "$lib/lines.py" "$json"
}

# WORDS...: a run of this filter; JSON to $json.
filtered() {
	json_of "$@" >printed
}

alive() {
	kill -0 "$1" && [ "$(cut -d' ' -f3 "/proc/$1/stat")" != Z ]
}

# bats test_tags=backend
@test "a writer that is asleep already: why, who holds the other end, and how it ends" {
	blocked_yes
	attach -p "$writer"
	kill -TERM "$reader"
	ended
	WRITER=$writer READER=$reader told <<-'END'
		import os
		writer, reader = int(os.environ["WRITER"]), int(os.environ["READER"])
		assert one(kind="task", pid=writer)["partner"] is False
		assert one(kind="task", pid=reader)["partner"] is True
		# A second one may follow: it wakes before the reader has released the mutex.
		wait = pick(kind="wait", pid=writer)[0]
		assert wait["earlier"] and wait["reason"] == "full" and not wait["open"], wait
		assert wait["op"] == "write" and wait["state"]["used"] == wait["state"]["slots"], wait
		assert wait["cause"]["kind"] == "last-close" and wait["cause"]["pid"] == reader, wait
		held = one(kind="object", event="held", pid=reader, object=wait["object"])
		assert (held["end"], held["fd"]) == ("read", 0), held
		closed = one(kind="object", event="exit-closed", pid=reader, object=wait["object"])
		assert closed["released"] and closed["state"]["readers"] == 0, closed
		sig = one(kind="signal", event="generated", sig="SIGPIPE")
		assert sig["pid"] == writer, sig
		assert sig["cause"]["kind"] == "no-readers" and sig["cause"]["pid"] == reader, sig
		assert one(kind="exit", pid=writer)["signal"] == "SIGPIPE"
		last = one(kind="summary")
		assert last["lost"] == 0 and not last["incomplete"], last
	END
}

# bats test_tags=kernel
@test "stopped already: by which signal, and who lets it go on" {
	sleep 1000 3>&- &
	target=$!
	until grep -qx sleep "/proc/$target/comm"; do sleep 0.02; done
	kill -STOP "$target"
	until [[ $(</proc/"$target"/stat) == *") T "* ]]; do sleep 0.02; done
	attach -p "$target"
	kill -CONT "$target"
	until [[ $(</proc/"$target"/stat) != *") T "* ]]; do sleep 0.02; done
	kill "$target"
	ended
	TARGET=$target SHELL_PID=$BASHPID told <<-'END'
		import os
		stop = one(kind="wait", reason="stopped", pid=int(os.environ["TARGET"]))
		assert stop["earlier"] and stop["stopped_by"] == "SIGSTOP" and not stop["open"], stop
		assert stop["waker"]["sig"] == "SIGCONT" and stop["cause"]["pid"] == int(os.environ["SHELL_PID"]), stop
	END
}

# bats test_tags=backend
@test "a call that had begun before is no operation when it is over, its wait is told" {
	mkfifo fifo
	start "$PYTHON" -c 'import os, sys; fd = os.open("fifo", os.O_RDWR); os.read(fd, 1); os.read(fd, 1)'
	reader=$pid
	asleep_in "$reader" pipe_read
	attach -p "$reader"
	printf x >fifo
	told_soon '"kind":"wait".*"earlier":true'
	printf x >fifo
	ended
	READER=$reader told <<-'END'
		import os
		reader = int(os.environ["READER"])
		waits = pick(kind="wait", pid=reader, op="read")
		assert waits[0]["earlier"] and not waits[0]["open"], waits
		assert one(kind="op", pid=reader, op="read")["ret"] == 1
	END
}

# bats test_tags=backend
@test "an open of a FIFO that was asleep already: its path, and which end it opens, live, replayed and in sums" {
	mkfifo fifo
	start sh -c 'exec 3<"$1"; sleep 1000' sh "$work/fifo"
	opener=$pid
	asleep_in "$opener" "wait_for_partner\|fifo_open"
	traced "$json" "$IPCTRACE" -f json --force -o "$json" --backend "$backend" attach -p "$opener" --for 200ms --record trace
	OPENER=$opener FIFO=$work/fifo told <<-'END'
		import os
		fifo = os.environ["FIFO"]
		begun = one(kind="object", event="opening", pid=int(os.environ["OPENER"]))
		assert (begun["path"], begun["end"], begun["object"]) == (fifo, "read", "fifo:" + fifo), begun
		wait = one(kind="wait", reason="partner")
		assert (wait["object"], wait["opens"], wait["earlier"]) == ("fifo:" + fifo, "read", True), wait
		assert one(kind="asleep")["object"] == "fifo:" + fifo
	END
	"$IPCTRACE" -f json replay trace | cmp - "$json"
	"$IPCTRACE" stat trace | grep -qx "fifo:$work/fifo"
	"$IPCTRACE" replay trace | tr -s ' \n' ' ' |
		grep -qF "has slept since before tracing began: it opens the read end of fifo:$work/fifo, and nobody has opened the write end yet"
}

@test "a FIFO that was open already has the name that /proc has for it, live, replayed and in sums" {
	blocked_yes
	"$IPCTRACE" -f json --force -o "$json" --backend "$backend" attach -p "$writer" --for 200ms --record trace
	WRITER=$writer FIFO=$work/fifo told <<-'END'
		import os
		held = [h for h in pick(kind="object", event="held", pid=int(os.environ["WRITER"])) if h["object"].startswith("fifo:")]
		assert [(h["object"], h["path"]) for h in held] == [("fifo:" + os.environ["FIFO"], os.environ["FIFO"])], held
		assert one(kind="wait", reason="full")["object"] == held[0]["object"]
	END
	"$IPCTRACE" -f json replay trace | cmp - "$json"
	"$IPCTRACE" stat trace | grep -qx "fifo:$work/fifo"
	mv fifo "$(printf 'x%.0s' {1..60})"
	"$IPCTRACE" -f json --force -o "$json" --backend "$backend" stat -p "$writer" --for 200ms
	grep -q '"object":"fifo:x\{47\}"' "$json"
}

@test "the same as text: it has slept since before tracing began" {
	blocked_yes
	run -0 --separate-stderr "$IPCTRACE" --backend "$backend" attach -p "$writer" --for 500ms
	[ -z "$stderr" ]
	local words # sentences are broken where the lanes end
	words=$(tr -s ' \n' ' ' <<<"$output")
	[[ $words == *"yes has slept since before tracing began: all 16 slots are full (65536 bytes)"* ]]
	# With its number where another sleep holds what bats was given.
	[[ $words =~ sleep\ ([0-9]+\ )?\(fd\ 0\)[^.]*holds\ the\ read\ end\ and\ is\ not\ reading ]]
	[[ $words == *"still asleep after more than "*", when the run ended"* ]]
	alive "$writer"
	alive "$reader"
}

# bats test_tags=kernel
@test "asleep in poll or select already: on which pipe, and why" {
	for case in poll select many poll_other; do
		stick "$case"
		# shellcheck disable=SC2154 # set by stick
		asker=$asker_pid
		rm -f "$json"
		traced "$json" "$IPCTRACE" -f json --force -o "$json" --backend "$backend" attach -p "$asker" --for 200ms
		ASKER=$asker CASE=$case told <<-'END'
			import os
			asker = int(os.environ["ASKER"])
			wait = one(kind="wait", pid=asker)
			assert wait["op"] in ("poll", "select", "pselect6", "ppoll"), wait
			assert wait["reason"] == "poll" and wait["earlier"] and wait["open"], wait
			# Its table names the file, not the descriptor.
			assert "fd" not in wait, wait
			polls, pipes = {"poll": (2, 2), "select": (2, 2), "many": (25, 16), "poll_other": (2, 1)}[os.environ["CASE"]]
			watches = wait["watches"].split(", ")
			assert (wait["polls"], len(watches)) == (polls, pipes) and watches[0] == wait["object"], wait
			assert wait["state"]["used"] == 0 and wait["state"]["readers"] == 1, wait
			held = pick(kind="object", event="held", pid=asker, object=wait["object"])
			assert [h["end"] for h in held] == (["read", "write"] if os.environ["CASE"] == "poll_other" else ["read"]), held
		END
		unstick
		rm in out
	done
}

# bats test_tags=backend
@test "a poll that was asleep already is ended by an event: whose" {
	mkfifo fifo
	exec 8<>fifo
	start "$PYTHON" -c '
import os, select
p = select.poll()
p.register(os.open("fifo", os.O_RDONLY), select.POLLIN)
p.poll()'
	asker=$pid
	asleep_in "$asker" poll
	attach -p "$asker"
	sh -c 'echo x >fifo; exit 0'
	ended
	ASKER=$asker told <<-'END'
		import os
		asker = int(os.environ["ASKER"])
		wait = pick(kind="wait", pid=asker)[0]
		assert wait["reason"] == "poll" and wait["earlier"] and not wait["open"], wait
		assert wait["state"]["used"] == 0 and wait["state_woken"]["used"] == 1, wait
		assert wait["cause"]["kind"] == "event" and wait["cause"]["op"] == "write", wait
		assert wait["cause"]["comm"] == "sh" and wait["cause"]["object"] == wait["object"], wait
	END
}

# bats test_tags=backend
@test "what an untraced process does at the other end is told: its reads, its close" {
	mkfifo fifo go
	start sh -c 'exec <fifo; read -r x <go; dd of=/dev/null bs=4096 count=3 2>/dev/null'
	start sh -c 'exec yes >fifo' 2>/dev/null
	writer=$pid
	exec 8<>go
	asleep_in "$writer" pipe_write
	attach -p "$writer"
	echo >&8
	ended
	WRITER=$writer told <<-'END'
		import os
		writer = int(os.environ["WRITER"])
		reads = pick(kind="op", comm="dd", op="read")
		assert [op["ret"] for op in reads] == [4096] * 3, reads
		first = pick(kind="wait", pid=writer)[0]
		assert first["earlier"] and first["cause"]["kind"] == "space", first
		assert first["cause"]["comm"] == "dd" and first["cause"]["pid"] == reads[0]["pid"], first
		assert {op["object"] for op in reads} == {first["object"]}, reads
		assert one(kind="exit", pid=writer)["signal"] == "SIGPIPE"
	END
}

# SIGNAL: ends a look at a writer that goes on.
ends_by() {
	attach -p "$writer"
	kill "-$1" "$tracer"
	ended
	alive "$writer" && alive "$reader"
	grep -q pipe_write "/proc/$writer/wchan"
	WRITER=$writer told <<-'END'
		import os
		wait = one(kind="wait", pid=int(os.environ["WRITER"]))
		assert wait["open"] and wait["earlier"], wait
		assert not one(kind="summary")["incomplete"]
	END
}

@test "SIGINT ends the look with 0, and what is followed goes on" {
	blocked_yes
	# A job in the background ignores SIGINT, unless it is told not to.
	start env --default-signal=INT "$IPCTRACE" -f json --force -o "$json" --backend "$backend" attach -p "$writer" 2>err
	tracer=$pid
	told_soon '"kind":"task"'
	kill -INT "$tracer"
	ended
	alive "$writer" && alive "$reader"
	grep -q pipe_write "/proc/$writer/wchan"
	told <<<'assert one(kind="wait", comm="yes")["open"] and not one(kind="summary")["incomplete"]'
}

@test "so does SIGTERM" {
	blocked_yes
	ends_by TERM
}

@test "--for ends the look with 0, after that time" {
	blocked_yes
	attach -p "$writer" --for 1s
	ended
	alive "$writer" && alive "$reader"
	told <<<'assert 9e8 < one(kind="wait", comm="yes")["slept"] < 60e9'
}

@test "with two processes it goes on until both have ended" {
	start sleep 1000
	first=$pid
	start sleep 1001
	second=$pid
	attach -p "$first,$second"
	kill "$first"
	told_soon "\"kind\":\"exit\".*\"pid\":$first"
	alive "$tracer"
	kill "$second"
	ended
	# Either may not have come to its exec yet: it is known by its pid.
	told <<<"found = sorted(line['pid'] for line in pick(kind='exit', signal='SIGTERM'))
assert found == sorted([$first, $second]), (found, pick(kind='exit'))"
}

# bats test_tags=kernel
@test "every thread of a process is followed, and what each sleeps on is told" {
	stick thread
	attach -p "$threads_pid" --for 500ms
	ended
	PID=$threads_pid told <<-'END'
		import os
		pid = int(os.environ["PID"])
		tasks = pick(kind="task", pid=pid)
		assert len({task["tid"] for task in tasks}) == len(tasks) == 2, tasks
		waits = pick(kind="wait", pid=pid)
		assert len(waits) == 2 and all(w["open"] and w["earlier"] for w in waits), waits
		empty = [w for w in waits if w["reason"] == "empty"]
		assert len(empty) == 1 and empty[0]["op"] == "read" and empty[0]["tid"] != pid, waits
	END
}

# bats test_tags=kernel
@test "children that it forks later are followed, with what they inherit" {
	mkfifo go
	start sh -c 'read -r x <go; seq 3 | cat >/dev/null'
	shell=$pid
	exec 8<>go
	asleep_in "$shell" pipe_read
	attach -p "$shell"
	echo >&8
	ended
	PID=$shell told <<-'END'
		import os
		shell = int(os.environ["PID"])
		assert pick(kind="wait", pid=shell)[0]["earlier"]
		read = [op for op in pick(kind="op", comm="cat", op="read") if "object" in op]
		assert [op["ret"] for op in read] == [6, 0], read
		assert read[-1]["cause"]["kind"] == "no-writers" and read[-1]["cause"]["comm"] == "seq", read
		forked = {line["child"]["pid"] for line in pick(kind="fork", pid=shell)}
		assert one(kind="exit", comm="seq")["pid"] in forked and one(kind="exit", comm="cat")["pid"] in forked
		assert one(kind="exit", comm="seq")["status"] == one(kind="exit", pid=shell)["status"] == 0
	END
}

# bats test_tags=kernel
@test "children that it has already are followed, with --no-children they are left out" {
	mkfifo in
	exec 8<>in
	start sh -c 'cat <in >/dev/null & echo $! >child; wait'
	shell=$pid
	until [ -s child ]; do sleep 0.02; done
	child=$(cat child)
	pids+=("$child")
	asleep_in "$child" pipe_read
	for option in --no-children ''; do
		# shellcheck disable=SC2086 # none, where it is empty
		attach -p "$shell" $option --for "$((2 * IPCTRACE_TIME_SCALE))s"
		ended
		SHELL_PID=$shell CHILD=$child OPTION=$option told <<-'END'
			import os
			shell, child = int(os.environ["SHELL_PID"]), int(os.environ["CHILD"])
			want = {shell} if os.environ["OPTION"] else {shell, child}
			assert {t["pid"] for t in pick(kind="task") if not t.get("partner")} == want, pick(kind="task")
			assert {w["pid"] for w in pick(kind="wait")} == want, pick(kind="wait")
		END
	done
	alive "$shell" && alive "$child"
}

# bats test_tags=kernel
@test "--all: what runs already, and what starts afterwards" {
	blocked_yes
	attach --all --for "$((4 * IPCTRACE_TIME_SCALE))s"
	# Nothing else on the machine has these names.
	cp "$(command -v seq)" "$work/seq-$$"
	cp "$(command -v tac)" "$work/tac-$$"
	run -0 bash -c "$work/seq-$$ 5 | $work/tac-$$"
	ended
	SEQ=seq-$$ TAC=tac-$$ WRITER=$writer TRACER=$tracer told <<-'END'
		import os
		writer = int(os.environ["WRITER"])
		assert one(kind="wait", pid=writer)["earlier"]
		assert one(kind="exit", comm=os.environ["SEQ"])["status"] == 0
		reads = [op for op in pick(kind="op", comm=os.environ["TAC"], op="read") if "object" in op]
		assert sum(op["ret"] for op in reads) == 10, reads
		assert not any(line.get("partner") for line in pick(kind="task"))
		assert not pick(pid=int(os.environ["TRACER"])), "it follows itself"
	END
	alive "$writer"
}

@test "a replay prints what the live look printed, with --record and with record -o" {
	blocked_yes
	for format in text json; do
		COLUMNS=120 "$IPCTRACE" -f "$format" --backend "$backend" --force --record trace attach -p "$writer" --for 500ms >live
		COLUMNS=120 "$IPCTRACE" -f "$format" replay trace >again
		cmp live again
		grep -q full live
		rm trace
	done
	run -0 --separate-stderr "$IPCTRACE" --backend "$backend" record --force -o trace -p "$writer" --for 500ms
	[ -z "$output" ]
	run -0 "$IPCTRACE" replay trace
	[[ $output == "ipctrace attach -p $writer"* ]]
	[[ $output == *"yes has slept since before tracing began: all 16 slots are full"* ]]
	run -0 "$IPCTRACE" -q --backend "$backend" record --force -o trace --all --for 200ms
	alive "$writer"
}

# WORDS...: one line on stderr, nothing on stdout.
one_line() {
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == "ipctrace: "*"$1"* ]] || { echo "$stderr" >&2; return 1; }
}

@test "no such process, a thread, no rights: one line, status 1; wrong words: 2" {
	sleep 1000 3>&- &
	gone=$!
	kill -KILL "$gone"
	wait "$gone" || true
	run -1 --separate-stderr "$IPCTRACE" --backend "$backend" attach -p "$gone"
	one_line "cannot follow process $gone: No such process"
	stick thread
	thread=$(find "/proc/$threads_pid/task" -mindepth 1 -maxdepth 1 ! -name "$threads_pid" -printf '%f\n')
	run -1 --separate-stderr "$IPCTRACE" --backend "$backend" attach -p "$thread"
	one_line "cannot follow process $thread: it is a thread"
	run -1 --separate-stderr setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$IPCTRACE" attach -p $$
	one_line "root"
	for words in "attach" "attach -p" "attach -p 0" "attach -p 1,x" "attach -p 1 --all" "attach --all true" \
		"attach --all --for x" "run --for 1s true" "run -p 1 true" "attach --all --min-wait x" \
		"attach --all --mech socket" "attach --all --user no-such-user" "attach --all --path /dev/null" \
		"attach --all --pipe x" "attach --all --cgroup /none" "run --cgroup /tmp true" "attach --all --pace quick" \
		"attach --all --timeout 1s" "attach --all --as-root" "record -o /dev/null --hold 300 -- true"; do
		# shellcheck disable=SC2086 # several words
		run -2 --separate-stderr "$IPCTRACE" $words
		one_line ""
	done
}

PIPELINE='{ sleep 0.2; seq 3; } | cat >/dev/null'

@test "run --comm: only the tasks of that name" {
	filtered -- sh -c "$PIPELINE"
	told <<<'assert {"sh", "seq", "cat"} <= {line.get("comm") for line in pick(kind="exit")}'
	filtered --comm cat -- sh -c "$PIPELINE"
	told <<-'END'
		assert {line["comm"] for line in lines if "pid" in line and line["kind"] != "signal"} == {"cat"}
		assert all("cat" in (s["comm"], s.get("sender", {}).get("comm")) for s in pick(kind="signal"))
		assert [op["ret"] for op in pick(kind="op", op="read")] == [6, 0]
		wait = pick(kind="wait", reason="empty")[0]
		assert wait["waker"]["comm"] == "seq" and wait["waker"]["object"] == wait["object"], wait
	END
}

@test "run --user: only that user's, from where it changes on" {
	filtered --as-root --user 65534 -- sh -c 'seq 3 | setpriv --reuid 65534 --clear-groups cat >/dev/null'
	told <<-'END'
		assert {line["comm"] for line in lines if "pid" in line and line["kind"] != "signal"} == {"cat"}
		assert all("cat" in (s["comm"], s.get("sender", {}).get("comm")) for s in pick(kind="signal"))
		assert [op["ret"] for op in pick(kind="op", op="read")] == [6, 0]
	END
}

# bats test_tags=kernel
@test "run --cgroup: only what is in it, or below it" {
	top=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
	[ -n "$top" ] && mkdir -p "$top/ipctrace-$$/below" || skip "no cgroup v2 that can be written to"
	export IN=$top/ipctrace-$$/below/cgroup.procs
	filtered --as-root --cgroup "$top/ipctrace-$$" -- sh -c 'seq 3 | sh -c "echo \$\$ >$IN; exec cat" >/dev/null'
	rmdir "$top/ipctrace-$$/below" "$top/ipctrace-$$"
	told <<-'END'
		assert {line["comm"] for line in pick(kind="exit")} == {"cat"}
		assert not [line for line in lines if line.get("comm") == "seq"]
		assert [op["ret"] for op in pick(kind="op", op="read", comm="cat")] == [6, 0]
	END
}

@test "run --mech: only that mechanism, or only signals" {
	mkfifo fifo
	both='seq 3 | cat >/dev/null; seq 4 >fifo & cat fifo >/dev/null; kill -URG $$'
	filtered --mech fifo -- sh -c "$both"
	told <<-'END'
		assert {line["object"][:5] for line in lines if "object" in line} == {"fifo:"}
		assert not pick(kind="signal")
		assert sum(op["ret"] for op in pick(kind="op", op="read")) == 8
	END
	filtered --mech pipe,signal -- sh -c "$both"
	told <<-'END'
		assert {line["object"][:5] for line in lines if "object" in line} == {"pipe:"}
		assert pick(kind="signal", sig="SIGURG")
		assert sum(op["ret"] for op in pick(kind="op", op="read")) == 6
	END
	stopped='(until grep -q "^State:.T" /proc/$$/status; do sleep 0.02; done; kill -CONT $$) & kill -STOP $$; wait'
	filtered --mech signal -- sh -c "$both; $stopped"
	told <<-'END'
		assert pick(kind="signal", sig="SIGURG") and not pick(kind="op") + pick(kind="object")
		assert [wait["reason"] for wait in pick(kind="wait")] == ["stopped"]
	END
}

@test "--pipe: only that pipe, of those that a process holds" {
	stick full
	inodes=$(find "/proc/$left_pid/fd" -lname 'pipe:*' -printf '%l\n' | sort -u)
	waits_on=$(readlink "/proc/$left_pid/fd/$(($(cut -d' ' -f2 "/proc/$left_pid/syscall")))")
	other=$(grep -vxF "$waits_on" <<<"$inodes" | head -n 1)
	attach -p "$left_pid" --for 300ms --pipe "$waits_on"
	ended
	PIPE=$waits_on told <<-'END'
		import os
		assert {line["object"] for line in lines if "object" in line} == {os.environ["PIPE"]}
		assert pick(kind="wait", reason="full", comm="left")
	END
	other=${other#pipe:[}
	attach -p "$left_pid" --for 300ms --pipe "${other%]}"
	ended
	PIPE=pipe:[${other%]}] told <<-'END'
		import os
		assert {line["object"] for line in lines if "object" in line} == {os.environ["PIPE"]}
		assert not pick(kind="wait", reason="full", comm="left")
	END
}

@test "run --path: only that FIFO" {
	mkfifo one two
	filtered --path one -- sh -c 'seq 3 >one & seq 4 >two & cat one two >/dev/null; wait'
	told <<-'END'
		assert {line["object"].rsplit("/", 1)[-1] for line in lines if "object" in line} == {"one"} or \
		    {line["object"] for line in lines if "object" in line} == {"fifo:one"}
		assert sum(op["ret"] for op in pick(kind="op", op="read")) == 6
	END
}

@test "run --min-wait: only waits of that length, and only operations with one" {
	slow='{ sleep 0.02; echo a; sleep 0.4; echo b; } | while read -r x; do :; done'
	filtered -- sh -c "$slow"
	told <<<'assert [w for w in pick(kind="wait") if w["slept"] < 3e8] and [o for o in pick(kind="op") if not o["slept"]]'
	filtered --min-wait 300ms -- sh -c "$slow"
	told <<-'END'
		waits = pick(kind="wait")
		assert waits and all(w["slept"] >= 3e8 for w in waits), waits
		assert len(pick(kind="wait", reason="empty")) == 1, waits
		assert all(o["slept"] for o in pick(kind="op")), pick(kind="op", slept=False)
	END
}

# bats test_tags=kernel
@test "--waits: no operations, and yet who woke whom" {
	filtered --waits -- sh -c "$PIPELINE"
	told <<-'END'
		assert not pick(kind="op") + pick(kind="object")
		wait = pick(kind="wait", comm="cat", reason="empty")[0]
		assert wait["waker"]["comm"] == "seq" and wait["waker"]["op"] == "write", wait
		assert wait["cause"]["comm"] == "seq", wait
	END
	blocked_yes
	attach --waits -p "$writer" --for 300ms
	ended
	told <<<'assert one(kind="wait", comm="yes", reason="full")["earlier"] and not pick(kind="op") + pick(kind="object")'
}
