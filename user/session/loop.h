/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The work while a run lasts: draining, showing, interrupts, deadlines. For files of user/session/
 * only.
 */
#ifndef IPCTRACE_SESSION_LOOP_H
#define IPCTRACE_SESSION_LOOP_H

#include "launch/launch.h"
#include "session/live_line.h"
#include "session/priv.h"
#include "launch/targets.h"

#define LOOP_MS	   1000000ULL
#define LOOP_NEVER (~0ULL)

enum end {
	RUN_GOES_ON,
	RUN_DONE,
	RUN_TRACER, /* the tracer or the timeline failed, error says how */
	RUN_STUCK,  /* something does not even die of SIGKILL */
};

/* Why the run is being ended before its time. */
enum stop { STOP_NONE, STOP_INTERRUPTED, STOP_TIMEOUT, STOP_OUTPUT, STOP_TRACER };

struct loop {
	struct session *s;
	struct launch *launch;	 /* what we started; NULL: nothing */
	struct targets *targets; /* what ran already; NULL: nothing, or everything */
	__u64 next_sums;
	__u64 next_tick, next_snapshot, deadline, kill_at, give_up_at; /* ns, LOOP_NEVER */
	int records;						       /* of the last drain */
	const char *unmapped; /* a watched word that nobody mapped */
	enum stop stop;
	int error;
	struct live_line line;
	unsigned int looks;
	char stuck[256];   /* who was there at the last look after SIGKILL */
	char left[256];	   /* who was still there at the timeout */
	char message[512]; /* what went wrong, a line */
};

/* Runs until the run is over, in whichever way, and all its records have come. */
enum end loop__follow(struct loop *lp);
/* Prints a message if a watched word was never mapped: nothing is known about it. */
void loop__judge_watch(struct loop *lp, struct trace_end *end);

#endif
