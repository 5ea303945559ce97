/* SPDX-License-Identifier: GPL-2.0 */
/* SysV semaphores: what the stages call, and their calls as fields. */
#include "mech/sem.h"

#include <errno.h>

#include "mech/mechs.h"
#include "mech/semcall.h"
#include "mech/sysv.h"
#include "names/ipc_names.h"
#include "words/field_call.h"
#include "words/field_groups.h"

static bool has_arg(const struct ev_op *op)
{
	if (op->op != OPC_SEM_OP && op->op != OPC_SEM_CTL)
		return !(op->bits & OPF_NO_ARG);
	return !(op->bits & (SEMF_NO_ARG | SEMF_PERM | SEMF_ASLEEP));
}

static bool gives_pid(const struct ev_op *op)
{
	return op->op == OPC_SEM_CTL && op->cmd == SEMCTL_GETPID && op->ret >= 0;
}

static bool limit(const struct ev_op *op, struct limit *l)
{
	if (op->op != OPC_SEM_OP)
		return sysv__limit(op, l);
	if (op->ret != -E2BIG || !op->limit)
		return false;
	limit__fill(l, op, "SEMOPM", true);
	return true;
}

static void add_semaphore(struct fields *fs, const struct ev_op *op)
{
	if (op->op == OPC_SEM_OP && (op->nsops || op->bits & SEMF_NO_ARG))
		fields__int(fs, "nsops", op->nsops);
	if (op->bits & SEMF_PERM)
		sysv_fields__perm(fs, op);
	if (op->bits & SEMF_ASLEEP)
		sysv_fields__removed(fs, op);
	if (!(op->e.flags & EVF_NO_STATE) || !sem_op__num_known(op))
		return;
	fields__int(fs, "num", (__s32)op->before.v[SEM_NUM]);
	if (op->before.v[SEM_NSEMS])
		fields__int(fs, "nsems", op->before.v[SEM_NSEMS]);
}

static void call_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;
	char flags[IPC_FLAGS_LEN];

	if (op->op == OPC_SEM_GET) {
		ipcget_flags(flags, sizeof(flags), op->cmd);
		sysv_fields__get(fs, op, flags);
	} else if (op->op == OPC_SEM_CTL) {
		fields__named(fs, "cmd", semctl_name(op->cmd), op->cmd);
	} else if (op->op == OPC_SEM_OP && !(op->bits & SEMF_NO_ARG)) {
		semop_flags(flags, sizeof(flags), op->cmd);
		fields__text(fs, "flags", "%s", flags);
	}
	fields__limit(fs, fact);
	if (op->op == OPC_SEM_OP || op->op == OPC_SEM_CTL)
		add_semaphore(fs, op);
}

static void sleep_fields(struct fields *fs, const struct ev_wait *w)
{
	if (w->reason == WAIT_SEM_VALUE)
		fields__int(fs, "needs", (__s64)w->arg);
}

const struct mech_ops sem_ops = {
    .classes = CLASS(SEM_GET) | CLASS(SEM_OP) | CLASS(SEM_CTL) | CLASS(SEM_UNDO),
    .why = sem__why,
    .sleeps = sem__sleeps,
    .wakes = sem__wakes,
    .amount = sem__amount,
    .limit = limit,
    .gives_pid = gives_pid,
    .moved = sem__moved,
    .did = sem__did,
    .forget = sem__forget,
    .tell_op = sem__tell_op,
    .tell_sleep = sem__tell_sleep,
    .tell_look = sem__tell_look,
    .tell_wake = sem__tell_wake,
    .has_arg = has_arg,
    .call_fields = call_fields,
    .sleep_fields = sleep_fields,
    .lane_call = sem__lane_call,
    .lane_sleep = sem__lane_sleep,
    .lane_object = sem__lane_object,
};
