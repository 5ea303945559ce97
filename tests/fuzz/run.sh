#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Fuzzes the reader of trace files for FUZZ_SECONDS, from tests/fuzz/corpus. TAP. What breaks it is kept in $O/fuzz/crash-*.
# Such a file goes into the corpus, with a name that says what was wrong.
set -u
cd "$(dirname "$0")/../.." || exit 1
: "${O:=build}" "${FUZZ_SECONDS:=60}"
corpus=tests/fuzz/corpus
found=$O/fuzz/found
mkdir -p "$found"

fuzz()
{
	"$O/fuzz/trace_file" -artifact_prefix="$O/fuzz/crash-" -timeout=10 -rss_limit_mb=1024 "$@" 2>"$O/fuzz/log"
}

echo "1..2"
if fuzz -runs=0 "$corpus"; then
	echo "ok 1 - the corpus of $(find "$corpus" -type f | wc -l) files is read"
else
	echo "not ok 1 - the corpus is read"
	sed 's/^/# /' "$O/fuzz/log" | tail -40
fi
if fuzz -max_total_time="$FUZZ_SECONDS" -max_len=4096 -print_final_stats=1 "$found" "$corpus"; then
	echo "ok 2 - $(sed -n 's/stat::number_of_executed_units: *//p' "$O/fuzz/log") damaged files are read in $FUZZ_SECONDS s"
else
	echo "not ok 2 - damaged files are read; see $O/fuzz/crash-*"
	sed 's/^/# /' "$O/fuzz/log" | tail -40
fi
