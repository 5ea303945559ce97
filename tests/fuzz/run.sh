#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Fuzzes what reads trace files, each target for FUZZ_SECONDS, from tests/fuzz/corpus. TAP. An input that breaks a target is
# kept in $O/fuzz/crash-*. Put such a file into the corpus, with a name that says what was wrong.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${O:=build}" "${FUZZ_SECONDS:=60}"
corpus=tests/fuzz/corpus
n=0

# What the program itself prints is left out, the fuzzer's reports are not.
fuzz()
{
	"$O/fuzz/$target" -artifact_prefix="$O/fuzz/crash-" -timeout=10 -rss_limit_mb=1024 -close_fd_mask=3 "$@" 2>"$O/fuzz/log"
}

# OK? WHAT
told()
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $target: $2"
	else
		echo "not ok $n - $target: $2; see $O/fuzz/crash-*"
		sed 's/^/# /' "$O/fuzz/log" | tail -40
	fi
}

echo "1..6"
for target in trace_file replay diff; do
	found=$O/fuzz/found.$target
	mkdir -p "$found"
	fuzz -runs=0 "$corpus"
	told $? "the corpus of $(find "$corpus" -type f | wc -l) files is read"
	fuzz -max_total_time="$FUZZ_SECONDS" -max_len=16384 -print_final_stats=1 "$found" "$corpus"
	told $? "$(sed -n 's/stat::number_of_executed_units: *//p' "$O/fuzz/log") damaged files are read in $FUZZ_SECONDS s"
done
