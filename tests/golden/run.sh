#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Golden tests: every recording through every sink, compared with what is expected. UPDATE=1 rewrites.
set -u
cd "$(dirname "$0")/../.." || exit 1
here=tests/golden
: "${O:=build}" "${CC:=gcc}"
bin=$O/tests/golden
sources=$(ls user/*.c | grep -v -e /main.c -e /tracer -e /probe -e /cmd_ -e /session -e /choose.c)
flags="-g -O1 -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-unused-parameter -fsanitize=address,undefined
	-Ibpf -Iuser -I$O -DVERSION=\"test\" -DLIBDIR=\"/usr/local/lib/ipctrace\""
count=0
failed=0
skipped=0

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

# compare RECORDS SUFFIX OPTIONS...
compare()
{
	base=${1%.records}
	want=$base.$2
	name="$(basename "$base") as $2"
	records=$1
	suffix=$2
	shift 2
	if ! "$bin/replay" "$@" "$records" >"$bin/got" 2>"$bin/out"; then
		not_ok "$name"
		return
	fi
	[ -z "${UPDATE:-}" ] || cp "$bin/got" "$want"
	check "$name" diff -u "$want" "$bin/got"
	[ "$suffix" != json ] || json "$bin/got" "$(basename "$base")"
}

# An independent validator, and the schema's refusal of a line with one field too many, too few, or wrong.
json()
{
	if ! python3 -c 'import jsonschema' 2>/dev/null; then
		skip "$2.json fits the schema" "python3-jsonschema is not installed"
		return
	fi
	check "$2.json fits the schema" python3 "$here/validate.py" "$bin/schema.json" "$1"
}

# Every field of the schema is in docs/FIELDS.md.
documented()
{
	missing=
	for field in $(python3 "$here/validate.py" --fields "$bin/schema.json"); do
		grep -q "\`\([a-z]*\.\)\?$field\(\.\*\)\?\`" docs/FIELDS.md || missing="$missing $field"
	done
	[ -z "$missing" ] || { echo "not in docs/FIELDS.md:$missing"; return 1; }
}

mkdir -p "$bin"
make -s "$O/syscall_names.h" O="$O" >/dev/null || exit 1
# shellcheck disable=SC2086
$CC $flags -o "$bin/replay" "$here/replay.c" $sources || exit 1
# shellcheck disable=SC2086
$CC $flags -o "$bin/schema" "$here/schema.c" user/schema.c user/json.c user/labels.c user/mech.c user/utf8.c || exit 1
"$bin/schema" >"$bin/schema.json" || exit 1

for records in "$here"/*.records; do
	[ -e "$records" ] || continue
	compare "$records" text80 --columns 80
	compare "$records" text120 --columns 120
	compare "$records" text200 --columns 200
	compare "$records" ascii --columns 100 --ascii
	compare "$records" raw --raw
	compare "$records" json --format json
done
check "every field is documented" documented
check "the schema refuses wrong lines" python3 "$here/validate.py" --refuses "$bin/schema.json"
echo "1..$count"
echo "# golden: $((count - failed - skipped)) passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
