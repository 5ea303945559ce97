/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session: one tracer, and any number of traced runs, one after the other, which are shown,
 * recorded, or both.
 */
#ifndef IPCTRACE_SESSION_SESSION_H
#define IPCTRACE_SESSION_SESSION_H

#include <sys/types.h>

#include "claims/claims.h"
#include "opts/opts.h"
#include "file/trace_file.h"

struct session;

struct session_run {
	char *const *argv;
	struct trace_run about;		/* as it goes into a trace file */
	const struct expect *expect;	/* NULL: no claims */
	const struct watch_spec *watch; /* words */
	size_t n_watch;
};

/* What runs already. */
struct session_attach {
	const pid_t *pids; /* processes, with their threads and what they fork from now on */
	size_t n_pids;	   /* 0: every task, as the filter wants them */
	struct trace_run about;
};

/*
 * Chooses the backend, opens the output, loads the tracer. watch: how many words a run will have to
 * watch at most.
 * NULL after one message.
 */
struct session *session__new(const struct opts *o, size_t watch);
/* Traces one command to its end. 0 to go on, 1 when nothing more should be run. */
int session__run(struct session *s, const struct session_run *run);
/*
 * Follows what runs already until it has ended, --for is over or an interrupt comes; none of it is
 * touched. 0, or 1 after something failed.
 */
int session__attach(struct session *s, const struct session_attach *what);
/* Prints the summary, closes everything, frees. Returns the exit status of all runs. */
int session__end(struct session *s);

#endif
