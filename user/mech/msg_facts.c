/* SPDX-License-Identifier: GPL-2.0 */
/* Message queues: why a call on one sleeps or fails. */
#include <errno.h>

#include "mech/msg.h"
#include "mech/sysv.h"
#include "names/ipc_names.h"
#include "names/msg_words.h"
#include "names/opclass.h"
#include "timeline/cause.h"
#include "timeline/keys.h"
#include "timeline/tasks.h"

static __s64 bytes_moved(const struct ev_op *op)
{
	if (op->op == OPC_MSG_SEND)
		return op->ret ? 0 : (__s64)op->bytes;
	return op->op == OPC_MSG_RECEIVE && op->ret > 0 ? op->ret : 0;
}

bool msg__moved(const struct ev_op *op, struct move *m)
{
	m->bytes = bytes_moved(op);
	return m->bytes;
}

/*
 * Who could have ended it, and did not: the last to send, or to receive, as the kernel notes. The
 * kernel notes a process, but for a receiver that was handed a message its thread (ipc/msg.c
 * pipelined_send()). If that is not traced, it is not known which of both it is.
 */
static struct cause by_state(const struct timeline *tl, const struct obj *o,
			     const struct ipc_state *st, bool sends)
{
	struct cause c = cause__none(CAUSE_STATE);
	__u32 nr = st->v[sends ? MSG_LRPID : MSG_LSPID];
	const struct task *t = nr ? tasks__find(tl, nr) : NULL;

	c.obj = &o->pub;
	c.by_known = t || (nr && !sends);
	if (c.by_known)
		c.by = tasks__actor(tl, t ? t->who.pid : nr, nr);
	return c;
}

struct cause msg__sleeps(struct timeline *tl, const struct obj *o, const struct ev_wait *w)
{
	bool sends = w->reason == WAIT_MSG_FULL;

	/* A sender that is already to be woken has a state that was read later. */
	if (!o || w->e.flags & EVF_NO_STATE || (sends && !msg_is_full(&w->state, w->arg)))
		return cause__none(CAUSE_STATE);
	return by_state(tl, o, &w->state, sends);
}

static struct cause no_room(const struct timeline *tl, const struct obj *o, const struct ev_op *op)
{
	if (op->e.flags & EVF_NO_STATE)
		return cause__none(CAUSE_UNKNOWN);
	if (msg_is_full(&op->before, op->bytes))
		return by_state(tl, o, &op->before, true);
	if (!(op->e.flags & EVF_NO_AFTER) && msg_is_full(&op->after, op->bytes))
		return by_state(tl, o, &op->after, true);
	return cause__none(CAUSE_UNKNOWN);
}

/* The error itself tells it. Who sent last is known if no task sent meanwhile. */
static struct cause no_message(const struct timeline *tl, const struct obj *o,
			       const struct ev_op *op)
{
	if (op->e.flags & (EVF_NO_STATE | EVF_NO_AFTER) ||
	    op->before.v[MSG_LSPID] != op->after.v[MSG_LSPID])
		return cause__none(CAUSE_STATE);
	return by_state(tl, o, &op->before, false);
}

enum cause_kind msg__wakes(const struct obj *o, const struct ev_wait *w)
{
	return sysv__removes(w, OPC_MSG_CTL) ? CAUSE_REMOVED : CAUSE_NONE;
}

/* The kernel refuses this before it looks for the queue. */
static bool is_invalid(const struct ev_op *op)
{
	switch (op->op) {
	case OPC_MSG_SEND:
		return op->bits & MSGF_TOO_LONG || (__s64)op->bytes < 0 ||
		       (!(op->bits & MSGF_NO_TYPE) && op->type < 1);
	case OPC_MSG_RECEIVE:
		return (__s64)op->bytes < 0 || msg_copies_wrongly(op->cmd);
	default:
		return !msgctl_name(op->cmd);
	}
}

struct cause msg__why(struct timeline *tl, const struct task *t, const struct obj *o,
		      const struct ev_op *op)
{
	if (!o)
		return keys__why(tl, op);
	switch (op->ret) {
	case -EAGAIN:
		return no_room(tl, o, op);
	case -ENOMSG:
		return no_message(tl, o, op);
	case -EINVAL:
		if (is_invalid(op))
			break;
		/* fallthrough */
	case -EIDRM:
		return sysv__removed(tl, t, o, op);
	}
	return cause__none(CAUSE_NONE);
}
