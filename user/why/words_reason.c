/* SPDX-License-Identifier: GPL-2.0 */
/* Why a task sleeps, in words. */
#include "names/mech.h"
#include "timeline/mech_ops.h"
#include "why/words.h"

/* Who operated on it last: that, and no more, the kernel notes. */
static void tell_last(const struct tell_last *of_look, struct text *t, const char *did,
		      const char *of, __u32 pid)
{
	const struct look *l = of_look->ctx;
	const struct seen_task *last = NULL;

	for (size_t i = 0; i < l->n_tasks && pid && !last; i++)
		if (l->tasks[i].rec.seen_tid == pid)
			last = &l->tasks[i];
	if (!pid)
		return;
	text__add(t, "; %s ", did);
	if (last)
		words__process(t, l, last);
	else
		text__add(t, "%s %u, which is gone", of, pid);
}

/* What a fork copies of locks: only the thread that forks goes on in the child (fork(2)). */
static void alone_reason(struct text *t, const struct seen_task *task)
{
	text__add(t, "the futex at %#llx is private to it, and it has no other thread",
		  (unsigned long long)task->wait.arg);
	if (task->rec.flags & LOOK_FORKED)
		text__add(t, "; what other threads of its parent had locked when it was forked, "
			     "nobody unlocks here");
}

static void child_reason(struct text *t, const struct look *l, const struct seen_task *task)
{
	const struct seen_task *child = NULL;

	for (size_t i = 0; i < l->n_tasks && !child && !task->rec.inner_pid; i++)
		if (l->tasks[i].rec.seen_tid == task->rec.child)
			child = &l->tasks[i];
	text__add(t, "it waits until ");
	if (task->rec.child_wait == CHILD_ANY)
		text__add(t, "any child");
	else if (child)
		words__process(t, l, child);
	else
		text__add(t, "its child %u", task->rec.child);
	text__add(t, " ends");
}

void words__reason(struct text *t, const struct look *l, const struct seen_task *task)
{
	const struct ev_wait *w = &task->wait;
	const struct mech_ops *ops = mech_ops__sleep(w);
	const struct tell_last last = {tell_last, l};
	const struct reason *r = reason__get(w->reason);
	char why[192];

	if (task__awaits_signal(task)) {
		text__add(t, "it waits for a signal");
		words__signals(t, task->rec.handled, "; it handles ");
	}
	if (task->rec.child_wait)
		child_reason(t, l, task);
	if (task->rec.flags & LOOK_ALONE)
		alone_reason(t, task);
	if (task->word.known)
		words__word(t, l, task);
	if (!r)
		return;
	if (!ops->tell_look || !ops->tell_look(t, w, &last)) {
		mech__sentence(why, sizeof(why), r->sentence, mech__get(w->obj.mech),
			       w->e.flags & EVF_NO_STATE ? NULL : &w->state);
		text__add(t, "%s", why);
	}
	if (r->enders == ENDERS_OPENER && task->rec.flags & LOOK_NAMELESS)
		text__add(t, "; nobody can come by its name any more: the FIFO was deleted");
	words__watches(t, l, task);
}
