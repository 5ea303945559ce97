/* SPDX-License-Identifier: GPL-2.0 */
/* POSIX message queues: why a call on one ended as it did (ipc/mqueue.c). */
#include <errno.h>

#include "mech/mq.h"
#include "timeline/cause.h"
#include "timeline/state.h"

bool mq__moved(const struct ev_op *op, struct move *m)
{
	m->bytes = 0;
	if (op->op == OPC_MQ_SEND && !op->ret)
		m->bytes = (__s64)op->bytes;
	else if (op->op == OPC_MQ_RECEIVE && op->ret > 0)
		m->bytes = op->ret;
	return m->bytes;
}

bool mq__holds_up(const struct ipc_state *st, bool sends)
{
	return sends ? st->v[MQ_CURMSGS] >= st->v[MQ_MAXMSG] : !st->v[MQ_CURMSGS];
}

static struct cause would_wait(const struct ev_op *op)
{
	bool sends = op->op == OPC_MQ_SEND;
	bool shown = !(op->e.flags & EVF_NO_STATE) &&
		     (mq__holds_up(&op->before, sends) ||
		      (!(op->e.flags & EVF_NO_AFTER) && mq__holds_up(&op->after, sends)));

	return cause__none(shown ? CAUSE_STATE : CAUSE_UNKNOWN);
}

/* A receiver that a sender wakes has got the message: only pipelined_send() ends a receiver's
 * sleep with a message. */
bool mq__handed(const struct ev_op *op, const struct cause *c)
{
	return op->op == OPC_MQ_RECEIVE && op->ret >= 0 && c->kind == CAUSE_DATA;
}

struct cause mq__why(struct timeline *tl, const struct task *t, const struct obj *o,
		     const struct ev_op *op)
{
	bool slept = t && op->e.flags & EVF_SLEPT;

	(void)tl;
	if (!o)
		return cause__none(CAUSE_NONE);
	if (op->ret == -EAGAIN && (op->op == OPC_MQ_SEND || op->op == OPC_MQ_RECEIVE))
		return would_wait(op);
	if (op->ret == -ETIMEDOUT && slept && t->woken.kind == CAUSE_TIMEOUT)
		return t->woken;
	if (slept && mq__handed(op, &t->woken))
		return t->woken;
	return cause__none(CAUSE_NONE);
}
