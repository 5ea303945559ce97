/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session: one tracer, and any number of traced runs, one after the other, which are shown,
 * recorded, or both.
 */
#ifndef IPCTRACE_SESSION_H
#define IPCTRACE_SESSION_H

#include "claims.h"
#include "opts.h"
#include "trace_file.h"

struct session;

struct session_run {
	char *const *argv;
	struct trace_run about; /* as it goes into a trace file */
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
