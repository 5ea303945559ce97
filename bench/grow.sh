#!/usr/bin/env bash
# Measures how the cost grows with the number of traced processes: pairs of them play ping-pong side by side, 60000 rounds
# in all. Prints ratios to untraced, as medians of interleaved rounds, and the peak memory of ipctrace.
# As root: make bench-grow
#   ROUNDS=3 PAIRS_LIST="1 5 50 500"
set -u
cd "$(dirname "$0")/.." || exit 1
O=${O:-build} ROUNDS=${ROUNDS:-3} N=${N:-60000}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

median() {
	sort -n | awk '{v[NR] = $1} END {if (NR) printf "%.2f", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

# The highest VmHWM that its own status showed while it ran.
watch_memory() { # PID
	local kb=0 now
	while now=$(awk '/^VmHWM/ {print $2}' "/proc/$1/status" 2>/dev/null) && [[ -n $now ]]; do
		kb=$now
		sleep 0.05
	done
	echo "$kb" >>"$dir/memory"
}

# What work prints of a round's time.
figure() {
	sed -n -E 's/^([0-9]+\.[0-9]+)$/\1/p'
}

traced() { # OPTION...
	./ipctrace record "$@" --force -o "$dir/file" -- "$O/bench/work" pairs "$N" 2>"$dir/err" >/dev/null &
	watch_memory $!
	wait $!
	./ipctrace replay -q -f json "$dir/file" | grep -q '"lost":0,' || echo "$PAIRS pairs: records were lost" >&2
	figure <"$dir/err"
}

echo "$(uname -r), $(nproc) CPUs, medians of $ROUNDS rounds; ratios to untraced"
printf '%9s %12s %7s %7s %12s\n' processes 'untraced ns' waits full 'memory MiB'
for PAIRS in ${PAIRS_LIST:-1 5 50 500}; do
	export PAIRS
	rm -f "$dir"/{untraced,waits,full,memory}
	for ((i = 0; i < ROUNDS; i++)); do
		base=$("$O/bench/work" pairs "$N" 2>&1 | figure)
		echo "$base" >>"$dir/untraced"
		t=$(traced --waits) && awk "BEGIN {print $t / $base}" >>"$dir/waits"
		rm -f "$dir/memory"
		t=$(traced) && awk "BEGIN {print $t / $base}" >>"$dir/full"
	done
	printf '%9d %12.0f %7s %7s %12s\n' $((2 * PAIRS)) "$(median <"$dir/untraced")" "$(median <"$dir/waits")" \
		"$(median <"$dir/full")" "$(sort -n "$dir/memory" | tail -1 | awk '{printf "%.0f", $1 / 1024}')"
done
