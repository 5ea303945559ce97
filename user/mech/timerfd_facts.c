/* SPDX-License-Identifier: GPL-2.0 */
/* Why a call on a timerfd ended so, and what a wakeup means (fs/timerfd.c). */
#include <errno.h>
#include <sys/syscall.h>

#include "mech/timerfd.h"
#include "names/mech.h"
#include "names/opclass.h"
#include "timeline/cause.h"
#include "timeline/tasks.h"

static bool sets_the_clock(int nr)
{
	return nr == SYS_clock_settime || nr == SYS_settimeofday || nr == SYS_clock_adjtime ||
	       nr == SYS_adjtimex;
}

/*
 * The task that did it is known if a read slept until then, because the timerfd wakes its sleepers.
 */
static struct cause cancelled(const struct task *t, const struct ev_op *op)
{
	if (t && op->e.flags & EVF_SLEPT && t->woken.kind == CAUSE_CLOCK_SET)
		return t->woken;
	return cause__none(CAUSE_CLOCK_SET);
}

struct cause timerfd__why(struct timeline *tl, const struct task *t, const struct obj *o,
			  const struct ev_op *op)
{
	bool known = !(op->e.flags & EVF_NO_STATE);

	switch (op->ret) {
	case -ECANCELED: /* the one reason that there is: TFD_TIMER_CANCEL_ON_SET */
		return cancelled(t, op);
	case -EAGAIN:
		if (!moves_data(op->op))
			break;
		if (known && (!op->before.v[TIMERFD_TICKS] || !op->after.v[TIMERFD_TICKS]))
			return cause__none(CAUSE_STATE);
		return cause__none(CAUSE_UNKNOWN);
	}
	return cause__none(CAUSE_NONE);
}

/*
 * From 7.x on, setting a timer that is already due makes it expire at once, without an interrupt.
 */
static bool sets_the_timer(const struct ev_wait *w)
{
	return same_object(&w->waker.obj, &w->obj) &&
	       (w->waker.nr == SYS_timerfd_settime || w->waker.nr == SYS_timerfd_gettime ||
		op_class_of(w->waker.nr) == OPC_READ);
}

/* A task that sets the clock wakes the sleepers on a timerfd that this cancels. */
enum cause_kind timerfd__wakes(const struct obj *o, const struct ev_wait *w)
{
	if (sets_the_timer(w))
		return CAUSE_EXPIRED;
	return sets_the_clock(w->waker.nr) ? CAUSE_CLOCK_SET : CAUSE_NONE;
}

bool timerfd__still_due(const struct ev_wait *w, const struct ipc_state *now)
{
	struct expiry e;

	if (now->v[TIMERFD_TICKS] || !mech__expiry(MECH_TIMERFD, now, &e))
		return false;
	return !e.due == (w->reason == WAIT_TIMERFD_OFF);
}
