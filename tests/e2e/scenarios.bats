#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The scenarios as programs of their own: no tracer, no root; what they print, how they end, what they leave behind.

load lib/scenario.bash

@test "pipe-basic prints what the lesson prints, and the merged messages" {
	prints pipe-basic <<-'END'
	[paced]
	I am child!
	I am child!
	I am child!
	I am child!
	I am child!
	[merged]
	I am child!
	that was one read of 60 bytes
	END
}

@test "pipe-basic --pace lesson takes the lesson's ten seconds" {
	local start=$SECONDS
	prints pipe-basic --pace lesson paced <<-'END'
	I am child!
	I am child!
	I am child!
	I am child!
	I am child!
	END
	[ $((SECONDS - start)) -ge 9 ]
}

@test "pipe-cases: all four" {
	prints pipe-cases --hold 20 <<-'END'
	[1]
	the writer sleeps, 65520 bytes are in the pipe
	exitsingle(15),exit(0)
	[2]
	the reader sleeps
	exitsingle(15),exit(0)
	[3]
	I am child! 0
	I am child! 1
	I am child! 2
	I am child! 3
	I am child! 4
	read returns 0
	[4]
	I am child! 0
	I am child! 1
	I am child! 2
	I am child! 3
	I am child! 4
	exitsingle(13),exit(0)
	END
}

@test "pipe-cases 4 runs that case alone, with the lesson's wait status" {
	prints pipe-cases 4 <<-'END'
	I am child! 0
	I am child! 1
	I am child! 2
	I am child! 3
	I am child! 4
	exitsingle(13),exit(0)
	END
}

@test "--hold says how long an endless wait is held" {
	local start end
	start=$(date +%s%N)
	scenario pipe-cases 2 --hold 700
	end=$(date +%s%N)
	[ $(((end - start) / 1000000)) -ge 700 ]
}

@test "pipe-refcount" {
	prints pipe-refcount --hold 20 <<-'END'
	[mistake]
	reader: I am child!
	parent: all writers are gone, the reader still sleeps
	[fixed]
	reader: I am child!
	reader: end of file
	[fork]
	reader: I am child!
	reader: I am child!
	reader: end of file
	[dup]
	reader: I am child!
	reader: end of file
	END
}

@test "pipe-traits" {
	prints pipe-traits <<-'END'
	[one-way]
	write to fd[0]: Bad file descriptor
	read from fd[1]: Bad file descriptor
	read from fd[0]: I am child!
	[stream]
	read returns 5: abcde
	read returns 5: fghij
	[atomic]
	400 records of 1000 bytes from two writers: 0 torn
	[interleaved]
	after 17 of the 20 pages of writer's record comes writer-2's
	[unrelated]
	receiver: I am child!
	[gone]
	reader: the writer is gone, 12 bytes are still there
	parent: both are gone, and the pipe with them
	END
}

@test "pipe-capacity" {
	{
		echo "[thirteen]"
		for slot in $(seq 16); do echo "pipe capacity: $((slot * 4095))"; done
		cat <<-'END'
		the writer sleeps, 65520 bytes are in the pipe
		[page]
		the writer sleeps, 65536 bytes are in the pipe
		[one]
		the writer sleeps, 65536 bytes are in the pipe
		[resize]
		F_SETPIPE_SZ 1048576: 1048576
		F_SETPIPE_SZ 65536: Device or resource busy
		F_SETPIPE_SZ 65536: 65536
		[slots]
		the writer sleeps, 16 bytes are in the pipe
		read returns 1, and the writer goes on
		END
	} | prints pipe-capacity --hold 20
}

@test "pipe-capacity thirteen --pace lesson prints every line of the lesson, the last before the write that sleeps" {
	{
		for i in $(seq 5041); do echo "pipe capacity: $((i * 13))"; done
		echo "the writer sleeps, 65520 bytes are in the pipe"
	} | prints pipe-capacity thirteen --pace lesson --hold 20
}

@test "pipe-capacity thirteen --pace lesson tells its own pipe from a slow one that it prints into" {
	(cd "$work" && $USER_CMD "$BIN/pipe-capacity" thirteen --pace lesson --hold 20 | { sleep 1; tail -n 1 >last; })
	[ "$(cat "$work/last")" = "the writer sleeps, 65520 bytes are in the pipe" ]
}

@test "pipe-sigpipe" {
	local nosignal="Operation not supported"
	# RWF_NOSIGNAL came with 6.18.
	if [ "$(printf '%s\n' 6.18 "$(uname -r)" | sort -V | head -1)" = 6.18 ]; then nosignal="Broken pipe"; fi
	prints pipe-sigpipe <<-END
	[default]
	the writer died of signal 13
	[handler]
	write: Broken pipe
	the handler ran 1 time
	[ignored]
	write: Broken pipe
	[blocked]
	write: Broken pipe
	write: Broken pipe
	1 SIGPIPE was pending
	[mid-write]
	write returns 65536 of 1048576
	the handler ran 1 time
	[no-signal]
	send with MSG_NOSIGNAL: Broken pipe
	pwritev2 with RWF_NOSIGNAL: $nosignal
	the handler ran 0 times
	END
}

@test "pipe-calls" {
	prints pipe-calls <<-'END'
	[vectors]
	writev returns 12
	readv returns 12
	[offset]
	pread: Illegal seek
	pwrite: Illegal seek
	lseek: Illegal seek
	[nonblock]
	read: Resource temporarily unavailable
	write: Resource temporarily unavailable
	[splice]
	splice returns 12
	read returns 12
	[tee]
	tee returns 12
	read from the first returns 12
	read from the second returns 12
	[vmsplice]
	vmsplice returns 4096
	read gives 'b'
	[poll]
	poll returns 1
	[select]
	select returns 1
	[epoll]
	epoll_wait returns 1
	END
}

# The lesson's key, on another program's segment or set of semaphores.
taken_key() {
	local id name
	id=$("${apart[@]}" "$PYTHON" -c "import ctypes; print(ctypes.CDLL(None).$1get(1234, *[1] * ('$1' != 'msg'), 0o3666))")
	[ "$id" -ge 0 ]
	ipc_before=$(ipcs_apart)
	for name in "${@:3}"; do
		run scenario "${name%/*}" "${name#*/}"
		[ "$status" -eq 1 ] && [ "${#lines[@]}" -eq 1 ] &&
			[[ $output == *"with the key 1234 (0x4d2) exists already and is left alone; if nobody needs it: ipcrm -"* ]] ||
			{ echo "$name: $status: $output"; break; }
		name=
	done
	[ "$(ipcs_apart)" = "$ipc_before" ] || name="ipcs differs"
	"${apart[@]}" ipcrm "$2" "$id"
	[ -z "$name" ]
}

@test "a key that is taken: one line, exit status 1, and it is left alone" {
	taken_key shm -m shm-basic/script shm-basic/early shm-lifetime/outlives shm-lifetime/marked shm-api/size \
		shm-api/create shm-race/spin shm-sem/guarded shm-mutex/contended
	taken_key sem -s shm-sem/guarded shm-sem/undo
	taken_key msg -q msg-basic/bounds msg-wait/full
}

@test "a POSIX queue's name that is taken: one line, exit status 1, and it is left alone" {
	local there="import ctypes; print(ctypes.CDLL(None).mq_"
	[ "$("${apart[@]}" "$PYTHON" -c "${there}open(b'/ipctrace-mq', 0o102, 0o666, None))")" -ge 0 ]
	run scenario mq-basic handed
	[ "$status" -eq 1 ] && [ "${#lines[@]}" -eq 1 ]
	[[ $output == *"a POSIX message queue /ipctrace-mq exists already and is left alone"* ]]
	[ "$("${apart[@]}" "$PYTHON" -c "${there}unlink(b'/ipctrace-mq'))")" -eq 0 ]
}

@test "killed by a signal that can be caught, it removes what it made" {
	[ "$(id -u)" -eq 0 ] || skip "needs root, for an IPC namespace"
	local sig name tries
	ipc_before=$(ipcs_apart)
	for name in shm-sem/stuck shm-basic/script msg-wait/other; do
		for sig in HUP INT QUIT TERM PIPE USR1; do
			# --default-signal: a background command of this shell ignores SIGINT and SIGQUIT.
			(cd "$work" && exec "${apart[@]}" env --default-signal $USER_CMD "$BIN/${name%/*}" "${name#*/}" --hold 60000 --pace lesson \
				>/dev/null) 3>&- &
			for tries in $(seq 200); do
				[ "$(ipcs_apart)" = "$ipc_before" ] || break
				sleep 0.02
			done
			[ "$(ipcs_apart)" != "$ipc_before" ]
			kill -$sig $!
			wait $! || true
			nothing_left || { echo "$name $sig"; return 1; }
		done
	done
}

@test "each case of each .expect file is a case of its program, in the same order" {
	local expect name
	for expect in "$root"/scenarios/*.expect; do
		name=$(basename "$expect" .expect)
		diff <(sed -n 's/^case \([^ ]*\) .*/[\1]/p' "$expect") \
			<(scenario "$name" --hold 1 | grep '^\[') || { echo "$name"; return 1; }
	done
}

@test "SIGPIPE ignored by whoever starts it changes nothing" {
	run env --ignore-signal=PIPE true
	[ "$status" -eq 0 ] || skip "env knows no --ignore-signal"
	# shellcheck disable=SC2086
	run env --ignore-signal=PIPE --block-signal=PIPE $USER_CMD "$BIN/pipe-sigpipe" default
	[ "$status" -eq 0 ]
	[ "$output" = "the writer died of signal 13" ]
}

@test "an unknown case, option or value is one line and exit status 2" {
	local args
	for args in "9" "--frob" "--hold" "--hold -1" "--hold 1x" "--hold 99999999999999999999" "--pace slow" "1 2 nine"; do
		# shellcheck disable=SC2086 # several words
		run scenario pipe-cases $args
		[ "$status" -eq 2 ] || { echo "$args: $status"; return 1; }
		[ "${#lines[@]}" -eq 1 ]
	done
}

@test "killed with SIGKILL while it holds a wait, it leaves nobody behind" {
	local name
	for name in pipe-cases/1 pipe-cases/2 pipe-refcount/mistake pipe-capacity/page; do
		scenario "${name%/*}" "${name#*/}" --hold 60000 >/dev/null &
		local tries holder=
		for tries in $(seq 100); do
			holder=$(left)
			[ "$(wc -l <<<"$holder")" -ge 2 ] && break
			sleep 0.1
		done
		[ "$(wc -l <<<"$holder")" -ge 2 ]
		kill -KILL "$(sort -n <<<"$holder" | head -1 | cut -d" " -f1)" # the parent
		wait $! || true
		nothing_left
	done
}

@test "stdout closed after the first line: it ends, and leaves nobody behind" {
	scenario pipe-cases --hold 20 2>/dev/null | head -1
	nothing_left
}
