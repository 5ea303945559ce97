/* SPDX-License-Identifier: GPL-2.0 */
/* The verdict on a wait as a sentence. */
#include "names/fifo_words.h"
#include "names/mech.h"
#include "names/names.h"
#include "why/words.h"

static bool on_fifo(const struct node *nd)
{
	__u8 mech = nd->task->wait.obj.mech;

	return mech__has(mech, MT_PATH) && mech__has(mech, MT_ENDS);
}

/* Whether no task outside of its process could end it. */
static bool by_itself_only(const struct look *l, const struct node *nd)
{
	for (size_t i = 0; i < nd->n_enders; i++)
		if (l->tasks[nd->enders[i]].rec.e.pid != nd->task->rec.e.pid)
			return false;
	return true;
}

static void say_killer(struct text *t, const struct seen_task *task)
{
	const struct look_timer *timer = task__killer(task);

	if (!timer)
		return;
	text__add(t, ": ");
	words__timer(t, timer);
	text__add(t, " kills it by %s", signal_name(timer->sig));
}

/* A FIFO cannot be opened by a name that it does not have; /proc shows who has it open. */
static void say_nameless(struct text *t, const struct look *l, const struct node *nd)
{
	size_t n, at = look__holds(l, &nd->task->wait.obj, &n);

	text__add(t,
		  "deadlock: the FIFO has no name any more by which somebody could open it; only "
		  "a signal helps");
	if (n) {
		const struct seen_task *holder = look__task(l, l->held[at].e.tid);

		text__add(t, ", or an open of /proc/%u/fd/%d",
			  holder ? holder->rec.seen_pid : l->held[at].e.pid, l->held[at].fd);
	} else {
		text__add(t, ", or another mount of it");
	}
	say_killer(t, nd->task);
}

static void say_deadlock(struct text *t, const struct look *l, const struct node *nd)
{
	if (nd->task->rec.flags & LOOK_NAMELESS && !nd->n_enders) {
		say_nameless(t, l, nd);
		return;
	}
	if (node__abandoned(nd)) {
		text__add(t, "deadlock: nobody who could end it has it open, nor has it a name by "
			     "which somebody could open it; only a signal helps");
		say_killer(t, nd->task);
		return;
	}
	if (by_itself_only(l, nd))
		text__add(t, "deadlock: nobody but itself could end it");
	else if (nd->in_cycle)
		text__add(t, "deadlock: all who could end it wait for each other");
	else
		text__add(t, "behind a deadlock: who could end it waits in vain");
	text__add(t, on_fifo(nd) ? "; only a signal helps, or somebody who opens the FIFO"
				 : "; only a signal helps");
	say_killer(t, nd->task);
}

static void say_expiry(struct text *t, const struct look *l, const struct seen_task *task)
{
	__s32 fd = look__fd(l, task, &task->timer);

	words__object(t, l, &task->timer);
	if (fd >= 0)
		text__add(t, " (fd %d)", fd);
	text__add(t, " expires in ");
	text__span(t, task->expiry.due);
}

/* By itself, without anybody else. Whether it does. */
static bool say_timed(struct text *t, const struct look *l, const struct seen_task *task)
{
	const struct look_timer *timer = task__timer(task);

	if (task->expiry.due) {
		say_expiry(t, l, task);
		text__add(t, task->rec.flags & LOOK_TIMED ? "; " : "");
	}
	if (task->rec.flags & LOOK_TIMED) {
		text__add(t, "ends by its timeout at the latest");
		return true;
	}
	if (task->expiry.due || !timer)
		return task->expiry.due;
	words__timer(t, timer);
	text__add(t, " interrupts it by %s", signal_name(timer->sig));
	return true;
}

static void say_way(struct text *t, const struct look *l, const struct node *nd)
{
	const struct seen_task *best = &l->tasks[nd->best];

	if (node__by_signal(nd, nd->best)) {
		if (best->rec.e.pid == nd->task->rec.e.pid)
			text__add(t, ", while its own timer counts the time that it runs");
		else if (best->rec.ptracer == nd->task->rec.e.pid)
			text__add(t, ": its end or stop sends SIGCHLD");
		else
			text__add(t, ": its end sends %s", signal_name(best->rec.exit_signal));
	} else if (!node__is_direct(nd, nd->best) && node__has_way(nd, WAY_SHUTDOWN)) {
		text__add(t, nd->task->n_watches ? ", by epoll_ctl or shutdown" : ", by shutdown");
	} else if (!node__is_direct(nd, nd->best)) {
		text__add(t, nd->task->n_watches ? ", by epoll_ctl or F_SETPIPE_SZ"
						 : ", by F_SETPIPE_SZ");
	}
}

static void say_open(struct text *t, const struct look *l, const struct node *nd)
{
	bool timed = say_timed(t, l, nd->task);

	if (nd->best == NOBODY)
		return;
	if (timed)
		text__add(t, "; ");
	if ((nd->task->rec.child_wait || node__by_signal(nd, nd->best)) &&
	    l->tasks[nd->best].rec.parent == nd->task->rec.e.pid)
		text__add(t, "its child ");
	words__task(t, l, &l->tasks[nd->best]);
	text__add(t, nd->steps ? ", once awake, could end it" : " could end it");
	say_way(t, l, nd);
}

/* Whether those who are just opening it are all that the kernel counts. */
static bool nobody_has_open(const struct look *l, const struct ev_wait *w)
{
	size_t n, opening = 0;

	look__holds(l, &w->obj, &n);
	for (size_t i = 0; i < l->n_tasks; i++)
		opening += task__opens_fifo(&l->tasks[i]) &&
			   look__same_object(&l->tasks[i].wait.obj, &w->obj);
	return !n && w->state.v[PIPE_READERS] + w->state.v[PIPE_WRITERS] == opening;
}

static void say_opener(struct text *t, const struct look *l, const struct node *nd)
{
	const struct ev_wait *w = &nd->task->wait;
	__u8 end = fifo_wait_end(w);

	text__add(t, "whoever opens ");
	words__object(t, l, &w->obj);
	if (end)
		text__add(t, " for %s", end == END_READ ? "writing" : "reading");
	text__add(t, " could end it; ");
	if (end && nobody_has_open(l, w))
		text__add(t, "nobody has it open, and ");
	text__add(t, "nobody is known who will open it");
}

static void say_unknown(struct text *t, const struct look *l, const struct node *nd)
{
	unsigned int others = nd->doubts & ~(unsigned int)DOUBT_OPENER;

	text__add(t, "unknown: ");
	if (nd->doubts & DOUBT_OPENER) {
		say_opener(t, l, nd);
		text__add(t, others ? "; " : "");
	}
	words__doubts(t, others);
	if (nd->doubts & DOUBT_SIGNAL && !task__awaits_signal(nd->task))
		words__signals(t, task__signals(nd->task), "; it handles ");
}

static void say_stopped(struct text *t, const struct look *l, const struct node *nd)
{
	const struct seen_task *traced = nd->traced == NOBODY ? NULL : &l->tasks[nd->traced];

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
		say_unknown(t, l, nd);
		break;
	}
}
