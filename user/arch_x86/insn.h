/* SPDX-License-Identifier: GPL-2.0 */
/* Decodes those x86-64 instructions with a memory operand that move, count or calculate. */
#ifndef IPCTRACE_ARCH_X86_INSN_H
#define IPCTRACE_ARCH_X86_INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

enum x86_does {
	LOADS = 1,
	STORES = 2,
	UPDATES = LOADS | STORES,
	MOVES = 4,     /* nothing but that: from or to the register */
	CHANGES = 8,   /* the register */
	COMPARES = 16, /* with ax; it stores if that is equal, else ax is what it loaded */
};

struct x86_insn {
	unsigned int what; /* enum x86_does */
	__u8 rex;
	bool locked;
	bool word;	   /* 66 */
	unsigned int size; /* of the operand in memory, bytes */
	int reg;	   /* that it moves from or to; -1: the number */
	bool high;	   /* ah, ch, dh, bh */
	__u64 number;
	int base, index; /* -1: none */
	bool relative;	 /* to ip */
	unsigned int scale;
	__s64 disp;
	size_t prefixes; /* bytes of them */
	size_t lock;	 /* which of them is LOCK, from 1; 0: none, or one that changes nothing */
};

/* Whether these bytes, all of them, are one. */
bool x86_insn__decode(struct x86_insn *in, const __u8 *code, size_t len);

#endif
