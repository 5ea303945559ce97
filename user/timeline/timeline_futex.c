/* SPDX-License-Identifier: GPL-2.0 */
/* Why a task on a futex in shared memory was woken, and why a call on one failed. */
#include <errno.h>
#include <linux/futex.h>

#include "opclass.h"
#include "timeline_int.h"

enum cause_kind futex__wake(const struct ev_wait *w)
{
	if (w->waker.ctx == WAKE_EXIT)
		return w->waker.arg ? CAUSE_OWNER_DIED : CAUSE_TASK;
	/* The same word: the segment alone is not enough. */
	if (op_class_of(w->waker.nr) == OPC_FUTEX && same_object(&w->waker.obj, &w->obj) &&
	    w->waker.arg == w->arg)
		return CAUSE_FUTEX;
	return CAUSE_TASK;
}

struct cause futex__why(const struct task *t, const struct ev_op *op)
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
