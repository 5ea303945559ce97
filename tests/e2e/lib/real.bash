# shellcheck shell=bash disable=SC2034,SC2154 # the tests use and set them
# SPDX-License-Identifier: GPL-2.0
# What the tests of programs that were not written for ipctrace share: whether they are there, and servers that end with the test.

# shellcheck source=tests/e2e/lib/attached.bash
source "${BASH_SOURCE[0]%/*}/attached.bash"

setup_file() {
	need_tracing
	export BATS_TEST_TIMEOUT=600
}

setup() {
	begin_work
	cd "$work"
	unset MAKEFLAGS MFLAGS MAKELEVEL
	stop=()
}

# stop: the command that ends the test's server.
teardown() {
	[ "${#stop[@]}" -eq 0 ] || "${stop[@]}" >/dev/null || true
	end_work
}

# PROGRAM PACKAGE: the virtual machines have little more than a shell.
need() {
	command -v "$1" >/dev/null || skip "no $1 here (package $2)"
}

# COMMAND...: as PostgreSQL's own user, without bats' descriptors.
postgres() {
	setpriv --reuid postgres --regid postgres --init-groups "$@" 3>&-
}

# OPTION...: starts PostgreSQL with its data in pg, until the test ends.
start_postgres() {
	local bin
	bin=$(find /usr/lib/postgresql -name initdb -printf '%h\n' | tail -n 1)
	mkdir pg && chown postgres pg
	postgres "$bin/initdb" -D pg/data -A trust >log
	postgres "$bin/pg_ctl" -w -D pg/data -o "-k $work/pg $*" -l pg/log start >>log
	stop=(postgres "$bin/pg_ctl" -D "$work/pg/data" -m immediate stop)
}
