/* SPDX-License-Identifier: GPL-2.0 */
/* What the columns of abi/sysop.def mean, for the loader, the hooks and the words alike. */
#ifndef IPCTRACE_ABI_SYSOP_H
#define IPCTRACE_ABI_SYSOP_H

enum sysop_id {
	SYSOP_NONE = 0,
#define SYSOP(id, call, class, ...) SYSOP_##call = id,
#define SYSOP_NAMED(id, call)	    SYSOP_##call = id,
#include "abi/sysop.def"
};

/* What is true for a class of calls, or for one call, in every mechanism. */
enum op_trait {
	/* Which hooks of the function backends it needs. */
	T_NO_ENTRY = 1 << 0,	/* nothing but its arguments must be known before it runs */
	T_NO_EXIT = 1 << 1,	/* nothing is to be said when it ends */
	T_IN_FUNCTION = 1 << 2, /* it begins in the object's own function, for io_uring's sake */
	/* What it does. */
	T_TAKES = 1 << 3,    /* takes bytes out of its object; the result is how many */
	T_GIVES = 1 << 4,    /* puts bytes into it; the result is how many */
	T_CLOSES = 1 << 5,   /* lets go of descriptors */
	T_UNLINKS = 1 << 13, /* takes its object's name away */
	T_ACCEPTS =
	    1 << 17, /* takes a connection out of it; the result is the connection's descriptor */
	/* Its arguments and its result. */
	T_BY_ID = 1 << 6, /* names its object by an id or a key: a failed one has a mechanism */
	T_EXACT = 1 << 7, /* with other arguments it is another call, in a timeline's row */
	T_ARG_ADDRESS = 1 << 8,	    /* its argument is an address, or goes with one */
	T_RESULT_ID = 1 << 9,	    /* returns the id of an object */
	T_RESULT_ADDRESS = 1 << 10, /* returns an address */
	T_NO_RESULT = 1 << 11,	    /* returns nothing but success */
	T_PARTS = 1 << 15,	    /* a second record of it is about another part of its object */
	T_MANY = 1 << 18,	    /* its argument and result may count messages: SOCKOP_MANY */
	T_AT_WORD = 1 << 16,	    /* its argument is the place of a word in its object */
	T_IPC_CMD = 1 << 14,	    /* its command is one of SysV IPC: IPC_RMID, IPC_SET, ... */
	T_TOLD_APART = 1 << 12, /* if it succeeds, a record of its own tells what came or went */
};

/* A row of the table, as the hooks read it. */
struct sysop {
	unsigned char id;      /* enum sysop_id */
	unsigned char class;   /* enum op_class */
	signed char fd;	       /* which argument is the descriptor; -1 none */
	signed char fd2;       /* and the second one; 0 as well: none */
} __attribute__((aligned(4))); /* one load */

#endif
