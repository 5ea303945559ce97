/* SPDX-License-Identifier: GPL-2.0 */
/* A run of what we did not start: it is followed from now on, and left as it is at the end. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "session_loop.h"

int session__attach(struct session *s, const struct session_attach *what)
{
	struct session_run run = {.about = what->about};
	struct loop lp = {
	    .s = s, .deadline = LOOP_NEVER, .kill_at = LOOP_NEVER, .give_up_at = LOOP_NEVER};
	struct trace_end end = {0};
	__u64 tasks = 0;
	int rc;

	s->run = &run;
	recorder__run(s->recorder, &run.about);
	if (what->n_pids) {
		lp.targets = targets__new(what->pids, what->n_pids);
		if (!lp.targets)
			end.failed = end.not_started = 1;
	}
	rc = end.failed ? 0 : show__begin(s->show, &run.about, NULL);
	if (!rc && !end.failed)
		rc = tracer__adopt(s->tracer, what->pids, what->n_pids, &tasks);
	if (rc) {
		snprintf(lp.message, sizeof(lp.message), "cannot follow %s: %s", run.about.name,
			 strerror(-rc));
		end.failed = end.not_started = 1;
	} else if (what->n_pids && !end.failed && !tasks) {
		snprintf(lp.message, sizeof(lp.message),
			 "%s: nobody to follow: kernel threads, ipctrace itself, or none that the "
			 "kernel's iterators show",
			 run.about.name);
		end.failed = end.not_started = 1;
	} else if (!end.failed) {
		if (s->opts->for_ms)
			lp.deadline = loop__now() + s->opts->for_ms * LOOP_MS;
		if (loop__follow(&lp) == RUN_TRACER) {
			snprintf(lp.message, sizeof(lp.message), "%s: tracing broke off: %s",
				 run.about.name, strerror(-lp.error));
			end.failed = end.incomplete = 1;
		}
		end.failed |= lp.stop == STOP_OUTPUT;
	}
	end.message = *lp.message ? lp.message : NULL;
	recorder__run_end(s->recorder, &end);
	show__end(s->show, &end);
	targets__free(lp.targets);
	s->run = NULL;
	return end.failed;
}
