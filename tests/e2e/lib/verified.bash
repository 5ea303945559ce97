# shellcheck shell=bash disable=SC2154 # lib/common.bash sets them
# SPDX-License-Identifier: GPL-2.0
# How many instructions of each program the verifier walks, as ipctrace -v tells.

# WHAT: of what -v says on stdin a line for each program: WHAT PROGRAM INSTRUCTIONS
verified_said() {
	sed -n "s/^ipctrace: debug: \\([^ ]*\\): the verifier walked \\([0-9]*\\) instructions\$/$1 \\1 \\2/p"
}

# WHAT WORD...: of what ipctrace loads for it.
verified_for() {
	{ "$IPCTRACE" -v "${@:2}" 2>&1 >/dev/null </dev/null || true; } | verified_said "$1" # 3: the word is mapped by nobody
}

# BACKEND: sums, and once what looks at what runs already. A guest has what watches words from scenarios that do.
verified_under() {
	verified_for stat --backend "$1" stat -- true
	[ "$1" = "$(quick_backend)" ] || return 0
	verified_for attach --backend "$1" attach -p $$ --for 1ms
	verified_for why why $$
}

# BACKEND: all that has much to walk, on the kernel that the tests are about.
verified_of() {
	if [ -n "${IPCTRACE_PLAYED:-}" ]; then
		cat "$IPCTRACE_PLAYED/verified-$1"
	else
		verified_for watch --backend "$1" run --watch shm:1+0:4 --watch-by step -- true
		verified_under "$1"
	fi
}

# WHERE WHAT...: of what verified_of() prints, which must be about each WHAT, the programs that are beyond
# tests/verifier.limits; status 0 if none is. One line on stderr has the longest.
within_limits() {
	awk -v where="$1" -v wanted="${*:2}" '
		FNR == 1 { file++ }
		/^#/ { next }
		file == 1 { limit[$1] = $2; next }
		{ told[$1] = 1 }
		!($2 in walked) { n++; walked[$2] = 0 }
		$3 > walked[$2] { walked[$2] = $3 }
		END {
			count = split(wanted, kinds, " ")
			for (i = 1; i <= count; i++) {
				if (!(kinds[i] in told)) {
					print "no program was loaded for " kinds[i]
					bad = 1
				}
			}
			for (name in walked) {
				most = name in limit ? limit[name] : limit["others"]
				if (walked[name] > most) {
					print name ": the verifier walks " walked[name] " instructions, " most " are allowed"
					bad = 1
				}
				if (walked[name] > walked[worst]) worst = name
			}
			print "# " where ": of " n " programs the verifier walks at most " walked[worst] " instructions, of " worst >"/dev/stderr"
			exit bad
		}' "$root/tests/verifier.limits" -
}
