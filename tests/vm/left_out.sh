# shellcheck shell=bash disable=SC2034 # whoever sources it uses it
# The files of build/ that a guest does not need: those that run outside, and objects. A guest's file system is a third of its
# memory.
prune=(-name .git)
for dir in unit fuzz golden bench user bpf vm distro; do prune+=(-o -path "*/build/$dir"); done
prune=(\( "${prune[@]}" \) -prune -o) # before what find is to do with the rest
