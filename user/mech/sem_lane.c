// SPDX-License-Identifier: GPL-2.0
/* Operations on SysV semaphores in a few words. [N] is semaphore N of the set. */
#include "mech/sem.h"
#include "mech/semcall.h"

#include <errno.h>
#include <stdio.h>
#include <sys/sem.h>

#include "names/ipc_names.h"
#include "names/names.h"
#include "lib/units.h"

/* An operation of a semop that the kernel did not reach, or that was not seen, is not told. */
static bool only_counted(const struct ev_op *op)
{
	return op->bits & SEMF_NO_ARG ||
	       (op->nsops > 1 && (op->ret == -E2BIG || op->bits & SEMF_NO_SET));
}

static void sem_count(const struct ev_op *op, const char *call, char *buf, size_t size)
{
	const char *unread = op->ret == -EFAULT && sem_op__untimed(op) ? ", not readable"
			     : op->bits & SEMF_NO_ARG		       ? ", not read"
								       : "";
	char n[COUNTED_LEN];

	if (op->nsops)
		snprintf(buf, size, "%s %s%s", call, counted(n, op->nsops, "operation"), unread);
	else
		snprintf(buf, size, "%s no operation", call);
}

/* How many operations of the call have no record, told with the last one that has. */
static __u32 not_told(const struct ev_op *op)
{
	bool late = op->e.flags & EVF_NO_STATE && !sem_op__beyond(op) && op->before.v[SEM_NSEMS];
	__u32 told = SEMF_PART(op->bits) + 1;

	return op->nsops > told && (told == SEM_TOLD || late) ? op->nsops - told : 0;
}

static void sem_op(const struct ev_op *op, const char *call, char *buf, size_t size)
{
	long long change = op->change;
	char part[24] = "", num[16] = "", what[16] = "until 0", more[32] = "";

	if (only_counted(op)) {
		sem_count(op, call, buf, size);
		return;
	}
	if (op->nsops > 1)
		snprintf(part, sizeof(part), " %u/%u", SEMF_PART(op->bits) + 1, op->nsops);
	if (sem_op__num_known(op))
		snprintf(num, sizeof(num), " [%u]", op->before.v[SEM_NUM]);
	if (change)
		snprintf(what, sizeof(what), "%+lld", change);
	if (not_told(op))
		snprintf(more, sizeof(more), " (%u more not told)", not_told(op));
	snprintf(buf, size, "%s%s%s %s%s%s%s", call, part, num, what,
		 op->cmd & SEM_UNDO ? " undo" : "", op->cmd & IPC_NOWAIT ? " nowait" : "", more);
}

static void sem_ctl(const struct ev_op *op, const char *call, char *buf, size_t size)
{
	const char *cmd = semctl_name(op->cmd);
	char name[16], num[16] = "";
	__u32 n = op->before.v[SEM_NUM];

	if (cmd)
		snprintf(name, sizeof(name), "%s", cmd);
	else
		snprintf(name, sizeof(name), "%d", op->cmd);
	if (sem_op__num_known(op))
		snprintf(num, sizeof(num), " [%d]", (int)n);
	if (op->cmd == SETVAL)
		snprintf(buf, size, "%s %s%s %lld", call, name, num, (long long)op->value);
	else if (op->cmd == SETALL && !(op->e.flags & (EVF_NO_STATE | EVF_NO_AFTER)) && !op->ret)
		/* What it was set to a sleeper may have taken by now. */
		snprintf(buf, size, "%s %s [%u]", call, name, n);
	else if (op->cmd == IPC_SET && op->bits & SEMF_PERM)
		snprintf(buf, size, "%s %s uid %u gid %u mode %04o", call, name, (__u32)op->owner,
			 (__u32)(op->owner >> 32), op->mode);
	else
		snprintf(buf, size, "%s %s%s", call, name, num);
}

static void sem_get(const struct ev_op *op, const char *call, char *buf, size_t size)
{
	char key[16] = "private", flags[IPC_FLAGS_LEN];

	if (op->key)
		snprintf(key, sizeof(key), "key %#x", op->key);
	ipcget_flags(flags, sizeof(flags), op->cmd);
	snprintf(buf, size, "%s %s %d %s", call, key, (int)op->nsems, flags);
}

bool sem__lane_call(const struct ev_op *op, char *buf, size_t size)
{
	const char *name = syscall_name(op->nr);
	const char *call = name ? name : "?";

	switch (op->op) {
	case OPC_SEM_GET:
		sem_get(op, call, buf, size);
		return true;
	case OPC_SEM_OP:
		sem_op(op, call, buf, size);
		return true;
	case OPC_SEM_CTL:
		sem_ctl(op, call, buf, size);
		return true;
	case OPC_SEM_UNDO:
		snprintf(buf, size, "exit undoes [%u] %+lld", op->before.v[SEM_NUM],
			 (long long)op->arg);
		return true;
	}
	return false;
}

bool sem__lane_sleep(const struct ev_wait *w, const char *call, char *buf, size_t size)
{
	const __u32 *v = w->state.v;

	if (w->e.flags & EVF_NO_STATE)
		return false;
	if (w->reason == WAIT_SEM_ZERO)
		snprintf(buf, size, "%s sleeps: [%u] is %u, not 0", call, v[SEM_NUM], v[SEM_VALUE]);
	else
		snprintf(buf, size, "%s sleeps: [%u] is %u, needs %llu", call, v[SEM_NUM],
			 v[SEM_VALUE], (unsigned long long)w->arg);
	return true;
}

bool sem__lane_object(const struct ev_object *ob, char *buf, size_t size)
{
	char owner[24] = "";

	if (ob->owned)
		snprintf(owner, sizeof(owner), ", owner uid %u", ob->refs);
	snprintf(buf, size, "%s a set of %u%s", ob->change == OBJ_DESTROYED ? "removes" : "makes",
		 ob->state.v[SEM_NSEMS], owner);
	return true;
}
