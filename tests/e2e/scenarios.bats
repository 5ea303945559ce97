#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The scenarios as programs of their own: no tracer, no root; what they print, how they end, what they leave behind.

load lib/common.bash

setup_file() {
	O=${O:-build}
	# Where an ordinary user can reach them, in whatever home the checkout lies.
	BIN=$(mktemp -d /tmp/ipctrace-scenarios.XXXXXX)
	chmod 755 "$BIN"
	(cd "$root" && install -m 755 "$O"/scenarios/* "$BIN/") || { echo "run make first" >&2; return 1; }
	USER_CMD=
	[ "$(id -u)" -ne 0 ] || USER_CMD="setpriv --reuid=65534 --regid=65534 --clear-groups"
	export BIN USER_CMD root
}

teardown_file() {
	rm -rf "$BIN"
}

setup() {
	begin_work
	chmod 777 "$work"
	begin_apart
	ipc_before=$(ipcs_apart)
	export IPCTRACE_TEST_MARK="$BATS_TEST_NUMBER.$$.$RANDOM"
}

scenario() {
	local name=$1
	shift
	# shellcheck disable=SC2086 # a command or nothing
	(cd "$work" && exec "${apart[@]}" $USER_CMD timeout 120 "$BIN/$name" "$@")
}

# Processes that carry this test's mark, without bats' own, whose program is a scenario. find does the look through /proc:
# a loop of the shell is traced by bats, and on an emulated processor outlasts a hold.
left() {
	local exe
	find /proc -mindepth 2 -maxdepth 2 -path '/proc/[0-9]*/exe' -lname "$BIN/*" 2>/dev/null | while read -r exe; do
		! grep -qzx "IPCTRACE_TEST_MARK=$IPCTRACE_TEST_MARK" "${exe%/exe}/environ" ||
			echo "$(basename "${exe%/exe}") $(cat "${exe%/exe}/comm")"
	done 2>/dev/null
}

nothing_left() {
	local tries
	for tries in $(seq 50); do
		[ -n "$(left)" ] || break
		sleep 0.1
	done
	[ -z "$(left)" ] || { echo "left behind: $(left)"; return 1; }
	[ -z "$(ls -A "$work")" ] || { echo "files: $(ls -A "$work")"; return 1; }
	[ "$(ipcs_apart)" = "$ipc_before" ] || { ipcs_apart; return 1; }
}

# NAME: its whole output is the text on stdin.
prints() {
	local want got
	want=$(cat)
	got=$(scenario "$@" 2>&1) || { echo "exit status $?"; return 1; }
	[ "$got" = "$want" ] || { diff <(echo "$want") <(echo "$got"); return 1; }
	nothing_left
}

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

# NAME...: the same, with # for every number in its output, and without the lines that say how often it had to wait.
prints_about() {
	local want got
	want=$(cat)
	got=$(scenario "$@" 2>&1) || { echo "exit status $?"; return 1; }
	got=$(sed -E 's/[0-9]+(\.[0-9]+)?/#/g; s/  +/ /g' <<<"$got" | grep -vx 'Waiting\.\.\.')
	[ "$got" = "$want" ] || { diff <(echo "$want") <(echo "$got"); return 1; }
	nothing_left
}

@test "shm-basic: what is written is read, and how long it lay there is said" {
	prints_about shm-basic <<-'END'
	[script]
	You wrote: I am shmwrite!
	You wrote: shared memory has no end of message
	You wrote: end
	shmread: # messages lay there for # ms on average before it looked
	[early]
	You wrote: shared memory has no end of message
	You wrote: end
	shmread: # messages lay there for # ms on average before it looked
	END
}

@test "shm-basic --interactive takes its lines from stdin, and asks for them on stderr" {
	local lines
	lines=$(printf 'one\ntwo\n' | scenario shm-basic script --interactive 2>"$work/asked" | grep ^You)
	[ "$lines" = $'You wrote: one\nYou wrote: two\nYou wrote: end' ]
	[ "$(cat "$work/asked")" = $'Enter some text: \nEnter some text: \nEnter some text: ' ]
	# The program that comes first has its own message; none is asked for.
	lines=$(scenario shm-basic early --interactive </dev/null 2>"$work/asked" | grep ^You)
	[ "$lines" = $'You wrote: shared memory has no end of message\nYou wrote: end' ]
	[ ! -s "$work/asked" ]
	rm "$work/asked"
	nothing_left
}

@test "shm-lifetime" {
	prints shm-lifetime <<-'END'
	[outlives]
	its maker is gone: attached 0 times
	visitor: I am still here!
	it is gone: Invalid argument
	[marked]
	removed: key 0, marked for destruction, attached 2 times
	the same key makes another segment
	detached: attached 1 times
	holder: I read what was written after the removal
	it is gone: Invalid argument
	[killed]
	removed, detached: attached 1 times
	it is gone: Invalid argument
	[count]
	made: attached 0 times
	shmat: attached 1 times
	shmat again, elsewhere: attached 2 times
	shmdt: attached 1 times
	fork: attached 2 times
	exec: attached 1 times
	fork: attached 2 times
	exit: attached 1 times
	shmdt: attached 0 times
	[split]
	shmat of 3 pages: attached 1 times
	munmap of the second: attached 2 times
	shmdt, which knows both by their address: attached 0 times
	END
}

api_prints() {
	cat <<-'END'
	[size]
	asked for 1 byte, IPC_STAT says 1
	reader: byte 4095 is 'z'
	shmget of 0 bytes: the same segment
	shmget of 2 bytes: Invalid argument
	[create]
	shmget: No such file or directory
	IPC_CREAT: the same segment
	IPC_CREAT | IPC_EXCL: File exists
	shmget: the same segment
	[key]
	finder: ftok("/", 'i'): the same segment
	ftok("/", 'j'): another key
	IPC_PRIVATE twice: another segment
	[mode]
	visitor: shmat succeeds
	visitor: shmat Permission denied
	[readonly]
	reader: I am read only!
	the reader died of signal 11, the text is: I am read only!
	[removed]
	shmget, the key: No such file or directory
	shmat, while somebody has it attached: succeeds
	shmat, after the last: Invalid argument
	IPC_STAT: Invalid argument
	shmdt of what is detached: Invalid argument
	END
}

@test "shm-api" {
	api_prints | prints shm-api
}

@test "shm-api says the same to root" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	USER_CMD=
	api_prints | prints shm-api
}

# CASE: how many updates it says it lost.
lost_by() {
	sed -n "/^\[$1\]/,/lost\$/s/.* \([0-9]*\) lost\$/\1/p" <<<"$got"
}

# Two emulated processors take turns: there an update is lost only where one is given away on purpose.
@test "shm-race: updates are lost, and both see what one should have seen" {
	local got try
	# On a busy machine the two seldom run at once.
	for try in $(seq 20); do
		got=$(scenario shm-race)
		[ "$(nproc)" -gt 1 ] && [ "$IPCTRACE_TIME_SCALE" -eq 1 ] && [ "$(lost_by spin)" -eq 0 ] || break
	done
	echo "try $try: $got"
	[ "$(nproc)" -eq 1 ] || [ "$IPCTRACE_TIME_SCALE" -gt 1 ] || [ "$(lost_by spin)" -gt 0 ]
	[ "$(lost_by yield)" -gt 0 ]
	# What was added is what is there and what was lost.
	sed -n 's/added \([0-9]*\) times in [0-9]* rounds*, written is \([0-9]*\): \([0-9]*\) lost/\1 \2 \3/p' <<<"$got" |
		{ n=0; while read -r added there lost; do [ "$added" -eq $((there + lost)) ]; n=$((n + 1)); done; [ "$n" -eq 2 ]; }
	[ "$(sed '1,/both-zero/d' <<<"$got")" = "$(cat <<-'END'
	writer has seen written == 0, and writes
	writer-2 has seen written == 0, and writes
	two messages were written, the text is: writer-2
	[minus-one]
	reader has seen written == 1, and reads: for one of you
	reader-2 has seen written == 1, and reads: for one of you
	one message was read twice, written is -1
	END
	)" ]
	nothing_left
}

@test "shm-sem" {
	prints shm-sem --hold 20 <<-'END'
	[guarded]
	added 200 times, written is 200: 0 lost
	[undo]
	waiter: it is mine
	[stuck]
	the holder is dead, the waiter still sleeps
	[removed]
	waiter: Identifier removed
	[nowait]
	IPC_NOWAIT: Resource temporarily unavailable
	after 20 ms: Resource temporarily unavailable
	END
}

@test "msg-basic" {
	prints msg-basic <<-'END'
	[bounds]
	msgrcv returns 3: type 1, abc
	msgrcv returns 4: type 1, defg
	msgrcv returns 2: type 1, hi
	[types]
	msgrcv returns 5: type 2, third
	msgrcv returns 6: type 1, second
	msgrcv returns 6: type 4, fourth
	msgrcv returns 5: type 3, first
	[outlives]
	msgrcv returns 11: type 1, I am child!
	[size]
	msgrcv: Argument list too long
	msgrcv returns 4: type 1, I am
	msgrcv: No message of desired type
	[nowait]
	msgrcv: No message of desired type
	msgrcv: No message of desired type
	msgsnd: Resource temporarily unavailable
	END
}

@test "mq-basic" {
	prints mq-basic --hold 20 <<-'END'
	[priority]
	caller: priority 5, high
	caller: priority 5, high, too
	caller: priority 1, low
	[handed]
	receiver: priority 0, I am child!
	[full]
	receiver: priority 0, one
	receiver: priority 0, two
	[timeout]
	caller: Connection timed out
	[unlinked]
	mq_open: No such file or directory
	the name is gone, the receiver still sleeps
	receiver: priority 0, I am child!
	[refused]
	caller: Resource temporarily unavailable
	caller: Message too long
	caller: mq_send: Bad file descriptor
	END
}

@test "msg-wait" {
	prints msg-wait --hold 20 <<-'END'
	[empty]
	receiver: type 1, I am child!
	[other]
	a message is there, the receiver still sleeps
	receiver: type 2, for you
	[full]
	receiver: type 1, I am child!
	sender: both are sent
	[resize]
	sender: both are sent
	[removed]
	receiver: Identifier removed
	sender: Identifier removed
	[signal]
	receiver: Interrupted system call
	END
}

@test "shm-mutex" {
	prints shm-mutex <<-'END'
	[uncontended]
	one after the other: written is 2000
	[contended]
	the locker sleeps
	locker: it is mine
	[guarded]
	added 200 times, written is 200: 0 lost
	[robust]
	locker: Owner died
	END
}

@test "shm-speed: a segment's bytes are not copied, and ratios are printed" {
	local got
	got=$(scenario shm-speed)
	[ "$(grep -c ': 32 MiB copied' <<<"$got")" -eq 4 ]
	[ "$(grep -c '^shm-.*: 0 MiB copied' <<<"$got")" -eq 2 ]
	[ "$(grep -cE '^(pipe|unix socket|segment) .* [0-9.]+ times the pipe.s speed, [0-9]+ sleeps$' <<<"$got")" -eq 6 ]
	# The pipe's ratio to itself is 1, and a process that uses it sleeps.
	[ "$(grep -cE '^pipe .* 1.00 times the pipe.s speed, [1-9][0-9]* sleeps$' <<<"$got")" -eq 2 ]
	nothing_left
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
