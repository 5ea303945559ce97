#!/bin/bash
# Prints the path of a Debian cloud kernel of the series VERSION, fetched once: kernel.sh 5.10|6.1|6.12|7.2
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd -P)
cache=${IPCTRACE_VM_CACHE:-$root/build/vm}
version=${1:-}

die() { echo "kernel.sh: $*" >&2; exit "${status:-1}"; }
# shellcheck source=tests/archive.sh
source "$root/tests/archive.sh"

# Suites of the Debian archive, then of its security archive, that carry the series.
case $version in
5.10) suites='bullseye' security='bullseye-security' ;;
6.1)  suites='bookworm' security='bookworm-security' ;;
6.12) suites='bookworm bookworm-backports' security='bookworm-security' ;;
7.2)  suites='sid' security='' ;;
*)    status=2 die "unknown version '$version'; say one of 5.10, 6.1, 6.12, 7.2" ;;
esac

mkdir -p "$cache/kernel-$version" || die "cannot write in $cache; set IPCTRACE_VM_CACHE to a directory you can write"
cache=$(cd "$cache" && pwd -P)
dir=$cache/kernel-$version

# One fetch at a time for each series; the others wait and find it done.
exec 9>"$dir.lock"
flock 9

cached() { find "$dir" -maxdepth 1 -name 'vmlinuz*' | sort -V | tail -n 1; }
vmlinuz=$(cached)
if [ -n "$vmlinuz" ]; then
	echo "$vmlinuz"
	exit 0
fi

work=$(mktemp -d "$cache/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

find_archive
for suite in $suites; do echo "deb [signed-by=$debian_keyring] $archive $suite main"; done >"$work/sources.list"
if [ -n "$sec_archive" ]; then
	for suite in $security; do echo "deb [signed-by=$debian_keyring] $sec_archive $suite main"; done >>"$work/sources.list"
fi

mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/image"
apt_opts=(-q
	-o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
	-o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache" -o Dir::State::status=/dev/null
	-o APT::Architecture=amd64 -o APT::Sandbox::User=root -o Acquire::Languages=none)

# A missing suite is no reason to stop while another one has the kernel: the search decides.
apt-get "${apt_opts[@]}" update >"$work/log" 2>&1 || true

# The image of new releases is in linux-binary-*, of older ones in linux-image-*; the metapackages have no patch level.
series=${version//./\\.}
package=$(apt-cache "${apt_opts[@]}" pkgnames linux- |
	grep -E "^linux-(binary|image)-$series\.[^ ]*-cloud-amd64$" |
	sed -E 's/^(linux-([a-z]+)-)(.*)$/\3 \2 \1\3/' | sort -k1,1V -k2,2r | tail -n 1 | cut -d' ' -f3) || true
[ -n "$package" ] || die "no $version cloud kernel in: $suites $security" \
	"($(grep -m1 '^[EW]:' "$work/log" || echo 'the archive no longer has this series')); check the network or apt sources"

(cd "$work" && apt-get "${apt_opts[@]}" download "$package") >"$work/log" 2>&1 ||
	die "download of $package failed: $(grep -m1 '^E:' "$work/log"); try again"
dpkg -x "$work"/*.deb "$work/image" || die "cannot unpack $package; is the disk full?"

vmlinuz=$(find "$work/image" -name 'vmlinuz*' -type f | head -n 1)
[ -n "$vmlinuz" ] || die "$package holds no vmlinuz; the packaging changed, adapt the pattern in this script"
release=${package#linux-*-}
mv "$vmlinuz" "$dir/vmlinuz-$release" || die "cannot write $dir/vmlinuz-$release; is the disk full?"
cached
