#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The scenarios of shared memory, semaphores and queues as programs of their own: what they print.

load lib/scenario.bash

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
