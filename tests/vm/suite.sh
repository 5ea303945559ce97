#!/bin/bash
# Runs the end-to-end tests inside each named kernel and prints one TAP stream: suite.sh [VERSION[+WORD]...]
# WORD is for the kernel's command line.
# Exits with 1 if a test failed or a guest did not run them all.
#   VM_JOBS     guests at a time (2)
#   VM_TIMEOUT  seconds for one kernel's tests (4200)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
export VM_TIMEOUT=${VM_TIMEOUT:-4200}
jobs=${VM_JOBS:-2}

# The long ones first, so that what is short fills the gap at the end.
[ $# -gt 0 ] || set -- 6.1 7.2 6.12 5.10 6.12+lockdown=confidentiality
versions=("$@")

work=$(mktemp -d "${TMPDIR:-/tmp}/ipctrace-suite.XXXXXX")
pids=()
# shellcheck disable=SC2317 # called by the trap
cleanup() {
	[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
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

start() { # INDEX
	local version=${versions[$1]%%+*} word=${versions[$1]#*+}
	[ "$word" != "$version" ] || word=
	VM_APPEND="${VM_APPEND:-} $word" "$here/run.sh" "$version" -- "$here/guest.sh" \
		>"$work/$1.out" 2>"$work/$1.err" &
	pids[$1]=$!
}

finish() { # INDEX
	local code=0
	wait "${pids[$1]}" || code=$?
	unset "pids[$1]"
	report "${versions[$1]}" "$code" "$work/$1.out" "$work/$1.err"
	echo "# [${versions[$1]}] ended $SECONDS s after the first guest began"
}

# Finishing in the order of starting keeps the output in order.
for i in "${!versions[@]}"; do
	[ "$i" -lt "$jobs" ] || finish $((i - jobs))
	start "$i"
done
for i in "${!pids[@]}"; do finish "$i"; done

echo "1..$total"
[ "$failed" -eq 0 ]
