#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Shared memory and semaphores: what scenarios leave behind, traced or not.

load lib/common.bash
bats_require_minimum_version 1.5.0

setup_file() {
	need_tracing
	QUICK=$(quick_backend)
	export QUICK
}

setup() {
	begin_work
	chmod 777 "$work"
	begin_apart
	before=$(ipcs_apart)
	careless=is-$BASHPID # a name that another run of this file does not have
}

# COLUMNS: what a person's terminal shows when he types two lines and "end". It is read character by character, as a
# terminal that is COLUMNS wide would not break lines elsewhere.
in_a_terminal() {
	"$PYTHON" - "$1" "$IPCTRACE" --backend "$QUICK" shm-basic/script --interactive <<-'END'
		import fcntl, os, pty, select, struct, sys, termios, time
		pid, fd = pty.fork()
		if pid == 0:
		    os.execv(sys.argv[2], sys.argv[2:])
		fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
		seen, asked, lines = b"", 0, [b"one\n", b"two\n", b"end\n"]
		while True:
		    try:
		        got = os.read(fd, 65536)
		    except OSError:
		        break
		    seen += got
		    if seen.count(b"Enter some text: ") > asked:
		        asked += 1
		        time.sleep(0.4) # rows would come meanwhile
		        os.write(fd, lines.pop(0))
		os.waitpid(pid, 0)
		sys.stdout.write(seen.decode().replace("\r\n", "\n"))
	END
}

# A scenario that takes the lesson's key, and removes nothing.
careless_tree() {
	mkdir -p "$work/scenarios" "$work/build/scenarios"
	cp "$IPCTRACE" "$work/ipctrace"
	printf 'claim runs "it runs"\n\t* exec\n' >"$work/scenarios/careless.expect"
	cat >"$work/build/scenarios/careless" <<-END
		#!/usr/bin/python3 -IS
		import ctypes, sys, time
		libc = ctypes.CDLL(None)
		if libc.shmget(1234, 1, 0o3600) < 0 or libc.semget(1234, 1, 0o3600) < 0: # IPC_CREAT | IPC_EXCL
		    sys.exit(1)
		open("/proc/self/comm", "w").write("$careless")
		time.sleep(float(sys.argv[1]))
	END
	chmod 755 "$work/build/scenarios/careless"
}

careless_pids() {
	grep -lx "$careless" /proc/[0-9]*/comm 2>/dev/null | cut -d/ -f3
}

# bats test_tags=kernel
@test "a traced scenario has an IPC namespace of its own: whatever it leaves dies with it" {
	careless_tree
	# In our namespace another program has the lesson's key. It does not matter, and the program keeps it.
	"${apart[@]}" "$PYTHON" -c 'import ctypes; exit(ctypes.CDLL(None).shmget(1234, 100, 0o1600) < 0)'
	taken=$(ipcs_apart)
	[[ $taken == *0x000004d2* ]]
	run -0 --separate-stderr "${apart[@]}" "$work/ipctrace" --backend "$QUICK" careless -- 0
	ipcs_after=$(ipcs_apart)
	[ -z "$stderr" ]
	[ "$ipcs_after" = "$taken" ]
}

# bats test_tags=kernel
@test "ipctrace is killed with SIGKILL in the middle of a scenario: ipcs shows what it showed before" {
	careless_tree
	"${apart[@]}" "$work/ipctrace" --backend "$QUICK" careless -- 1000 >/dev/null 2>&1 3>&- &
	tracer=$!
	for _ in $(seq $((100 * IPCTRACE_TIME_SCALE))); do
		found=$(careless_pids)
		[ -z "$found" ] || break
		sleep 0.1
	done
	[ -n "$found" ]
	# It is there, seen from inside.
	nsenter -t "$(head -1 <<<"$found")" -i ipcs -m | grep -q 0x000004d2
	nsenter -t "$(head -1 <<<"$found")" -i ipcs -s | grep -q 0x000004d2
	[ "$(ipcs_apart)" = "$before" ]
	kill -KILL "$tracer"
	wait "$tracer" || true
	for _ in $(seq $((100 * IPCTRACE_TIME_SCALE))); do
		[ -n "$(careless_pids)" ] || break
		sleep 0.1
	done
	[ -z "$(careless_pids)" ]
	[ "$(ipcs_apart)" = "$before" ]
}

@test "without CAP_SYS_ADMIN a scenario runs in our namespace, and one line says so" {
	careless_tree
	sed -i 's/^time.sleep.*/libc.shmctl(libc.shmget(1234, 0, 0), 0, None); libc.semctl(libc.semget(1234, 0, 0), 0, 0)/' \
		"$work/build/scenarios/careless"
	local caps=-all,+bpf,+perfmon
	run --separate-stderr "${apart[@]}" setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps="$caps" \
		--ambient-caps="$caps" --bounding-set="$caps" "$work/ipctrace" --backend "$QUICK" careless
	[ "$status" -eq 0 ]
	[ "${#stderr_lines[@]}" -eq 1 ]
	[[ $stderr == "ipctrace: warning: no IPC namespace for the scenario (Operation not permitted)"* ]]
	[ "$(ipcs_apart)" = "$before" ]
}

@test "shm-basic --interactive writes what it is given, and its claims hold of that" {
	printf 'one\ntwo\n' | "${apart[@]}" "$IPCTRACE" --backend "$QUICK" shm-basic/script --interactive >"$work/shown" 2>"$work/asked"
	[ "$(grep -o 'You wrote: .*' "$work/shown")" = $'You wrote: one\nYou wrote: two\nYou wrote: end' ]
	[ "$(tail -n 1 "$work/shown")" = "claims: 10 hold, 0 fail, 0 inconclusive" ]
	[ "$(cat "$work/asked")" = $'Enter some text: \nEnter some text: \nEnter some text: ' ]
	[ "$(ipcs_apart)" = "$before" ]
	# One message is enough, and none is, too; the other case has its own.
	for lines in 'end\n' '' 'a\nb\nc\nd\nend\n'; do
		# shellcheck disable=SC2059 # escapes
		printf "$lines" | "$IPCTRACE" --backend "$QUICK" -q shm-basic --interactive >"$work/shown" 2>"$work/asked"
		[ "$(tail -n 1 "$work/shown")" = "claims: 13 hold, 0 fail, 0 inconclusive" ]
		[ "$(grep -c '^Enter some text: $' "$work/asked")" -eq "$(printf "${lines:-x\n}" | wc -l)" ]
	done
	# The claim about them can fail: a message is written over one that was not read.
	sed 's/was=0 value=1/was=1 value=1/' "$root/scenarios/shm-basic.expect" >"$work/wrong.expect"
	run -1 --separate-stderr "$IPCTRACE" --backend "$QUICK" -q --expect "$work/wrong.expect" shm-basic/script --interactive \
		< <(printf 'a\n')
	[[ $output == *"claims: 9 hold, 1 fails, 0 inconclusive" ]]
	# Whether it asks is told by its own claims, whatever others are tested.
	printf 'case script "x"\nclaim a "b"\n* exit\n' >"$work/wrong.expect"
	run -0 --separate-stderr "$IPCTRACE" --backend "$QUICK" -q --expect "$work/wrong.expect" shm-basic/script --interactive \
		< <(printf 'a\n')
	[[ $stderr == *"Enter some text: "* ]]
}

@test "--interactive is refused where nothing is asked for" {
	for what in shm-race/yield pipe-basic pipe-cases/4 shm-basic/early; do
		for verb in "" "record --force -o $work/trace"; do
			# shellcheck disable=SC2086 # words
			run -2 --separate-stderr "$IPCTRACE" $verb $what --interactive </dev/null
			[ -z "$output" ]
			[ "$stderr" = "ipctrace: --interactive means nothing to '$what', which asks for nothing; see ipctrace --help" ]
		done
	done
	[ ! -e "$work/trace" ]
}

@test "shm-basic --interactive: no row of the timeline stands where it asks, at any width" {
	local columns
	for columns in 80 120 200; do
		in_a_terminal "$columns" >"$work/seen"
		[ "$(head -n 3 "$work/seen")" = $'Enter some text: one\nEnter some text: two\nEnter some text: end' ] ||
			{ head "$work/seen"; return 1; }
		[ "$(grep -c 'Enter some text' "$work/seen")" -eq 3 ]
		sed -n 4p "$work/seen" | grep -q 'ipctrace shm-basic.*case script'
		grep -q 'claims: 10 hold, 0 fail, 0 inconclusive' "$work/seen"
	done
}
