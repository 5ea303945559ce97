/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which memory an x86-64 instruction is about to access, by its bytes and the registers before it
 * runs. Only the stepper uses this: it knows where an instruction begins.
 */
#ifndef IPCTRACE_ARCH_X86_MEM_H
#define IPCTRACE_ARCH_X86_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define X86_LONGEST 15 /* bytes of an instruction */

struct x86_before {
	__u64 regs[16]; /* by their numbers: ax, cx, dx, bx, sp, bp, si, di, r8 ... r15 */
	__u64 ip;
	__u64 fs, gs; /* bases */
};

struct x86_ref {
	__u64 addr;
	__u32 size; /* bytes */
	bool loads, stores;
};

enum x86_special {
	X86_PLAIN = 0,
	X86_SYSCALL, /* enters the kernel */
	X86_PUSHF,   /* stores the flags, the trap flag too */
};

#define X86_REFS 2

struct x86_mem {
	struct x86_ref refs[X86_REFS];
	unsigned int n;
	bool atomic;   /* locked */
	bool compares; /* cmpxchg: it stores only if the zero flag is set then */
	bool moves;    /* it does nothing but load or store a value */
	bool number;   /* it stores its own number */
	bool unsure;   /* masked, or not known here: it may access less, and refs are the most */
	bool anywhere; /* the addresses are in vector registers */
	enum x86_special special;
};

/* False: it is no instruction that is known here; then nothing is told. */
bool x86_mem(struct x86_mem *m, const __u8 *code, size_t len, const struct x86_before *at);

/* Internal: an instruction with prefixes, opcode and ModRM decoded. */
enum x86_map { MAP_1, MAP_0F, MAP_0F38, MAP_0F3A, MAP_OTHER };
enum x86_coding { CODED_LEGACY, CODED_VEX, CODED_EVEX };

struct x86_parts {
	enum x86_map map;
	enum x86_coding coding;
	__u8 op;
	__u8 rex;	/* as in REX: W 8, R 4, X 2, B 1 */
	__u8 mandatory; /* 0, 0x66, 0xf3, 0xf2: the one that chooses the instruction */
	bool word;	/* 66 */
	bool rep;	/* f2 or f3 */
	bool locked;
	bool address32;
	char segment;	     /* 'f', 'g', 0 */
	unsigned int vector; /* bytes */
	bool masked, broadcast;
	unsigned int ext; /* ModRM.reg, three bits */
};

/* What it does with its operand in memory. */
struct x86_does {
	unsigned int size; /* 0: nothing */
	bool loads, stores, moves, compares, unsure, anywhere, bits;
};

/* The opcode maps behind 0f. */
struct x86_does x86_vector_does(const struct x86_parts *p);

#endif
