/* SPDX-License-Identifier: GPL-2.0 */
/* What semaphore sets and message queues have in common: made, removed at once, and who finds that out. */
#include <errno.h>
#include <sys/ipc.h>

#include "names/mech.h"
#include "timeline/opclass.h"
#include "timeline/priv.h"

bool is_set_or_queue(const struct ipc_object *key)
{
	return is_sysv(key) && !is_memory(key);
}

bool is_sysv(const struct ipc_object *key)
{
	return mech__has(key->mech, T_SYSV);
}

void sysv__object(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts)
{
	if (!(ev->e.flags & EVF_NO_STATE))
		objects__state(o, &ev->state, ts);
	o->removed.known = ev->change == OBJ_DESTROYED;
	if (!o->removed.known)
		return;
	o->removed.by = tasks__noted(tl, ev->e.pid, ev->e.tid);
	o->removed.ts = ts;
	o->removed.fd = -1;
	o->removed.nr = ev->nr;
}

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

bool sysv__removes(const struct ev_wait *w, enum op_class op)
{
	return (op == OPC_SEM_CTL || op == OPC_MSG_CTL) && w->waker.arg == IPC_RMID &&
	       is_set_or_queue(&w->obj) && same_object(&w->waker.obj, &w->obj);
}
