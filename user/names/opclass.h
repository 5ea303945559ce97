/* SPDX-License-Identifier: GPL-2.0 */
/* The table of abi/sysop.def for user space: system calls and their classes. */
#ifndef IPCTRACE_NAMES_OPCLASS_H
#define IPCTRACE_NAMES_OPCLASS_H

#include <stdbool.h>
#include <linux/types.h>

#include "abi/event.h"
#include "abi/sysop.h"

enum op_class op_class_of(int nr); /* OPC_NONE: not an operation on an IPC object */

/* The mechanism of the calls of this class; MECH_NONE: that of the descriptor's object. */
enum mech_id op_class__mech(__u8 class);
/* The mechanism of a name that such a call was given, and refused: MECH_SHMEM unless its class says so. */
enum mech_id op_call__names(int nr);
/* Whether the class has one of these traits. */
bool op_class__has(__u8 class, unsigned int traits);
/* The same of a call: of its class, or of its own row. */
bool op_call__has(int nr, unsigned int traits);

/* The call of a row, 0 based, and the traits of both; NULL: there is no such row. */
const char *op_call__row(unsigned int row, unsigned int *traits);

/* Reads, writes and splices: their result is bytes. */
static inline bool moves_data(__u8 class)
{
	return op_class__has(class, T_TAKES | T_GIVES);
}

/* Whether its argument and its result count messages, not bytes: sendmmsg, recvmmsg. */
static inline bool counts_messages(const struct ev_op *op)
{
	return op_class__has(op->op, T_MANY) && op->bits & SOCKOP_MANY;
}

/* How many bytes a call that moves_data() moved; 0 where it failed. */
static inline __u64 op_bytes(const struct ev_op *op)
{
	return op->ret <= 0 ? 0 : counts_messages(op) ? op->moved : (__u64)op->ret;
}

/* The number that a read has got, or that a write is of (rows FD_NUMBER of abi/mech.def); false: it is of no number,
 * or that is not known. */
bool op_number(const struct ev_op *op, __u64 *number);

#endif
