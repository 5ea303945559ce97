#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Measures what trace files cost: bytes a record, records read and replayed a second, and memory. make bench-replay
# RECORDS="1000000 100000000" ROUNDS=3 bench/replay.sh
set -u
cd "$(dirname "$0")/.." || exit 1
O=${O:-build} ROUNDS=${ROUNDS:-3}
dir=$(mktemp -d "${TMPDIR:-/tmp}/ipctrace-bench.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT

# COMMAND...: seconds of processor time and KiB of memory, the least of $ROUNDS.
cost() {
	local i
	for ((i = 0; i < ROUNDS; i++)); do
		/usr/bin/env python3 - "$@" <<-'END'
			import os, resource, subprocess, sys
			subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
			u = resource.getrusage(resource.RUSAGE_CHILDREN)
			print(u.ru_utime + u.ru_stime, u.ru_maxrss)
		END
	done | sort -n | head -1
}

printf '%12s %8s %-8s %10s %10s %12s\n' records B/record way seconds 'MiB' records/s
for n in ${RECORDS:-1000000 10000000}; do
	file=$dir/$n.trace
	"$O/bench/trace" make "$n" "$file" || exit 1
	bytes=$(stat -c %s "$file")
	for way in read stat json text; do
		case $way in
		read) set -- "$O/bench/trace" read "$file" ;;
		stat) set -- ./ipctrace stat -o /dev/null "$file" ;;
		*) set -- ./ipctrace replay -f "$way" -o /dev/null "$file" ;;
		esac
		read -r seconds kib < <(cost "$@")
		awk -v n="$n" -v b="$bytes" -v w="$way" -v s="$seconds" -v k="$kib" 'BEGIN {
			printf "%12d %8.1f %-8s %10.2f %10.1f %12d\n", n, b / n, w, s, k / 1024, n / s }'
	done
	rm -f "$file"
done
