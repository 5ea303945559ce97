# SPDX-License-Identifier: GPL-2.0
# Makes a shell's completion from the output of table.c: awk -v shell=bash|zsh|fish -f generate.awk TABLE
# It writes verbs, options and their values, then ipctrace.SHELL, which offers them.

BEGIN { FS = "\t" }

$1 == "verb" {
	verbs[++n_verbs] = $2
	verb_help[$2] = $4
}

$1 == "option" {
	name = $2
	options[++n] = name
	letter[name] = $3
	arg[name] = $4
	help[name] = $6
	choices[name] = $5
	gsub(/\|/, " ", choices[name])
	value[name] = value_of(name)
}

$1 == "of" {
	has[$2, $3] = 1
	if ($2 != "help")
		list[$2] = list[$2] " --" $3
}

# What stands behind an option: its words, or which kind of thing.
function value_of(name) {
	if (!arg[name])
		return ""
	if (choices[name])
		return (name == "mech" ? "list " : "words ") choices[name]
	if (arg[name] == "FILE" || arg[name] == "FIFO")
		return "file"
	if (arg[name] == "DIR")
		return "cgroup"
	if (arg[name] == "USER")
		return "user"
	if (arg[name] ~ /^PID/)
		return "pid"
	if (name == "comm")
		return "comm"
	return "any"
}

function quoted(s) {
	gsub(/'/, "'\\''", s)
	return "'" s "'"
}

# The same in bash and zsh.
function shell_functions(    i, name, v) {
	printf "_ipctrace_verbs='"
	for (i = 1; i <= n_verbs; i++)
		printf "%s%s", (i > 1 ? " " : ""), verbs[i]
	print "'\n\n# VERB: its options; of anything else, those of a scenario; of nothing, all.\n_ipctrace_options()\n{\n\tcase $1 in"
	for (i = 1; i <= n_verbs; i++)
		print "\t" verbs[i] ") echo " quoted(substr(list[verbs[i]], 2)) " ;;"
	printf "\t'') echo '"
	for (i = 1; i <= n; i++)
		printf "%s--%s", (i > 1 ? " " : ""), options[i]
	print "' ;;\n\t*) echo " quoted(substr(list["scenario"], 2)) " ;;\n\tesac\n}\n"
	print "# OPTION: what stands behind it; false if nothing does.\n_ipctrace_value()\n{\n\tcase $1 in"
	for (i = 1; i <= n; i++) {
		name = options[i]
		if (value[name])
			print "\t" (letter[name] ? "-" letter[name] " | " : "") "--" name ") echo " quoted(value[name]) " ;;"
	}
	print "\t*) return 1 ;;\n\tesac\n}\n"
}

# The descriptions, which zsh shows.
function descriptions(    i) {
	print "# VERB or --OPTION: one line of help.\n_ipctrace_help()\n{\n\tcase $1 in"
	for (i = 1; i <= n_verbs; i++)
		print "\t" verbs[i] ") echo " quoted(verb_help[verbs[i]]) " ;;"
	for (i = 1; i <= n; i++)
		print "\t--" options[i] ") echo " quoted(help[options[i]]) " ;;"
	print "\tesac\n}\n"
}

function fish_of(name,    i, out) {
	for (i = 1; i <= n_verbs; i++)
		if (has[verbs[i], name])
			out = out " " verbs[i]
	return (has["scenario", name] ? "scenario" : "none") out
}

function fish(    i, name, line) {
	for (i = 1; i <= n_verbs; i++)
		print "complete -c ipctrace -n __ipctrace_first -a " verbs[i] " -d " quoted(verb_help[verbs[i]])
	print ""
	for (i = 1; i <= n; i++) {
		name = options[i]
		line = "complete -c ipctrace -n '__ipctrace_takes " fish_of(name) "' -l " name
		if (letter[name])
			line = line " -s " letter[name]
		if (value[name] ~ /^(words|list) /)
			line = line " -x -a " quoted(substr(value[name], index(value[name], " ") + 1))
		else if (value[name] == "file")
			line = line " -r -F"
		else if (value[name] == "cgroup")
			line = line " -x -a '(__fish_complete_directories /sys/fs/cgroup/)'"
		else if (value[name] == "user")
			line = line " -x -a '(__fish_complete_users)'"
		else if (value[name] == "pid")
			line = line " -x -a '(__fish_complete_pids)'"
		else if (value[name] == "comm")
			line = line " -x -a '(ps -eo comm= | sort -u)'"
		else if (value[name])
			line = line " -x"
		print line " -d " quoted(help[name])
	}
	print "\nset -g __ipctrace_valued" valued()
	printf "set -g __ipctrace_verbs"
	for (i = 1; i <= n_verbs; i++)
		printf " %s", verbs[i]
	print ""
}

# Options that take a value, as words.
function valued(    i, out) {
	for (i = 1; i <= n; i++)
		if (value[options[i]])
			out = out " --" options[i] (letter[options[i]] ? " -" letter[options[i]] : "")
	return out
}

END {
	if (shell == "zsh")
		print "#compdef ipctrace"
	print "# SPDX-License-Identifier: GPL-2.0"
	print "# Completion of ipctrace for " shell ", made of the program's tables.\n"
	if (shell == "fish") {
		fish()
		exit
	}
	shell_functions()
	if (shell == "zsh")
		descriptions()
}
