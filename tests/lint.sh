#!/usr/bin/env bash
# Form and static checks, TAP, that the tools of Debian 12 and 13 agree on: clang-format, both compilers' warnings, cppcheck, shellcheck, mandoc,
# codespell; the header of each source, the lines of the documents, rooms and circles of files, the stack of the BPF programs.
set -u
cd "$(dirname "$0")/.." || exit 1
O=${O:-build}
n=0 status=0

check() {
	local name=$1 out line
	shift
	n=$((n + 1))
	if out=$("$@" 2>&1); then
		echo "ok $n - lint: $name"
	else
		echo "not ok $n - lint: $name"
		while IFS= read -r line; do echo "# $line"; done <<<"$out" | head -40
		status=1
	fi
}

mapfile -t c < <(git ls-files --cached --others --exclude-standard '*.c' '*.h' | grep -v '^vmlinux/')
mapfile -t user < <(printf '%s\n' "${c[@]}" | grep -E '^(user|scenarios|tests)/.*\.c$')
mapfile -t sh < <(git ls-files --cached --others --exclude-standard '*.sh' '.ci/run')

mapfile -t docs < <(git ls-files --cached --others --exclude-standard '*.md' | grep -vE '^docs/(FIELDS|PERFORMANCE)\.md$')
mapfile -t prose < <(git ls-files --cached --others --exclude-standard | grep -vE '^(COPYING|tests/(golden/.*\..*|fuzz/corpus/.*|words\.txt)|scenarios/.*\.expect)$|\.trace$')

# The warnings of the compiler that `make` does not use by default.
clang_warnings() {
	printf '%s\0' "${user[@]}" | xargs -0 -n 16 -P "$(nproc)" \
		clang -std=c11 -D_GNU_SOURCE -fsyntax-only -Wall -Wextra -Werror -Wno-unused-parameter \
		-Wmissing-prototypes -Wstrict-prototypes -Wshadow -Iuser -Ibpf -Itests/unit "-I$O" \
		-DVERSION='""' -DLIBDIR='""'
}

# The sanitizers find leaks: cppcheck 2.17 does not see that a map or list keeps an element, nor that an error
# before it has ended the function.
cppcheck_all() {
	cppcheck -q -j "$(nproc)" --std=c11 --error-exitcode=1 --inline-suppr -D_GNU_SOURCE \
		-D__x86_64__ "-DLIBBPF_OPTS(type, name, ...)=struct type name" \
		--enable=warning,portability --suppress=missingIncludeSystem --suppress=normalCheckLevelMaxBranches \
		--suppress=memleak --suppress=nullPointerOutOfMemory --suppress=nullPointerOutOfResources \
		-Iuser -Ibpf user scenarios
}

# A source that has a header of the same name leaves that to the header.
headers() {
	local file of=()
	for file in "${c[@]}"; do
		[ -e "${file%.c}.h" ] && [ "$file" != "${file%.c}.h" ] || of+=("$file")
	done
	awk '
		FNR == 2 { head = $0 }
		FNR == 3 && (head !~ /^\/\*/ || head $0 !~ /[[:alpha:]][^ ]* +[^ ]*[[:alpha:]]/) {
			print FILENAME ": no sentence at its head says what it does"
			bad = 1
		}
		END { exit bad }' "${of[@]}"
}

# What is no prose cannot be broken: tables, blocks. The documents that are left out are tables for the most part.
lines() {
	LC_ALL=C.UTF-8 awk '
		FNR == 1 { fence = 0 }
		/^```/ { fence = !fence }
		!fence && !/^(\||    |#)/ && length > 160 { print FILENAME ":" FNR ": " length " columns"; bad = 1 }
		END { exit bad }' "${docs[@]}"
}

check "clang-format" clang-format --dry-run -Werror "${c[@]}"
check "clang warnings" clang_warnings
check "cppcheck" cppcheck_all
check "shellcheck" shellcheck -x -S warning -e SC2317 "${sh[@]}"
check "man pages" mandoc -T lint -W warning "$O"/man/*.[157]
check "spelling" codespell -q 3 -I tests/words.txt "${prose[@]}"
check "a sentence at the head of each source" headers
check "lines of the documents" lines
# A comment begins with its subject.
subjects() { ! git grep -nE '(^ \* |/\* |^\s*# |[.;] )Of [a-z]' -- bpf user scenarios tests man completion bench Makefile ':!tests/golden' ':!tests/fuzz/corpus'; }
check "no comment begins with \"Of\"" subjects
# Each sentence quoted from the lesson has its English beside it.
glosses() { ! grep -nE '^ *lesson [0-9.]+ "([^"\\]|\\.)*" *(#.*)?$' scenarios/*.expect; }
check "glosses" glosses
check "rooms" tests/layers.py
# An include that goes up, and a library in the wrong room, in a tree like ours.
walls() {
	local tree found
	tree=$(mktemp -d) || return
	mkdir "$tree/docs" && cp docs/DESIGN.md "$tree/docs"
	printf '%s/\0' user/* bpf/* | grep -zv '\.' | (cd "$tree" && xargs -0 mkdir -p)
	printf '#include "sink/sink.h"\n#include <zlib.h>\n' >"$tree/user/timeline/new.c"
	found=$(tests/layers.py "$tree")
	rm -rf "$tree"
	[ "$found" = "user/timeline/new.c:1: timeline may not include sink
user/timeline/new.c:2: timeline may not use zlib" ]
}
check "an include that goes up is found" walls
check "files depend on each other in one direction" tests/cycles.py "$O/user" user
# Three files, of which two depend on each other.
circle() {
	local tree found
	tree=$(mktemp -d) || return
	mkdir -p "$tree/user/room" "$tree/build/room"
	echo 'int b(void); int a(void) { return b(); }' >"$tree/user/room/a.c"
	echo 'int a(void), c; int b(void) { return c ? a() : 0; }' >"$tree/user/room/b.c"
	echo 'int c = 1;' >"$tree/user/room/c.c"
	for file in a b c; do gcc -c -o "$tree/build/room/$file.o" "$tree/user/room/$file.c"; done
	found=$(tests/cycles.py "$tree/build" "$tree/user")
	rm -rf "$tree"
	[ "$found" = "room/a -> room/b: b
room/b -> room/a: a" ]
}
check "a circle of files is found" circle
bpf_stack() { tests/stack_depth.py "$O/ipctrace.bpf.o" "$O/why.bpf.o"; }
# A chain of two frames; the second function is called, or given to bpf_loop().
too_deep() {
	local o
	o=$(mktemp --suffix=.o) || return
	clang -O2 -mcpu=v3 -target bpf -c -o "$o" -x c "$@" - <<-'EOF'
		static long (*probe_read_kernel)(void *, unsigned int, const void *) = (void *)113;
		static long (*loop)(unsigned int, void *, void *, unsigned long) = (void *)181;
		static __attribute__((noinline)) long below(unsigned int i, void *ctx)
		{
			char there[264];

			return probe_read_kernel(there, sizeof(there), ctx) + there[i & 255];
		}
		__attribute__((section("raw_tp"))) int top(void *ctx)
		{
			char here[ROOM];

			return probe_read_kernel(here, sizeof(here), ctx) + CALL + here[1];
		}
	EOF
	tests/stack_depth.py "$o"
	set -- $?
	rm -f "$o"
	return "$1"
}
grown() {
	too_deep -DROOM=216 '-DCALL=below(1, here)' && too_deep -DROOM=216 '-DCALL=loop(1, below, here, 0)' &&
		! too_deep -DROOM=264 '-DCALL=below(1, here)' && ! too_deep -DROOM=264 '-DCALL=loop(1, below, here, 0)'
}
# Another release's compiler makes other frames, and what it makes is not loaded by the tests.
if [ "$(clang -dumpversion | cut -d. -f1)" = 14 ]; then
	check "chains of BPF calls fit the stack" bpf_stack
	check "a chain of BPF calls that does not is found" grown
fi
echo "1..$n"
exit $status
