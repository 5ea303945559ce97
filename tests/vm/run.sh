#!/bin/bash
# Runs a command as root inside a Debian kernel in qemu, with this repository at its own path: run.sh VERSION [--] CMD...
# Exits with the command's status; 125 and one line say why the guest could not tell it.
#   VM_TIMEOUT  seconds for boot and command together (600)
#   VM_MEM      memory of the guest (1G)
#   VM_APPEND   more words for the kernel command line, e.g. lockdown=confidentiality
#   VM_SHARE    more directories of the host to copy in at their own paths, separated by ":"
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
timeout=${VM_TIMEOUT:-600}
# shellcheck source=tests/vm/left_out.sh
source "$here/left_out.sh"

fail() { echo "run.sh: $*" >&2; exit 125; }

version=${1:-}
[ $# -eq 0 ] || shift
[ "${1:-}" != -- ] || shift
if [ -z "$version" ] || [ $# -eq 0 ]; then
	echo "usage: run.sh VERSION [--] CMD..." >&2
	exit 2
fi
command -v qemu-system-x86_64 >/dev/null || fail "missing qemu-system-x86_64; install qemu-system-x86"

kernel=$("$here/kernel.sh" "$version") || fail "no $version kernel (see the line above)"
base=$("$here/rootfs.sh") || fail "no guest file system (see the line above)"
cache=$(dirname "$base")

work=$(mktemp -d "${TMPDIR:-/tmp}/ipctrace-vm.XXXXXX")
pids=()
# shellcheck disable=SC2317 # called by the trap
cleanup() {
	[ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# --- the second archive: the repository, what its programs are linked with, the command
stage=$work/stage
mkdir -p "$stage/vm"
shared=("$root")
IFS=: read -r -a more <<<"${VM_SHARE:-}"
for dir in "${more[@]}"; do
	[ -d "$dir" ] || fail "VM_SHARE: $dir is not a directory"
	shared+=("$(cd "$dir" && pwd -P)")
done
for dir in "${shared[@]}"; do mkdir -p "$stage$dir"; done
"$here/libs.sh" "${shared[@]}" | while read -r lib; do
	mkdir -p "$stage$(readlink -f "$(dirname "$lib")")"
	cp -L "$lib" "$stage$(readlink -f "$lib")"
	[ ! -L "$lib" ] || ln -sf "$(readlink -f "$lib")" "$stage$(readlink -f "$(dirname "$lib")")/$(basename "$lib")"
done
{
	printf 'cd %q || exit 125\n' "$root"
	printf 'exec'
	printf ' %q' "$@"
	printf '\n'
} >"$stage/vm/cmd"

archive() { cpio -0 -o -H newc -R 0:0 --quiet; }
{
	cat "$base" &&
		(cd "$stage" && find . -mindepth 1 -print0 | archive) &&
		(cd / && find "${shared[@]#/}" "${prune[@]}" -path "${cache#/}" -prune -o -print0 | archive)
} >"$work/initrd" || fail "cannot copy the file system; if the tree was being built meanwhile, run again"

# --- boot; cat carries the output on, because a file given to qemu would be truncated
mkfifo "$work/out" "$work/err"
cat "$work/out" & pids+=($!)
cat "$work/err" >&2 & pids+=($!)
: >"$work/status"

# One thread for both processors: with one each, qemu 7.2 goes on running code that the guest has patched (a static
# key), and the guest spins in int3 for ever. Expedited RCU: attaching hooks is mostly waiting for grace periods.
# An emulated processor does not speculate, and spends a quarter of its time on what guards against that: mitigations=off.
# It takes a string instruction byte by byte: without erms and rep_good (clearcpuid=112) the kernel copies and clears by
# words. Memory need not be cleared twice, nor calls be audited. On a busy host the timer may tick too late for the kernel's
# check of it, which then panics: no_timer_check.
timeout --kill-after=5 "$timeout" qemu-system-x86_64 \
	-accel tcg,thread=single -cpu max,-erms,-la57,-smap -smp 2 -m "${VM_MEM:-1G}" -nodefaults -no-user-config -display none -no-reboot \
	-kernel "$kernel" -initrd "$work/initrd" \
	-append "console=ttyS0 quiet panic=-1 no_timer_check rcupdate.rcu_expedited=1 mitigations=off clearcpuid=112 \
		init_on_alloc=0 audit=0 ${VM_APPEND:-}" \
	-serial "file:$work/console" -serial "file:$work/out" -serial "file:$work/err" -serial "file:$work/status" \
	</dev/null >"$work/qemu.log" 2>&1 &
qemu=$!
pids+=("$qemu")
code=0
wait "$qemu" || code=$?

# If qemu never opened the FIFOs, this ends the readers; otherwise they end by themselves.
exec 7<>"$work/out" 8<>"$work/err" 7>&- 8>&-
wait "${pids[0]}" "${pids[1]}" || true
pids=()

status=$(sed -n 's/^exit //p' "$work/status")
[ -z "$status" ] || exit "$status"

# --- no status: say why
if grep -q 'Kernel panic' "$work/console" 2>/dev/null; then
	reason="kernel panic: $(grep -m1 -o 'Kernel panic.*' "$work/console" | tr -d '\r')"
elif [ "$code" -eq 124 ] && grep -q started "$work/status"; then
	reason="the command did not end in $timeout s (VM_TIMEOUT)"
elif [ "$code" -eq 124 ]; then
	reason="the kernel did not reach init in $timeout s (VM_TIMEOUT)"
elif [ "$code" -ne 0 ]; then
	reason="qemu failed: $(head -n 1 "$work/qemu.log")"
else
	reason="the guest stopped without a status"
fi
if [ -s "$work/console" ]; then
	keep=$cache/console-$version.log
	mv "$work/console" "$keep"
	reason+="; console in $keep"
fi
fail "$version: $reason"
