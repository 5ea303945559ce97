/* SPDX-License-Identifier: GPL-2.0 */
/* What a call asked for, as fields: its argument, command, flags, key, and what only some have. */
#include "words/field_call.h"

#include <fcntl.h>
#include <sys/syscall.h>

#include "words/field_groups.h"
#include "words/field_memory.h"
#include "names/ipc_names.h"
#include "names/names.h"
#include "timeline/semcall.h"

static void add_epoll_ctl(struct fields *fs, const struct ev_op *op)
{
	const char *name = epoll_ctl_name(op->cmd);
	char events[EPOLL_EVENTS_LEN];

	if (name)
		fields__word(fs, "cmd", name);
	else
		fields__int(fs, "cmd", op->cmd);
	if (!(op->sem & EPOLLF_ASKED))
		return;
	fields__int(fs, "epfd", op->type);
	if (op->sem & EPOLLF_NO_EVENTS)
		return;
	epoll_events(events, sizeof(events), op->key);
	fields__text(fs, "events", "%s", events);
}

/* The command of fcntl, shmctl, semctl and msgctl by name; of ioctl the number. */
static void add_command(struct fields *fs, const struct ev_op *op)
{
	char flags[IPC_FLAGS_LEN];
	const char *name;

	switch (op->op) {
	case OPC_SHM_GET:
	case OPC_SEM_GET:
	case OPC_MSG_GET:
		fields__int(fs, "key", op->key);
		if (op->op == OPC_SHM_GET)
			shmget_flags(flags, sizeof(flags), op->cmd);
		else
			ipcget_flags(flags, sizeof(flags), op->cmd);
		fields__text(fs, "flags", "%s", flags);
		return;
	case OPC_SHM_AT:
		shmat_flags(flags, sizeof(flags), op->cmd);
		fields__text(fs, "flags", "%s", flags);
		return;
	case OPC_MAP:
	case OPC_TRUNCATE:
		fields__file(fs, op);
		return;
	case OPC_SEM_OP:
		if (op->sem & SEMF_NO_ARG)
			return;
		semop_flags(flags, sizeof(flags), op->cmd);
		fields__text(fs, "flags", "%s", flags);
		return;
	case OPC_MSG_SEND:
	case OPC_MSG_RECEIVE:
		msgop_flags(flags, sizeof(flags), op->cmd);
		fields__text(fs, "flags", "%s", flags);
		return;
	case OPC_FUTEX:
		fields__int(fs, "offset", (__s64)op->arg);
		fields__int(fs, "val", op->key);
		name = futex_name(op->cmd);
		if (name)
			fields__word(fs, "cmd", name);
		else
			fields__int(fs, "cmd", op->cmd);
		return;
	case OPC_SHM_CTL:
	case OPC_SEM_CTL:
	case OPC_MSG_CTL:
		name = op->op == OPC_SEM_CTL   ? semctl_name(op->cmd)
		       : op->op == OPC_MSG_CTL ? msgctl_name(op->cmd)
					       : shmctl_name(op->cmd);
		if (name)
			fields__word(fs, "cmd", name);
		else
			fields__int(fs, "cmd", op->cmd);
		return;
	}
	if (op->nr == SYS_fcntl) {
		name = fcntl_name(op->cmd);
		if (name)
			fields__word(fs, "cmd", name);
		else
			fields__int(fs, "cmd", op->cmd);
		if (op->cmd == F_ADD_SEALS)
			fields__file(fs, op);
	} else if (op->nr == SYS_epoll_ctl) {
		add_epoll_ctl(fs, op);
	} else if (op->nr == SYS_ioctl) {
		fields__int(fs, "cmd", op->cmd);
	}
}

/* Of some calls on semaphores and queues it is something else, and of others there is none. */
static bool arg_is_number(const struct ev_op *op)
{
	if (op->op >= OPC_MSG_GET && op->op <= OPC_MSG_CTL)
		return op->op == OPC_MSG_SEND || op->op == OPC_MSG_RECEIVE;
	if (op->op != OPC_SEM_OP && op->op != OPC_SEM_CTL)
		return !(op->sem & OPF_NO_ARG);
	return !(op->sem & (SEMF_NO_ARG | SEMF_PERM | SEMF_ASLEEP));
}

/* What IPC_SET asks for. */
static void add_perm(struct fields *fs, const struct ev_op *op)
{
	fields__int(fs, "uid", (__u32)op->arg);
	fields__int(fs, "gid", (__s64)(op->arg >> 32));
	fields__int(fs, "mode", op->key);
}

/* What IPC_RMID takes away. */
static void add_removed(struct fields *fs, const struct ev_op *op)
{
	fields__int(fs, "key", op->key);
	fields__int(fs, "sleepers", (__s64)op->arg);
}

static void add_msg_call(struct fields *fs, const struct ev_op *op)
{
	bool receives = op->op == OPC_MSG_RECEIVE;

	if (receives && !(op->sem & MSGF_WIDE))
		fields__int(fs, "wanted", (__s32)op->key);
	else if (receives && op->ret < 0)
		fields__int(fs, "wanted", op->type);
	if (op->op != OPC_MSG_CTL && !(op->sem & MSGF_NO_TYPE) && !(receives && op->ret < 0))
		fields__int(fs, "type", op->type);
	if (op->op == OPC_MSG_CTL && op->sem & MSGF_PERM) {
		add_perm(fs, op);
		fields__int(fs, "limit", op->type);
	}
	if (op->op == OPC_MSG_CTL && op->sem & MSGF_ASLEEP)
		add_removed(fs, op);
}

static void add_sem_call(struct fields *fs, const struct ev_op *op)
{
	if (op->op == OPC_SEM_OP && (op->key || op->sem & SEMF_NO_ARG))
		fields__int(fs, "nsops", op->key);
	if (op->sem & SEMF_PERM)
		add_perm(fs, op);
	if (op->sem & SEMF_ASLEEP)
		add_removed(fs, op);
	if (!(op->e.flags & EVF_NO_STATE) || !sem_op__num_known(op))
		return;
	fields__int(fs, "num", (__s32)op->before.v[SEM_NUM]);
	if (op->before.v[SEM_NSEMS])
		fields__int(fs, "nsems", op->before.v[SEM_NSEMS]);
}

/* Why a *get, a semop, or F_SETPIPE_SZ was refused. */
static void add_limit(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;
	const char *name = limit_name(op);

	if (!name)
		return;
	fields__word(fs, "limit_reached", name);
	if (!limit_is_of_one(op))
		fields__int(fs, "limit_used", limit_used(op));
	fields__int(fs, "limit_max", (__s64)limit_most(op));
	if (op->op == OPC_CONTROL && !limit_is_of_one(op))
		fields__int(fs, "limit_user", op->key);
	if (!fact->makers)
		return;
	fields__int(fs, "limit_made", (__s64)fact->makers->made);
	fields__int(fs, "limit_orphans", (__s64)fact->makers->gone);
}

void fields__asked(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;

	if (arg_is_number(op))
		fields__int(fs, "arg", (__s64)op->arg);
	add_command(fs, op);
	add_limit(fs, fact);
	if (op->op == OPC_SEM_OP || op->op == OPC_SEM_CTL)
		add_sem_call(fs, op);
	else if (op->op >= OPC_MSG_SEND && op->op <= OPC_MSG_CTL)
		add_msg_call(fs, op);
}
