# Offers verbs, scenarios, options and values. `ipctrace list` has the scenarios and their cases.

_ipctrace_scenarios()
{
	local -a names
	names=(${(f)"$(_call_program scenarios $words[1] list 2>/dev/null | awk '
		NR == 1 { next }
		/^$/ { exit }
		/^[^ ]/ { name = $1; print name; incases = 0; next }
		$1 == "cases" || $1 == "case" { incases = 1; $1 = "" }
		incases { n = split($0, c, " "); for (i = 1; i <= n; i++) print name "/" c[i] }')"})
	_describe -t scenarios scenario names
}

_ipctrace_first()
{
	local -a verbs
	local verb
	for verb in ${=_ipctrace_verbs}; do
		verbs+=("$verb:$(_ipctrace_help $verb)")
	done
	_describe -t verbs verb verbs
	_ipctrace_scenarios
}

# KIND [WORD...]: as _ipctrace_value has it.
_ipctrace_offer()
{
	local kind=$1
	shift
	case $kind in
	words) compadd -- $@ ;;
	list) _values -s , mechanism $@ ;;
	file) _files ;;
	cgroup) _path_files -/ -W /sys/fs/cgroup ;;
	user) _users ;;
	pid) _pids ;;
	comm) compadd -- ${(fu)"$(ps -eo comm= 2>/dev/null)"} ;;
	esac
}

_ipctrace()
{
	local verb='' value option i
	local -a options

	for ((i = 2; i < CURRENT; i++)); do
		if [[ $words[i] != -* ]]; then
			verb=$words[i]
			break
		fi
		! _ipctrace_value $words[i] >/dev/null || ((i++))
	done
	if [[ $verb == run ]]; then
		# The command's own completion, from its first word on.
		for ((i++; i < CURRENT; i++)); do
			[[ $words[i] == -* ]] || break
			[[ $words[i] != -- ]] || { ((i++)); break; }
			! _ipctrace_value $words[i] >/dev/null || ((i++))
		done
		if ((i < CURRENT)) || [[ $i -eq $CURRENT && $words[CURRENT] != -* ]]; then
			shift $((i - 1)) words
			((CURRENT -= i - 1))
			_normal
			return
		fi
	fi
	if value=$(_ipctrace_value $words[CURRENT-1]); then
		_ipctrace_offer ${=value}
	elif [[ $words[CURRENT] == -* ]]; then
		for option in ${=$(_ipctrace_options $verb)}; do
			options+=("$option:$(_ipctrace_help $option)")
		done
		_describe -o option options
	else
		case $verb in
		'' | help) _ipctrace_first ;;
		record) _ipctrace_scenarios ;;
		attach | why) _pids ;;
		replay | stat | diff) _files ;;
		list | doctor) ;;
		*) _ipctrace_scenarios ;;
		esac
	fi
}

_ipctrace "$@"
