# Offers verbs, scenarios, options and values. `ipctrace list` has the scenarios and their cases.

_ipctrace_scenarios()
{
	# shellcheck disable=SC2016 # for awk
	"$1" list 2>/dev/null | awk '
		NR == 1 { next }
		/^$/ { exit }
		/^[^ ]/ { name = $1; print name; incases = 0; next }
		$1 == "cases" || $1 == "case" { incases = 1; $1 = "" }
		incases { n = split($0, c, " "); for (i = 1; i <= n; i++) print name "/" c[i] }'
}

_ipctrace_pids() { ps -eo pid=,comm= 2>/dev/null | tr -s ' ' '\n'; }

# KIND [WORD...]: as _ipctrace_value has it.
_ipctrace_offer()
{
	local kind=$1
	shift
	case $kind in
	words) mapfile -t COMPREPLY < <(compgen -W "$*" -- "$cur") ;;
	list) # a, b or a,b
		local done=''
		[[ $cur != *,* ]] || done=${cur%,*},
		mapfile -t COMPREPLY < <(compgen -P "$done" -W "$*" -- "${cur##*,}")
		;;
	file) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	cgroup) mapfile -t COMPREPLY < <(compgen -d -- "${cur:-/sys/fs/cgroup/}") ;;
	user) mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
	pid) mapfile -t COMPREPLY < <(compgen -W "$(ps -eo pid= 2>/dev/null)" -- "$cur") ;;
	comm) mapfile -t COMPREPLY < <(compgen -W "$(ps -eo comm= 2>/dev/null)" -- "$cur") ;;
	esac
}

_ipctrace()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb='' value i

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		if [[ ${COMP_WORDS[i]} != -* ]]; then
			verb=${COMP_WORDS[i]}
			break
		fi
		! _ipctrace_value "${COMP_WORDS[i]}" >/dev/null || ((i++))
	done
	if [[ $verb == run ]]; then
		# The command's own completion, from its first word on.
		for ((i++; i < COMP_CWORD; i++)); do
			[[ ${COMP_WORDS[i]} != -* ]] && break
			[[ ${COMP_WORDS[i]} == -- ]] && { ((i++)); break; }
			! _ipctrace_value "${COMP_WORDS[i]}" >/dev/null || ((i++))
		done
		if [[ $i -lt $COMP_CWORD || ($i -eq $COMP_CWORD && $cur != -*) ]]; then
			if declare -F _command_offset >/dev/null; then
				_command_offset "$i"
			else
				mapfile -t COMPREPLY < <(compgen -c -- "$cur")
			fi
			return
		fi
	fi
	if value=$(_ipctrace_value "$prev"); then
		# shellcheck disable=SC2086 # words
		_ipctrace_offer $value
	elif [[ $cur == -* ]]; then
		_ipctrace_offer words "$(_ipctrace_options "$verb")"
	else
		case $verb in
		'') _ipctrace_offer words "$_ipctrace_verbs" "$(_ipctrace_scenarios "${COMP_WORDS[0]}")" ;;
		help) _ipctrace_offer words "$_ipctrace_verbs" "$(_ipctrace_scenarios "${COMP_WORDS[0]}")" ;;
		record) _ipctrace_offer words "$(_ipctrace_scenarios "${COMP_WORDS[0]}")" ;;
		attach) _ipctrace_offer pid ;;
		why) _ipctrace_offer words "$(_ipctrace_pids)" ;;
		replay | stat | diff) _ipctrace_offer file ;;
		list | doctor) ;;
		*) _ipctrace_offer words "$(_ipctrace_scenarios "${COMP_WORDS[0]}")" ;;
		esac
	fi
}

complete -F _ipctrace ipctrace
