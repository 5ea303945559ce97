/* SPDX-License-Identifier: GPL-2.0 */
/* The insides of a session, for session.c and session_run.c only. */
#ifndef IPCTRACE_SESSION_PRIV_H
#define IPCTRACE_SESSION_PRIV_H

#include <sys/utsname.h>

#include "launch.h"
#include "output.h"
#include "session.h"
#include "sink.h"
#include "timeline.h"
#include "tracer.h"

struct session {
	const struct opts *opts;
	struct utsname kernel;
	struct tracer *tracer;
	struct output out, records;
	const struct sink_ops *ops;
	struct sink *sink;
	struct run_summary sum;
	int interrupt_fd;
	unsigned int malformed;
	bool began;  /* the sink has printed something */
	bool failed; /* a program failed, or could not be traced to its end */
	bool timed_out;

	/* of the run that goes on */
	const struct session_run *run;
	struct timeline *timeline;
	struct claims *claims;
	bool run_began;
};

int session__feed(struct session *s, const struct event *rec);

#endif
