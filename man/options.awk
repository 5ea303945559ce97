# SPDX-License-Identifier: GPL-2.0
# Puts the options of a verb into its page, in the order of the program's own help:
# awk -v verb=VERB -f options.awk HELP options.mdoc PAGE, where HELP is what `ipctrace help VERB` prints.
# verb is empty for ipctrace(1): all options, with one line each, as `ipctrace --help` prints them.

FNR == 1 { file++ }

# The help: "  -f, --format FORMAT      text or json ..."
file == 1 && match($0, /--[a-z-]+/) && /^  (-.,|   ) --/ {
	name = substr($0, RSTART + 2, RLENGTH - 2)
	names[++n] = name
	letter[name] = /^  -/ ? substr($0, 4, 1) : ""
	rest = substr($0, RSTART + RLENGTH)
	arg[name] = ""
	if (match(rest, /^ [A-Z][A-Z,]*/)) {
		arg[name] = substr(rest, 2, RLENGTH - 1)
		rest = substr(rest, RLENGTH + 1)
	}
	sub(/^ +/, "", rest)
	brief[name] = rest
}

file == 2 && /^@ / {
	at = $2
	mine = NF == 2
	for (i = 3; i <= NF; i++)
		mine = mine || $i == verb
	keep = mine && !(at in text)
	next
}

file == 2 && keep && at { text[at] = text[at] $0 "\n" }

file == 3 && /^\.\\" OPTIONS$/ {
	print ".Bl -tag -width Ds"
	for (i = 1; i <= n; i++) {
		name = names[i]
		if (!verb) {
			line = ".It " (letter[name] ? "Fl " letter[name] " , " : "") "Fl -" name
			print line (arg[name] ? " Ar " tolower(arg[name]) : "")
			print brief[name] "."
		} else if (name in text) {
			printf "%s", text[name]
		} else {
			print "options.awk: options.mdoc has no text of --" name " for " verb > "/dev/stderr"
			failed = 1
		}
	}
	print ".El"
	next
}

file == 3

END { exit failed }
