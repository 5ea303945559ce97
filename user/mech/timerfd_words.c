/* SPDX-License-Identifier: GPL-2.0 */
/* The sentences for timerfds: sleeps, wakeups, and calls (timerfd_create(2), fs/timerfd.c). */
#include <errno.h>
#include <sys/syscall.h>

#include "mech/timerfd.h"
#include "names/mech.h"
#include "names/opclass.h"
#include "words/explain_text.h"

/* "the timer is due in 3.20 s, then every 1.00 s", "the timer is not armed" */
static void add_timer(struct text *t, const struct ipc_state *st)
{
	struct expiry e = {0};

	mech__expiry(MECH_TIMERFD, st, &e);
	text__add(t, "the timer is ");
	text__expiry(t, &e);
}

static bool tell_state(struct text *t, const struct ev_wait *w)
{
	struct expiry e;

	/* It may have expired as the task was on its way to sleep. */
	if (w->e.flags & EVF_NO_STATE || w->state.v[TIMERFD_TICKS] ||
	    !mech__expiry(MECH_TIMERFD, &w->state, &e) || !e.due == (w->reason == WAIT_TIMERFD_DUE))
		return false;
	add_timer(t, &w->state);
	return true;
}

bool timerfd__tell_sleep(struct text *t, const struct fact *f, bool named)
{
	const struct ev_wait *w = &f->rec->wait;

	if (!tell_state(t, w))
		text__reason(t, w, reason__get(w->reason));
	if (f->obj && w->reason == WAIT_TIMERFD_OFF)
		explain_holders(t, f, f->obj, END_WRITE, NULL);
	return true;
}

bool timerfd__tell_look(struct text *t, const struct ev_wait *w, const struct tell_last *last)
{
	return tell_state(t, w);
}

bool timerfd__tell_wake(struct text *t, const struct fact *f)
{
	if (f->cause.kind != CAUSE_RAISED)
		return false;
	text__add(t, ": ");
	text__who(t, &f->cause.by);
	text__add(t, " set how often it has expired");
	text__by_call(t, f->cause.nr, f->cause.fd);
	return true;
}

static void was_cancelled(struct text *t, const struct cause *c)
{
	if (c->by_known)
		text__who(t, &c->by);
	else
		text__add(t, "somebody");
	text__add(t, " set the clock");
	if (c->by_known)
		text__by_call(t, c->nr, -1);
	text__add(t, ", which cancels the timer (TFD_TIMER_CANCEL_ON_SET)");
}

static void came_through(struct text *t, const struct ev_op *op)
{
	__u64 number;

	if (op_number(op, &number)) {
		if (number > 1)
			text__add(t, "it has expired %llu times", (unsigned long long)number);
	} else if (op->nr == SYS_timerfd_settime && !(op->e.flags & EVF_NO_STATE)) {
		if (op->after.v[TIMERFD_TICKS])
			text__add(t, "the timer has expired already");
		else
			add_timer(t, &op->after);
	}
}

static void refused(struct text *t, const struct ev_op *op)
{
	if (op->ret == -EINVAL && op->op == OPC_READ && !(op->bits & OPF_NO_ARG) &&
	    op->arg < TIMERFD_BYTES)
		text__add(t, "how often it has expired has %d bytes, and there is room for %llu",
			  TIMERFD_BYTES, (unsigned long long)op->arg);
}

void timerfd__tell_op(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	switch (f->cause.kind) {
	case CAUSE_STATE:
		text__add(t, "it would have to wait: ");
		add_timer(t, op->before.v[TIMERFD_TICKS] ? &op->after : &op->before);
		break;
	case CAUSE_CLOCK_SET:
		was_cancelled(t, &f->cause);
		break;
	case CAUSE_UNKNOWN:
		text__not_shown(t, op);
		break;
	default:
		if (op->ret >= 0)
			came_through(t, op);
		else
			refused(t, op);
	}
}
