#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016 # what stands in single quotes is for an inner shell
# The command line and what surrounds a run: wrong words, help, manual, doctor, no rights, closed output, full disk.

bats_require_minimum_version 1.5.0
load lib/cli.bash

usage() {
	local words=$1
	shift
	run -2 --separate-stderr "$IPCTRACE" "$@"
	[ -z "$output" ]
	one_line "$words"
}

@test "wrong words: one line with the nearest name, exit 2" {
	usage "what shall be traced?"
	usage "did you mean 'pipe-cases'?" pipe-caes
	usage "did you mean 'list'?" lsit
	usage "see ipctrace list" nothing-like-it
	usage "no scenario 'list'" list/1
	usage "no case '9'" pipe-cases/9
	usage "no case ''" pipe-cases/
	usage "did you mean '--format'?" --fromat json list
	usage "text, json or dot" -f xml pipe-cases
	usage "a power of two" --buffer 5000 pipe-cases
	usage "200 to 600000" --hold 50 pipe-cases
	usage "a time like" --timeout soon pipe-cases
	usage "means nothing to 'list'" list --hold 500
	usage "run what?" run --
	usage "one case is pipe-cases/4" pipe-cases 4
	usage "no scenario 'pipe-bsic'; did you mean 'pipe-basic'?" pipe-cases pipe-bsic
	usage "no case '9'" pipe-cases pipe-basic/9
	usage "are for one scenario" pipe-cases pipe-basic -- 4
	usage "are for one scenario" record -o "$work/x" --expect "$work/y" pipe-cases pipe-basic
	usage "did you mean 'ipctrace pipe-cases'?" show pipe-cases
	usage "no verb or scenario 'ls'; to trace the command, say 'ipctrace run -- ls ...'" ls -l
	usage "say 'ipctrace run -- /bin/true'" /bin/true
	usage "no verb or scenario 'nothing-like-it'" nothing-like-it at all
	usage "did you mean 'attach'?" help atach
}

@test "a case that the file of --expect lacks: it is that file that lacks it" {
	printf 'case other "x"\nclaim a "b"\n* exit\n' >"$work/y.expect"
	usage "y.expect has no case 'merged', which pipe-basic has" --expect "$work/y.expect" pipe-basic/merged
	usage "did you mean 'pipe-basic/merged'?" --expect "$work/y.expect" pipe-basic/nerged
	usage "pipe-basic has no case ''" --expect "$work/y.expect" pipe-basic/
}

@test "a word with escape sequences comes back harmless" {
	usage 'no verb or scenario' $'\033]0;evil\a\n'
	[[ ${stderr_lines[0]} != *$'\033'* ]]
}

@test "help and version go to stdout, exit 0" {
	run -0 --separate-stderr "$IPCTRACE" --help
	[[ $output == "usage: ipctrace"* ]]
	[ -z "$stderr" ]
	run -0 "$IPCTRACE" help
	run -0 "$IPCTRACE" -V
	# The help of a verb has its own options only, whichever way it is asked for.
	asked=$("$IPCTRACE" help replay)
	[[ $asked == "usage: ipctrace replay [OPTION...] FILE"* && $asked == *--info* && $asked != *--hold* ]]
	[ "$("$IPCTRACE" replay --help)" = "$asked" ]
	run -0 "$IPCTRACE" pipe-cases/4 --help
	[[ $output == "usage: ipctrace pipe-cases[/CASE]"*--hold* ]]
	run -0 "$IPCTRACE" --version
	[[ $output =~ ^ipctrace\ [0-9]+\.[0-9]+ ]]
}

@test "documents and manual have the words of --mech" {
	# What is too long for a line goes on below.
	words=$("$IPCTRACE" help run | sed -n '/^ *--mech LIST/,/signal$/p' | tr -s ' \n' ' ' | sed 's/ *--mech LIST only //; s/ $//')
	[[ $words == pipe,*signal ]]
	grep -qrF -e "--mech ${words//, /,}\`" "$root/README.md" "$root/docs"
	grep -qF ".Cm ${words//,/ ,} ;" "$root"/man/*
}

# VERB PAGE: the words of the lines by which the page says how it is called.
called() {
	mandoc -T ascii -O width=500 "$2" | sed 's/.\x08//g' | sed -n '/^SYNOPSIS/,/^[A-RT-Z]/p' |
		grep -E "^ *ipctrace (\[option \.\.\.\] )?$1( |\$)" | tr -s '[],.| ' '\n'
}

@test "the manual has each verb, with what help says that follows it" {
	command -v mandoc >/dev/null || skip "no mandoc"
	verbs=$("$IPCTRACE" --help | sed -n '/^Shows/,/^options/s/^  \([a-z]*\) .*/\1/p')
	[[ $verbs == run*doctor*help ]]
	for verb in ${verbs%help}; do
		follows=$("$IPCTRACE" help "$verb" | sed -n "s/^usage: ipctrace $verb \[OPTION...\] //p")
		follows=${follows/WHAT/SCENARIO -- CMD -p PID --all}
		follows=$(sed 's/CMD/command/; s/ARG/argument/' <<<"$follows" | tr 'A-Z[].|' 'a-z    ')
		for page in "$root/man/ipctrace.1" "$root/man/ipctrace-$verb.1"; do
			called "$verb" "$page" >"$work/called"
			[ -s "$work/called" ]
			for word in $follows; do
				grep -qxF -e "$word" "$work/called" || { echo "$page: $verb: no $word" >&2; return 1; }
			done
		done
	done
}

# A line each: letter, name, argument.
@test "the manual has each option that help has, with its letter and argument, and no other" {
	"$IPCTRACE" --help | sed -nE 's/^  (-(.),|   ) --([a-z-]+)( ([A-Z]+))?.*/\2 \3 \5/p' | sort >"$work/helped"
	[ -s "$work/helped" ]
	grep -hE '^\.It Fl .*-[a-z]' "$root"/man/* | sed 's/^\.It //; s/ Ns Op.*//' | awk '{
		letter = ""
		n = split($0, part, " , ")
		for (i = 1; i <= n; i++) {
			split(part[i], word, " ")
			if (word[2] !~ /^-/) {
				letter = word[2]
				continue
			}
			print letter, substr(word[2], 2), toupper(word[4])
			letter = ""
		}
	}' | sort -u | diff "$work/helped" -
}

@test "list names every scenario and its cases, within 80 columns, without root" {
	run -0 "$IPCTRACE" list
	for expect in "$root"/scenarios/*.expect; do
		[[ $output == *$'\n'"$(basename "$expect" .expect) "* ]]
	done
	[[ $output == *"cases 1 2 3 4"* ]]
	[ "$(awk 'length > 80' <<<"$output")" = "" ]
}

@test "list and help notice a full disk" {
	[ -e /dev/full ] || skip "no /dev/full"
	run -1 --separate-stderr sh -c '"$IPCTRACE" list >/dev/full'
	one_line "No space left on device"
	run -1 --separate-stderr sh -c '"$IPCTRACE" --help >/dev/full'
	one_line "No space left on device"
	run -1 --separate-stderr sh -c '"$IPCTRACE" --help >&-'
	one_line "Bad file descriptor"
}

# bats test_tags=kernel

@test "doctor names kernel, hooks, backend, and how words are watched" {
	need_root
	run -0 "$IPCTRACE" doctor
	[[ $output == *"kernel        $(uname -r)"* ]]
	[[ $output =~ sched_switch\ +loads ]]
	# The first that works.
	local b order='kprobe fentry syscall'
	for b in $order; do
		[[ $output != *"hooks of the $b backend: works"* ]] || break
	done
	[[ $output =~ $'\nbackend'\ +$b$'\n' ]]
	[ "$(awk 'length > 80' <<<"$output")" = "" ]
	[[ $output =~ words\ +by\ (hardware|stepping):\  ]]
}

# pipe-cases where anybody can reach it, whatever home the checkout lies in.
public_tree() {
	mkdir -p "$work/scenarios" "$work/build/scenarios"
	cp "$IPCTRACE" "$work/ipctrace"
	cp "$root/scenarios/pipe-cases.expect" "$work/scenarios/"
	cp "$root/${O:-build}/scenarios/pipe-cases" "$work/build/scenarios/"
	mkdir "$work/theirs"
	chown 65534 "$work/theirs"
}

# CAPABILITIES COMMAND...: runs it as an ordinary user with only these capabilities, like +bpf,+perfmon.
with_caps() {
	local caps=-all${1:+,$1}
	shift
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps="$caps" --ambient-caps="$caps" \
		--bounding-set="$caps" "$@"
}

@test "without root: doctor says what it can, a scenario says how" {
	need_root
	public_tree
	run -1 with_caps "" "$work/ipctrace" doctor
	[[ $output == *"may not trace"* && $output == *"to fix        run 'sudo ipctrace doctor'"* ]]
	for caps in "" +bpf +perfmon; do
		run -1 --separate-stderr with_caps "$caps" "$work/ipctrace" pipe-cases/4
		[ -z "$output" ]
		one_line "tracing needs root or CAP_BPF+CAP_PERFMON: try sudo ipctrace pipe-cases/4"
	done
}

# bats test_tags=kernel
@test "without root, with CAP_BPF and CAP_PERFMON: all works but what perf keeps for root, and that is said" {
	need_root
	public_tree
	run -0 with_caps +bpf,+perfmon "$work/ipctrace" doctor
	echo "$output"
	[[ $output == *"uid 65534, may trace"* ]]
	doctor=$output
	for backend in $(backends); do
		# Debian's 3 leaves perf_event_open(), and so kprobes, to CAP_SYS_ADMIN.
		if [ "$backend" = kprobe ] && [ "$(cat /proc/sys/kernel/perf_event_paranoid)" -gt 2 ]; then
			[[ $doctor == *"hooks of the kprobe backend: does not work"*"EACCES: root only (perf_event_paranoid)"* ]]
			run -1 --separate-stderr with_caps +bpf,+perfmon "$work/ipctrace" --backend kprobe pipe-cases/4
			one_line "the kprobe backend does not work"
			[[ $stderr == *"EACCES: root only (perf_event_paranoid); leave --backend out" ]]
			continue
		fi
		[[ $doctor == *"hooks of the $backend backend: works"* ]]
		json=$work/theirs/json
		traced "$json" with_caps +bpf,+perfmon "$work/ipctrace" -f json --force -o "$json" \
			--backend "$backend" pipe-cases/4
		[ "$(grep -c '"kind":"claim".*"result":"holds"' "$json")" -eq 4 ]
		grep -q '"kind":"exec".*"comm":"pipe-cases"' "$json"
	done
	# All of it, to the end: the timeout's kill too.
	run -3 --separate-stderr with_caps +bpf,+perfmon "$work/ipctrace" --backend "$QUICK" run \
		--timeout "$((1000 * IPCTRACE_TIME_SCALE))ms" -- sleep "$nap"
	one_line "sleep: timed out"
	run ! sleeper_left
}

# COMMAND of the shell that hides the kernel's BTF, in a mount namespace of its own.
without_btf() {
	run -1 --separate-stderr unshare -m sh -c "$1"' && exec "$IPCTRACE" pipe-cases/4'
	[ -z "$output" ]
	one_line "$2"
	run -1 --separate-stderr unshare -m sh -c "$1"' && exec "$IPCTRACE" doctor'
	echo "$output"
	[ -z "$stderr" ]
	[[ $output =~ BTF\ +/sys/kernel/btf/vmlinux:\ $3 ]]
	[[ $output =~ hooks:\ not\ tried ]]
	[[ $output =~ to\ fix\ +boot\ a\ kernel\ built\ with\ CONFIG_DEBUG_INFO_BTF=y ]]
}

@test "no BTF, or none that can be read: one line that says what to boot, exit 1" {
	need_root
	without_btf 'mount -t tmpfs none /sys/kernel/btf' \
		"no BTF at /sys/kernel/btf/vmlinux: boot a kernel built with CONFIG_DEBUG_INFO_BTF=y" "No such file"
	: >"$work/empty"
	export work
	without_btf 'mount --bind "$work/empty" /sys/kernel/btf/vmlinux' \
		"the BTF at /sys/kernel/btf/vmlinux cannot be read: boot a kernel built with CONFIG_DEBUG_INFO_BTF=y" \
		"there, but it cannot be read"
}

# bats test_tags=kernel
@test "doctor asks for tracefs where hooks could be skipped without it: from 7.0 on" {
	need_root
	run -0 unshare -m sh -c 'while umount -l /sys/kernel/tracing; do :; done 2>/dev/null
		while umount -l /sys/kernel/debug; do :; done 2>/dev/null
		exec "$IPCTRACE" doctor'
	if [ "$(uname -r | cut -d. -f1)" -ge 7 ]; then
		[[ $output =~ to\ fix\ +mount\ tracefs && $output == *"tp_btf  sched_process_fork   loads"* ]]
		run -0 "$IPCTRACE" doctor
		[[ $output == *"perf_tp sched_process_fork   loads"* ]]
	fi
	[[ ! $output =~ to\ fix\ +mount ]]
}

@test "a command that cannot be started: one line, exit 1" {
	need_root
	run -1 --separate-stderr "$IPCTRACE" --backend "$QUICK" run -- /nonexistent/program
	[ -z "$output" ]
	one_line "cannot run /nonexistent/program: No such file or directory"
	run -1 --separate-stderr "$IPCTRACE" --backend "$QUICK" run -- /etc/passwd
	one_line "Permission denied"
}

@test "run exits 0 whatever the command's own status, and names it" {
	need_root
	run -0 --separate-stderr "$IPCTRACE" run -- sh -c 'exit 5'
	[[ $output == *"exits 5"* ]]
}

@test "the command's stdout goes to stderr, with -o it stays" {
	need_root
	run -0 --separate-stderr "$IPCTRACE" --backend "$QUICK" run -- echo from-the-command
	[ "$stderr" = from-the-command ]
	run -0 --separate-stderr "$IPCTRACE" --backend "$QUICK" run --force -o "$work/out" -- echo from-the-command
	[ "$output" = from-the-command ]
	grep -q ' lost ' "$work/out"
}

@test "the command is the user behind sudo unless --as-root" {
	need_root
	export SUDO_UID=65534 SUDO_GID=65534
	run -0 "$IPCTRACE" --backend "$QUICK" run --force -o "$work/out" -- id -u
	[ "$output" = 65534 ]
	run -0 "$IPCTRACE" --backend "$QUICK" run --as-root --force -o "$work/out" -- id -u
	[ "$output" = 0 ]
	SUDO_UID=junk run -1 --separate-stderr "$IPCTRACE" --backend "$QUICK" run id
	one_line "SUDO_UID is 'junk', not a number"
}

@test "a full disk: one line, exit 1" {
	need_root
	[ -e /dev/full ] || skip "no /dev/full"
	run -1 --separate-stderr sh -c '"$IPCTRACE" --backend "$QUICK" run -q -- true >/dev/full'
	one_line "cannot write to stdout: No space left on device"
	run -1 --separate-stderr "$IPCTRACE" --backend "$QUICK" run -o /dev/full -q -- true
	one_line "cannot write to /dev/full: No space left on device"
	# The command still comes to its end.
	run -1 --separate-stderr "$IPCTRACE" --backend "$QUICK" run -f json -o /dev/full -- \
		sh -c 'i=0; while [ $i -lt 300 ]; do :|:; i=$((i + 1)); done; sleep 1; echo came to its end'
	[ "$output" = "came to its end" ]
	[ "$stderr" = "ipctrace: warning: the output cannot be written; sh goes on
ipctrace: cannot write to /dev/full: No space left on device" ]
	run -1 --separate-stderr "$IPCTRACE" --backend "$QUICK" run -o /nonexistent/x -- true
	one_line "cannot write /nonexistent/x: No such file or directory"
}

@test "another claims file is tested instead, and a broken one is refused" {
	need_root
	printf 'scenario "x"\ncase 4 "y"\nclaim c "z"\n* op write ret=12345\n' >"$work/other.expect"
	run -1 "$IPCTRACE" --backend "$QUICK" --expect "$work/other.expect" -q pipe-cases/4
	[[ $output == *"1 fails"* ]]
	echo nonsense >"$work/other.expect"
	run -1 --separate-stderr "$IPCTRACE" --backend "$QUICK" --expect "$work/other.expect" pipe-cases
	one_line "other.expect:1:"
}

@test "a comm with escapes, quotes and invalid UTF-8 harms neither terminal nor JSON" {
	need_root
	evil=$'\033[2J"\n\377'
	ln -s "$(type -P true)" "$work/$evil"
	run -0 --separate-stderr "$IPCTRACE" --backend "$QUICK" run -- "$work/$evil"
	[[ $output != *$'\033'* ]]
	[[ $output == *'\x1b[2J'* ]]
	"$IPCTRACE" --backend "$QUICK" -f json run -- "$work/$evil" >"$work/json"
	python3 -c 'import json, sys; [json.loads(l) for l in open(sys.argv[1], encoding="utf-8")]' "$work/json"
}

@test "a moved tree finds its scenarios; a binary alone says where it looked" {
	mkdir -p "$work/usr/bin" "$work/usr/lib/ipctrace/scenarios"
	cp "$IPCTRACE" "$work/usr/bin/"
	cp "$root"/scenarios/pipe-cases.expect "$work/usr/lib/ipctrace/scenarios/"
	run -0 "$work/usr/bin/ipctrace" list
	[[ $output == *pipe-cases* && $output != *pipe-basic* ]]
}
