/* SPDX-License-Identifier: GPL-2.0 */
/* The end of a sleep: its record is written when the task is switched in. */
#ifndef IPCTRACE_WAIT_RUN_AGAIN_BPF_H
#define IPCTRACE_WAIT_RUN_AGAIN_BPF_H

#include "core/filter.bpf.h"
#include "core/sums.bpf.h"

/* Woken since it fell asleep. */
static __always_inline bool is_woken(const struct wait_flight *w)
{
	return w->slept && w->woken >= w->slept;
}

static __always_inline void fill_wait(struct ev_wait *e, const struct wait_flight *w)
{
	/* Another CPU may wake a task that is still on its way to sleep: then it slept for no time,
	 * and its object was not known to the waker's hook.
	 */
	e->e.flags = w->flags | (w->woken_read ? 0 : EVF_NO_WOKEN);
	e->slept = w->woken && w->woken < w->slept ? w->woken : w->slept;
	e->woken = w->woken;
	e->obj = w->obj;
	e->state = w->state;
	e->state_woken = w->state_woken;
	e->fd = w->fd;
	e->nr = w->nr;
	e->op = w->op;
	e->reason = w->reason;
	e->waker = w->waker;
	e->arg = w->arg;
	e->value = w->value;
	e->last = w->last;
}

/* A task that is woken on its way to sleep slept for no time. */
static __always_inline bool wait_wanted(const struct wait_flight *w, __u64 end)
{
	if ((end > w->slept ? end - w->slept : 0) < filter.min_wait)
		return false;
	return w->reason == WAIT_STOPPED ? stop_wanted() : object_wanted(TRACE_ON, &w->obj);
}

/* task: the address of t, which sums need. */
static __always_inline void run_again(struct task_ctx *tc, struct task_struct *t, __u64 task,
				      __u64 now)
{
	struct wait_flight *w = &tc->wait;
	struct ev_wait *e;

	if (w->slept)
		tc->op.slept |= OP_SLEPT;
	if (w->slept && wait_wanted(w, w->woken)) {
		tc->op.slept |= OP_SLEPT_WANTED;
		e = filter.sums && sum_wait(w, task, pid_here(t))
			? NULL
			: quick_record(now, t, EV_WAIT, struct ev_wait);
		if (e) {
			fill_wait(e, w);
			submit(e);
		}
	}
	if (w->slept || w->woken)
		__builtin_memset(w, 0, sizeof(*w));
}

#endif
