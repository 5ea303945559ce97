#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Shared memory: its life, its pages, its names; against what /proc says of the same moments.

bats_require_minimum_version 1.5.0
load lib/traced.bash

# Assertions on $json, from stdin; they may also use `said`: what the program printed.
told() {
	{
		echo 'import json'
		echo 'said = [json.loads(line) for line in open("printed")]'
		echo 'def witness(**want): return [s for s in said if all(s.get(k) == v for k, v in want.items())]'
		cat
	} | "$PYTHON" "$lib/lines.py" "$json"
}

program() {
	json_of -- "$PYTHON" "$programs/segments.py" "$@" >/dev/null
}

# bats test_tags=backend,played
@test "nattch after every change is what /proc/sysvipc/shm says, and so are size, key and mode" {
	program life
	told <<-'END'
		made = one(kind="object", event="created", op="shmget")
		shm = made["object"]
		parent = made["pid"]
		assert made["state"]["key"] == one(kind="op", op="shmget", ret=-2)["key"] - 1, made

		def proc(step):
		    return witness(step=step)[0]["nattch"]

		assert proc("made") == made["state"]["nattch"] == 0
		w = witness(step="made")[0]
		assert w["size"] == made["state"]["pages"] * 4096 - made["state"]["spare"] == 10000, (w, made)
		assert w["key"] == made["state"]["key"] and w["perms"] == made["state"]["mode"] == 0o600, (w, made)
		maps = pick(kind="map", object=shm)
		came = [m for m in maps if m["event"] == "attached"]
		assert [m["state"]["nattch"] for m in came] == [proc("attached"), proc("again")] == [1, 2], came
		assert [m["prot"] for m in came] == ["rw", "r"] and all(m["len"] == 12288 for m in came), came
		cut = one(kind="map", event="cut")
		assert cut["state"]["nattch"] == proc("cut") == 3 and cut["op"] == "munmap", cut
		assert cut["offset"] == 4096 and cut["len"] == 4096, cut
		inherited = pick(kind="map", event="inherited")
		assert len(inherited) == 3 and {m["state"]["nattch"] for m in inherited} == {proc("inherited")} == {6}
		child = inherited[0]["pid"]
		assert child != parent
		gone = pick(kind="map", event="exit-gone", pid=child)
		assert len(gone) == 3 and {m["state"]["nattch"] for m in gone} == {proc("marked")} == {3}, gone
		off = pick(kind="map", event="detached", pid=parent)
		assert [m["state"]["nattch"] for m in off] == [proc("detached"), 0, 0] == [2, 0, 0], off
		assert proc("gone") is None
		assert one(kind="summary")["lost"] == 0
	END
}

# bats test_tags=backend,played
@test "IPC_RMID marks, the last detach destroys: who marked, and who let go last" {
	program life
	told <<-'END'
		marked, destroyed = one(kind="object", event="marked"), one(kind="object", event="destroyed")
		assert marked["op"] == "shmctl" and marked["state"]["key"] == 0 and marked["state"]["mode"] & 0o1000, marked
		assert destroyed["op"] == "shmdt" and destroyed["cause"]["kind"] == "last-detach", destroyed
		assert destroyed["cause"]["pid"] == marked["pid"] == destroyed["pid"], destroyed
		assert destroyed["cause"]["op"] == "shmctl" and destroyed["cause"]["t"] <= destroyed["t"], destroyed
		order = [(l["kind"], l["event"]) for l in lines if l["kind"] in ("object", "map") and l.get("object") == marked["object"]]
		assert order[-1] == ("object", "destroyed"), order
	END
}

# bats test_tags=backend,played
@test "shmget and shmctl that fail: the error as the program got it, the segment that has the key" {
	program life
	told <<-'END'
		ops = pick(kind="op", op="shmget")
		assert [o["ret"] for o in ops] == [s["ret"] for s in said if "shmget" in s], ops
		shm = one(kind="object", event="created", op="shmget")["object"]
		assert [o.get("error") for o in ops] == [None, "EEXIST", "EINVAL", "ENOENT", None, "EINVAL"], ops
		assert [o.get("object") for o in ops] == [shm, shm, shm, None, shm, None], ops
		assert ops[0]["flags"] == "IPC_CREAT|IPC_EXCL|0600" and ops[2]["flags"] == "0000", ops
		assert ops[2]["arg"] == 20000, ops[2]
		last = pick(kind="op", op="shmctl")[-1]
		assert last["error"] == "EINVAL" and last["cmd"] == "IPC_STAT" and last["object"] == shm, last
		assert "after" not in last, last
		nothing = pick(kind="op", op="shmdt")[-1]
		assert nothing["error"] == "EINVAL" and "object" not in nothing, nothing
	END
}

# bats test_tags=kernel
@test "every backend, or a second run, tells the same of a segment in an IPC namespace of its own" {
	local backend n=0 tried
	tried=$(backends)
	[ "$(wc -l <<<"$tried")" -gt 1 ] || tried+=$'\n'$tried
	for backend in $tried; do
		n=$((n + 1))
		traced "$json" run_to "$json" --backend "$backend" run -- unshare --ipc "$PYTHON" "$programs/segments.py" life 4660
		grep -qE '^\{"step": "gone"' printed
		"$PYTHON" "$lib/facts.py" "$json" | grep -v ' wait [0-9]*: ' >"facts.$n"
		[ "$(grep -c ' map [0-9]*: ' "facts.$n")" -ge 12 ]
		diff facts.1 "facts.$n"
	done
}

@test "the reasons in words" {
	run -0 --separate-stderr "$IPCTRACE" --backend "$(quick_backend)" run -- "$PYTHON" "$programs/segments.py" life
	# shellcheck disable=SC2154 # output is bats' own
	one_line=$(tr -s ' \n' ' ' <<<"$output")
	for sentence in \
		'has that key already, and IPC_EXCL wants a new one' \
		'has only 10000 bytes of the 20000 that are asked for' \
		'ENOENT: no segment has that key, and IPC_CREAT is not set' \
		'EINVAL: a segment cannot have a size of 0' \
		'it will be destroyed with the last of its 6 attaches: ' \
		'had the last attach; marked for removal by ' \
		'EINVAL: no segment is attached at that address' \
		'is destroyed: no segment has that id any more'; do
		grep -qF "$sentence" <<<"$one_line" || { echo "missing: $sentence" && echo "$output" && return 1; }
	done
}

# bats test_tags=backend,played
@test "exec drops an attach, and with the last one the segment" {
	program execs
	told <<-'END'
		gone = one(kind="map", event="exec-gone")
		assert gone["op"] == "execve" and gone["state"]["nattch"] == 0, gone
		destroyed = one(kind="object", event="destroyed")
		assert destroyed["pid"] == gone["pid"] and destroyed["op"] == "execve", destroyed
		assert [l["path"] for l in pick(kind="exec", pid=gone["pid"])][-1] == "/bin/true"
	END
}

# bats test_tags=backend,played
@test "first touch: each page once a process, and the physical page that pagemap tells" {
	program pages
	told <<-'END'
		faults = pick(kind="fault")
		assert all(f["object"].startswith("shm:") for f in faults), faults
		seen = [(f["pid"], f["offset"] // 4096) for f in faults]
		assert len(seen) == len(set(seen)), seen
		said_so = {(s["pid"], s["touched"]): s["pfn"] for s in said if "touched" in s}
		assert set(seen) == set(said_so), (seen, said_so)
		parent = said[0].get("pid") or one(kind="map", event="attached")["pid"]
		order = [f["offset"] // 4096 for f in faults if f["pid"] == parent]
		assert order == [0, 5, 3, 6], order
		known = {f["offset"] for f in faults if f["pid"] == parent and "pfn" in f}
		for f in faults:
		    if "pfn" in f:
		        assert int(f["pfn"], 16) == said_so[f["pid"], f["offset"] // 4096], (f, said_so)
		    same = f.get("cause", {}).get("kind") == "same-page"
		    assert same == (f["pid"] != parent and f["offset"] in known and "pfn" in f), f
		# The frame number is known if the page is still there when it is looked up.
		assert sum("pfn" in f for f in faults) >= len(faults) - 1, faults
		in_call = [f for f in faults if f.get("op")]
		assert [(f["op"], f["offset"], f["access"]) for f in in_call] == [("read", 6 * 4096, "write")], in_call
		kinds = {f["offset"] // 4096: f["access"] for f in faults if f["pid"] != parent}
		assert kinds == {**{p: "read" for p in range(7)}, 7: "write"}, kinds
	END
}

@test "both processes map the same physical page: in words" {
	run -0 --separate-stderr "$IPCTRACE" --backend "$(quick_backend)" run -- "$PYTHON" "$programs/segments.py" pages
	tr -s ' \n' ' ' <<<"$output" | grep -qE 'page 0 is the same physical page, number [0-9a-f]+, that [^ ]+ [0-9]+ touched at '
}

# bats test_tags=backend,played
@test "a write to what is attached for reading: no touch, and SIGSEGV" {
	program forbidden
	told <<-'END'
		faults = pick(kind="fault")
		assert [(f["access"], f.get("denied", False)) for f in faults] == [("read", False), ("write", True)], faults
		assert "pfn" in faults[0] and "pfn" not in faults[1], faults
		assert pick(kind="signal", sig="SIGSEGV", event="generated"), "no SIGSEGV"
	END
}

# bats test_tags=backend,played
@test "beyond the end of a file, and what mprotect took away: no touch, and the signal names the access" {
	program refused
	told <<-'END'
		beyond = [f for f in pick(kind="fault") if f.get("beyond")]
		told = [(f["access"], f["offset"], f.get("op")) for f in beyond]
		user, inside = ("write", 4096, None), ("read", 4096, "write")
		# 6.1 tries twice inside the call: at one go, and byte by byte.
		again = one(kind="summary")["kernel"].startswith("6.1.")
		assert told == [user, inside] or again and told == [user, inside, inside], told
		denied = [f for f in pick(kind="fault") if f.get("denied")]
		assert [(f["access"], f["offset"]) for f in denied] == [("write", 8192), ("read", 4096)], denied
		assert not [f for f in beyond + denied if "pfn" in f or "cause" in f]
		parent = one(kind="object", event="created", op="memfd_create")["pid"]
		# Once there is a page, its first touch is told.
		assert [f["offset"] for f in pick(kind="fault", pid=parent, object="shmem:memfd:short")
		        if not f.get("beyond")] == [4096]
		signals = [s for s in pick(kind="signal", event="generated") if s["sig"] != "SIGCHLD"]
		assert [s["signo"] for s in signals] == [w["signal"] for w in said if "signal" in w] == [7, 11, 11], signals
		for s, f in zip(signals, beyond[:1] + denied):
		    assert s["cause"] == {"kind": "fault", "object": f["object"], "t": f["t"]}, (s, f)
		assert [(w["ret"], w["errno"]) for w in said if "errno" in w] == [(-1, 14)]
	END
}

# bats test_tags=backend,played
@test "a mprotect of a part makes pieces: nattch is told with it, as /proc/sysvipc/shm has it" {
	program refused
	told <<-'END'
		split = pick(kind="map", event="protected")[0]
		assert (split["op"], split["prot"], split["offset"], split["len"]) == ("mprotect", "r", 8192, 4096), split
		assert split["state"]["nattch"] == witness(step="split")[0]["nattch"] == 3, split
		assert witness(step="whole")[0]["nattch"] == 1
	END
}

# bats test_tags=backend
@test "a mprotect that fails: what lies before has the rights all the same, as /proc/PID/maps has it" {
	program partly_protected
	told <<-'END'
		hole, denied, again, nothing, invalid = [o for o in pick(kind="op", op="mprotect")]
		shm, other = [w for w in said if "ids" in w][0]["ids"]
		assert [w["rights"] for w in said if "rights" in w] == [["r--s"] * 4]
		assert (hole["error"], hole["granted"], hole["object"]) == ("ENOMEM", 4 * 4096, f"shm:[{shm}]"), hole
		assert (denied["error"], denied["granted"]) == ("EACCES", 4096), denied
		assert [w["before"] for w in said if "before" in w] == ["rw-s"]
		assert (again["error"], again["granted"]) == ("EACCES", 4096), again
		assert denied["object"] == nothing["object"] != hole["object"] and denied["end"] == "read", denied
		assert (nothing["error"], nothing["granted"]) == ("EACCES", 0), nothing
		assert (invalid["error"], invalid["granted"]) == ("EINVAL", 0), invalid
		made = [(m["object"], m["offset"], m["len"], m["prot"]) for m in pick(kind="map", event="protected")]
		assert made == [(f"shm:[{shm}]", 0, 8192, "r"), (f"shm:[{other}]", 0, 8192, "r"), *[(f"shm:[{other}]", 4096, 4096, "rw")] * 2], made
		assert all(m["t"] <= hole["t"] for m in pick(kind="map", event="protected")[:2])
	END
	text_of -- "$PYTHON" "$programs/segments.py" partly_protected
	says "ENOMEM: nothing is mapped 16384 bytes behind its address; the first 16384 bytes have these rights all the same"
	says "EACCES: it was mapped by a descriptor that is not open for writing; the first 4096 bytes have these rights all the same"
}

# bats test_tags=backend
@test "mmap and mremap that fail after they unmapped what was in their way: as /proc/PID/maps has it" {
	program in_the_way
	told <<-'END'
		calls = [w for w in said if "call" in w]
		left = [[bool(r) for r in w["left"]] for w in said if "left" in w]
		cut = pick(kind="map", event="cut")
		want, before, offsets = [], [True] * 4, []
		for call, there in zip(calls, left):
		    gone = [i * 4096 for i in range(4) if before[i] and not there[i]]
		    want += [(call["call"], call["error"], offset, 4096) for offset in gone]
		    before = there
		assert [(m["op"], m["error"], m["offset"], m["len"]) for m in cut] == want, (cut, want)
		assert calls[0]["error"] == "ENODEV" and calls[1]["error"] == "ENOMEM", calls
		assert cut or int(one(kind="summary")["kernel"].split(".")[0]) > 6
		assert all(m["state"]["nattch"] == witness(step=m["op"])[0]["nattch"] for m in cut), cut
		assert sum(m["len"] for m in pick(kind="map", event="exit-gone")) == 4096 * sum(left[-1])
	END
	text_of -- "$PYTHON" "$programs/segments.py" in_the_way
	says "mmap → ENODEV drops 4096 bytes of it all the same"
}

# bats test_tags=backend,played
@test "a mapping that grows where it is stays one" {
	program grows
	told <<-'END'
		assert [(m["len"], m.get("op")) for m in pick(kind="map", event="attached")] == [(12288, "shmat"), (4096, "mremap")]
		assert [(m["len"], m["state"]["nattch"]) for m in pick(kind="map", event="inherited")] == [(8192, 2)]
		assert witness(step="grown")[0]["nattch"] == 1 and witness(step="forked")[0]["nattch"] == 2
		assert [m["len"] for m in pick(kind="map", event="exit-gone")] == [8192, 8192], pick(kind="map")
	END
}

# bats test_tags=backend
@test "an mremap of several mappings at once: each is told as /proc/PID/maps has it, and none behind a hole" {
	program several plain
	told <<-'END'
		def told_maps(**want):
		    return sorted([int(m["addr"], 16), m["len"], m["offset"], m["object"].removeprefix("shmem:")] for m in pick(kind="map", **want))

		w = said[0]
		assert w["moved"] or [int(n) for n in one(kind="summary")["kernel"].split(".")[:2]] < [6, 17], w
		assert len(w["maps"]) == 2 and told_maps(event="exit-gone") == w["maps"], (w, pick(kind="map"))
		assert told_maps(op="mremap", event="attached") == (w["maps"] if w["moved"] else []), pick(kind="map")
		assert len(told_maps(op="mremap", event="detached")) == 2 * w["moved"]
		assert one(kind="summary")["lost"] == 0
	END
	run "$IPCTRACE" -f json --force -o json --backend "$(quick_backend)" run -- "$PYTHON" "$programs/segments.py" several gap
	grep '^{"moved' <<<"$output" >printed
	told <<-'END'
		w = said[0]
		came = [int(m["addr"], 16) for m in pick(kind="map", op="mremap", event="attached")]
		assert w["moved"] or [int(n) for n in one(kind="summary")["kernel"].split(".")[:2]] < [6, 17], w
		assert came == ([w["maps"][0][0]] if w["moved"] else []), (w, came)
		assert one(kind="summary")["lost_by"]["walk"] == w["moved"], one(kind="summary")
	END
}

@test "what a child inherits ends at a hole; what is behind it is counted as not known" {
	run -3 "$IPCTRACE" -f json --force -o json --backend "$(quick_backend)" run -- "$PYTHON" "$programs/segments.py" hole
	: >printed
	told <<-'END'
		assert [m["len"] for m in pick(kind="map", event="inherited")] == [4096], pick(kind="map")
		assert one(kind="summary")["lost_by"]["walk"] == 1
		assert not pick(kind="fault"), pick(kind="fault")
		assert one(kind="exit", signal="SIGSEGV")
	END
}

# bats test_tags=backend,played
@test "names that shm_open, shm_unlink and memfd_create refuse" {
	program names
	told <<-'END'
		path = said[0]["path"]
		rows = [(o["op"], o["error"]) for o in pick(kind="object", event="refused")]
		# A failed unlink of a name that was opened is an operation on the object.
		rows += [(o["op"], o["error"]) for o in pick(kind="op", op="unlink") if o["ret"] < 0]
		want = [(s["call"], s["error"]) for s in said if s.get("call") not in (None, "other")]
		assert sorted(rows) == sorted(want) and len(want) == 7, (rows, want)
		refused = pick(kind="object", event="refused")
		assert {o.get("path") for o in refused} == {path, "no-such-flag", None}, refused
		known = [o["error"] for o in refused if "object" in o]
		assert known == ["EEXIST", "EACCES"], refused
		assert all("fd" not in o and "refs" not in o and o["ret"] < 0 for o in refused), refused
	END
}

# bats test_tags=backend,played
@test "seals, and how a file was opened: what they refuse, and fallocate" {
	program seals
	told <<-'END'
		ops = [o for o in pick(kind="op") if o["class"] in ("truncate", "map", "control") and "error" in o]
		assert [(o["op"], o["error"]) for o in ops] == [
		    (s["call"], s["error"]) for s in said if s.get("error")], ops
		all = "F_SEAL_SEAL|F_SEAL_SHRINK|F_SEAL_GROW|F_SEAL_WRITE"
		assert [o["seals"] for o in ops[:6]] == ["F_SEAL_SHRINK|F_SEAL_GROW"] * 4 + [all] * 2, ops
		assert [o["end"] for o in ops] == ["both"] * 6 + ["read"] * 4, ops
		assert [o.get("prot") for o in ops[5:]] == ["rw", None, "rw", "rw", "rw"], ops
		assert [o["arg"] for o in ops[-2:]] == [4096] * 2 and ops[-1]["object"].startswith("shm:["), ops
		added = [(o["flags"], o["ret"]) for o in pick(kind="op", cmd="F_ADD_SEALS")]
		assert added == [("F_SEAL_SHRINK|F_SEAL_GROW", 0), ("F_SEAL_WRITE", -16),
		                 ("F_SEAL_SEAL|F_SEAL_WRITE", 0), ("F_SEAL_WRITE", -1)], added
		grown = [o for o in pick(kind="op", op="fallocate") if o["ret"] == 0]
		assert [(o["arg"], o["after"]["pages"], o["flags"]) for o in grown] == [(16384, 4, "0")], grown
		assert [s["size"] for s in said if "size" in s] == [16384]
	END
}

# bats test_tags=backend,played
@test "kernel.shm_rmid_forced: segments that go without IPC_RMID" {
	unshare --ipc true 2>/dev/null || skip "no IPC namespace"
	json_of -- unshare --ipc "$PYTHON" "$programs/segments.py" forced >/dev/null
	told <<-'END'
		made = {o["state"]["key"]: o["object"] for o in pick(kind="object", event="created", op="shmget")}
		gone = pick(kind="object", event="destroyed")
		assert {o["object"] for o in gone} == set(made.values()) and len(gone) == 2, gone
		assert all(o["forced"] for o in gone), gone
		assert [s["ret"] for s in said if s.get("shmget") == 0] == [-2, -2], said
		assert not pick(kind="object", event="marked")
		with_attach = [o for o in gone if o["object"] == made[0x22]][0]
		assert with_attach["cause"] == {"kind": "last-detach"}, with_attach
		assert "cause" not in [o for o in gone if o["object"] == made[0x11]][0]
	END
}

# bats test_tags=backend,played
@test "files in memory: names, sizes, links, and only shared mappings" {
	program files
	told <<-'END'
		w = [s for s in said if "path" in s][0]
		name = "shmem:" + w["path"].removeprefix("/dev/shm")
		opened = pick(kind="object", event="opened", object=name)[0]
		assert opened["path"] == w["path"] and opened["state"]["links"] == 1, opened
		cut = one(kind="op", op="ftruncate", object=name)
		assert (cut["before"]["pages"], cut["after"]["pages"], cut["after"]["spare"]) == (0, 3, 2288), cut
		maps = pick(kind="map", event="attached", object=name)
		assert [(int(m["addr"], 16), m["len"], m["offset"], m["prot"]) for m in maps] == [
		    (w["at"], 12288, 0, "rw"), (w["part"], 4096, 4096, "r"), (w["readonly"], 4096, 0, "r")], maps
		assert not [m for m in pick(kind="map") if int(m["addr"], 16) == w["private"]]
		unlinked = pick(kind="op", class_="unlink") or [o for o in pick(kind="op", object=name) if o["class"] == "unlink"]
		assert len(unlinked) == 1 and unlinked[0]["after"]["links"] == w["links"] == 0, unlinked
		memfd = one(kind="object", event="created", object="shmem:memfd:hello")
		moves = [(m["event"], m["op"], m["len"]) for m in pick(kind="map", object="shmem:memfd:hello") if m.get("op")]
		assert moves in ([("attached", "mmap", 4096), ("detached", "mremap", 4096), ("attached", "mremap", 8192)],
		                 [("attached", "mmap", 4096), ("attached", "mremap", 4096)]), moves
		touches = pick(kind="fault")
		assert len(touches) == 2 and touches[0]["object"] == touches[1]["object"], touches
		assert touches[1]["cause"]["kind"] == "same-page", touches
		assert len({int(t["pfn"], 16) for t in touches} | {s["pfn"] for s in said if "touched" in s}) == 1, touches
		one(kind="map", event="detached", object=name)
	END
}

# bats test_tags=backend
@test "attach: what is mapped already, and by whom else" {
	"$PYTHON" "$programs/segments.py" hold >printed 3>&- &
	pids=($!)
	until grep -q ready printed; do sleep 0.05; done
	pids+=("$("$PYTHON" -c 'import json; print(json.load(open("/dev/stdin"))["child"])' < <(tail -n 1 printed))")
	traced "$json" "$IPCTRACE" -f json --force -o "$json" --backend "$(quick_backend)" attach --no-children --mech shm,shmem --for 1 -p "${pids[0]}"
	grep -E ' (/SYSV|/memfd:held)' "/proc/${pids[0]}/maps" | cut -d- -f1 | sort >by-maps
	told <<-'END'
		w = said[-1]
		held = pick(kind="map", event="held")
		shm = [m for m in held if m["object"] == f"shm:[{w['shmid']}]"]
		assert [m["pid"] for m in shm] == [w["pid"], w["child"]], held
		assert all(int(m["addr"], 16) == w["at"] and m["len"] == 12288 and m["state"]["nattch"] == 2 for m in shm), shm
		mine = sorted(m["addr"].zfill(12) for m in held if m["pid"] == w["pid"])
		assert mine == open("by-maps").read().split(), (mine, held)
		assert [t["pid"] for t in pick(kind="task", partner=True)] == [w["child"]]
	END
}

@test "--mech shm and shmem leave the others out; a recording shows the same again" {
	"$IPCTRACE" -f json --force -o json --backend "$(quick_backend)" run --mech shmem -- "$PYTHON" "$programs/segments.py" life >printed
	told <<-'END'
		assert not pick(kind="map") and not pick(kind="op") and not pick(kind="fault"), lines
	END
	"$IPCTRACE" -f json --force -o json --backend "$(quick_backend)" run --mech shmem -- "$PYTHON" "$programs/segments.py" names >printed
	told <<-'END'
		assert len(pick(kind="object", event="refused")) == 6, lines
	END
	"$IPCTRACE" record --force -o file --backend "$(quick_backend)" --mech shm -- "$PYTHON" "$programs/segments.py" pages >printed
	"$IPCTRACE" -f json --force -o json replay file
	told <<-'END'
		assert {l["object"].split(":")[0] for l in lines if "object" in l} == {"shm"}, lines
		assert len(pick(kind="fault", cause__kind="same-page")) >= 3
	END
}
