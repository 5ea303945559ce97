/* SPDX-License-Identifier: GPL-2.0 */
/* Puts the kernel's functions and types into the instructions of a BPF object that need them. */
#include "kern/lend.h"

#include <elf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool moves_a_number(const struct bpf_insn *insn)
{
	return insn->code == (BPF_ALU | BPF_MOV | BPF_K) ||
	       insn->code == (BPF_ALU64 | BPF_MOV | BPF_K);
}

static bool is_number_of(__s32 n, __s32 first, __s32 count)
{
	return n >= first && n < first + count;
}

/* The function that a call is to be of; 0: it stays as it is. */
static __s32 lent_function(const struct bpf_insn *insn, const struct lent *lent)
{
	if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg ||
	    !is_number_of(insn->imm, LEND_CALL, LENT_FUNCTION_COUNT))
		return 0;
	return lent->functions[insn->imm - LEND_CALL];
}

static void turn_calls(struct bpf_insn *insn, size_t n, const struct lent *lent)
{
	for (size_t i = 0; i < n; i++) {
		if (insn[i].code == (BPF_LD | BPF_DW | BPF_IMM)) {
			i++; /* the other half of a number of 64 bits */
		} else if (lent_function(&insn[i], lent) > 0) {
			insn[i].imm = lent_function(&insn[i], lent);
			insn[i].src_reg = BPF_PSEUDO_KFUNC_CALL;
		} else if (moves_a_number(&insn[i]) &&
			   is_number_of(insn[i].imm, LEND_TYPE, LENT_COUNT)) {
			insn[i].imm = (int)lent->types[insn[i].imm - LEND_TYPE];
		}
	}
}

static bool within(size_t size, Elf64_Off offset, Elf64_Xword len)
{
	return offset <= size && len <= size - offset;
}

static bool turn_sections(char *elf, size_t size, const struct lent *lent)
{
	const Elf64_Ehdr *head = (const Elf64_Ehdr *)elf;
	const Elf64_Shdr *sections;

	if (size < sizeof(*head) || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 ||
	    head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_shoff % sizeof(__u64) ||
	    !within(size, head->e_shoff, (Elf64_Xword)head->e_shnum * sizeof(*sections)))
		return false;
	sections = (const Elf64_Shdr *)(elf + head->e_shoff);
	for (size_t i = 0; i < head->e_shnum; i++) {
		const Elf64_Shdr *s = &sections[i];

		if (s->sh_type != SHT_PROGBITS || !(s->sh_flags & SHF_EXECINSTR))
			continue;
		if (!within(size, s->sh_offset, s->sh_size) || s->sh_offset % sizeof(__u64))
			return false;
		turn_calls((struct bpf_insn *)(elf + s->sh_offset),
			   s->sh_size / sizeof(struct bpf_insn), lent);
	}
	return true;
}

void *lend__types(const void *elf, size_t size, const struct lent *lent)
{
	char *copy = malloc(size);

	if (!copy)
		return NULL;
	memcpy(copy, elf, size);
	if (turn_sections(copy, size, lent))
		return copy;
	free(copy);
	errno = ENOEXEC;
	return NULL;
}
