# SPDX-License-Identifier: GPL-2.0
# Makes ipctrace-expect(5) from docs/EXPECT.md. It knows the headings, paragraphs, lists, tables of two columns and blocks
# that are used there.

function inline(s, head,    out, i, code, parts, n) {
	gsub(/\\\|/, "|", s)
	gsub(/\\/, "\\e", s)
	n = split(s, parts, "`")
	out = ""
	for (i = 1; i <= n; i++) {
		code = i % 2 == 0
		s = parts[i]
		if (code) {
			gsub(/-/, "\\-", s)
			s = "\\fB" s "\\fR"
		} else {
			while (match(s, /\[[^]]*\]\([^)]*\)/))
				s = substr(s, 1, RSTART - 1) linked(substr(s, RSTART, RLENGTH)) substr(s, RSTART + RLENGTH)
			while (match(s, /\*\*[^*]+\*\*/))
				s = substr(s, 1, RSTART - 1) "\\fB" substr(s, RSTART + 2, RLENGTH - 4) "\\fR" substr(s, RSTART + RLENGTH)
			while (match(s, /\*[^*]+\*/))
				s = substr(s, 1, RSTART - 1) "\\fI" substr(s, RSTART + 1, RLENGTH - 2) "\\fR" substr(s, RSTART + RLENGTH)
		}
		out = out s
	}
	if (head)
		gsub(/"/, "\\(dq", out)
	while (!head && match(out, /[A-Za-z)"]\. [A-Z"\\]/))
		out = substr(out, 1, RSTART + 1) "\n" substr(out, RSTART + 3)
	if (out ~ /^[.']/)
		out = "\\&" out
	return out
}

# [text](address): the text.
function linked(s) {
	return substr(s, 2, index(s, "](") - 2)
}

function become(what) {
	if (in_what == what)
		return
	if (in_what == "code")
		print ".Ed"
	else if (in_what == "table" || in_what == "list")
		print ".El"
	if (what == "code")
		print ".Bd -literal"
	else if (what == "list")
		print ".Bl -bullet"
	else if (what == "table")
		print ".Bl -tag -width Ds"
	in_what = what
}

function paragraph() {
	if (gap && !begun)
		print ".Pp"
	gap = begun = 0
}

BEGIN {
	print ".\\\" SPDX-License-Identifier: GPL-2.0"
	print ".\\\" Made of docs/EXPECT.md."
	print ".Dd " date "\n.Dt IPCTRACE-EXPECT 5\n.Os\n.Sh NAME\n.Nm ipctrace-expect"
	print ".Nd claims about what processes do with each other\n.Sh DESCRIPTION"
	begun = 1
}

/^# / { next }

/^## / {
	become("")
	print ".Sh " toupper(substr($0, 4))
	begun = 1
	gap = 0
	next
}

/^$/ {
	gap = 1
	held = held "\n"
	next
}

/^    / && in_what != "list" {
	if (in_what != "code") {
		become("code")
		held = ""
	}
	line = substr($0, 5)
	gsub(/\\/, "\\e", line)
	if (line ~ /^[.']/)
		line = "\\&" line
	printf "%s", held
	print line
	held = ""
	gap = begun = 0
	next
}

/^\|/ {
	if (in_what != "table") {
		become("table")
		row = 0
	}
	row++
	if (row != 2) {
		line = $0
		sub(/^\| */, "", line)
		sub(/ *\| *$/, "", line)
		cut = index(line, " | ")
		line = row == 1 && line !~ /`/ ? "*" substr(line, 1, cut - 1) "* | *" substr(line, cut + 3) "*" : line
		cut = index(line, " | ")
		print ".It " inline(substr(line, 1, cut - 1), 1)
		print inline(substr(line, cut + 3), 0)
	}
	gap = begun = 0
	next
}

/^- / {
	become("list")
	print ".It"
	print inline(substr($0, 3), 0)
	gap = begun = 0
	next
}

{
	if (in_what != "list" || gap) {
		become("")
		paragraph()
	}
	sub(/^ +/, "")
	print inline($0, 0)
	held = ""
	begun = 0
}

END {
	become("")
	print ".Sh SEE ALSO\n.Xr ipctrace 1 ,\n.Xr ipctrace-run 1 ,\n.Xr ipctrace-scenario 1"
}
