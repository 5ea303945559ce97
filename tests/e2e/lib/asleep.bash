# shellcheck shell=bash disable=SC2034,SC2154 # the tests use and set them
# SPDX-License-Identifier: GPL-2.0
# Processes that sleep before they are looked at, until the test ends them, and a tracer that comes later.

# CASE [PROGRAM]: stuck.py's processes, or PROGRAM's, in $work, are asleep; $NAME_pid is the pid of each, $stuck is their parent, and
# all of them end when descriptor 7 is closed: unstick().
stick() {
	local line word
	mkfifo "$work/in" "$work/out"
	# bats' own descriptor 3 must not be held by what outlives the test.
	"$PYTHON" "$programs/${2:-stuck.py}" "$1" "$work" <"$work/in" >"$work/out" 3>&- 8>&- &
	stuck=$!
	exec 7>"$work/in" 8<"$work/out"
	read -r -t 60 line <&8
	exec 8<&-
	for word in $line; do
		printf -v "${word%%=*}_pid" %s "${word#*=}"
	done
}

# After everything that was started since, for it may hold the descriptor too.
unstick() {
	[ -n "${stuck:-}" ] || return 0
	exec 7>&-
	wait "$stuck" || true
}

# PROGRAM NAME...: its processes sleep, each NAME is what it says of them; all of them end when descriptor 7 is closed.
stick_by() {
	mkfifo "$work/in"
	"$PYTHON" "$programs/$1" stuck <"$work/in" >"$work/pids" 3>&- &
	stuck=$!
	exec 7>"$work/in"
	for _ in $(seq 600); do
		[ ! -s "$work/pids" ] || break
		sleep 0.05
	done
	read -r "${@:2}" <"$work/pids"
}

# PID...: a tracer in the background, $tracer, which has seen that they sleep, and on what.
attach_asleep() {
	"$IPCTRACE" --backend "$(quick_backend)" -f json --force -o "$json" attach -p "$(IFS=, && echo "$*")" 2>"$work/err" 3>&- 7>&- &
	tracer=$!
	pids+=("$tracer")
	for _ in $(seq 1200); do
		[ ! -e "$json" ] || [ "$(grep -c '"kind":"task"' "$json")" -lt $# ] || break
		sleep 0.05
	done
	# What sleeps is read last.
	sleep "$IPCTRACE_TIME_SCALE"
}

# CASE DEADLOCKED OTHERS: those of stuck_sockets.py of whom why says deadlock, and those of whom it does not, with the
# reason of each: "left:send-full right:send-full".
judged() {
	stick "$1" stuck_sockets.py
	local pids="" who pid word
	for word in $2 $3; do
		who=${word%%:*}_pid
		pids+=${pids:+,}${!who}
	done
	"$IPCTRACE" -f json why -p "$pids" >"$json" 7>&- || [ $? -eq 1 ] # deadlock
	DEADLOCKED=$2 OTHERS=$3 "$PYTHON" "$lib/lines.py" "$json" <<-'END'
		import os
		for words, verdict in (os.environ["DEADLOCKED"], "deadlock"), (os.environ["OTHERS"], None):
		    for word in words.split():
		        comm, reason = word.split(":")
		        w = one(kind="why", comm=comm)
		        assert not reason or w.get("reason") == reason, w
		        assert (w["verdict"] == "deadlock") == bool(verdict), w
	END
	exec 7>&- 8>&-
	wait "$stuck"
	rm -f in out
}
