#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016 # what stands in single quotes is for an inner shell
# pid namespaces: pids as the user of ipctrace sees them, and beside them those that the processes see.

bats_require_minimum_version 1.5.0
load lib/traced.bash

setup() {
	begin_work
	outer=
}

teardown() {
	[ -z "$outer" ] || kill "$outer" 2>/dev/null || true
	end_work
}

# A shell that is 1 in a namespace of its own tells its pid as both namespaces count it, and reads what its child writes.
inside='sed -n "s/^NSpid:\t//p" /proc/self/status; (sleep 0.2; echo x) | while read -r _; do :; done'

fits() {
	"$IPCTRACE" --json-schema >"$work/schema"
	"$PYTHON" "$lib/schema.py" "$work/schema" "$1"
}

# FILE: each fact of a process inside has the inner number that its fork told, and no other has one.
inner_is_true() {
	"$PYTHON" - "$1" <<'END'
import json, sys
inner, checked = {}, 0
for line in open(sys.argv[1]):
    f = json.loads(line)
    child = f.get("child")
    if child:
        inner[child["tid"]] = child.get("inner_tid")
        assert child.get("inner_pid") == child.get("inner_tid"), f
    if "tid" in f and f["kind"] != "fork":
        assert f.get("inner_tid") == inner.get(f["tid"]), (f, inner)
        checked += inner.get(f["tid"]) is not None
assert sorted(i for i in inner.values() if i)[:3] == [1, 2, 3], inner
assert checked > 10, checked
END
}

# bats test_tags=kernel
@test "run: a process of another pid namespace has its inner pid beside that which is seen from here" {
	json_of -- unshare -pf sh -c "$inside" >"$work/said"
	fits "$json"
	inner_is_true "$json"
	# The kernel's own word for it: /proc/self/status of the sed that printed it.
	read -r seen own <"$work/said"
	grep -q "\"kind\":\"exec\",.*\"pid\":$seen,.*\"name\":\"sed\"" "$json"
	grep -q "\"pid\":$seen,\"tid\":$seen,\"comm\":\"sed\",\"inner_pid\":$own,\"inner_tid\":$own" "$json"
}

@test "the lane of such a process is named with both, and a trace file keeps both" {
	"$IPCTRACE" --backend "$backend" --force -o "$work/live" run --record "$work/trace" unshare -pf sh -c "$inside"
	grep -qE '^ +sh [0-9]+ \(1 inside\)' "$work/live"
	"$IPCTRACE" replay "$work/trace" | cmp - "$work/live"
	"$IPCTRACE" -f json replay "$work/trace" >"$json"
	inner_is_true "$json"
	# Without lanes it is in the first line of the process.
	COLUMNS=59 "$IPCTRACE" replay "$work/trace" >"$work/narrow"
	[ "$(grep -c '(1 inside)' "$work/narrow")" -eq 1 ]
}

@test "stat: its processes by both numbers" {
	run -0 "$IPCTRACE" --backend "$backend" stat -- unshare -pf sh -c "$inside"
	[[ $output =~ sh\ [0-9]+\ \([0-9]+\ inside\) ]]
	traced "$json" "$IPCTRACE" -f json --force -o "$json" --backend "$backend" stat -- unshare -pf sh -c "$inside" >/dev/null
	fits "$json"
	grep -q '"kind":"stat_pair".*"pid":[0-9]*,"inner_pid":[0-9]' "$json"
}

@test "attach: what runs already in a pid namespace is asked for by the pid that is seen from here" {
	unshare -pf --kill-child sh -c 'sleep 1000 | cat' 3>&- &
	outer=$!
	for _ in $(seq 500); do
		cat=$(pgrep -x cat --ns "$(pgrep -P "$outer" -x sh)" --nslist pid) && break
		sleep 0.02
	done
	inner=$(sed -n 's/^NSpid:.*\t//p' "/proc/$cat/status")
	traced "$json" "$IPCTRACE" -f json --force -o "$json" --backend "$backend" attach --for 300ms -p "$cat"
	grep -q "\"kind\":\"task\",.*\"pid\":$cat,\"tid\":$cat,\"comm\":\"cat\",\"inner_pid\":$inner,\"inner_tid\":$inner,\"partner\":false" "$json"
	grep -q "\"kind\":\"wait\",.*\"pid\":$cat,.*\"inner_pid\":$inner,.*\"reason\":\"empty\"" "$json"
}

# COMMAND...: in a pid namespace with a /proc of its own.
within() {
	unshare -pf --mount-proc --kill-child "$@"
}

@test "ipctrace in a pid namespace: run tells the pids that it sees, and its children's one below theirs" {
	traced "$json" within "$IPCTRACE" -f json --force -o "$json" --backend "$backend" run sh -c 'echo $$ >&2; echo x | cat' 2>"$work/said"
	fits "$json"
	shell=$(head -n 1 "$work/said")
	[ "$shell" -lt 100 ]
	grep -q "\"kind\":\"exec\",\"t\":0,\"pid\":$shell,\"tid\":$shell,\"comm\":\"sh\",\"path\"" "$json"
	grep -q "\"kind\":\"fork\",.*\"pid\":$shell,.*\"child\":{\"pid\":" "$json"
	run ! grep inner_ "$json"
	traced "$json" within "$IPCTRACE" -f json --force -o "$json" --backend "$backend" run unshare -pf sh -c "$inside" >"$work/said"
	inner_is_true "$json"
	# This /proc is that of the namespace in the middle, as ipctrace is.
	read -r seen own <"$work/said"
	grep -q "\"pid\":$seen,\"tid\":$seen,\"comm\":\"sed\",\"inner_pid\":$own" "$json"
}

# bats test_tags=kernel
@test "ipctrace in a pid namespace: attach takes its pids; --all sees what is inside" {
	within sh -c '
		sleep 1000 | cat &
		while ! pgrep -x cat >"$2/cat" || ! grep -qs pipe_read "/proc/$(cat "$2/cat")/wchan"; do sleep 0.02; done
		"$1" -f json --force -o "$2/one" --backend "$3" attach --for 300ms -p "$(cat "$2/cat")"
		"$1" -f json --force -o "$2/all" --backend "$3" attach --for 300ms --all' - "$IPCTRACE" "$work" "$backend"
	cat=$(cat "$work/cat")
	grep -q "\"kind\":\"wait\",.*\"pid\":$cat,\"tid\":$cat,\"comm\":\"cat\",\"op\":\"read\",.*\"reason\":\"empty\"" "$work/one"
	grep -q "\"kind\":\"task\",.*\"comm\":\"sleep\",\"partner\":true" "$work/one"
	grep -q "\"kind\":\"task\",.*\"pid\":$cat,.*\"comm\":\"cat\",\"partner\":false" "$work/all"
	# A task outside has no number there.
	! grep '"kind":"task"' "$work/all" | grep -qv '"pid":[0-9]\{1,2\},'
}
