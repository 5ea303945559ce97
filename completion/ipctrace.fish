
# How verbs and scenarios are told. `ipctrace list` has the scenarios and their cases.

# The verb or scenario that stands on the line, if there is one.
function __ipctrace_word
    set -l words (commandline -opc)
    set -l skip 1
    for word in $words
        if test $skip -gt 0
            set skip 0
            continue
        end
        if string match -q -- '-*' $word
            contains -- $word $__ipctrace_valued; and set skip 1
            continue
        end
        echo $word
        return 0
    end
    return 1
end

function __ipctrace_first
    not __ipctrace_word >/dev/null
end

# An option of these verbs: before a verb any, and what is no verb is a scenario.
function __ipctrace_takes
    set -l word (__ipctrace_word)
    or return 0
    contains -- $word $argv; and return 0
    contains -- $word $__ipctrace_verbs; and return 1
    contains -- scenario $argv
end

function __ipctrace_is
    contains -- (__ipctrace_word) $argv
end

function __ipctrace_scenarios
    ipctrace list 2>/dev/null | awk '
        NR == 1 { next }
        /^$/ { exit }
        /^[^ ]/ { name = $1; print name; incases = 0; next }
        $1 == "cases" || $1 == "case" { incases = 1; $1 = "" }
        incases { n = split($0, c, " "); for (i = 1; i <= n; i++) print name "/" c[i] }'
end

complete -c ipctrace -f
complete -c ipctrace -n __ipctrace_first -a '(__ipctrace_scenarios)' -d scenario
complete -c ipctrace -n '__ipctrace_is help record' -a '(__ipctrace_scenarios)' -d scenario
complete -c ipctrace -n 'not __ipctrace_first; and not __ipctrace_is $__ipctrace_verbs' -a '(__ipctrace_scenarios)' -d scenario
complete -c ipctrace -n '__ipctrace_is help' -a "$__ipctrace_verbs"
complete -c ipctrace -n '__ipctrace_is attach why' -a '(__fish_complete_pids)'
complete -c ipctrace -n '__ipctrace_is replay stat diff' -F
complete -c ipctrace -n '__ipctrace_is run' -a '(__fish_complete_subcommand --fcs-skip=2)'
