#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# PostgreSQL's pgbench over the unix socket of a server of its own, as root: bench/pgbench.sh make DIR, then bench/pgbench.sh run DIR COUNT.
# A run starts the server, too, so that what traces the run traces both. It prints the us that a transaction took.
#   CLIENTS=1
set -eu
dir=$2
bin=$(find /usr/lib/postgresql -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -n 1)
if [[ -z $bin ]] || ! command -v pgbench >/dev/null; then
	echo "PostgreSQL is not installed" >&2
	exit 1
fi

# COMMAND...: as PostgreSQL's own user.
postgres() {
	setpriv --reuid postgres --regid postgres --init-groups "$@"
}

start() {
	postgres "$bin/pg_ctl" -w -s -D "$dir/data" -o "-k $dir -c listen_addresses=" -l "$dir/log" start
	trap 'postgres "$bin/pg_ctl" -w -s -D "$dir/data" -m fast stop' EXIT
}

case $1 in
make)
	mkdir "$dir"
	chown postgres "$dir"
	postgres "$bin/initdb" -D "$dir/data" -A trust >"$dir/initdb"
	start
	postgres pgbench -h "$dir" -i -q postgres 2>"$dir/init"
	;;
run)
	start
	# Only selects: what is written waits for the disk.
	c=${CLIENTS:-1}
	postgres pgbench -h "$dir" -S -n -c "$c" -t $(($3 / c)) postgres 2>&1 |
		sed -n -E 's/^tps = ([0-9.]+) .*/\1/p' | awk '{printf "%.2f us\n", 1e6 / $1}'
	;;
esac
