#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs the end-to-end tests for each named kernel and prints one TAP stream: suite.sh [VERSION[+WORD]...]
# WORD is for the kernel's command line. A guest runs the requested commands, and the tests that must run inside; the rest
# is judged here. Exits with 1 if a test failed or a guest did not run them all.
#   VM_JOBS     guests at a time (3: each of them waits for grace periods half of its time)
#   VM_TIMEOUT  seconds for one kernel's tests (3600)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
export VM_TIMEOUT=${VM_TIMEOUT:-3600}
jobs=${VM_JOBS:-3}

# The long ones first, so that what is short fills the gap at the end.
[ $# -gt 0 ] || set -- 7.2 6.1 6.12 5.10 6.12+lockdown=confidentiality
versions=("$@")

work=$(mktemp -d "${TMPDIR:-/tmp}/ipctrace-suite.XXXXXX")
chmod 755 "$work"
mkdir "$work/asked"
export IPCTRACE_PLAY_WORK=$work/play
declare -A guests=() # by process: which of the versions
# shellcheck disable=SC2317 # called by the trap
cleanup() {
	[ ${#guests[@]} -eq 0 ] || kill "${!guests[@]}" 2>/dev/null || true
	wait
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

total=0 failed=0
broken() { # VERSION REASON
	total=$((total + 1)) failed=$((failed + 1))
	echo "not ok - [$1] $2"
}

# The first script that complained knows best: run.sh only repeats what kernel.sh or rootfs.sh said.
reason() { # ERR
	grep -m1 -E '^(kernel|rootfs|run)\.sh: ' "$1" || tail -n 1 "$1"
}

# Numbers the tests over all kernels, names the kernel in each line, and makes a failure of whatever is missing.
report() { # VERSION STATUS OUT ERR
	local line plan=0 seen=0 bad=0
	while IFS= read -r line || [ -n "$line" ]; do
		if [[ $line =~ ^1\.\.([0-9]+) ]]; then
			plan=$((plan + BASH_REMATCH[1])) # each call of bats has one
		elif [[ $line =~ ^(ok|not\ ok)\ [0-9]+\ (.*)$ ]]; then
			seen=$((seen + 1)) total=$((total + 1))
			[ "${BASH_REMATCH[1]}" = ok ] || bad=$((bad + 1))
			echo "${BASH_REMATCH[1]} $total [$1] ${BASH_REMATCH[2]}"
		else
			echo "# [$1] ${line#\# }"
		fi
	done <"$3"
	sed "s/^/# [$1] /" "$4"
	failed=$((failed + bad))
	if [ "$2" -eq 125 ]; then
		broken "$1" "VM did not run: $(reason "$4")"
	elif [ "$plan" -eq 0 ] || [ "$seen" -ne "$plan" ]; then
		broken "$1" "$seen of $plan tests were run (status $2)"
	elif [ "$2" -ne 0 ] && [ "$bad" -eq 0 ]; then
		broken "$1" "every test passed, yet the guest ended with status $2"
	fi
}

# What the guests are to run for the tests that are judged here.
ask() {
	IPCTRACE_ASK=$work/asked IPCTRACE_ABOUT=outside IPCTRACE_LEAVE_OUT='each_scenario.bats verifier.bats' \
		"$here/../e2e/suite.sh" >"$work/ask.out" 2>&1 && return
	broken "every kernel" "no test could be asked what it runs: $(grep -m1 -A3 '^not ok' "$work/ask.out" | tr '\n' ' ')"
}

start() { # INDEX
	local version=${versions[$1]%%+*} word=${versions[$1]#*+}
	[ "$word" != "$version" ] || word=
	# What takes longest has a processor for itself.
	VM_APPEND="${VM_APPEND:-} $word" VM_SHARE=$work/asked nice -n $(($1 ? 5 : 0)) "$here/run.sh" "$version" -- \
		env IPCTRACE_ASKED="$work/asked" "$here/guest.sh" >"$work/$1.tar.gz" 2>"$work/$1.err" &
	guests[$!]=$1
}

# What the guest has kept is judged by the tests that asked for it.
judge() { # DIR
	[ -e "$1/backends" ] || return 0
	"$here/part.py" "$1/plays"
	IPCTRACE_PLAYED=$1 IPCTRACE_TIME_SCALE=5 IPCTRACE_ABOUT=outside "$here/../e2e/suite.sh"
}

# Waits for the first guest that ends, and takes what it has sent.
finish() {
	local code=0 guest i dir
	wait -n -p guest "${!guests[@]}" || code=$?
	i=${guests[$guest]} dir=$work/$i
	unset "guests[$guest]"
	mkdir "$dir"
	tar -C "$dir" --ignore-zeros -xzf "$work/$i.tar.gz" 2>>"$work/$i.err" || [ "$code" -ne 0 ] || code=1
	echo "# [${versions[$i]}] the guest ended $SECONDS s after the first began"
	judge "$dir/played" >"$dir/judged" 2>>"$work/$i.err" || [ "$code" -ne 0 ] || code=1
	touch "$dir/tap"
	cat "$dir/tap" "$dir/judged" >"$work/$i.out"
	report "${versions[$i]}" "$code" "$work/$i.out" "$work/$i.err"
	rm -rf "$dir" "$work/$i.tar.gz"
}

ask
SECONDS=0
for i in "${!versions[@]}"; do
	[ ${#guests[@]} -lt "$jobs" ] || finish
	start "$i"
done
while [ ${#guests[@]} -gt 0 ]; do finish; done

echo "1..$total"
[ "$failed" -eq 0 ]
