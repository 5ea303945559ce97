/* SPDX-License-Identifier: GPL-2.0 */
/* What a task is doing, in words. */
#include "why/words.h"

void words__tracer(struct text *t, const struct look *l, const struct seen_task *task)
{
	const struct seen_task *tracer = look__task(l, task->rec.tracer_tid);

	if (tracer)
		words__task(t, l, tracer);
	else
		text__add(t, "who cannot be seen from here");
}

void words__doing(struct text *t, const struct look *l, const struct seen_task *task)
{
	switch (task->rec.state) {
	case LOOK_RUNS:
		text__add(t, "running");
		return;
	case LOOK_STOPPED:
		text__add(t, "stopped");
		if (task->rec.flags & LOOK_TRACED) {
			text__add(t, " for its tracer, ");
			words__tracer(t, l, task);
		}
		return;
	case LOOK_FAULTS:
		text__add(t, "asleep in a page fault");
		return;
	case LOOK_EXITS:
		text__add(t, "exiting");
		return;
	case LOOK_ZOMBIE:
		text__add(t, "a zombie");
		return;
	}
	if (!task->waits) {
		text__add(t, "a worker of io_uring");
		return;
	}
	text__add(t, task->wait.reason ? "blocked in " : "asleep in ");
	words__call(t, l, task);
}
