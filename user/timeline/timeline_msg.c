/* SPDX-License-Identifier: GPL-2.0 */
/* Message queues: why a call on one sleeps or fails. */
#include <errno.h>

#include "msg_words.h"
#include "opclass.h"
#include "timeline_int.h"

bool is_msg(const struct ipc_object *key)
{
	return key->mech == MECH_MSG;
}

__s64 msg__bytes(const struct ev_op *op)
{
	if (op->op == OPC_MSG_SEND)
		return op->ret ? 0 : (__s64)op->arg;
	return op->op == OPC_MSG_RECEIVE && op->ret > 0 ? op->ret : 0;
}

/* Noted is the process, but of a message that a sleeper was given the thread (ipc/msg.c pipelined_send()). */
static struct actor noted(const struct timeline *tl, __u32 nr)
{
	const struct task *t = tasks__find(tl, nr);

	return tasks__actor(tl, t ? t->who.pid : nr, nr);
}

/* Who could have ended it, and did not: the last to send, or to receive, as the kernel notes. */
static struct cause by_state(const struct timeline *tl, const struct obj *o,
			     const struct ipc_state *st, bool sends)
{
	struct cause c = cause__none(CAUSE_STATE);
	__u32 pid = st->v[sends ? MSG_LRPID : MSG_LSPID];

	c.obj = &o->pub;
	c.by_known = pid != 0;
	if (pid)
		c.by = noted(tl, pid);
	return c;
}

struct cause msg__block(const struct timeline *tl, const struct obj *o, const struct ev_wait *w)
{
	if (w->e.flags & EVF_NO_STATE)
		return cause__none(CAUSE_STATE);
	return by_state(tl, o, &w->state, w->reason == WAIT_MSG_FULL);
}

static struct cause no_room(const struct timeline *tl, const struct obj *o, const struct ev_op *op)
{
	if (op->e.flags & EVF_NO_STATE)
		return cause__none(CAUSE_UNKNOWN);
	if (msg_is_full(&op->before, op->arg))
		return by_state(tl, o, &op->before, true);
	if (!(op->e.flags & EVF_NO_AFTER) && msg_is_full(&op->after, op->arg))
		return by_state(tl, o, &op->after, true);
	return cause__none(CAUSE_UNKNOWN);
}

struct cause msg__why(const struct timeline *tl, const struct task *t, const struct obj *o,
		      const struct ev_op *op)
{
	if (!o)
		return cause__none(CAUSE_NONE);
	switch (op->ret) {
	case -EAGAIN:
		return no_room(tl, o, op);
	case -ENOMSG:
		/* The error itself tells. */
		return op->e.flags & EVF_NO_STATE ? cause__none(CAUSE_STATE)
						  : by_state(tl, o, &op->before, false);
	case -EINVAL:
		/* The kernel looks at these before it looks for the queue. */
		if ((__s64)op->arg < 0 || (op->op == OPC_MSG_SEND && op->type < 1))
			break;
		/* fallthrough */
	case -EIDRM:
		return sysv__removed(tl, t, o, op);
	}
	return cause__none(CAUSE_NONE);
}
