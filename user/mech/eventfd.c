/* SPDX-License-Identifier: GPL-2.0 */
/* eventfds: what the stages call, why a read or write would have to wait, and which number it moved. */
#include "mech/eventfd.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include "mech/mechs.h"
#include "names/opclass.h"
#include "timeline/cause.h"
#include "timeline/tasks.h"
#include "words/field_groups.h"

static bool blocks(const struct ev_op *op, const struct ipc_state *st)
{
	__u64 adds;

	if (op->op == OPC_READ)
		return !st->v[EVENTFD_COUNT];
	return op_number(op, &adds) && eventfd__is_full(st, adds);
}

static struct cause why(struct timeline *tl, const struct task *t, const struct obj *o,
			const struct ev_op *op)
{
	if (op->ret != -EAGAIN || !moves_data(op->op))
		return cause__none(CAUSE_NONE);
	if (!(op->e.flags & EVF_NO_STATE) && (blocks(op, &op->before) || blocks(op, &op->after)))
		return cause__none(CAUSE_STATE);
	return cause__none(CAUSE_UNKNOWN);
}

static bool moved(const struct ev_op *op, struct move *m)
{
	__u64 number;

	if (op->ret != EVENTFD_BYTES || !op_number(op, &number) || number > INT64_MAX)
		return false;
	m->bytes = op->op == OPC_WRITE ? (__s64)number : -(__s64)number;
	return true;
}

static __s64 amount(const struct timeline *tl, const struct ev_wait *w, const struct obj *o)
{
	const struct task *t = tasks__find(tl, w->waker.tid);
	unsigned int n = !t ? 0 : t->n_moves < RECENT_MOVES ? t->n_moves : RECENT_MOVES;

	for (unsigned int i = 1; o && i <= n; i++) {
		const struct move *m = &t->moves[(t->n_moves - i) % RECENT_MOVES];

		if (m->index == o->pub.index && m->start <= w->woken && m->until >= w->woken &&
		    (m->bytes > 0) == (w->reason == WAIT_EVENTFD_ZERO))
			return m->bytes;
	}
	return 0;
}

/* io_uring, aio, KVM and their like hold eventfds. */
static bool kernel_has(const struct ipc_state *now)
{
	return now->v[EVENTFD_KERNEL];
}

static void sleep_fields(struct fields *fs, const struct ev_wait *w)
{
	if (w->reason == WAIT_EVENTFD_FULL && w->arg)
		fields__int(fs, "needs", w->arg > INT64_MAX ? INT64_MAX : (__s64)w->arg);
}

static void lane_result(const struct ev_op *op, char *buf, size_t size)
{
	__u64 number;

	if (op_number(op, &number))
		snprintf(buf, size, " (%s %llu)", op->op == OPC_WRITE ? "adds" : "gets",
			 (unsigned long long)number);
}

const struct mech_ops eventfd_ops = {
    .why = why,
    .amount = amount,
    .moved = moved,
    .kernel_has = kernel_has,
    .tell_op = eventfd__tell_op,
    .tell_sleep = eventfd__tell_sleep,
    .tell_wake = eventfd__tell_wake,
    .sleep_fields = sleep_fields,
    .lane_result = lane_result,
};
