/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a finished x86-64 instruction moved from or to memory, by its bytes and by the registers
 * after it. A watchpoint traps after the instruction, and tells only where the instruction ends.
 */
#ifndef IPCTRACE_ARCH_X86_MOVE_H
#define IPCTRACE_ARCH_X86_MOVE_H

#include <stdbool.h>
#include <linux/types.h>

#define X86_REGS 16 /* in the order of their numbers: ax, cx, dx, bx, sp, bp, si, di, r8 ... r15 */
#define X86_CODE 16

struct x86_after {
	__u8 code[X86_CODE]; /* the last byte is the instruction's last */
	__u64 ip;	     /* of the byte behind it */
	__u64 regs[X86_REGS];
	__u32 flags;
};

struct x86_move {
	bool stores; /* it wrote */
	bool loads;  /* it read; both: read-modify-write */
	bool atomic; /* locked */
	/* Whether it was locked: its LOCK may be the end of the instruction before. */
	bool unsure;
	bool known;  /* value is all that it loaded, or all that it stored, of these bytes */
	bool number; /* that is the instruction's own number */
	__u64 value;
};

/*
 * Finds the instruction that accessed addr .. addr + len. Instructions have no fixed length, so all
 * known ones that end there and reach these bytes by these registers are tried, and they must
 * agree. False: there is none, or they do not agree.
 */
bool x86_move(const struct x86_after *at, __u64 addr, __u8 len, bool stored, struct x86_move *m);
/* The same if nothing else tells whether it stored: they must agree on that, too. */
bool x86_move_any(const struct x86_after *at, __u64 addr, __u8 len, struct x86_move *m);

#endif
