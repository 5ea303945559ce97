// SPDX-License-Identifier: GPL-2.0
/* Operations on SysV message queues in a few words. */
#include "mech/msg.h"

#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#include "names/ipc_names.h"
#include "names/msg_words.h"
#include "names/names.h"

static void msg_get(const struct ev_op *op, const char *call, char *buf, size_t size)
{
	char key[16] = "private", flags[IPC_FLAGS_LEN];

	if (op->key)
		snprintf(key, sizeof(key), "key %#x", op->key);
	ipcget_flags(flags, sizeof(flags), op->cmd);
	snprintf(buf, size, "%s %s %s", call, key, flags);
}

static void msg_send(const struct ev_op *op, const char *call, char *buf, size_t size)
{
	char type[32] = "";

	if (!(op->bits & MSGF_NO_TYPE))
		snprintf(type, sizeof(type), " type %lld", (long long)op->type);
	snprintf(buf, size, "%s %llu%s%s", call, (unsigned long long)op->bytes, type,
		 op->cmd & IPC_NOWAIT ? " nowait" : "");
}

/* False: it is no longer known. */
static bool type_asked(const struct ev_op *op, long long *type)
{
	if (op->bits & MSGF_WIDE && op->ret >= 0)
		return false;
	*type = op->bits & MSGF_WIDE ? (long long)op->type : op->wanted;
	return true;
}

static void msg_receive(const struct ev_op *op, const char *call, char *buf, size_t size)
{
	char type[32] = "";
	long long asked;

	if (type_asked(op, &asked) && op->cmd & MSG_COPY)
		snprintf(type, sizeof(type), " copy %lld", asked);
	else if (type_asked(op, &asked) && asked)
		snprintf(type, sizeof(type), " type %lld", asked);
	snprintf(buf, size, "%s%s%s%s%s", call, type, op->cmd & MSG_EXCEPT ? " except" : "",
		 op->cmd & MSG_NOERROR ? " noerror" : "", op->cmd & IPC_NOWAIT ? " nowait" : "");
}

static void msg_ctl(const struct ev_op *op, const char *call, char *buf, size_t size)
{
	const char *cmd = msgctl_name(op->cmd);
	char number[16];

	snprintf(number, sizeof(number), "%d", op->cmd);
	if (op->cmd == IPC_SET && op->bits & MSGF_PERM)
		snprintf(buf, size, "%s %s uid %u gid %u mode %04o limit %lld", call, cmd,
			 (__u32)op->owner, (__u32)(op->owner >> 32), op->mode,
			 (long long)op->qbytes);
	else
		snprintf(buf, size, "%s %s", call, cmd ? cmd : number);
}

bool msg__lane_call(const struct ev_op *op, char *buf, size_t size)
{
	const char *name = syscall_name(op->nr);
	const char *call = name ? name : "?";

	switch (op->op) {
	case OPC_MSG_GET:
		msg_get(op, call, buf, size);
		return true;
	case OPC_MSG_SEND:
		msg_send(op, call, buf, size);
		return true;
	case OPC_MSG_RECEIVE:
		msg_receive(op, call, buf, size);
		return true;
	case OPC_MSG_CTL:
		msg_ctl(op, call, buf, size);
		return true;
	}
	return false;
}

void msg__lane_result(const struct ev_op *op, char *buf, size_t size)
{
	long long asked;

	if (op->op != OPC_MSG_RECEIVE || op->ret < 0 || op->bits & MSGF_NO_TYPE)
		return;
	if (op->cmd & MSG_COPY || !type_asked(op, &asked) || asked != op->type)
		snprintf(buf, size, " type %lld", (long long)op->type);
}

bool msg__lane_sleep(const struct ev_wait *w, const char *call, char *buf, size_t size)
{
	char wanted[64];

	if (w->reason == WAIT_MSG_FULL) {
		snprintf(buf, size, "%s sleeps: no room for %llu", call,
			 (unsigned long long)w->arg);
		return true;
	}
	if (w->reason != WAIT_MSG_NONE)
		return false;
	msg_wanted(wanted, sizeof(wanted), (__s64)w->arg, (int)w->value);
	if (wanted[0])
		snprintf(buf, size, "%s sleeps: none %s", call, wanted);
	else
		snprintf(buf, size, "%s sleeps: no message", call);
	return true;
}

bool msg__lane_object(const struct ev_object *ob, char *buf, size_t size)
{
	if (ob->owned)
		snprintf(buf, size, "makes a queue, owner uid %u", ob->refs);
	else
		snprintf(buf, size, "%s a queue",
			 ob->change == OBJ_DESTROYED ? "removes" : "makes");
	return true;
}
