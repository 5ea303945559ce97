/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What semaphore sets and message queues have in common: creation, removal, and the calls that find
 * them removed.
 */
#include <errno.h>
#include <sys/ipc.h>

#include "mech/sysv.h"
#include "names/opclass.h"
#include "timeline/cause.h"

struct cause sysv__removed(const struct timeline *tl, const struct task *t, const struct obj *o,
			   const struct ev_op *op)
{
	struct cause c = cause__none(CAUSE_REMOVED);

	/* EINVAL has other reasons, too: it was there before and after the call. */
	if (op->ret == -EINVAL && !(op->e.flags & (EVF_NO_STATE | EVF_NO_AFTER)))
		return cause__none(CAUSE_NONE);
	if (o->removed.known) {
		c.obj = &o->pub;
		cause__by(tl, &c, &o->removed.by, o->removed.nr, o->removed.ts);
		return c;
	}
	if (t && op->e.flags & EVF_SLEPT && t->woken.kind == CAUSE_REMOVED)
		return t->woken;
	return cause__none(op->ret == -EIDRM ? CAUSE_UNKNOWN : CAUSE_NONE);
}

bool sysv__removes(const struct ev_wait *w, enum op_class ctl)
{
	return op_class_of(w->waker.nr) == ctl && w->waker.arg == IPC_RMID &&
	       same_object(&w->waker.obj, &w->obj);
}
