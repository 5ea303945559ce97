/* SPDX-License-Identifier: GPL-2.0 */
/* Why an operation on a pipe or FIFO ended as it did: who closed the other end, or the state. */
#include <errno.h>
#include <fcntl.h>

#include "mech/pipe.h"
#include "names/opclass.h"
#include "timeline/cause.h"

static bool is_zero(const struct ev_op *op, enum pipe_word word)
{
	return !(op->e.flags & EVF_NO_STATE) && (!op->before.v[word] || !op->after.v[word]);
}

static bool is_empty(const struct ev_op *op)
{
	return is_zero(op, PIPE_USED);
}

static bool full(const struct ipc_state *st)
{
	return st->v[PIPE_USED] >= st->v[PIPE_SLOTS];
}

bool pipe__still_due(const struct ev_wait *w, const struct ipc_state *now)
{
	switch (w->reason) {
	case WAIT_PIPE_EMPTY:
		return !now->v[PIPE_USED];
	case WAIT_PIPE_FULL:
		return full(now);
	default:
		return true;
	}
}

static bool is_full(const struct ev_op *op)
{
	return !(op->e.flags & EVF_NO_STATE) && (full(&op->before) || full(&op->after));
}

static struct cause partial(struct timeline *tl, const struct task *t, const struct obj *o,
			    const struct ev_op *op)
{
	if (is_zero(op, PIPE_READERS))
		return cause__departure(tl, o, END_READ);
	if (op->e.flags & EVF_NONBLOCK && is_full(op))
		return cause__none(CAUSE_STATE);
	return cause__interrupted(t, op);
}

static struct cause would_block(const struct ev_op *op)
{
	bool shown = (op->op != OPC_WRITE && is_empty(op)) || (op->op != OPC_READ && is_full(op));

	return cause__none(shown ? CAUSE_STATE : CAUSE_UNKNOWN);
}

static struct cause end_of_file(struct timeline *tl, const struct obj *o, const struct ev_op *op)
{
	if (is_zero(op, PIPE_WRITERS))
		return cause__departure(tl, o, END_WRITE);
	/* A splice may have come to the end of something that is not this pipe. */
	return cause__none(op->op == OPC_READ ? CAUSE_UNKNOWN : CAUSE_NONE);
}

static struct cause broken_pipe(struct timeline *tl, const struct obj *o, const struct ev_op *op)
{
	if (is_zero(op, PIPE_READERS))
		return cause__departure(tl, o, END_READ);
	/* A splice has two objects: the other record of it names the broken one. */
	return cause__none(op->op == OPC_SPLICE ? CAUSE_NONE : CAUSE_UNKNOWN);
}

struct cause pipe__sigpipe(const struct timeline *tl, const struct obj *o)
{
	return cause__departure(tl, o, END_READ);
}

__u32 pipe_pages(__u64 bytes)
{
	__u32 pages = 1;

	while (pages * 4096ull < (__u32)bytes)
		pages *= 2;
	return pages;
}

/* A pipe of notifications is EBUSY whatever it holds (fs/pipe.c pipe_set_size()). */
static struct cause not_resized(const struct ev_op *op)
{
	__u32 pages = pipe_pages(op->bytes);

	if (!(op->e.flags & EVF_NO_STATE) &&
	    (op->before.v[PIPE_USED] > pages || op->after.v[PIPE_USED] > pages))
		return cause__none(CAUSE_STATE);
	return cause__none(CAUSE_UNKNOWN);
}

struct cause pipe__why(struct timeline *tl, const struct task *t, const struct obj *o,
		       const struct ev_op *op)
{
	if (!o)
		return cause__none(CAUSE_NONE);
	if (op->op == OPC_OPEN && op->ret == -ENXIO && is_zero(op, PIPE_READERS))
		return cause__departure(tl, o, END_READ);
	if (op->op == OPC_CONTROL && op->cmd == F_SETPIPE_SZ && op->ret == -EBUSY)
		return not_resized(op);
	if (!moves_data(op->op))
		return cause__none(CAUSE_NONE);
	if (op->ret == 0 && op->op != OPC_WRITE && op->bytes)
		return end_of_file(tl, o, op);
	if (op->ret == -EPIPE)
		return broken_pipe(tl, o, op);
	if (op->ret == -EAGAIN)
		return would_block(op);
	if (op->op == OPC_WRITE && op->ret > 0 && (__u64)op->ret < op->bytes)
		return partial(tl, t, o, op);
	return cause__none(CAUSE_NONE);
}
