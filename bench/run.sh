#!/usr/bin/env bash
# Measures what tracing costs, as ratios to untraced. Every round runs each way once, one after the other, so a machine that is
# slow for a while is slow for all of them. The table has the medians of the rounds. As root: make bench
#   ROUNDS=5  WORKS="pingpong stream hackbench neighbour"  WAYS="floor waits sums full perf bpftrace perftrace strace"
# A way whose program is not installed, or is refused, is left out, which is printed.
set -u
cd "$(dirname "$0")/.." || exit 1
O=${O:-build} ROUNDS=${ROUNDS:-5}
WORKS=${WORKS:-pingpong stream hackbench neighbour}
WAYS=${WAYS:-floor waits sums full perf bpftrace perftrace strace}
BACKEND=${BACKEND:-auto}
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

# WORK: the command, as words in ${cmd[@]}; it prints a time on stderr or stdout.
command_of() {
	case $1 in
	pingpong) cmd=("$work" pingpong "${N:-30000}") ;;
	stream) cmd=("$work" stream "${N:-100000}") ;;
	hackbench) cmd=("$(command -v hackbench || echo hackbench)" -p -g 2 -l "${N:-2000}") ;;
	neighbour) cmd=("$work" getppid "${N:-1000000}") ;;
	esac
}

# The figure in what a run printed: work's ns a round, or hackbench's seconds.
figure() {
	sed -n -E 's/^([0-9]+\.[0-9]+)$/\1/p; s/^Time: ([0-9.]+)$/\1/p' "$1" | tail -n 1
}

lost() {
	local n
	n=$(./ipctrace replay -q -f json "$1" | sed -n -E 's/^\{"kind":"summary".*"lost":([0-9]+).*/\1/p')
	[[ $n == 0 ]] || echo "$2: $n records lost" >>"$dir/losses"
}

# ipctrace's options come as words.
ours() { # WAY OPTION...
	local way=$1
	shift
	rm -f "$dir/file"
	./ipctrace record --backend "$BACKEND" "$@" --force -o "$dir/file" -- "${cmd[@]}"
	lost "$dir/file" "$way"
	stat -c %s "$dir/file" >"$dir/size.$way"
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
	*:waits) ours waits --waits ;;
	*:sums)
		./ipctrace -f json --force -o "$dir/sums" stat --backend "$BACKEND" -- "${cmd[@]}"
		sed -n -E 's/^\{"kind":"summary".*"lost":([1-9][0-9]*).*/sums: \1 records lost/p' "$dir/sums" >>"$dir/losses"
		;;
	*:full) ours full ;;
	*:perf) perf record -q -e 'raw_syscalls:*,sched:sched_switch,sched:sched_waking' -o "$dir/perf" -- "${cmd[@]}" ;;
	*:bpftrace)
		bpftrace -q -c "${cmd[*]}" -o "$dir/bpftrace" -e 't:syscalls:sys_enter_read, t:syscalls:sys_enter_write,
			t:syscalls:sys_exit_read, t:syscalls:sys_exit_write { printf("%d %s\n", pid, probe); }'
		;;
	*:perftrace) perf trace -o "$dir/perftrace" -- "${cmd[@]}" ;;
	*:strace) strace -f -o "$dir/strace" "${cmd[@]}" ;;
	esac
}

median() {
	sort -n | awk '{v[NR] = $1} END {if (NR) printf "%.2f", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

echo "$(uname -r), $(nproc) CPUs, backend $BACKEND, medians of $ROUNDS rounds; ratios to untraced"
printf '%-10s %10s' work untraced
for way in $WAYS; do printf ' %9s' "$way"; done
echo
for w in $WORKS; do
	command_of "$w"
	command -v "${cmd[0]}" >/dev/null || { echo "$w: ${cmd[0]} is not installed"; continue; }
	rm -f "$dir"/ratio.* "$dir"/untraced
	for ((i = 0; i < ROUNDS; i++)); do
		base=
		for way in untraced $WAYS; do
			run_way "$w" "$way" >"$dir/out" 2>&1 </dev/null || continue
			t=$(figure "$dir/out")
			[[ -n $t ]] || continue
			if [[ $way == untraced ]]; then
				base=$t
				echo "$t" >>"$dir/untraced"
			else
				awk "BEGIN {print $t / $base}" >>"$dir/ratio.$way"
			fi
		done
	done
	printf '%-10s %10s' "$w" "$(median <"$dir/untraced")"
	for way in $WAYS; do
		r=-
		[[ ! -s $dir/ratio.$way ]] || r=$(median <"$dir/ratio.$way")
		printf ' %9s' "$r"
	done
	echo
done
[[ ! -s $dir/losses ]] || sort "$dir/losses" | uniq -c
[[ ! -s $dir/losses ]]
