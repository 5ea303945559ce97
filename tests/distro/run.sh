#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs a command in a tree of a Debian release, on this kernel, in a copy of the checkout that goes when it ends:
# run.sh SUITE [--] CMD...    Exits with the command's status; 125 and one line say why there is no tree.
# The tree is read only. Mounts and processes are in namespaces, which go however this ends.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)

suite=${1:-}
[ $# -eq 0 ] || shift
[ "${1:-}" != -- ] || shift
if [ -z "$suite" ] || [ $# -eq 0 ]; then
	echo "usage: run.sh SUITE [--] CMD..." >&2
	exit 2
fi
tree=$("$here/tree.sh" "$suite") || exit 125

# What git knows, and all of a tree without git but what was built. git init: lint asks git for the files.
# shellcheck disable=SC2016 # for the inner shell
setpriv --pdeathsig KILL unshare --mount --pid --ipc --fork --kill-child bash -c '
	set -e
	tree=$1 root=$2
	shift 2
	mount --bind "$tree" "$tree"
	mount -o remount,bind,ro "$tree"
	mount -t proc proc "$tree/proc"
	mount --rbind /dev "$tree/dev"
	mount --rbind /sys "$tree/sys"
	mount -t tmpfs -o mode=1777 tmpfs "$tree/tmp"
	mkdir "$tree/tmp/ipctrace"
	cd "$root"
	{
		git ls-files -z --cached --others --exclude-standard 2>/dev/null ||
			find . -path ./build -prune -o -type f ! -path ./ipctrace -print0
	} | tar --null --ignore-failed-read -T - -cf - | tar -xf - -C "$tree/tmp/ipctrace"
	exec chroot "$tree" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LC_ALL=C.UTF-8 TERM=dumb bash -c "
		cd /tmp/ipctrace && git init -q . && exec \"\$@\"" - "$@"' - "$tree" "$root" "$@" &
# unshare itself blocks SIGTERM and SIGINT.
trap 'kill -KILL $!; exit 130' INT TERM
wait $!
