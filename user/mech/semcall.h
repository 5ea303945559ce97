/* SPDX-License-Identifier: GPL-2.0 */
/* The record of a call on semaphores: which semaphore it is about, and whether there is one. */
#ifndef IPCTRACE_MECH_SEMCALL_H
#define IPCTRACE_MECH_SEMCALL_H

#include <stdbool.h>
#include <linux/types.h>
#include <sys/syscall.h>

#include "abi/event.h"

#define SEM_TOLD 8 /* operations of a call that have a record: bpf/op/sem_parts.bpf.h */

/* Commands of semctl. */
#define SEMCTL_RMID    0
#define SEMCTL_GETPID  11
#define SEMCTL_GETVAL  12
#define SEMCTL_GETNCNT 14
#define SEMCTL_GETZCNT 15
#define SEMCTL_SETVAL  16
#define SEMCTL_SETALL  17

/* Whether only the operations lie in the caller's memory, and no timeout. */
static inline bool sem_op__untimed(const struct ev_op *op)
{
	return op->nr == SYS_semop || (op->nsops && !(op->bits & SEMF_TIMED));
}

/* It names one semaphore of the set. */
static inline bool sem_op__names_one(const struct ev_op *op)
{
	switch (op->op == OPC_SEM_CTL ? op->cmd : -1) {
	case SEMCTL_GETPID:
	case SEMCTL_GETVAL:
	case SEMCTL_GETNCNT:
	case SEMCTL_GETZCNT:
	case SEMCTL_SETVAL:
		return true;
	}
	return op->op == OPC_SEM_OP && !(op->bits & SEMF_NO_ARG);
}

/* Which one that is: before.v[SEM_NUM] says it, and need not be one that there is. */
static inline bool sem_op__num_known(const struct ev_op *op)
{
	return sem_op__names_one(op) &&
	       (!(op->e.flags & EVF_NO_STATE) || (op->op == OPC_SEM_OP && op->nsops) ||
		op->bits & SEMF_NO_SET || op->before.v[SEM_NSEMS]);
}

/* It names one that the set, as far as that is known, has not. */
static inline bool sem_op__beyond(const struct ev_op *op)
{
	return sem_op__num_known(op) && op->before.v[SEM_NSEMS] &&
	       op->before.v[SEM_NUM] >= op->before.v[SEM_NSEMS];
}

#endif
