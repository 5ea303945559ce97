/* SPDX-License-Identifier: GPL-2.0 */
/* The sentences for eventfds: sleeps, wakeups, and reads and writes that fail (eventfd(2), fs/eventfd.c). */
#include <errno.h>
#include <stdlib.h>

#include "mech/eventfd.h"
#include "names/mech.h"
#include "names/opclass.h"
#include "words/explain_text.h"

/* adds: 0, not known. */
static void add_full(struct text *t, const struct ipc_state *st, __u64 adds)
{
	if (!adds || !st || !eventfd__is_full(st, adds))
		text__add(t, "%s", reason__get(WAIT_EVENTFD_FULL)->sentence);
	else
		text__add(t, "the counter has room for %u more, and %llu %s to be added",
			  st->v[EVENTFD_ROOM], (unsigned long long)adds, adds == 1 ? "is" : "are");
}

bool eventfd__tell_sleep(struct text *t, const struct fact *f, bool named)
{
	const struct ev_wait *w = &f->rec->wait;
	bool reads = w->reason == WAIT_EVENTFD_ZERO;

	if (reads)
		text__reason(t, w, reason__get(w->reason));
	else
		add_full(t, w->e.flags & EVF_NO_STATE ? NULL : &w->state, w->arg);
	if (f->obj)
		explain_holders(t, f, f->obj, reads ? END_WRITE : END_READ, NULL);
	return true;
}

bool eventfd__tell_wake(struct text *t, const struct fact *f)
{
	const struct cause *c = &f->cause;
	unsigned long long n = (unsigned long long)llabs(c->amount);

	if (c->kind != CAUSE_RAISED && c->kind != CAUSE_LOWERED)
		return false;
	text__add(t, ": ");
	text__who(t, &c->by);
	if (c->amount)
		text__add(t, c->kind == CAUSE_RAISED ? " added %llu to " : " took %llu from ", n);
	else
		text__add(t, c->kind == CAUSE_RAISED ? " added to " : " took from ");
	text__object(t, c->obj ? c->obj : f->obj);
	text__by_call(t, -1, c->fd);
	return true;
}

static void would_block(struct text *t, const struct ev_op *op)
{
	bool after = eventfd__is_full(&op->after, op->number);

	text__add(t, "it would have to wait: ");
	if (op->op == OPC_READ)
		text__add(t, "%s", reason__get(WAIT_EVENTFD_ZERO)->sentence);
	else
		add_full(t, after ? &op->after : &op->before, op->number);
}

static void refused(struct text *t, const struct ev_op *op)
{
	__u64 number;

	if (op->ret != -EINVAL || !moves_data(op->op) || op->bits & OPF_NO_ARG)
		return;
	if (op->arg != EVENTFD_BYTES)
		text__add(t, "a counter has %d bytes, and it %s %llu", EVENTFD_BYTES,
			  op->op == OPC_READ ? "has room for" : "writes",
			  (unsigned long long)op->arg);
	else if (op_number(op, &number) && number == ~0ull)
		text__add(t, "2^64 - 1 is more than a counter may be");
}

void eventfd__tell_op(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	if (f->cause.kind == CAUSE_STATE)
		would_block(t, op);
	else if (f->cause.kind == CAUSE_UNKNOWN)
		text__not_shown(t, op);
	else
		refused(t, op);
}
