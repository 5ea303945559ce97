#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Calls that the kernel refuses: what is told of them is what they were, and nothing counts as lost. refused.py prints what
# each call returned.

bats_require_minimum_version 1.5.0
load lib.bash

setup_file() {
	need_tracing
	export BATS_TEST_TIMEOUT=300
}

setup() {
	begin_work
	cd "$work"
}

teardown() {
	end_work
}

# NAME: of refused.py. Then assertions on the trace, from stdin; called is what the program says, ops are the same calls as
# told.
refused() {
	json_of -- "$PYTHON" "$e2e/refused.py" "$1" >called
	"$PYTHON" "$e2e/lines.py" "$json" < <(
		cat <<-'END'
			import json
			called = [json.loads(line) for line in open("called")]
			names = {"select": "pselect6", "semop": "semtimedop"}
			names = {c["call"] for c in called} | {names.get(c["call"]) for c in called}
			ops = [r for r in pick(kind="op") if r.get("op") in names and not r["second"]]
			ends = [c["error"] or c["ret"] for c in called]
			assert [o.get("error", o["ret"]) for o in ops] == ends, (ops, called)
			assert one(kind="summary")["lost"] == 0, one(kind="summary")
		END
		cat
	)
}

# bats test_tags=backend
@test "the bytes of a call with many parts are added up; of one with too many they are not known" {
	refused iov <<-'END'
		assert [o.get("arg") for o in ops] == [1000, 1000, 1024, 1024, 1000, None, None, None], ops
	END
}

# bats test_tags=backend
@test "a select or poll that is refused has lost nothing" {
	refused many <<-'END'
		assert [o.get("error") for o in ops] == ["EINVAL", "EINVAL"], ops
	END
}

# bats test_tags=backend
@test "epoll_wait on what is no epoll instance has its descriptor, and no object" {
	refused epoll <<-'END'
		assert [o.get("fd") for o in ops][:2] == [777, None] and ops[3]["fd"] == 77, ops
		assert not [o for o in ops[:4] if "object" in o], ops
		assert ops[4]["object"].startswith("epoll:["), ops
	END
}

# bats test_tags=backend
@test "a command that no call has is told as it was given" {
	refused commands <<-'END'
		assert [o["cmd"] for o in ops][:3] == [0x102] * 3, ops
	END
}

# bats test_tags=backend
@test "a semop on no set, or beyond its set, has lost nothing" {
	refused semops <<-'END'
		assert [o["error"] for o in ops[:2]] == ["EINVAL", "EFBIG"], ops
	END
}
