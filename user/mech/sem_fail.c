/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a call on semaphores failed, where arguments and state prove it, or the error has only one
 * reason: semget(2), semop(2), semctl(2), and ipc/sem.c for what they do not say.
 */
#include <errno.h>

#include "mech/sem.h"
#include "mech/semcall.h"
#include "mech/sysv.h"
#include "words/explain_text.h"
#include "names/ipc_names.h"
#include "names/opclass.h"

#define SEM_MAX 32767 /* SEMVMX */
#define LIMITS	"/proc/sys/kernel/sem"

static void no_such_semaphore(struct text *t, const struct ev_op *op)
{
	__u32 nsems = op->before.v[SEM_NSEMS];

	text__add(t, "the set has no semaphore %d, ", (int)op->before.v[SEM_NUM]);
	if (nsems == 1)
		text__add(t, "only 0");
	else
		text__add(t, "only 0 to %u", nsems - 1);
}

static void too_few(struct text *t, __u32 nsems, int asked)
{
	text__add(t, "the set has only ");
	text__count(t, nsems, "semaphore");
	text__add(t, " of the %d that are asked for", asked);
}

static void get_invalid(struct text *t, const struct ev_op *op)
{
	int asked = (int)op->nsems;
	__u32 nsems = op->obj.mech ? op->before.v[SEM_NSEMS] : 0;

	if (asked < 0)
		text__add(t, "a set cannot have %d semaphores", asked);
	else if (nsems && (__u32)asked > nsems)
		too_few(t, nsems, asked);
	else if (!op->obj.mech && !asked)
		text__add(t, "a new set must have at least 1 semaphore");
	else if (!op->obj.mech)
		text__add(t,
			  "%d semaphores are more than a set may have (SEMMSL, the 1st number "
			  "of " LIMITS ")",
			  asked);
}

static void get_failed(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	if (sysv__tell_limit(t, f))
		return;
	switch (op->ret) {
	case -EEXIST:
		text__add(t, "there is a set by this key already, and IPC_EXCL asks for a new one");
		break;
	case -ENOENT:
		text__add(t, "there is no set by this key, and no IPC_CREAT to make one");
		sysv__tell_unkeyed(t, f);
		break;
	case -ENOSPC:
		text__add(t, "a limit is reached: of sets (SEMMNI), or of semaphores in all sets "
			     "(SEMMNS); the 4th and 2nd number of " LIMITS);
		break;
	case -EINVAL:
		get_invalid(t, op);
		break;
	}
}

/* The sum, or what SEM_UNDO has noted to give back, has the same range. */
static void out_of_range(struct text *t, const struct ev_op *op)
{
	__s64 change = op->change;

	if (!(op->e.flags & EVF_NO_STATE) && op->before.v[SEM_VALUE] + change > SEM_MAX)
		text__add(t, "semaphore %u is %u, and %lld more would be above %d",
			  op->before.v[SEM_NUM], op->before.v[SEM_VALUE], (long long)change,
			  SEM_MAX);
	else if (!(op->e.flags & EVF_SECOND))
		text__add(t, "a value, or what SEM_UNDO is to give back, would leave its range");
}

static void beyond(struct text *t, const struct ev_op *op)
{
	if (sem_op__beyond(op))
		no_such_semaphore(t, op);
	else if (!(op->e.flags & EVF_SECOND) && (!op->nsops || op->nsops > SEM_TOLD))
		text__add(t, "one of its operations is on a semaphore that the set does not have");
}

static void too_many(struct text *t, const struct ev_op *op)
{
	if (op->nsops)
		text__add(t, "%u operations are", op->nsops);
	else
		text__add(t, "its operations are");
	text__add(t, " more than one call may have");
	if (op->limit)
		text__add(t, ", %llu", (unsigned long long)op->limit);
	text__add(t, " (SEMOPM, the 3rd number of " LIMITS ")");
}

static void op_failed(struct text *t, const struct ev_op *op)
{
	switch (op->ret) {
	case -EFBIG:
		beyond(t, op);
		return;
	case -ERANGE:
		out_of_range(t, op);
		return;
	}
	if (op->e.flags & EVF_SECOND)
		return; /* of the whole call: said once */
	switch (op->ret) {
	case -E2BIG:
		too_many(t, op);
		break;
	case -EFAULT:
		text__add(t, sem_op__untimed(op)
				 ? "its operations are where it may not read"
				 : "its operations, or its timeout, are where it may not read");
		break;
	case -EINVAL:
		if (op->bits & SEMF_NO_ARG && !op->nsops)
			text__add(t, "a call must have at least 1 operation");
		else if (op->bits & SEMF_NO_SET)
			text__add(t, "no set has this id");
		break;
	}
}

static void ctl_invalid(struct text *t, const struct ev_op *op)
{
	if (!semctl_name(op->cmd))
		text__add(t, "semctl has no command %d", op->cmd);
	else if (op->bits & SEMF_NO_SET)
		text__add(t, "no set has this id");
	else if (sem_op__beyond(op))
		no_such_semaphore(t, op);
	else
		sysv__tell_owner(t, op);
}

static void ctl_failed(struct text *t, const struct ev_op *op)
{
	if (op->e.flags & EVF_SECOND)
		return;
	switch (op->ret) {
	case -EINVAL:
		ctl_invalid(t, op);
		break;
	case -EPERM:
		text__add(t, "only its owner, its creator or a privileged user may do this");
		break;
	case -EFAULT:
		text__add(t, "its argument is where it may not read or write");
		break;
	case -ERANGE:
		if (op->cmd == SEMCTL_SETVAL)
			text__add(t, "a semaphore's value is 0 to %d, not %lld", SEM_MAX,
				  (long long)op->value);
		else
			text__add(t, "a semaphore's value is at most %d, and one of these is not",
				  SEM_MAX);
		break;
	}
}

void sem__tell_failed(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	if (op->ret == -EACCES && !(op->e.flags & EVF_SECOND))
		text__add(t, "this user may not: by the mode of the set, or a security module");
	else if (op->ret == -ENOMEM && !(op->e.flags & EVF_SECOND))
		text__add(t, "the kernel has no memory for it");
	else if (op->op == OPC_SEM_GET)
		get_failed(t, f);
	else if (op->op == OPC_SEM_OP)
		op_failed(t, op);
	else
		ctl_failed(t, op);
}
