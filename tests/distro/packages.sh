#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Builds the Debian packages from two directories, in the tree that it runs in: both builds must be the same, lintian must have
# no error and no warning, and each package must have its files. TAP; run in the checkout: packages.sh
set -u -o pipefail
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d "${TMPDIR:-/tmp}/ipctrace-packages.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

failed=0 total=0
told() { # STATUS WHAT FILE
	total=$((total + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $total - $2"
		return
	fi
	failed=1
	echo "not ok $total - $2"
	tail -n 20 "$3" | sed 's/^/# /'
}

# DIRECTORY: what git knows, or would, is built in DIRECTORY/ipctrace; the packages come to DIRECTORY.
build() {
	local tree=$1/ipctrace
	mkdir -p "$tree" && git ls-files -z --cached --others --exclude-standard |
		tar --null --ignore-failed-read -T - -cf - | tar -xf - -C "$tree" || return
	(cd "$tree" && DEB_BUILD_OPTIONS="parallel=$(nproc)" dpkg-buildpackage -b -us -uc) >"$1/log" 2>&1
}

same() {
	(cd "$work/one" && sha256sum -- *.deb) >"$work/sums" &&
		(cd "$work/another/folder" && sha256sum --quiet -c "$work/sums") >"$work/differ" 2>&1
}

# PACKAGE PATH...: the package has these.
has() {
	local package=$1 path
	shift
	dpkg-deb --contents "$work/one/$package"_*_*.deb | awk '{ print $6 }' >"$work/has" || return
	for path in "$@"; do
		grep -qx "\./$path" "$work/has" || { echo "$package lacks /$path" >>"$work/lacks"; return 1; }
	done
}

command -v dpkg-buildpackage dh lintian >/dev/null || {
	echo "ok 1 - packages # SKIP missing dpkg-buildpackage, dh or lintian; install dpkg-dev, debhelper, lintian"
	echo 1..1
	exit
}
status=0
build "$work/one" || status=1
told "$status" "the packages are built" "$work/one/log"
if [ "$status" -eq 0 ]; then
	build "$work/another/folder"
	same
	told $? "two directories make the same packages" "$work/differ"
	TMPDIR=$work lintian --allow-root --fail-on error,warning "$work"/one/*.changes >"$work/lintian" 2>&1
	told $? "lintian has no error and no warning" "$work/lintian"
	has ipctrace usr/bin/ipctrace usr/share/man/man1/ipctrace.1.gz usr/share/man/man1/ipctrace-why.1.gz \
		usr/share/bash-completion/completions/ipctrace usr/share/doc/ipctrace/docs/DESIGN.md &&
		has ipctrace-scenarios usr/lib/ipctrace/scenarios/pipe-cases usr/lib/ipctrace/scenarios/pipe-cases.c \
			usr/lib/ipctrace/scenarios/pipe-cases.expect
	told $? "each package has what belongs into it" "$work/lacks"
fi
echo "1..$total"
exit "$failed"
