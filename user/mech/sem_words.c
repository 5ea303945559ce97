/* SPDX-License-Identifier: GPL-2.0 */
/* The sentences for SysV semaphores: sleeps, wakeups, and calls that fail. */
#include <errno.h>
#include <stdlib.h>

#include "mech/sem.h"
#include "mech/semcall.h"
#include "mech/sysv.h"
#include "words/explain_text.h"
#include "names/opclass.h"

/* Who operated on it last, as the kernel notes, and how, if that was seen. */
static void add_last(struct text *t, const struct fact *f)
{
	const struct cause *c = &f->cause;

	if (!c->by_known)
		return;
	text__add(t, c->amount < 0   ? "; last lowered by "
		     : c->amount > 0 ? "; last raised by "
				     : "; the last to operate on it was ");
	text__who(t, &c->by);
	if (c->t) {
		text__add(t, " at ");
		text__at(t, c->t);
	}
	text__gone(t, f);
}

/* change: what the operation adds; 0: it waits for 0. */
static void add_want(struct text *t, const struct ipc_state *st, __s64 change)
{
	text__add(t, "semaphore %u is %u, and it ", st->v[SEM_NUM], st->v[SEM_VALUE]);
	if (change)
		text__add(t, "takes %lld", -(long long)change);
	else
		text__add(t, "waits for 0");
}

static void add_others(struct text *t, const struct ev_wait *w)
{
	__u32 n = w->state.v[w->reason == WAIT_SEM_ZERO ? SEM_ZCNT : SEM_NCNT];

	if (n > 1)
		text__add(t, "; %u more wait%s for the same", n - 1, n == 2 ? "s" : "");
}

bool sem__tell_sleep(struct text *t, const struct fact *f, bool named)
{
	const struct ev_wait *w = &f->rec->wait;

	if (w->e.flags & EVF_NO_STATE)
		return false;
	add_want(t, &w->state, -(__s64)w->arg);
	add_last(t, f);
	add_others(t, w);
	return true;
}

bool sem__tell_look(struct text *t, const struct ev_wait *w, const struct tell_last *last)
{
	if (w->e.flags & EVF_NO_STATE)
		return false;
	add_want(t, &w->state, w->reason == WAIT_SEM_ZERO ? 0 : -(__s64)w->arg);
	last->tell(last, t, "the last to operate on it was", "process", w->state.v[SEM_LASTPID]);
	return true;
}

static void changed(struct text *t, const struct fact *f)
{
	const struct cause *c = &f->cause;
	__u32 num = f->rec->wait.state.v[SEM_NUM];

	text__add(t, ": ");
	text__who(t, &c->by);
	if (c->amount)
		text__add(t, " %s semaphore %u by %llu", c->amount > 0 ? "raised" : "lowered", num,
			  (unsigned long long)llabs(c->amount));
	else {
		text__add(t, " changed ");
		text__object(t, c->obj);
	}
	text__by_call(t, c->nr, -1);
}

bool sem__tell_wake(struct text *t, const struct fact *f)
{
	const struct cause *c = &f->cause;

	switch (c->kind) {
	case CAUSE_RAISED:
	case CAUSE_LOWERED:
		changed(t, f);
		return true;
	case CAUSE_UNDONE:
		text__add(t, ": ");
		text__who(t, &c->by);
		text__add(t, " exited, and its SEM_UNDO ");
		if (c->amount)
			text__add(t, c->amount > 0 ? "gave back %llu" : "took back %llu",
				  (unsigned long long)llabs(c->amount));
		else
			text__add(t, "changed the set");
		return true;
	default:
		return false;
	}
}

static void failed_by_cause(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;
	const struct cause *c = &f->cause;
	const struct ipc_state *st = &op->before;

	switch (c->kind) {
	case CAUSE_STATE:
		/* Whichever of the two states forbids it. */
		if (!(op->e.flags & EVF_NO_AFTER) &&
		    (op->change ? st->v[SEM_VALUE] >= (__u64)-op->change : !st->v[SEM_VALUE]))
			st = &op->after;
		text__add(t, "it would have to wait: ");
		add_want(t, st, op->change);
		add_last(t, f);
		break;
	case CAUSE_TIMEOUT:
		text__add(t, "the time that it gave itself is up: no value was changed");
		break;
	case CAUSE_REMOVED:
		sysv__tell_gone(t, c, "set");
		break;
	default:
		text__add(t, "the records do not show why");
	}
}

static void explain_undo(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;
	__s64 change = op->change;

	text__add(t, "SEM_UNDO: the exit of ");
	text__who(t, &f->who);
	text__add(t, " %s %llu", change > 0 ? "gives back" : "takes back",
		  (unsigned long long)llabs(change));
	if (op->e.flags & EVF_NO_STATE)
		return;
	text__add(t, "; semaphore %u was %u", op->before.v[SEM_NUM], op->before.v[SEM_VALUE]);
	if (op->before.v[SEM_VALUE] + change < 0)
		text__add(t, ", and does not go below 0");
}

static void explain_rmid(struct text *t, const struct ev_op *op)
{
	text__add(t, "the set of %u is gone at once", op->before.v[SEM_NSEMS]);
	sysv__tell_rmid(t, op);
}

void sem__tell_op(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	if (op->op == OPC_SEM_UNDO)
		explain_undo(t, f);
	else if (op->op == OPC_SEM_CTL && op->cmd == SEMCTL_RMID && !op->ret &&
		 !(op->e.flags & EVF_NO_STATE))
		explain_rmid(t, op);
	else if (f->cause.kind != CAUSE_NONE && op->op != OPC_SEM_GET)
		failed_by_cause(t, f);
	else if (op->ret < 0)
		sem__tell_failed(t, f);
}
