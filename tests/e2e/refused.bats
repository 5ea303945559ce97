#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Calls that the kernel refuses are told as they were, and nothing counts as lost. refused.py prints what
# each call returned.

bats_require_minimum_version 1.5.0
load lib/traced.bash

# NAME: of refused.py. Then assertions on the trace, from stdin; called is what the program says, ops are the same calls as
# told.
refused() {
	json_of -- "$PYTHON" "$programs/refused.py" "$1" >called
	"$PYTHON" "$lib/lines.py" "$json" < <(
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

# bats test_tags=backend,played
@test "the bytes of a call with many parts are added up; of one with too many they are not known" {
	refused iov <<-'END'
		assert [o.get("arg") for o in ops] == [1000, 1000, 1024, 1024, 1000, None, None, None], ops
	END
}

# bats test_tags=backend,played
@test "a select or poll that is refused has lost nothing" {
	refused many <<-'END'
		assert [o.get("error") for o in ops] == ["EINVAL", "EINVAL"], ops
	END
}

# bats test_tags=backend,played
@test "epoll_wait on what is no epoll instance has its descriptor, and no object" {
	refused epoll <<-'END'
		assert [o.get("fd") for o in ops][:2] == [777, None] and ops[3]["fd"] == 77, ops
		assert not [o for o in ops[:4] if "object" in o], ops
		assert ops[4]["object"].startswith("epoll:["), ops
	END
}

# bats test_tags=backend,played
@test "a command that no call has is told as it was given" {
	refused commands <<-'END'
		assert [o["cmd"] for o in ops][:3] == [0x102] * 3, ops
	END
}

# bats test_tags=backend,played
@test "a semop on no set, or beyond its set, has lost nothing" {
	refused semops <<-'END'
		assert [o["error"] for o in ops[:2]] == ["EINVAL", "EFBIG"], ops
	END
}

# bats test_tags=backend,played
@test "which limit of SysV IPC is reached, and how far, as the kernel counts" {
	unshare -i true 2>/dev/null || skip "no IPC namespace"
	json_of -- unshare -i "$PYTHON" "$programs/refused.py" limits >called
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		import json
		called = [json.loads(line) for line in open("called")]
		ops = [r for r in pick(kind="op") if "limit_reached" in r]
		ops = [{"limit": r["limit_reached"], "used": r.get("limit_used"), "max": r["limit_max"]} for r in ops]
		assert ops == called and len(called) == 7, (ops, called)
	END
}

# bats test_tags=backend,played
@test "which limit of pipes F_SETPIPE_SZ has reached, and how far, as the kernel counts" {
	json_of -- "$PYTHON" "$programs/refused.py" pipe_limits >called
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		import json
		called = [json.loads(line) for line in open("called")]
		ops = [r for r in pick(kind="op") if r["op"] == "fcntl" and r["ret"] < 0 and r["cmd"] == "F_SETPIPE_SZ"]
		refused = [o for o in ops if o["error"] == "EPERM"]
		told = [{k: o.get("limit_" + v) for k, v in (("limit", "reached"), ("used", "used"), ("max", "max"), ("user", "user"))}
			for o in refused]
		assert told == called and called, (told, called)
		assert [o["error"] for o in ops[-2:]] == ["EINVAL", "EBUSY"], ops
		assert ops[-1]["cause"]["kind"] == "state", ops
	END
}

@test "who has a segment attached is named at EEXIST and IPC_STAT, by its name of now" {
	COLUMNS=400 run -0 "$IPCTRACE" --backend "$backend" run -- "$PYTHON" "$programs/refused.py" attached
	grep -q 'IPC_EXCL wants a new one; who has it attached: newname [0-9]*$' <<<"$output"
	grep -q '^ *who has it attached: newname [0-9]*$' <<<"$output"
	grep -q 'destroyed with its only attach: newname [0-9]*$' <<<"$output"
	grep -q "a segment's id is not negative" <<<"$output"
}

@test "SIGPIPE that is ignored: by whom that was inherited" {
	json_of -- env --default-signal=PIPE "$PYTHON" "$programs/refused.py" sigpipe >/dev/null
	told_of() { "$PYTHON" "$lib/lines.py" "$json"; }
	told_of <<-'END'
		sig = one(kind="signal", event="generated", sig="SIGPIPE")
		root = [r for r in lines if r["kind"] == "exec"][0]
		assert sig["result"] == "ignored" and sig["inherited_pid"] == root["pid"], (sig, root)
	END
}

@test "a shared memory's name that is not found: who removed it" {
	json_of -- "$PYTHON" "$programs/refused.py" unlinked >/dev/null
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		child = one(kind="fork")["child"]
		refused = one(kind="object", event="refused", error="ENOENT")
		assert refused["cause"]["kind"] == "removed" and refused["cause"]["pid"] == child["pid"], refused
	END
}

# bats test_tags=backend,played
@test "who has a segment attached, and who forked that and has ended" {
	json_of -- "$PYTHON" "$programs/refused.py" orphan >/dev/null
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		facts = [f for f in lines if f.get("attached")]
		assert [f.get("error") or f.get("cmd") or f["event"] for f in facts] == ["EEXIST", "IPC_STAT", "marked"], facts
		server, = [f for f in pick(kind="exit") if f["comm"] == "server"]
		for_one = [(a["comm"], a["orphan_of"]) for f in facts for a in f["attached"]]
		of = {"pid": server["pid"], "comm": "server", "ended": server["t"]}
		assert for_one == [("backend", of)] * 3, facts
	END
}

# bats test_tags=backend,played
@test "a SysV key that is not found: who removed what had it" {
	json_of -- "$PYTHON" "$programs/refused.py" unkeyed >/dev/null
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		child = one(kind="fork")["child"]
		missing = [o for o in pick(kind="op", error="ENOENT") if o["op"] in ("shmget", "semget", "msgget")]
		assert [o["op"] for o in missing] == ["shmget", "semget", "msgget", "semget"], missing
		causes = [(o["cause"]["kind"], o["cause"]["pid"]) for o in missing[:3]]
		assert causes == [("removed", child["pid"])] * 3, missing
		assert "cause" not in missing[3], missing
	END
}

# bats test_tags=backend,played
@test "sets that nobody removed fill the limit: who made them, and who of those has ended" {
	unshare -i true 2>/dev/null || skip "no IPC namespace"
	json_of -- unshare -i "$PYTHON" "$programs/refused.py" leaked >called
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		import json
		full, many = [o for o in pick(kind="op") if "limit_reached" in o]
		assert full["limit_reached"] == "SEMMNI" and full["limit_used"] == 3, full
		assert full["limit_made"] == 3 and full["limit_orphans"] == 2, full
		told = {"limit": many["limit_reached"], "max": many["limit_max"]}
		assert many["error"] == "E2BIG" and told == json.loads(open("called").readline()), many
	END
}

@test "a signal for a zombie is too late, not ignored" {
	json_of -- "$PYTHON" "$programs/refused.py" zombie >/dev/null
	"$PYTHON" "$lib/lines.py" "$json" <<-'END'
		assert one(kind="signal", event="generated", sig="SIGTERM")["result"] == "too-late"
	END
}
