/* SPDX-License-Identifier: GPL-2.0 */
/* POSIX message queues: what the stages call, and their calls as fields. */
#include "mech/mq.h"

#include <fcntl.h>

#include "mech/mechs.h"
#include "words/field_call.h"
#include "words/field_groups.h"

static bool has_arg(const struct ev_op *op)
{
	return op->op == OPC_MQ_SEND || op->op == OPC_MQ_RECEIVE ||
	       (op->op == OPC_MQ_NOTIFY && op->cmd >= 0);
}

static void call_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;

	switch (op->op) {
	case OPC_MQ_SEND:
		fields__int(fs, "priority", op->prio);
		break;
	case OPC_MQ_RECEIVE:
		if (op->ret >= 0 && !(op->bits & MQF_NO_PRIORITY))
			fields__int(fs, "priority", op->prio);
		break;
	case OPC_MQ_NOTIFY:
		fields__word(fs, "flags", mq__notify_name(op->cmd));
		if (op->ret < 0 && op->pid)
			fields__int(fs, "owner", op->pid);
		break;
	case OPC_MQ_ATTR:
		if (op->cmd >= 0)
			fields__word(fs, "flags", op->cmd & O_NONBLOCK ? "O_NONBLOCK" : "0");
		break;
	}
	/* A call that slept may have been woken last from another sleep: then it is not known. */
	if (op->op == OPC_MQ_RECEIVE && op->ret >= 0 &&
	    (mq__handed(op, &fact->cause) || !(op->e.flags & EVF_SLEPT)))
		fields__bool(fs, "handed", mq__handed(op, &fact->cause));
}

static void sleep_fields(struct fields *fs, const struct ev_wait *w)
{
	if (w->reason != WAIT_MQ_FULL)
		return;
	fields__int(fs, "needs", (__s64)w->arg);
	fields__int(fs, "priority", w->value);
}

const struct mech_ops mq_ops = {
    .classes = CLASS(MQ_OPEN) | CLASS(MQ_UNLINK) | CLASS(MQ_SEND) | CLASS(MQ_RECEIVE) |
	       CLASS(MQ_NOTIFY) | CLASS(MQ_ATTR),
    .why = mq__why,
    .moved = mq__moved,
    .tell_op = mq__tell_op,
    .tell_sleep = mq__tell_sleep,
    .tell_object = mq__tell_object,
    .has_arg = has_arg,
    .call_fields = call_fields,
    .sleep_fields = sleep_fields,
    .lane_call = mq__lane_call,
    .lane_sleep = mq__lane_sleep,
    .lane_object = mq__lane_object,
    .lane_result = mq__lane_result,
};
