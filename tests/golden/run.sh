#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Golden tests: every recording as text and as JSON, some through every sink, compared with what is expected. UPDATE=1 rewrites.
set -u
cd "$(dirname "$0")/../.." || exit 1
here=tests/golden
: "${O:=build}"
bin=$O/golden
count=0
failed=0
skipped=0
expected=0 # exit status of a replay
python=/usr/bin/python3 # Debian's, which has python3-jsonschema
judges= # there is a validator
! "$python" -c 'import jsonschema' 2>/dev/null || judges=1

ok()
{
	count=$((count + 1))
	echo "ok $count - $1"
}

not_ok()
{
	count=$((count + 1))
	failed=$((failed + 1))
	echo "not ok $count - $1"
	sed 's/^/# /' "$bin/out"
}

skip()
{
	count=$((count + 1))
	skipped=$((skipped + 1))
	echo "ok $count - $1 # SKIP $2"
}

# check NAME COMMAND...: it succeeds, and its output is printed only when it does not.
check()
{
	name=$1
	shift
	if "$@" >"$bin/out" 2>&1; then
		ok "$name"
	else
		not_ok "$name"
	fi
}

# compare NAME RECORDS SUFFIX OPTIONS...
compare()
{
	want=$here/$1.$3
	name="$1 as $3"
	base=$1
	records=$2
	suffix=$3
	shift 3
	replays "$name" "$records" "$bin/got" "$@" || return
	as_expected "$want" "$bin/got"
	[ "$suffix" != json ] || json "$bin/got" "$base"
}

# replays NAME RECORDS OUTPUT OPTIONS...
replays()
{
	name=$1
	records=$2
	got=$3
	shift 3
	# Where there are claims they hold; the hostile recording has a loss and no claims.
	status=0
	./ipctrace replay "$@" "$records" >"$got" 2>"$bin/out" || status=$?
	[ "$status" = "$expected" ] && return
	not_ok "$name"
	return 1
}

# as_expected WANT GOT: the test $name. What is too long to lie in the tree as it is lies there as WANT.gz.
as_expected()
{
	want=$1
	if [ -n "${UPDATE:-}" ]; then
		rm -f "$want" "$want.gz"
		if [ "$(wc -c <"$2")" -gt 100000 ]; then gzip -9nc "$2" >"$want.gz"; else cp "$2" "$want"; fi
	fi
	if [ -e "$want.gz" ]; then
		gzip -dc "$want.gz" >"$bin/want"
		want=$bin/want
	fi
	check "$name" diff -u "$want" "$2"
}

# every_sink NAME RECORDS OPTIONS...
every_sink()
{
	of=$1
	from=$2
	shift 2
	for width in 80 120 200; do
		COLUMNS=$width compare "$of" "$from" "text$width" "$@"
	done
	COLUMNS=100 compare "$of" "$from" ascii --ascii "$@"
	COLUMNS=100 compare "$of" "$from" colour --color always "$@"
	compare "$of" "$from" raw --raw "$@"
	compare "$of" "$from" json --format json "$@"
}

# Every recording as text at one width and as JSON, with the claims that it has itself.
every_recording()
{
	told=$here/told
	mkdir -p "$told" "$bin/told"
	rm -f "$bin"/told/*
	for trace in "$here"/records/*.trace; do
		of=${trace##*/}
		of=${of%.trace}
		name="$of as text"
		! COLUMNS=100 replays "$name" "$trace" "$bin/got" || as_expected "$told/$of.text" "$bin/got"
		name="$of as JSON"
		! replays "$name" "$trace" "$bin/told/$of.json" -f json ||
			as_expected "$told/$of.json" "$bin/told/$of.json"
	done
	check "nothing is expected of a recording that is not there" all_recorded
	[ -z "$judges" ] || check "the JSON of all recordings fits the schema" all_valid
}

all_recorded()
{
	for file in "$here"/told/*; do
		of=${file##*/}
		of=${of%.gz}
		[ -e "$here/records/${of%.*}.trace" ] || { echo "$file"; return 1; }
	done
}

all_valid()
{
	find "$bin/told" -name '*.json' | sort | xargs -n 1 -P "$(nproc)" "$python" "$here/validate.py" "$bin/schema.json"
}

# An independent validator.
json()
{
	[ -z "$judges" ] || check "$2.json fits the schema" "$python" "$here/validate.py" "$bin/schema.json" "$1"
}

# The schema refuses a line with one field too many, too few, or wrong.
refuses()
{
	if [ -n "$judges" ]; then
		check "the schema refuses wrong lines" "$python" "$here/validate.py" --refuses "$bin/schema.json"
	else
		skip "JSON fits the schema, which refuses wrong lines" "python3-jsonschema is not installed"
	fi
}

# Every field of the schema is in docs/FIELDS.md.
documented()
{
	missing=
	for field in $("$python" "$here/validate.py" --fields "$bin/schema.json"); do
		grep -q "\`\([a-z]*\.\)\?$field\(\.\*\)\?\`" docs/FIELDS.md || missing="$missing $field"
	done
	[ -z "$missing" ] || { echo "not in docs/FIELDS.md:$missing"; return 1; }
}

# Every kind of cause in the schema is in the table of docs/FIELDS.md that has them.
causes_documented()
{
	kinds=$("$python" "$here/validate.py" --enum "$bin/schema.json" cause_kind) && [ -n "$kinds" ] || return
	missing=
	for kind in $kinds; do
		sed -n '/^| of | `cause.kind` |$/,/^$/p' docs/FIELDS.md | grep -q "\`$kind\`" ||
			missing="$missing $kind"
	done
	[ -z "$missing" ] || { echo "not in docs/FIELDS.md:$missing"; return 1; }
}

# Every claim can fail, and is inconclusive when something is missing.
mutations()
{
	# shellcheck disable=SC2016 # for the inner shell
	for expect in scenarios/*.expect; do
		basename "$expect" .expect
	done | xargs -P "$(nproc)" -I NAME sh -c '
		"$0/mutate" scenarios/NAME.expect "$1/records" >"$0/NAME.tap" 2>&1 ||
			echo "# NAME: exit status $?" >>"$0/NAME.tap"' "$bin" "$here"
	for expect in scenarios/*.expect; do
		scenario=$(basename "$expect" .expect)
		check "$scenario: every claim of every case was mutated" all_mutated "$expect" "$scenario"
		while IFS= read -r line; do
			: >"$bin/out"
			case $line in
			"ok - "*) ok "${line#ok - }" ;;
			"not ok - "*) not_ok "${line#not ok - }" ;;
			*) echo "$line" ;;
			esac
		done <"$bin/$scenario.tap"
	done
}

# In no recording do two lanes have one name, or does one change its name at once.
headers()
{
	for width in 80 120 200 400; do
		for trace in "$here"/records/*.trace; do
			name=${trace##*/}
			COLUMNS=$width ./ipctrace replay --color always "$trace" >"$bin/${name%.trace}.$width"
		done
		"$python" tests/headers.py "$bin"/*."$width" || return
		rm "$bin"/*."$width"
	done
}

# It did not stop half-way: five tests a claim.
all_mutated()
{
	claims=$(grep -c '^ *claim ' "$1")
	tests=$(grep -c '^ok \|^not ok ' "$bin/$2.tap")
	[ "$tests" = $((claims * 5)) ] || { cat "$bin/$2.tap"; return 1; }
}

# Whatever a file says, no control byte comes out, but the line's end.
harmless()
{
	for how in replay "replay -q" "replay --raw" "replay -f json" "replay --info" stat "stat -f json" "diff $1"; do
		# shellcheck disable=SC2086 # words
		./ipctrace $how "$2" >"$bin/printed" 2>&1
		[ "$(wc -l <"$bin/printed")" -gt 3 ] || { echo "$how printed nothing"; return 1; }
		! LC_ALL=C grep -an "$(printf '[\001-\011\013-\037\177]\|\302[\200-\237]\|\377')" "$bin/printed" ||
			{ echo "$how: control bytes"; return 1; }
	done
}

# says_what_is_left_out FILE: of records, and of claims that it cannot read.
says_what_is_left_out()
{
	"$bin/future" unreadable >"$1" || return
	./ipctrace replay -q "$1" 2>&1 >/dev/null | grep -v '^ipctrace: demo.expect:' >"$bin/printed"
	printf 'ipctrace: warning: %s: %s\n' "$1" "a newer ipctrace wrote it, and its claims are left out" \
		"$1" "7 records of it tell what only a newer ipctrace knows, and that is left out" |
		diff - "$bin/printed"
}

# bounded KIND N: whatever reads the bomb ends within 20 seconds of processor time and 640 MiB of address space.
bounded()
{
	"$bin/bombs" "$1" "$2" >"$bin/bomb.trace" || return
	for how in replay "replay -f json" "replay --info" stat "diff $bin/bomb.trace"; do
		status=0
		# shellcheck disable=SC2086,SC3045 # words; dash knows these limits
		(ulimit -t 20 -v 655360; exec ./ipctrace $how "$bin/bomb.trace") >/dev/null 2>"$bin/out" || status=$?
		[ "$status" -le 3 ] || { echo "$how: status $status"; return 1; }
	done
	rm "$bin/bomb.trace"
}

# Files that claim much.
bombs()
{
	for bomb in "tasks 80000" "exit 8000" "exec 8000" "close 8000" "holders 4000" "sleepers 2000" "wakes 20000" "mappings 4000" \
		"protects 8000" "touches 70000" "objects 20000" "semaphores 8000" "ops 600000" "runs 50000" "deflated 4"; do
		# shellcheck disable=SC2086 # words
		check "bounded: $bomb" bounded $bomb
	done
}

make -s golden O="$O" >/dev/null || exit 1
"$bin/schema" >"$bin/schema.json" || exit 1
"$bin/hostile" >"$bin/hostile.trace" || exit 1
"$bin/future" >"$bin/future.trace" || exit 1
export LC_ALL=C.UTF-8 COLUMNS=120

for case in pipe-cases.1 pipe-cases.4 pipe-sigpipe.mid-write; do
	every_sink "$case" "$here/records/$case.trace" --expect "scenarios/${case%%.*}.expect"
done
every_recording
expected=3
every_sink hostile "$bin/hostile.trace"
# What only a later version knows is left out and counted, and all else is told.
COLUMNS=80 compare future "$bin/future.trace" text80
compare future "$bin/future.trace" raw --raw
compare future "$bin/future.trace" json --format json
check "future: it says what it leaves out" says_what_is_left_out "$bin/later.trace"
check "lanes have different names, and keep them for a row" headers
check "hostile: no control byte reaches a terminal" harmless "$here/records/pipe-cases.4.trace" "$bin/hostile.trace"
# IN_SHORT=1: without tests that take minutes and depend on no compiler or library.
if [ -z "${IN_SHORT:-}" ]; then
	bombs
	mutations
fi
check "every field is documented" documented
check "a claim can be about every field" "$python" "$here/claimable.py" "$bin/schema.json" ./ipctrace "$here/records/mq-basic.full.trace"
check "every kind of cause is documented" causes_documented
refuses
echo "1..$count"
echo "# golden: $((count - failed - skipped)) passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
