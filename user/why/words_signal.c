/* SPDX-License-Identifier: GPL-2.0 */
/* Signals, timers that send them, and children that have ended, in words. */
#include <signal.h>

#include "names/names.h"
#include "lib/units.h"
#include "why/words.h"

#define NAMED_MAX 5

void words__signals(struct text *t, __u64 signals, const char *before)
{
	size_t named = 0, more = 0;

	for (int sig = 1; sig <= 64; sig++) {
		if (!(signals >> (sig - 1) & 1))
			continue;
		if (named == NAMED_MAX) {
			more++;
			continue;
		}
		text__add(t, "%s%s", named++ ? ", " : before, signal_name(sig));
	}
	if (more)
		text__add(t, " and %zu more", more);
}

void words__timer(struct text *t, const struct look_timer *timer)
{
	char due[UNIT_LEN];

	text__add(t, "its own timer (%s, due in %s)",
		  timer->kind == TIMER_REAL ? "ITIMER_REAL" : "timer_create",
		  format_duration(due, timer->due));
}

/* The process has ended, all of it, and its parent has not waited for it. */
static bool is_zombie_of(const struct look *l, const struct seen_task *child,
			 const struct seen_task *parent)
{
	if (child->rec.state != LOOK_ZOMBIE || child->rec.parent != parent->rec.e.pid ||
	    child->rec.exit_signal != SIGCHLD || child->rec.e.tid != child->rec.e.pid)
		return false;
	for (size_t i = (size_t)(child - l->tasks) + 1; i < l->n_tasks; i++)
		if (l->tasks[i].rec.e.pid == child->rec.e.pid)
			return false;
	return true;
}

void words__zombies(struct text *t, const struct look *l, const struct seen_task *task)
{
	const __u64 bit = 1ULL << (SIGCHLD - 1);
	size_t n = 0;

	if (!(task->rec.handled & bit))
		return;
	for (size_t i = 0; i < l->n_tasks; i++) {
		if (!is_zombie_of(l, &l->tasks[i], task))
			continue;
		if (n++ >= NAMED_MAX)
			continue;
		text__add(t, n > 1 ? ", " : "");
		words__process(t, l, &l->tasks[i]);
	}
	if (!n)
		return;
	if (n > NAMED_MAX)
		text__add(t, " and %zu more", n - NAMED_MAX);
	text__add(t, n == 1 ? " has ended and is not waited for"
			    : " have ended and are not waited for");
	if (!(task->rec.pending & bit))
		text__add(t, "; no SIGCHLD is pending any more that would tell of %s",
			  n == 1 ? "it" : "them");
}
