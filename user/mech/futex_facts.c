/* SPDX-License-Identifier: GPL-2.0 */
/* Why a task on a futex in shared memory was woken, and why a call on one failed. */
#include <errno.h>
#include <linux/futex.h>

#include "mech/futex.h"
#include "names/opclass.h"
#include "timeline/cause.h"
#include "timeline/watched.h"

void futex__did(struct timeline *tl, struct obj *o, const struct ev_op *op)
{
	int cmd = op->cmd & FUTEX_CMD_MASK;

	if (cmd != FUTEX_REQUEUE && cmd != FUTEX_CMP_REQUEUE && cmd != FUTEX_CMP_REQUEUE_PI)
		return;
	if (o && op->ret > 0 && op->bits & FUTEXF_SECOND)
		o->requeues[o->n_requeues++ % REQUEUES] =
		    (struct requeue){op->offset, (__u64)op->second, op->e.ts};
}

/* Whether a task that sleeps on its own word may be on the waker's word: all calls that moved
 * sleepers of that word before the wakeup are known. */
static bool was_moved(const struct obj *o, const struct ev_wait *w)
{
	unsigned int n = o->n_requeues < REQUEUES ? o->n_requeues : REQUEUES;
	__u64 at = w->arg;

	for (unsigned int i = n; i; i--) {
		const struct requeue *r = &o->requeues[(o->n_requeues - i) % REQUEUES];

		if (r->from == at && r->ts >= w->slept)
			at = r->to;
		if (at == w->waker.arg)
			return true;
	}
	return false;
}

enum cause_kind futex__wakes(const struct obj *o, const struct ev_wait *w)
{
	if (w->waker.ctx == WAKE_EXIT)
		return w->waker.arg ? CAUSE_OWNER_DIED : CAUSE_TASK;
	/* The same word: the segment alone is not enough. */
	if (op_class_of(w->waker.nr) == OPC_FUTEX && same_object(&w->waker.obj, &w->obj) &&
	    (w->waker.arg == w->arg || (o && was_moved(o, w))))
		return CAUSE_FUTEX;
	return CAUSE_TASK;
}

struct cause futex__sleeps(struct timeline *tl, const struct obj *o, const struct ev_wait *w)
{
	return words__last(tl, &w->obj, w->arg);
}

struct cause futex__why(struct timeline *tl, const struct task *t, const struct obj *o,
			const struct ev_op *op)
{
	int cmd = op->cmd & FUTEX_CMD_MASK;

	switch (op->ret) {
	case -EAGAIN:
		/* What the kernel compares is the word. */
		if (cmd == FUTEX_WAIT || cmd == FUTEX_WAIT_BITSET)
			return cause__none(CAUSE_STATE);
		break;
	case -ETIMEDOUT:
		if (t && op->e.flags & EVF_SLEPT && t->woken.kind == CAUSE_TIMEOUT)
			return t->woken;
		break;
	}
	return cause__none(CAUSE_NONE);
}
