# shellcheck shell=bash disable=SC2034 # whoever sources it uses it
# What a guest has no use for of build/: what runs outside, and objects. Its file system is a third of its memory.
prune=(-name .git)
for dir in unit fuzz golden bench user bpf vm distro; do prune+=(-o -path "*/build/$dir"); done
prune=(\( "${prune[@]}" \) -prune -o) # before what find is to do with the rest
