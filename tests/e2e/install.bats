#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What `make install` puts where, that `make uninstall` takes all of it away, and what the shells complete.

bats_require_minimum_version 1.5.0

load lib/common.bash

setup() {
	begin_work
	to=$work/to
}

# In the tree that is tested; what is built is not built anew.
built() {
	make -s -C "$root" DESTDIR="$to" "$@" >&2
}

@test "install: program, manual, documents, completions, and scenarios with claims and sources" {
	built install
	at=$to/usr/local
	run -0 "$at/bin/ipctrace" list
	for expect in "$root"/scenarios/*.expect; do
		name=$(basename "$expect" .expect)
		[[ $output == *$'\n'"$name "* ]]
		cmp "$expect" "$at/lib/ipctrace/scenarios/$name.expect"
		[ -x "$at/lib/ipctrace/scenarios/$name" ]
		[ -f "$at/lib/ipctrace/scenarios/$name.c" ]
	done
	for verb in $(sed -n 's/^VERB(\([a-z]*\)[,)].*/\1/p' "$(find "$root/user" -name verbs.def)"); do
		[ "$verb" = help ] || [ -s "$at/share/man/man1/ipctrace-$verb.1" ]
	done
	[ -s "$at/share/man/man1/ipctrace.1" ]
	[ -s "$at/share/man/man5/ipctrace-expect.5" ]
	[ -s "$at/share/bash-completion/completions/ipctrace" ]
	[ -s "$at/share/zsh/site-functions/_ipctrace" ]
	[ -s "$at/share/fish/vendor_completions.d/ipctrace.fish" ]
	[ -s "$at/share/doc/ipctrace/README.md" ]
	[ -s "$at/share/doc/ipctrace/docs/FIELDS.md" ]
	[ -s "$at/share/doc/ipctrace/docs/design/HOOKS.md" ]
}

@test "the links of the installed documents lead somewhere" {
	built install
	cd "$to/usr/local/share/doc/ipctrace"
	n=0
	while IFS=: read -r page link; do
		link=${link#*(}
		n=$((n + 1))
		[ -s "$(dirname "$page")/${link%%[#)]*}" ] || { echo "$page: $link" >&2; return 1; }
	done < <(grep -rHoE --include='*.md' '\]\([^:)#][^:)]*\)' .)
	[ "$n" -gt 50 ]
}

@test "an installed scenario is built from the sources beside it, as its README says" {
	built install-scenarios
	cd "$to/usr/local/lib/ipctrace/scenarios"
	command=$(sed -n 's/^    \(gcc .*\)/\1/p' README.md)
	[ -n "$command" ]
	$command
	./pipe-cases 4 >/dev/null
}

@test "uninstall leaves nothing, and what is not ours stays" {
	mkdir -p "$to/usr/local/bin" "$to/usr/local/share/man/man1"
	touch "$to/usr/local/bin/other" "$to/usr/local/share/man/man1/other.1"
	built install
	[ "$(find "$to" -type f | wc -l)" -gt 60 ]
	built uninstall
	find "$to" -type f -o -name '*ipctrace*' | sort >"$work/left"
	diff "$work/left" - <<-END
		$to/usr/local/bin/other
		$to/usr/local/share/man/man1/other.1
	END
}

@test "install: folders by GNU's names" {
	built install bindir=/b mandir=/m docdir=/d libdir=/usr/local/lib zshcompdir=/z
	[ -x "$to/b/ipctrace" ]
	[ -s "$to/m/man1/ipctrace-why.1" ]
	[ -s "$to/d/docs/EXPECT.md" ]
	[ -s "$to/z/_ipctrace" ]
}

@test "the page of a verb has each of its options" {
	for page in "$root"/build/man/ipctrace-*.1; do
		verb=${page##*ipctrace-}
		verb=${verb%.1}
		[ "$verb" != scenario ] || verb=pipe-cases
		mandoc -T ascii "$page" | sed 's/.\x08//g' >"$work/page"
		for option in $("$IPCTRACE" help "$verb" | sed -n 's/^  \(-.,\|   \) \(--[a-z-]*\).*/\2/p'); do
			grep -q -- "$option\b" "$work/page" || { echo "$page: no $option" >&2; return 1; }
		done
	done
}

# WORD...: what bash offers for the last.
offers() {
	PATH=$root:$PATH bash -c '
		source "$1"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_ipctrace
		printf "%s\n" "${COMPREPLY[@]}"' - "$root/build/completion/ipctrace.bash" "$@"
}

@test "bash: completes verbs, scenarios, cases, options of the verb, and their values" {
	[ "$(offers ipctrace rep)" = replay ]
	[[ $(offers ipctrace pipe-cases/) == *pipe-cases/4* ]]
	[ "$(offers ipctrace -f json replay --in)" = --info ]
	[ -z "$(offers ipctrace why --hol)" ]
	[ "$(offers ipctrace pipe-cases --hol)" = --hold ]
	[ "$(offers ipctrace run --backend f)" = fentry ]
	[ "$(offers ipctrace run --mech pipe,se)" = pipe,sem ]
	# All that --help has.
	"$IPCTRACE" --help | sed -n 's/^  \(-.,\|   \) \(--[a-z-]*\).*/\2/p' | sort >"$work/helped"
	offers ipctrace -- | sort >"$work/offered"
	diff "$work/helped" "$work/offered"
}

@test "zsh takes the completion, and it knows the verb's options" {
	command -v zsh >/dev/null || skip "no zsh"
	of=$root/build/completion/ipctrace.zsh
	zsh -n "$of"
	run -0 zsh -fc 'compadd() { :; }; words=() CURRENT=0; source $1 2>/dev/null; _ipctrace_options replay; _ipctrace_help --info' - "$of"
	[[ $output == *--info*"trace file itself"* ]]
}

@test "fish takes the completion, and offers what is meant" {
	command -v fish >/dev/null || skip "no fish"
	of=$root/build/completion/ipctrace.fish
	fish --no-execute "$of"
	export HOME=$work PATH=$root:$PATH
	run -0 fish -c "source $of; complete -C 'ipctrace rep'; complete -C 'ipctrace replay --inf'; complete -C 'ipctrace run --backend fe'"
	[[ $output == *replay* && $output == *--info* && $output == *fentry* ]]
	run -0 fish -c "source $of; complete -C 'ipctrace why --hol'"
	[ -z "$output" ]
}
