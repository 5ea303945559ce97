// SPDX-License-Identifier: GPL-2.0
/* Operations on SysV semaphores and futexes in a few words. [N] is semaphore N of the set, +N the
 * word at that offset. */
#include "phrase_sem.h"

#include <stdio.h>
#include <sys/sem.h>

#include "ipc_names.h"
#include "names.h"

static void sem_op(const struct ev_op *op, const char *call, char *buf, size_t size)
{
	const char *undo = op->cmd & SEM_UNDO ? " undo" : "";
	long long change = (long long)op->arg;
	char num[16] = "";

	if (!(op->e.flags & EVF_NO_STATE))
		snprintf(num, sizeof(num), " [%u]", op->before.v[SEM_NUM]);
	if (change)
		snprintf(buf, size, "%s%s %+lld%s", call, num, change, undo);
	else
		snprintf(buf, size, "%s%s until 0", call, num);
}

static void sem_ctl(const struct ev_op *op, const char *call, char *buf, size_t size)
{
	const char *cmd = semctl_name(op->cmd);
	int n = snprintf(buf, size, "%s %s", call, cmd ? cmd : "?");
	size_t at = n < 0 || (size_t)n >= size ? size - 1 : (size_t)n;

	if (op->e.flags & EVF_NO_STATE)
		return;
	switch (op->cmd) {
	case SETVAL:
		snprintf(buf + at, size - at, " [%u] %lld", op->before.v[SEM_NUM],
			 (long long)op->arg);
		break;
	case SETALL:
		if (!(op->e.flags & EVF_NO_AFTER))
			snprintf(buf + at, size - at, " [%u] %u", op->before.v[SEM_NUM],
				 op->after.v[SEM_VALUE]);
		break;
	case GETVAL:
	case GETPID:
	case GETNCNT:
	case GETZCNT:
		snprintf(buf + at, size - at, " [%u]", op->before.v[SEM_NUM]);
		break;
	}
}

static void sem_get(const struct ev_op *op, const char *call, char *buf, size_t size)
{
	if (op->key)
		snprintf(buf, size, "%s key 0x%x", call, op->key);
	else
		snprintf(buf, size, "%s private", call);
}

bool phrase_sem__call(const struct ev_op *op, char *buf, size_t size)
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
	case OPC_FUTEX:
		snprintf(buf, size, "%s +%llu", futex_name(op->cmd) ? futex_name(op->cmd) : call,
			 (unsigned long long)op->arg);
		return true;
	case OPC_SEM_UNDO:
		snprintf(buf, size, "exit undoes [%u] %+lld", op->before.v[SEM_NUM],
			 (long long)op->arg);
		return true;
	}
	return false;
}

bool phrase_sem__block(const struct ev_wait *w, const char *call, char *buf, size_t size)
{
	const __u32 *v = w->state.v;

	if (w->reason == WAIT_FUTEX) {
		if (w->e.flags & EVF_NO_WORD)
			snprintf(buf, size, "%s sleeps: +%llu is locked", call,
				 (unsigned long long)w->arg);
		else
			snprintf(buf, size,
				 w->value < 1U << 16 ? "%s sleeps: +%llu is %u"
						     : "%s sleeps: +%llu is %#x",
				 call, (unsigned long long)w->arg, w->value);
		return true;
	}
	if (w->obj.mech != MECH_SEM || w->e.flags & EVF_NO_STATE)
		return false;
	if (w->reason == WAIT_SEM_ZERO)
		snprintf(buf, size, "%s sleeps: [%u] is %u, not 0", call, v[SEM_NUM], v[SEM_VALUE]);
	else
		snprintf(buf, size, "%s sleeps: [%u] is %u, needs %llu", call, v[SEM_NUM],
			 v[SEM_VALUE], (unsigned long long)w->arg);
	return true;
}

bool phrase_sem__object(const struct ev_object *ob, char *buf, size_t size)
{
	if (ob->obj.mech != MECH_SEM)
		return false;
	snprintf(buf, size, "%s a set of %u", ob->change == OBJ_DESTROYED ? "removes" : "makes",
		 ob->state.v[SEM_NSEMS]);
	return true;
}
