#!/usr/bin/env bash
# What tracing costs: ratios to untraced, every pair interleaved, medians. As root: make bench
# ROUNDS=7 BACKENDS="syscall" bench/run.sh
set -u
cd "$(dirname "$0")/.." || exit 1
O=${O:-build} ROUNDS=${ROUNDS:-7}
work=$O/bench/work
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
mkdir -p "$O/bench"
gcc -O2 -std=c11 -Wall -Wextra -o "$work" bench/work.c || exit 1
if [[ -z ${BACKENDS:-} ]]; then
	for b in fentry kprobe syscall; do
		./ipctrace run --backend $b -q -o /dev/null -- true 2>/dev/null && BACKENDS="${BACKENDS:-} $b"
	done
fi

median() {
	sort -n | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

untraced() { "$work" "$@"; }
traced() { # BACKEND WORK N: the program under ipctrace, facts into a file; loss is an error
	local b=$1 lost
	shift
	./ipctrace run --backend "$b" --buffer 64M -f json -o "$dir/out" -- "$work" "$@" || return 1
	lost=$(tail -1 "$dir/out" | sed 's/.*"lost":\([0-9]*\).*/\1/')
	[[ $lost == 0 ]] || echo "lost $lost records: $b $*" >&3
}
beside() { # BACKEND WORK N: the program untraced, while ipctrace traces another one
	local b=$1 pid
	shift
	./ipctrace run --backend "$b" -q -o /dev/null -- sleep 60 2>/dev/null &
	pid=$!
	sleep 1
	"$work" "$@"
	kill -INT $pid
	wait $pid
}

# NAME N: one table row a work and way: median ns a round untraced and traced, and the ratio.
compare() {
	local how=$1 b=$2 name=$3 n=$4 i a t
	: >"$dir/a"
	: >"$dir/b"
	for ((i = 0; i < ROUNDS; i++)); do
		untraced "$name" "$n" 2>>"$dir/a" >/dev/null
		"$how" "$b" "$name" "$n" 3>&2 2>>"$dir/b" >/dev/null
	done
	a=$(median <"$dir/a")
	t=$(grep -E '^[0-9.]+$' "$dir/b" | median)
	printf '%-10s %-9s %-8s %9.0f %9.0f %8.2f\n' "$name" "$how" "$b" "$a" "$t" \
		"$(awk "BEGIN {print $t / $a}")"
}

echo "$(uname -r), $(nproc) CPUs, medians of $ROUNDS, ns a round"
printf '%-10s %-9s %-8s %9s %9s %8s\n' work how backend untraced with ratio
for b in $BACKENDS; do
	compare traced "$b" getppid 1000000
	compare beside "$b" getppid 1000000
	compare traced "$b" pingpong 20000
	compare beside "$b" pingpong 20000
	compare traced "$b" stream 50000
	compare beside "$b" stream 50000
done
