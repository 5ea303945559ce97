/* SPDX-License-Identifier: GPL-2.0 */
/* The insides of a session, for files of user/session/ only. */
#ifndef IPCTRACE_SESSION_PRIV_H
#define IPCTRACE_SESSION_PRIV_H

#include <sys/utsname.h>

#include "launch/launch.h"
#include "session/printer.h"
#include "session/recorder.h"
#include "session/session.h"
#include "trace/tracer.h"

struct session {
	const struct opts *opts;
	struct utsname kernel;
	struct tracer *tracer;
	struct printer *printer;
	struct recorder *recorder; /* NULL: it is not recorded */
	int interrupt_fd;
	bool sums;		       /* by the kernel, in place of records */
	unsigned int exits;	       /* since they were taken last */
	__u64 over;		       /* when the run's story ended, ns; 0: it goes on */
	__u64 lost[LOST_CAUSES];       /* so far, as records were made of it */
	const struct session_run *run; /* NULL between runs */
};

/* A record of the run: shows and records it, unless it is from after the end. 0 or -errno. */
int session__feed(struct session *s, const struct event *rec);

#endif
