#!/bin/bash
# Prints the shared libraries that the ELF files below the given directories are linked with: libs.sh DIR...
set -euo pipefail

# shellcheck source=tests/vm/left_out.sh
source "$(dirname "$0")/left_out.sh"

# No ELF file, or only static ones, is no error: grep and ldd then say 1.
elf_files() {
	find "$@" "${prune[@]}" -type f \( -perm /111 -o -name '*.so*' \) -exec grep -lzP '\A\x7fELF' {} + || true
}

elf_files "$@" | while read -r elf; do ldd "$elf" 2>/dev/null || true; done |
	sed -nE 's,^(.* => |\t)(/[^ ]+) \(0x[0-9a-f]+\)$,\2,p' | sort -u
