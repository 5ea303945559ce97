# shellcheck shell=bash disable=SC2034,SC2154 # the tests use and set them
# SPDX-License-Identifier: GPL-2.0
# The tests that every scenario has: its claims hold under every backend, and it tells the same story under each.

# The last line's FIELD is VALUE.
summary() {
	"$PYTHON" - "$@" <<-'END'
		import json, sys
		file, wants = sys.argv[1], sys.argv[2:]
		last = json.loads(open(file, encoding="utf-8").readlines()[-1])
		assert last["kind"] == "summary", last
		for want in wants:
		    name, value = want.split("=")
		    if str(last[name]).lower() != value:
		        sys.exit(f"{name} is {last[name]}, not {value}: {last}")
	END
}

claims() {
	grep -c '^ *claim ' "$root/scenarios/$1.expect"
}

holds() {
	local scenario=$1 backend file open all lossy=
	for backend in $(backends); do
		file=$(trace_to_judge "$backend" "$scenario")
		if has_not_run "$file"; then
			lossy+=" $backend"
			continue
		fi
		echo "backend $backend: status $(cat "${file%.json}.status"), $(cat "${file%.json}.err")"
		grep '"kind":"claim"' "$file" | grep -v '"result":"holds"' || true
		open=$(not_known "$file")
		all=$(claims "$scenario")
		[ "$(cat "${file%.json}.status")" -eq $((open ? 3 : 0)) ]
		[ ! -s "${file%.json}.err" ]
		summary "$file" lost=0 incomplete=false backend="$backend" kernel="$(kernel_release)" \
			claims_held=$((all - open)) claims_failed=0 claims_inconclusive="$open"
		[ "$(grep -c '^{"kind":"claim".*"result":"holds"' "$file")" -eq $((all - open)) ]
	done
	skip_for "$lossy"
}

on="under $(backends | paste -sd' ')"

# BACKEND SCENARIO [RUN]: the file of its facts.
facts_of() {
	local json
	json=$(if (($# == 2)); then trace_to_judge "$@"; else trace_of "$@"; fi)
	if [ "$(cat "${json%.json}.status")" -ne $(($(not_known "$json") ? 3 : 0)) ]; then
		echo "$2 under $1: status $(cat "${json%.json}.status") $(cat "${json%.json}.err")" >&2
		grep '^{"kind":"claim"' "$json" | grep -v '"result":"holds"' >&2
		return 1
	fi
	[ -e "${json%.json}.facts" ] || "$PYTHON" "$lib/facts.py" "$json" >"${json%.json}.facts"
	echo "${json%.json}.facts"
}

# FILE FILE: prints what differs.
same() {
	diff -U1 "$1" "$2"
}

mapfile -t all < <(backends)
if ((${#all[@]} > 1)); then
	how="the same story under ${all[*]}"
else
	how="the same story in two runs, ${all[*]} being the only backend here"
fi

same_story() {
	local scenario=$1 first other backend status=0 lossy="" run=()
	for backend in "${all[@]}"; do
		if has_not_run "$(trace_to_judge "$backend" "$scenario")"; then
			lossy+=" $backend"
		else
			run+=("$backend")
		fi
	done
	((${#run[@]})) || skip_for "$lossy"
	first=$(facts_of "${run[0]}" "$scenario")
	[ "$(wc -l <"$first")" -ge 20 ]
	if ((${#run[@]} == 1)); then
		other=$(facts_of "${run[0]}" "$scenario" 2)
		same "$first" "$other" || status=1
	fi
	for backend in "${run[@]:1}"; do
		echo "${run[0]} and $backend:"
		other=$(facts_of "$backend" "$scenario")
		same "$first" "$other" || status=1
	done
	[ "$status" -ne 0 ] || skip_for "$lossy"
	return "$status"
}
