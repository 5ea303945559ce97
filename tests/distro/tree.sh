#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Prints the path of a tree of a Debian release with all that building and checking need; makes it once: tree.sh SUITE
# Delete the tree to have it made anew.
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd -P)
cache=${IPCTRACE_DISTRO_CACHE:-$root/build/distro}
suite=${1:-}

die() { echo "tree.sh: $*" >&2; exit 1; }
# shellcheck source=tests/archive.sh
source "$root/tests/archive.sh"

[[ $suite =~ ^[a-z]+$ ]] || die "say a release of Debian, as trixie or sid"
mkdir -p "$cache" || die "cannot write in $cache; set IPCTRACE_DISTRO_CACHE to a directory you can write"
cache=$(cd "$cache" && pwd -P)
read -r -a packages < <(make -s -C "$root" tree-deps)
tree=$cache/$suite-$(sha256sum <<<"${packages[*]}" | cut -c1-16)

# One at a time makes the tree of a release; the others wait and find it done.
exec 9>"$cache/$suite.lock"
flock 9
if [ -d "$tree" ]; then
	echo "$tree"
	exit 0
fi

[ "$(id -u)" -eq 0 ] || die "needs root"
command -v debootstrap >/dev/null || die "missing debootstrap; install it"
find_archive
rm -rf "$cache/$suite".new.* "$cache/$suite"-* # what was killed, and what another list of packages made
work=$(mktemp -d "$cache/$suite.new.XXXXXX")
maker=
# shellcheck disable=SC2317 # called by the trap
cleanup() {
	[ -z "$maker" ] || kill -KILL "$maker" 2>/dev/null || true
	wait
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# In namespaces of its own, which take their mounts and processes along, however this ends.
# shellcheck disable=SC2016 # for the inner shell
setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child bash -c '
	set -e
	tree=$1 keyring=$2 suite=$3 archive=$4
	shift 4
	debootstrap --variant=minbase --force-check-gpg --keyring="$keyring" "$suite" "$tree" "$archive"
	mount -t proc proc "$tree/proc"
	export DEBIAN_FRONTEND=noninteractive
	chroot "$tree" apt-get -q -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0 \
		install -y --no-install-recommends "$@"
	chroot "$tree" apt-get clean' - \
	"$work/tree" "$debian_keyring" "$suite" "$archive" "${packages[@]}" >"$work/log" 2>&1 9>&- &
maker=$!
wait "$maker" || die "cannot make a tree of $suite: $(grep -m1 '^[EW]:' "$work/log" || tail -n 1 "$work/log")"
maker=
mv "$work/tree" "$tree"
echo "$tree"
