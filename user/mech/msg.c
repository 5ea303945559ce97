/* SPDX-License-Identifier: GPL-2.0 */
/* SysV message queues: what the stages call, and their calls as fields. */
#include "mech/msg.h"

#include "mech/mechs.h"
#include "mech/sysv.h"
#include "names/ipc_names.h"
#include "words/field_call.h"
#include "words/field_groups.h"

static bool has_arg(const struct ev_op *op)
{
	return op->op == OPC_MSG_SEND || op->op == OPC_MSG_RECEIVE;
}

static void add_message(struct fields *fs, const struct ev_op *op)
{
	bool receives = op->op == OPC_MSG_RECEIVE;

	if (receives && !(op->bits & MSGF_WIDE))
		fields__int(fs, "wanted", op->wanted);
	else if (receives && op->ret < 0)
		fields__int(fs, "wanted", op->type);
	if (!(op->bits & MSGF_NO_TYPE) && !(receives && op->ret < 0))
		fields__int(fs, "type", op->type);
}

static void add_control(struct fields *fs, const struct ev_op *op)
{
	if (op->bits & MSGF_PERM) {
		sysv_fields__perm(fs, op);
		fields__int(fs, "limit", op->qbytes);
	}
	if (op->bits & MSGF_ASLEEP)
		sysv_fields__removed(fs, op);
}

static void call_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;
	char flags[IPC_FLAGS_LEN];

	switch (op->op) {
	case OPC_MSG_GET:
		ipcget_flags(flags, sizeof(flags), op->cmd);
		sysv_fields__get(fs, op, flags);
		fields__limit(fs, fact);
		break;
	case OPC_MSG_CTL:
		fields__named(fs, "cmd", msgctl_name(op->cmd), op->cmd);
		add_control(fs, op);
		break;
	default:
		msgop_flags(flags, sizeof(flags), op->cmd);
		fields__text(fs, "flags", "%s", flags);
		add_message(fs, op);
	}
}

static void sleep_fields(struct fields *fs, const struct ev_wait *w)
{
	char flags[IPC_FLAGS_LEN];

	if (w->reason == WAIT_MSG_FULL) {
		fields__int(fs, "needs", (__s64)w->arg);
		return;
	}
	fields__int(fs, "wanted", (__s64)w->arg);
	msgop_flags(flags, sizeof(flags), (int)w->value);
	fields__text(fs, "flags", "%s", flags);
}

const struct mech_ops msg_ops = {
    .classes = CLASS(MSG_GET) | CLASS(MSG_SEND) | CLASS(MSG_RECEIVE) | CLASS(MSG_CTL),
    .why = msg__why,
    .sleeps = msg__sleeps,
    .wakes = msg__wakes,
    .limit = sysv__limit,
    .moved = msg__moved,
    .tell_op = msg__tell_op,
    .tell_sleep = msg__tell_sleep,
    .tell_look = msg__tell_look,
    .tell_wake = msg__tell_wake,
    .has_arg = has_arg,
    .call_fields = call_fields,
    .sleep_fields = sleep_fields,
    .lane_call = msg__lane_call,
    .lane_sleep = msg__lane_sleep,
    .lane_object = msg__lane_object,
    .lane_result = msg__lane_result,
};
