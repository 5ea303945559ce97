# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What run.sh prints at its end about tests that failed or were skipped: a line for each reason, with the number of tests.

told=()            # SUITE, "not ok" or "skipped", NAME, REASON of the test whose lines are being read
reasons=()         # what is told, in the order in which it came
declare -A tests=() # of each of them, how many tests
declare -A names=() # and their names, the first three

# SUITE LINE: of a test.
begin_told() {
	local line=$2 what="not ok" reason=
	end_told
	if [[ $line =~ ^(.*)\ "#"\ *[sS][kK][iI][pP]\ *(.*)$ ]]; then
		line=${BASH_REMATCH[1]} reason=${BASH_REMATCH[2]:-no reason} what=skipped
	fi
	[ "$what" = skipped ] || [[ $line == "not ok "* ]] || return 0
	[[ $line =~ ^(not\ )?ok\ ([0-9]+\ )?(-\ )?(.*)$ ]]
	line=${BASH_REMATCH[4]}
	told=("$1" "$what" "${line% in [0-9]*ms}" "$reason")
}

# LINE: what stands below it. Bats says where first, then which command failed; others begin with what is wrong.
add_reason() {
	[[ ${told[1]:-} == "not ok" && $1 == "#"* ]] || return 0
	local line=${1#"#"}
	line=${line#"${line%%[![:space:]]*}"}
	[[ $line =~ ^(\[[^]]*\]\ )?(.*)$ ]] && line=${BASH_REMATCH[2]}
	[[ $line != "(from function"* && $line != "--- "* && $line != "+++ "* ]] || return 0
	if [ -z "${told[3]}" ] && [[ $line =~ in\ test\ file\ ([^,]*),\ line\ ([0-9]+) ]]; then
		told[3]="${BASH_REMATCH[1]##*/}:${BASH_REMATCH[2]}"
		where=${told[3]}
	elif [ -z "${told[3]}" ] || [ "${told[3]}" = "${where:-}" ]; then
		told[3]+=${told[3]:+: }$line
	fi
}

end_told() {
	[ ${#told[@]} -eq 4 ] || return 0
	local key="${told[0]}: ${told[1]}: ${told[3]:-${told[2]}}"
	[ -n "${tests[$key]:-}" ] || reasons+=("$key")
	tests[$key]=$((${tests[$key]:-0} + 1))
	[ "${tests[$key]}" -gt 3 ] || names[$key]+=${names[$key]:+; }${told[2]}
	told=()
}

sum_up() {
	local key
	[ ${#reasons[@]} -eq 0 ] || echo "#"
	for key in "${reasons[@]}"; do
		if [[ ${tests[$key]} -eq 1 && $key == *": ${names[$key]}" ]]; then
			echo "# $key"
		elif [ "${tests[$key]}" -eq 1 ]; then
			echo "# $key (${names[$key]})"
		elif [ "${tests[$key]}" -le 3 ]; then
			echo "# $key (${tests[$key]}: ${names[$key]})"
		else
			echo "# $key (${tests[$key]}: ${names[$key]}; ...)"
		fi
	done
}
