/* SPDX-License-Identifier: GPL-2.0 */
/* Semaphores: who changed each of them last, why a task waits for one, and what ends the wait. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mech/sem.h"
#include "mech/semcall.h"
#include "mech/sysv.h"
#include "names/ipc_names.h"
#include "names/opclass.h"
#include "timeline/cause.h"
#include "timeline/keys.h"
#include "timeline/tasks.h"

static bool sets_value(const struct ev_op *op)
{
	return op->op == OPC_SEM_CTL && (op->cmd == SEMCTL_SETVAL || op->cmd == SEMCTL_SETALL);
}

/* How a successful operation changed its semaphore; 0: it did not, or that is not known. */
static __s64 change_by(const struct ev_op *op)
{
	if (op->ret < 0)
		return 0;
	if (op->op == OPC_SEM_OP || op->op == OPC_SEM_UNDO)
		return op->change;
	if (op->op == OPC_SEM_CTL && op->cmd == SEMCTL_SETVAL && !(op->e.flags & EVF_NO_STATE))
		return op->value - op->before.v[SEM_VALUE];
	return 0;
}

static __u64 sem_key(const struct obj *o, __u32 num)
{
	return (__u64)o->pub.index << 32 | num;
}

static struct sem_last *last_of(const struct timeline *tl, const struct obj *o, __u32 num)
{
	struct map_node *node = map__find(&tl->sems, sem_key(o, num));

	return node ? container_of(node, struct sem_last, in.node) : NULL;
}

static struct sem_last *new_last(struct timeline *tl, struct obj *o, __u32 num)
{
	struct sem_last *s = calloc(1, sizeof(*s));

	if (!s || map__add_item(&tl->sems, &s->in, sem_key(o, num), &o->sems)) {
		free(s);
		fail(tl, -ENOMEM);
		return NULL;
	}
	return s;
}

void sem__forget(struct timeline *tl, struct obj *o)
{
	map__free_items(&tl->sems, &o->sems);
}

void sem__did(struct timeline *tl, struct obj *o, const struct ev_op *op)
{
	__u32 num = op->before.v[SEM_NUM];
	struct sem_last *s;

	if (!o || o->pub.key.mech != MECH_SEM || op->ret < 0 || op->e.flags & EVF_NO_STATE ||
	    !(op->op == OPC_SEM_OP || op->op == OPC_SEM_UNDO || sets_value(op)))
		return;
	s = last_of(tl, o, num);
	if (!s)
		s = new_last(tl, o, num);
	if (!s)
		return;
	s->by = tasks__noted(tl, op->e.pid, op->e.tid);
	s->ts = op->e.ts;
	s->amount = change_by(op);
	s->nr = op->nr;
}

/*
 * The cause is the semaphore's state st, by the task that the kernel notes as the last to operate
 * on it. How is known if that operation was seen.
 */
static struct cause by_state(const struct timeline *tl, const struct obj *o,
			     const struct ipc_state *st)
{
	const struct sem_last *s = last_of(tl, o, st->v[SEM_NUM]);
	struct cause c = cause__none(CAUSE_STATE);
	__u32 pid = st->v[SEM_LASTPID];

	c.obj = &o->pub;
	if (!pid)
		return c;
	c.by_known = true;
	c.by = tasks__actor(tl, pid, pid);
	if (s && s->by.pid == pid) {
		c.by = s->by;
		c.t = since_start(tl, s->ts);
		c.nr = s->nr;
		c.amount = s->amount;
	}
	return c;
}

struct cause sem__sleeps(struct timeline *tl, const struct obj *o, const struct ev_wait *w)
{
	if (!o || w->e.flags & EVF_NO_STATE)
		return cause__none(CAUSE_STATE);
	return by_state(tl, o, &w->state);
}

/* The value does not allow the operation. */
static bool forbids(const struct ipc_state *st, __s64 change)
{
	return change ? change < 0 && (__s64)st->v[SEM_VALUE] + change < 0 : st->v[SEM_VALUE];
}

static struct cause would_block(const struct timeline *tl, const struct obj *o,
				const struct ev_op *op)
{
	__s64 change = op->change;

	if (op->e.flags & EVF_NO_STATE)
		return cause__none(CAUSE_UNKNOWN);
	if (forbids(&op->before, change))
		return by_state(tl, o, &op->before);
	if (!(op->e.flags & EVF_NO_AFTER) && forbids(&op->after, change))
		return by_state(tl, o, &op->after);
	/* A call with several operations may wait for another one of them. */
	return cause__none(CAUSE_NONE);
}

struct cause sem__why(struct timeline *tl, const struct task *t, const struct obj *o,
		      const struct ev_op *op)
{
	bool slept = t && op->e.flags & EVF_SLEPT;

	if (!o)
		return keys__why(tl, op);
	if (op->ret >= 0 || (op->bits & SEMF_NO_ARG && !op->nsops) || sem_op__beyond(op))
		return cause__none(CAUSE_NONE);
	switch (op->ret) {
	case -EAGAIN:
		if (slept && t->woken.kind == CAUSE_TIMEOUT)
			return t->woken;
		return would_block(tl, o, op);
	case -EINVAL:
		if (op->op == OPC_SEM_CTL && !semctl_name(op->cmd))
			break;
		/* fallthrough */
	case -EIDRM:
		return sysv__removed(tl, t, o, op);
	}
	return cause__none(CAUSE_NONE);
}

enum cause_kind sem__wakes(const struct obj *o, const struct ev_wait *w)
{
	/* Nothing else that an exit does wakes who waits for a semaphore. */
	if (w->waker.ctx == WAKE_EXIT)
		return CAUSE_UNDONE;
	return sysv__removes(w, OPC_SEM_CTL) ? CAUSE_REMOVED : CAUSE_NONE;
}

bool sem__moved(const struct ev_op *op, struct move *m)
{
	m->bytes = change_by(op);
	m->num = op->before.v[SEM_NUM];
	if (op->op == OPC_SEM_UNDO)
		m->until = ~0ull;
	return m->bytes;
}

__s64 sem__amount(const struct timeline *tl, const struct ev_wait *w, const struct obj *o)
{
	const struct task *t = tasks__find(tl, w->waker.tid);
	unsigned int n = !t ? 0 : t->n_moves < RECENT_MOVES ? t->n_moves : RECENT_MOVES;

	for (unsigned int i = 1; o && i <= n; i++) {
		const struct move *m = &t->moves[(t->n_moves - i) % RECENT_MOVES];

		if (m->index == o->pub.index && m->num == w->state.v[SEM_NUM] &&
		    m->start <= w->woken && m->until >= w->woken &&
		    (m->bytes > 0) == (w->reason == WAIT_SEM_VALUE))
			return m->bytes;
	}
	return 0;
}
