/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session: one tracer, one sink, and any number of traced runs, one after the other. It
 * glues tracer, launch, timeline, claims and sink together and keeps the score.
 */
#ifndef IPCTRACE_SESSION_H
#define IPCTRACE_SESSION_H

#include <stdbool.h>

#include "claims.h"
#include "opts.h"

struct session;

struct session_run {
	char *const *argv;
	const char *name;      /* for messages: "pipe-cases/4", "yes" */
	const char *command;   /* as typed, for `run`; NULL */
	const char *scenario;  /* NULL for `run` */
	const char *case_name; /* NULL or "": none */
	const char *title;
	const struct expect
	    *expect; /* NULL: no claims, and the command's own status is its own affair */
};

/* Chooses the backend, opens the output, loads the tracer. NULL after one message. */
struct session *session__new(const struct opts *o);
/* Traces one command to its end. 0 to go on, 1 when nothing more should be run. */
int session__run(struct session *s, const struct session_run *run);
/* Prints the summary, closes everything, frees. The exit status of it all. */
int session__end(struct session *s);

#endif
