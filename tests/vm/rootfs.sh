#!/bin/bash
# Prints the path of the guest's base file system, a cpio archive of files of this host, made once: rootfs.sh
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
cache=${IPCTRACE_VM_CACHE:-$here/../../build/vm}

die() { echo "rootfs.sh: $*" >&2; exit 1; }

mkdir -p "$cache" || die "cannot create $cache; set IPCTRACE_VM_CACHE to a directory you can write"
cache=$(cd "$cache" && pwd -P)

for tool in cpio busybox dpkg-query python3; do
	command -v "$tool" >/dev/null || die "missing $tool; install cpio, busybox-static, python3"
done

# Any change of these files or of an installed package makes a new archive.
key=$(cat "$here"/{guest-files.txt,guest-init.sh,rootfs.sh} /var/lib/dpkg/status | sha256sum | cut -c1-16)
base=$cache/base-$key.cpio
exec 9>"$cache/base.lock"
flock 9
if [ -f "$base" ]; then
	echo "$base"
	exit 0
fi

work=$(mktemp -d "$cache/rootfs.XXXXXX")
trap 'rm -rf "$work"' EXIT
stage=$work/stage

merged_usr() { sed -E 's,^/(bin|sbin|lib|lib64)/,/usr/\1/,'; }

# Reads paths and copies them with the files their links lead to.
copy_files() {
	merged_usr | sort -u >"$work/named"
	xargs -r -d "\n" -a "$work/named" readlink -f >"$work/targets"
	sort -u "$work/named" "$work/targets" >"$work/list"
	tar -C / --no-recursion -cf - -T <(sed 's,^/,,' "$work/list") | tar -C "$stage" -xf - --keep-directory-symlink
}

package_files() { # without documents; byte code is made below
	dpkg-query -L "$1" 2>/dev/null | grep -E '^(/usr)?/(bin|sbin|lib|lib64|libexec)/' |
		grep -vE '\.a$|/(lib2to3|ensurepip|idlelib|pydoc_data|turtledemo)(/|$)'
}

mkdir -p "$stage"/{usr/{bin,sbin,lib,lib64,libexec},etc/pam.d,dev,proc,sys,tmp,run,root,home/student,var/tmp,vm}
for d in bin sbin lib lib64; do ln -s "usr/$d" "$stage/$d"; done
ln -s /run "$stage/var/run"
chmod 1777 "$stage/tmp" "$stage/var/tmp"
chmod 700 "$stage/root" "$stage/home/student"

while read -r item; do
	case $item in
	'' | '#'*) ;;
	/*) cp -rL --parents "$item" "$stage" || die "$item is missing here; install its package" ;;
	'?'*) package_files "${item#?}" >>"$work/files" || true ;;
	*) package_files "$item" >>"$work/files" || die "package $item is not installed here; apt-get install $item" ;;
	esac
done <"$here/guest-files.txt"
copy_files <"$work/files"

"$here/libs.sh" "$stage/usr" | copy_files

for applet in $(busybox --list); do
	[ -e "$stage/usr/bin/$applet" ] || [ -e "$stage/usr/sbin/$applet" ] || ln -s busybox "$stage/usr/bin/$applet"
done

# Unchecked byte code: the guest neither compiles the library nor trusts that cpio kept the times.
/usr/bin/python3 -m compileall -q --invalidation-mode unchecked-hash -s "$stage" "$stage"/usr/lib/python3* ||
	die "cannot compile the Python library"

printf '%s\n' 'root:x:0:0:root:/root:/bin/bash' 'daemon:x:1:1::/:/usr/sbin/nologin' \
	'student:x:1000:1000::/home/student:/bin/bash' 'nobody:x:65534:65534::/:/usr/sbin/nologin' >"$stage/etc/passwd"
printf '%s\n' 'root:x:0:' 'daemon:x:1:' 'tty:x:5:' 'student:x:1000:' 'nogroup:x:65534:' >"$stage/etc/group"
printf '%s sufficient pam_permit.so\n' auth account password session >"$stage/etc/pam.d/other"
echo '127.0.0.1 localhost vm' >"$stage/etc/hosts"
echo vm >"$stage/etc/hostname"
ln -s /proc/self/mounts "$stage/etc/mtab"
install -m 755 "$here/guest-init.sh" "$stage/init"

(cd "$stage" && find . -print0 | LC_ALL=C sort -z | cpio -0 -o -H newc -R 0:0 --quiet) >"$work/base.cpio" ||
	die "cannot write $base; is the disk full?"
find "$cache" -maxdepth 1 -name 'base-*.cpio' -mmin +60 -delete
mv "$work/base.cpio" "$base"
echo "$base"
