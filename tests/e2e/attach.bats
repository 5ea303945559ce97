#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2154 # what stands in single quotes is for an inner shell; stick sets NAME_pid
# ipctrace attach: what ran, slept and was held before tracing began, and how a look at it ends.

bats_require_minimum_version 1.5.0
load lib/attached.bash

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
