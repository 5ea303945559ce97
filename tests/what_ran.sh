# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What run.sh prints about where tests ran: how many passed on each kernel under each backend. A test's line names both.

kernels=()        # in the order in which they came
declare -A ran=() # of each "KERNEL COLUMN", how many passed

# SUITE LINE: of a test.
count_ran() {
	local kernel backend columns=once
	[[ ($1 == e2e || $1 == vm) && $2 == "ok "* && ${2,,} != *"# skip"* ]] || return 0
	[[ $2 =~ ^ok\ [0-9]+\ (\[([^]]*)\]\ )?((fentry|kprobe|syscall):\ )?(.*)$ ]] || return 0
	kernel=${BASH_REMATCH[2]:-here} backend=${BASH_REMATCH[4]}
	if [ -n "$backend" ]; then
		columns=$backend
	elif [[ ${BASH_REMATCH[5]} =~ \ under((\ (fentry|kprobe|syscall))+) ]]; then
		columns=${BASH_REMATCH[1]}
	fi
	[[ " ${kernels[*]} " == *" $kernel "* ]] || kernels+=("$kernel")
	for backend in $columns; do
		ran["$kernel $backend"]=$((${ran["$kernel $backend"]:-0} + 1))
	done
}

# "once": under the backend that starts soonest, or without a tracer.
tell_ran() {
	local kernel column line
	[ ${#kernels[@]} -gt 0 ] || return 0
	printf '#\n# %-30s%8s%8s%8s%8s\n' "tests that passed on" fentry kprobe syscall once
	for kernel in "${kernels[@]}"; do
		line=$(printf '# %-30s' "$kernel")
		for column in fentry kprobe syscall once; do
			line+=$(printf '%8s' "${ran["$kernel $column"]:--}")
		done
		echo "$line"
	done
}
