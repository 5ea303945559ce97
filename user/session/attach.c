/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A run of processes that ipctrace did not start: they are followed from now on, and nothing is
 * done to them at the end.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "session/interrupt.h"
#include "lib/log.h"
#include "session/loop.h"

/* Begins to follow. False after a message: what went wrong, or that there is no such process. */
static bool adopt(struct loop *lp, const struct session_attach *what)
{
	struct session *s = lp->s;
	__u64 tasks = 0;
	int rc;

	if (what->n_pids) {
		lp->targets = targets__new(what->pids, what->n_pids);
		if (!lp->targets)
			return false;
	}
	rc = printer__begin(s->printer, &what->about, NULL);
	if (!rc)
		rc = tracer__watch_begin(s->tracer, s->opts->watch, s->opts->n_watch);
	if (!rc)
		rc = tracer__adopt(s->tracer, what->pids, what->n_pids, &tasks);
	if (rc)
		snprintf(lp->message, sizeof(lp->message), "cannot follow %s: %s", what->about.name,
			 strerror(-rc));
	else if (what->n_pids && !tasks)
		snprintf(lp->message, sizeof(lp->message),
			 "%s: nobody to follow: kernel threads, ipctrace itself, or none that the "
			 "kernel's iterators show",
			 what->about.name);
	return !*lp->message;
}

int session__attach(struct session *s, const struct session_attach *what)
{
	struct session_run run = {
	    .about = what->about, .watch = s->opts->watch, .n_watch = s->opts->n_watch};
	struct loop lp = {
	    .s = s, .deadline = LOOP_NEVER, .kill_at = LOOP_NEVER, .give_up_at = LOOP_NEVER};
	struct trace_end end = {0};

	s->run = &run;
	s->over = 0;
	recorder__run(s->recorder, &run.about);
	if (!adopt(&lp, what)) {
		end.failed = end.not_started = 1;
	} else {
		if (s->opts->for_ms)
			lp.deadline = now_ns() + s->opts->for_ms * LOOP_MS;
		live_line__begin(&lp.line, s->opts, now_ns());
		if (loop__follow(&lp) == RUN_TRACER) {
			snprintf(lp.message, sizeof(lp.message), "%s: tracing broke off: %s",
				 run.about.name, strerror(-lp.error));
			end.failed = end.incomplete = 1;
		}
		end.failed |= lp.stop == STOP_OUTPUT;
		if (s->over && !interrupt__count())
			end.limit = s->opts->for_ms * LOOP_MS;
		end.cut_off = s->over;
		if (!*lp.message)
			loop__judge_watch(&lp, &end);
	}
	end.message = *lp.message ? lp.message : NULL;
	recorder__run_end(s->recorder, &end);
	printer__end(s->printer, &end);
	targets__free(lp.targets);
	s->run = NULL;
	return end.failed;
}
