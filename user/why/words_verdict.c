/* SPDX-License-Identifier: GPL-2.0 */
/* The verdict on a wait as a sentence. */
#include "words.h"

static bool on_fifo(const struct node *nd)
{
	return nd->task->wait.obj.mech == MECH_FIFO;
}

/* Whether nobody outside of its process could end it. */
static bool by_itself_only(const struct look *l, const struct node *nd)
{
	for (size_t i = 0; i < nd->n_enders; i++)
		if (l->tasks[nd->enders[i]].rec.e.pid != nd->task->rec.e.pid)
			return false;
	return true;
}

static void say_deadlock(struct text *t, const struct look *l, const struct node *nd)
{
	if (by_itself_only(l, nd))
		text__add(t, "deadlock: nobody but itself could end it");
	else if (nd->in_cycle)
		text__add(t, "deadlock: all who could end it wait for each other");
	else
		text__add(t, "behind a deadlock: who could end it waits in vain");
	text__add(t, on_fifo(nd) ? "; only a signal helps, or somebody who opens the FIFO"
				 : "; only a signal helps");
}

static void say_open(struct text *t, const struct look *l, const struct node *nd)
{
	if (nd->task->wait.reason == WAIT_FIFO_PARTNER)
		text__add(t, "ends as soon as any process opens the other end");
	else if (nd->task->rec.flags & LOOK_TIMED)
		text__add(t, "ends by its timeout at the latest");
	if (nd->best == NOBODY)
		return;
	if (nd->task->rec.flags & LOOK_TIMED)
		text__add(t, "; ");
	words__task(t, l, &l->tasks[nd->best]);
	text__add(t, " could end it");
	if (!node__is_direct(nd, nd->best))
		text__add(t, nd->task->n_watches ? ", by epoll_ctl or F_SETPIPE_SZ"
						 : ", by F_SETPIPE_SZ");
	if (nd->steps)
		text__add(t, ", once it is woken itself");
}

static void say_stopped(struct text *t, const struct look *l, const struct node *nd)
{
	const struct task *traced = nd->traced == NOBODY ? NULL : &l->tasks[nd->traced];

	text__add(t, "only who is stopped could end it, once it may go on");
	if (nd->stops & STOP_PLAIN || !traced)
		text__add(t, " (SIGCONT)");
	if (!traced)
		return;
	text__add(t, "; only its tracer can let ");
	words__task(t, l, traced);
	text__add(t, " go on: ");
	if (look__task(l, traced->rec.tracer_tid) == nd->task)
		text__add(t, "that is who waits, ");
	words__tracer(t, l, traced);
}

void words__verdict(struct text *t, const struct look *l, const struct node *nd)
{
	switch (nd->verdict) {
	case VERDICT_NONE:
		break;
	case VERDICT_DEADLOCK:
		say_deadlock(t, l, nd);
		break;
	case VERDICT_OPEN:
		say_open(t, l, nd);
		break;
	case VERDICT_STOPPED:
		say_stopped(t, l, nd);
		break;
	case VERDICT_UNKNOWN:
		text__add(t, "unknown: ");
		words__doubts(t, nd->doubts);
		break;
	}
}
