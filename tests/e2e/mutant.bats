#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154 # lib/common.bash sets them
# A verdict is not always "holds": scenarios that do the wrong thing, claims with a wrong number, lost events, a run cut short.

bats_require_minimum_version 1.5.0
load lib/traced.bash

# Assertions on $json, from stdin.
told() {
	"$PYTHON" "$lib/lines.py" "$json"
}

# OPTION...: traces; its JSON goes to $json.
trace() {
	"$IPCTRACE" -f json --force -o "$json" --backend "$backend" "$@"
}

# SCENARIO: $work/ipctrace, whose SCENARIO runs the case after the one that it is asked for.
wrong_case() {
	mkdir -p "$work/build/scenarios" "$work/scenarios"
	cp "$IPCTRACE" "$work/ipctrace"
	cp "$root/scenarios/$1.expect" "$work/scenarios"
	cp "$root/${O:-build}/scenarios/$1" "$work/build/scenarios/real"
	sed -n 's/^case \([^ ]*\) .*/\1/p' "$work/scenarios/$1.expect" >"$work/cases"
	cat >"$work/build/scenarios/$1" <<-'END'
		#!/bin/sh
		dir=${0%/build/scenarios/*}
		for asked; do :; done
		next=$(sed -n "/^$asked\$/{n;p;}" "$dir/cases")
		exec "$dir/build/scenarios/real" --hold 150 "${next:-$(head -n 1 "$dir/cases")}"
	END
	chmod 755 "$work/build/scenarios/$1"
}

@test "a scenario that does something else than its case says fails in every case" {
	for scenario in pipe-cases pipe-refcount; do
		wrong_case "$scenario"
		IPCTRACE=$work/ipctrace run -1 trace "$scenario"
		told <<-END
			cases = open("$work/cases").read().split()
			for case in cases:
			    claims = pick(kind="claim", case=case)
			    failed = [c for c in claims if c["result"] == "fails"]
			    assert failed, (case, claims)
			    assert not [c for c in claims if c["result"] == "inconclusive"], claims
			    for c in failed:
			        assert c["why"] and c["line"] and c["pattern"], c
			assert one(kind="summary")["claims_failed"] >= len(cases)
		END
	done
}

@test "a wrong number in a claim: it fails, quotes the line and the records, and the others hold" {
	sed 's/count == 5040/count == 5039/' "$root/scenarios/pipe-cases.expect" >"$work/wrong.expect"
	run -1 trace --expect "$work/wrong.expect" pipe-cases/1
	told <<-'END'
		c = one(kind="claim", result="fails")
		assert c["claim"] == "fills" and c["pattern"].startswith("count == 5039"), c
		assert c["why"].startswith("counted 5040 ") and c["why"].endswith("wanted == 5039"), c
		writes = pick(kind="op", comm="writer", op="write", ret=13)
		last = writes[-1]
		assert len(writes) == 5040, len(writes)
		assert any("writer op write ret=13 " + last["object"] in e for e in c["evidence"]), c
		assert len(pick(kind="claim", result="holds")) == 2
		s = one(kind="summary")
		assert (s["claims_held"], s["claims_failed"], s["claims_inconclusive"]) == (2, 1, 0), s
	END
}

@test "a wrong number in a claim, in text" {
	sed 's/count == 5040/count == 5039/' "$root/scenarios/pipe-cases.expect" >"$work/wrong.expect"
	run -1 "$IPCTRACE" --backend "$backend" --quiet --expect "$work/wrong.expect" pipe-cases/1
	echo "$output"
	[[ $output == *"counted 5040"*"wanted == 5039"* ]]
	[[ $output == *"wrong.expect:$(sed -n '/count == 5039/=' "$work/wrong.expect"): count == 5039"* ]]
	[[ $output == *"claims: 2 hold, 1 fails, 0 inconclusive"* ]]
}

# bats test_tags=kernel
@test "a buffer that is too small: every loss is counted, no claim holds or fails, exit status 3" {
	run -3 trace --buffer 4k pipe-capacity/one
	told <<-'END'
		s = one(kind="summary")
		assert s["lost"] > 0 and s["lost"] == sum(s["lost_by"].values()), s
		assert s["lost"] == sum(line["count"] for line in pick(kind="lost")), s
		# 14 writes of a page, 8192 of a byte; all else that happens is a few records.
		assert 14 + 8192 < s["records"] + s["lost"] < 14 + 8192 + 200, s
		claims = pick(kind="claim")
		assert len(claims) == 2, claims
		for c in claims:
		    assert c["result"] == "inconclusive", c
		    assert c["why"] == f"{s['lost']} records were lost (ring buffer full: try --buffer)", c
		assert (s["claims_held"], s["claims_failed"], s["claims_inconclusive"]) == (0, 0, 2), s
	END
	# As the man page quotes it.
	grep -qF '"... records were lost (ring buffer full: try --buffer)"' "$root/man/ipctrace.1"
}

@test "a loss in one case leaves the claims of the others alone" {
	run -3 trace --buffer 64k pipe-capacity
	told <<-'END'
		lossy = {c["case"] for c in pick(kind="claim", result="inconclusive")}
		assert "one" in lossy and "page" not in lossy, lossy
		assert len(pick(kind="claim", case="page", result="holds")) == 2
	END
}

@test "a run whose time is up: what did not come fails by the sleep that went on, exit status 1" {
	run -1 trace --hold 60000 --timeout "${IPCTRACE_TIME_SCALE}s" pipe-cases/2
	told <<-'END'
		import re
		claims = pick(kind="claim")
		pipe = one(kind="object", event="created", end="read")["object"]
		assert len(claims) == 2, claims
		for c in claims:
		    assert c["result"] == "fails", c
		    assert re.match(rf"not within \d+ s: it sleeps in read\(\d+\) on {re.escape(pipe)} because "
		                    r"the pipe is empty; writer \(fd \d+\) holds the write end", c["why"]), c
		assert one(kind="summary")["incomplete"] is True
	END
}

@test "shm-race: lost updates that are one too many fail" {
	sed 's/1000-value/999-value/' "$root/scenarios/shm-race.expect" >"$work/wrong.expect"
	run -1 trace --watch-by step --expect "$work/wrong.expect" shm-race/yield
	told <<-'END'
		c = one(kind="claim", result="fails")
		last = pick(kind="access", event="load", comm="parent")[-1]
		assert last["lost"] == 1000 - last["value"] > 0, last
		assert c["claim"] == "sum", c
		assert f"(lost was {last['lost']}, wanted = 999-value ({last['lost'] - 1}))" in c["why"], c
		assert one(kind="summary")["claims_held"] == 3
	END
}

@test "shm-race: where no watchpoint can be had, nothing is said of words, and why" {
	if ways_to_watch | grep -q hardware; then
		lock_watchpoints -x
		"$PYTHON" "$programs/breakpoints.py" 4 all 3>&- >"$work/held" &
		pids+=($!)
		for _ in $(seq 100); do
			[ ! -s "$work/held" ] || break
			sleep 0.1
		done
	fi
	run -3 trace --watch-by hardware shm-race/yield
	told <<-'END'
		claims = pick(kind="claim")
		assert {c["result"] for c in claims} == {"inconclusive"}, claims
		assert {c["why"] for c in claims} <= {"no word can be watched here", "not every access to the watched words was seen"}, claims
		assert one(kind="summary")["watched_by"] in ("nothing", "hardware")
	END
}
