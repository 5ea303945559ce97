#!/usr/bin/env bash
# Measures what tracing costs, as ratios to untraced. Every round runs each way once, one after the other, so a machine that is
# slow for a while is slow for all of them. The table has the medians of the rounds. As root: make bench
#   ROUNDS=5  WAYS="floor waits sums full perf bpftrace perftrace strace"
#   WORKS="pingpong stream hackbench neighbour unix-pingpong unix-stream unix-load tcp-pingpong tcp-stream tcp-load pgbench"
#   RATE=10000  requests a second of unix-load and tcp-load
#   LEAST=1     the ratios of the least times, for a busy machine, where those of processor time ("cpu") are steadier, too
# A way whose program is not installed, or is refused, is left out, which is printed.
set -u
cd "$(dirname "$0")/.." || exit 1
O=${O:-build} ROUNDS=${ROUNDS:-5}
WORKS=${WORKS:-pingpong stream hackbench neighbour unix-pingpong unix-stream unix-load tcp-pingpong tcp-stream tcp-load pgbench}
WAYS=${WAYS:-floor waits sums full perf bpftrace perftrace strace}
BACKEND=${BACKEND:-auto} LEAST=${LEAST:-}
work=$O/bench/work floor=$O/bench/floor
dir=$(mktemp -d) || exit 1
mounted=
cleanup() {
	[[ -z $mounted ]] || umount "$mounted"
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# perf and bpftrace look for events there.
if [[ ! -d /sys/kernel/tracing/events ]]; then
	mount -t tracefs tracefs /sys/kernel/tracing && mounted=/sys/kernel/tracing
fi

# WORK: the command, as words in ${cmd[@]}; it prints its figures on stderr or stdout.
command_of() {
	case $1 in
	pingpong | *-pingpong) cmd=("$work" "$1" "${N:-30000}") ;;
	stream | *-stream) cmd=("$work" "$1" "${N:-100000}") ;;
	*-load) cmd=("$work" "$1" "${N:-10000}") ;;
	hackbench) cmd=("$(command -v hackbench || echo hackbench)" -p -g 2 -l "${N:-2000}") ;;
	neighbour) cmd=("$work" getppid "${N:-1000000}") ;;
	pgbench) cmd=("$(command -v bash)" bench/pgbench.sh run "$dir/pg" "${N:-10000}") ;;
	*) cmd=("$1") ;;
	esac
}

# WORK: it can run here; else it is left out, and why is printed.
ready() {
	if [[ $1 == pgbench ]]; then
		chmod 711 "$dir" # PostgreSQL has a user of its own
		bench/pgbench.sh make "$dir/pg" >"$dir/out" 2>&1 || { echo "$1 is left out: $(tail -n 1 "$dir/out")"; return 1; }
	else
		command -v "${cmd[0]}" >/dev/null || { echo "$1 is left out: ${cmd[0]} is not installed"; return 1; }
	fi
}

# The figures in what a run printed, each with its name: ns a round, by the clock and of processor time, or of a request; hackbench's
# seconds; us a transaction.
figures() {
	sed -n -E 's/^([0-9]+\.[0-9]+)$/ns \1/p; s/^(cpu|median|p99) ([0-9.]+)$/\1 \2/p; s/^([0-9.]+) us$/us \1/p; s/^Time: ([0-9.]+)$/s \1/p' "$1"
}

lost() { # FILE WORK WAY
	local n
	n=$(./ipctrace replay -q -f json "$1" | sed -n -E 's/^\{"kind":"summary".*"lost":([0-9]+).*/\1/p')
	[[ $n == 0 ]] || echo "$2, $3: $n records lost" >>"$dir/losses"
}

# ipctrace's options come as words.
ours() { # WORK WAY OPTION...
	local w=$1 way=$2
	shift 2
	rm -f "$dir/file"
	./ipctrace record --backend "$BACKEND" "$@" --force -o "$dir/file" -- "${cmd[@]}"
	lost "$dir/file" "$w" "$way"
}

# A neighbour is not traced itself: it runs while something else is.
beside() { # OPTION...
	local pid status
	rm -f "$dir/file"
	./ipctrace record --backend "$BACKEND" "$@" --force -o "$dir/file" -- sleep 60 2>"$dir/beside" &
	pid=$!
	until pgrep -P "$pid" >/dev/null && [[ -s $dir/file ]]; do sleep 0.05; done
	sleep 0.3
	"${cmd[@]}"
	status=$?
	kill -TERM "$pid"
	wait "$pid"
	return "$status"
}

run_way() { # WORK WAY
	case $1:$2 in
	*:untraced) "${cmd[@]}" ;;
	*:floor) "$floor" "${cmd[@]}" ;;
	neighbour:waits) beside --waits ;;
	neighbour:full) beside ;;
	neighbour:*) return 1 ;;
	*:waits) ours "$@" --waits ;;
	*:sums)
		./ipctrace -f json --force -o "$dir/sums" stat --backend "$BACKEND" -- "${cmd[@]}"
		sed -n -E 's/^\{"kind":"summary".*"lost":([1-9][0-9]*).*/'"$1"', sums: \1 records lost/p' "$dir/sums" >>"$dir/losses"
		;;
	*:full) ours "$@" ;;
	*:perf) perf record -q -e 'raw_syscalls:*,sched:sched_switch,sched:sched_waking' -o "$dir/perf" -- "${cmd[@]}" ;;
	*:bpftrace)
		bpftrace -q -c "${cmd[*]}" -o "$dir/bpftrace" -e 't:syscalls:sys_enter_read, t:syscalls:sys_enter_write,
			t:syscalls:sys_enter_sendto, t:syscalls:sys_enter_recvfrom, t:syscalls:sys_exit_read, t:syscalls:sys_exit_write,
			t:syscalls:sys_exit_sendto, t:syscalls:sys_exit_recvfrom { printf("%d %s\n", pid, probe); }'
		;;
	*:perftrace) perf trace -o "$dir/perftrace" -- "${cmd[@]}" ;;
	*:strace) strace -f -o "$dir/strace" "${cmd[@]}" ;;
	esac
}

# The middle of the numbers; with LEAST the first.
middle() {
	sort -n | awk -v least="$LEAST" '{v[NR] = $1}
		END {if (NR) printf "%.2f", least ? v[1] : NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

# FIGURE WAY: its ratio to untraced, from files with a line a round.
ratio() {
	[[ -s $dir/times.$1.$2 ]] || { echo -; return; }
	if [[ $LEAST ]]; then
		awk "BEGIN {printf \"%.2f\", $(middle <"$dir/times.$1.$2") / $(middle <"$dir/times.$1.untraced")}"
	else
		middle <"$dir/ratio.$1.$2"
	fi
}

# WORK: each way once; notes times and ratios.
round() {
	local way name t
	local -A base=()
	for way in untraced $WAYS; do
		run_way "$1" "$way" >"$dir/out" 2>&1 </dev/null || continue
		while read -r name t; do
			[[ $way != untraced ]] || base[$name]=$t
			[[ ${base[$name]:-} ]] || continue
			echo "$t" >>"$dir/times.$name.$way"
			awk "BEGIN {print $t / ${base[$name]}}" >>"$dir/ratio.$name.$way"
		done < <(figures "$dir/out")
	done
}

what=medians
[[ ! $LEAST ]] || what="the least times"
echo "$(uname -r), $(nproc) CPUs, backend $BACKEND, $what of $ROUNDS rounds; ratios to untraced"
printf '%-14s %-6s %11s' work of untraced
for way in $WAYS; do printf ' %9s' "$way"; done
echo
for w in $WORKS; do
	command_of "$w"
	ready "$w" || continue
	rm -f "$dir"/ratio.* "$dir"/times.*
	for ((i = 0; i < ROUNDS; i++)); do round "$w"; done
	for name in ns cpu s us median p99; do
		[[ -s $dir/times.$name.untraced ]] || continue
		printf '%-14s %-6s %11s' "$w" "$name" "$(middle <"$dir/times.$name.untraced")"
		for way in $WAYS; do printf ' %9s' "$(ratio "$name" "$way")"; done
		echo
	done
done
[[ ! -s $dir/losses ]] || sort "$dir/losses" | uniq -c
[[ ! -s $dir/losses ]]
