/* SPDX-License-Identifier: GPL-2.0 */
/* abi/sysop.def as an enum: one id a system call of interest, for the loader and the hooks alike. */
#ifndef IPCTRACE_ABI_SYSOP_H
#define IPCTRACE_ABI_SYSOP_H

enum sysop_id {
	SYSOP_NONE = 0,
#define SYSOP(call, class, fd) SYSOP_##call,
#include "abi/sysop.def"
	SYSOP_COUNT,
};

/* A row of the table, as the hooks read it. */
struct sysop {
	unsigned char id;    /* enum sysop_id */
	unsigned char class; /* enum op_class */
	signed char fd;	     /* which argument is the descriptor; -1 none */
	unsigned char pad;
} __attribute__((aligned(4))); /* one load */

#endif
