/* SPDX-License-Identifier: GPL-2.0 */
/* The work while a run lasts: draining, showing, interrupts, deadlines. */
#include "session/loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/clock.h"
#include "session/interrupt.h"
#include "lib/log.h"

#define TICK	  (50 * LOOP_MS)
#define BUSY_TICK (5 * LOOP_MS)	   /* while much comes in */
#define BUSY	  2000		   /* records a tick */
#define SLEEP_MIN (20 * LOOP_MS)   /* a sleep this long is shown while it lasts */
#define WINDOW	  (200 * LOOP_MS)  /* records are this far out of order at most */
#define SUMS	  (1000 * LOOP_MS) /* so often what the kernel sums up is taken */
#define EXITS	  512		   /* or sooner, while those who are gone are remembered */
#define PATIENCE  (2000 * LOOP_MS)
#define LOOKS	  15 /* at what does not end, as long apart */

/* What was lost since we last looked becomes a record of its own. */
static int feed_losses(struct loop *lp)
{
	struct session *s = lp->s;
	__u64 lost[LOST_CAUSES];

	tracer__lost(s->tracer, lost);
	for (unsigned int i = 0; i < LOST_CAUSES; i++) {
		struct ev_lost rec = {
		    .e = {.ts = now_ns(), .size = sizeof(rec), .kind = EV_LOST},
		    .count = lost[i] - s->lost[i],
		    .cause = i,
		};
		int rc;

		if (!rec.count)
			continue;
		s->lost[i] = lost[i];
		rc = session__feed(s, &rec.e);
		if (rc)
			return rc;
	}
	return 0;
}

static void stop(struct loop *lp, enum stop why, __u64 when)
{
	if (lp->stop == STOP_NONE)
		lp->stop = why;
	if (when < lp->kill_at)
		lp->kill_at = when;
}

/* Records first: they tell who and what the sums are about. */
static int drain_all(struct loop *lp, bool sums, __u64 *until)
{
	struct session *s = lp->s;
	int rc = tracer__drain(s->tracer, until);

	if (rc < 0)
		return rc;
	lp->records = rc;
	if (!sums)
		return 0;
	s->exits = 0;
	return tracer__take_sums(s->tracer, printer__sum_op, printer__sum_wait, s->printer);
}

static int drain(struct loop *lp, bool snapshot)
{
	struct session *s = lp->s;
	__u64 until = 0, now = now_ns();
	bool sums = s->sums && !s->over && (now >= lp->next_sums || s->exits > EXITS);
	int rc = 0;

	if (sums) {
		lp->next_sums = now + SUMS;
		rc = tracer__turn_sums(s->tracer, false);
	}
	/* Sums need it at their end only. */
	if (!rc && snapshot && !s->sums)
		rc = tracer__snapshot(s->tracer, SLEEP_MIN);
	if (!rc)
		rc = drain_all(lp, sums, &until);
	/* Asking each program what it missed takes longer than a short tick should. */
	if (!rc && (snapshot || lp->records <= BUSY))
		rc = feed_losses(lp);
	if (rc || until <= WINDOW)
		return rc;
	recorder__tick(s->recorder, until - WINDOW);
	printer__tick(s->printer, until - WINDOW);
	return printer__failed(s->printer);
}

/*
 * A reader that closes the output ends the run, as it would end any program that writes to it. A
 * full disk does not, because the command may be more important than its trace.
 */
static void look_at_output(struct loop *lp, __u64 now)
{
	bool failed = recorder__flush(lp->s->recorder, now);
	int unwritten = printer__unwritten(lp->s->printer);

	if ((!failed && !unwritten) || lp->stop != STOP_NONE)
		return;
	if (lp->launch && unwritten != EPIPE) {
		log_warn("the output cannot be written; %s goes on", lp->s->run->about.name);
		now = LOOP_NEVER;
	}
	stop(lp, STOP_OUTPUT, now);
}

static void on_tick(struct loop *lp, __u64 now)
{
	struct session *s = lp->s;
	bool snapshot = now >= lp->next_snapshot;

	lp->next_tick = now + BUSY_TICK;
	if (snapshot)
		lp->next_snapshot = now + TICK;
	if (!lp->error)
		lp->error = drain(lp, snapshot);
	if (lp->error)
		stop(lp, STOP_TRACER, now);
	printer__push(s->printer);
	live_line__renew(&lp->line, now, printer__records(s->printer));
	look_at_output(lp, now);
}

static void on_interrupt(struct loop *lp, __u64 now)
{
	int n = interrupt__count();

	/*
	 * Processes that run without us are not touched; SIGINT of the terminal ends the tracing.
	 */
	if (!lp->launch) {
		if (n > 0)
			lp->deadline = now;
		return;
	}
	/* The terminal sent SIGINT to the command, too: let it end in its own way. */
	if (n == 1 && interrupt__signal() == SIGINT)
		stop(lp, STOP_INTERRUPTED, now + PATIENCE);
	else if (n > 0)
		stop(lp, STOP_INTERRUPTED, now);
}

/*
 * Takes who is asleep now. With sums the hooks count no end of such a sleep: it is either in the
 * sums or in the snapshot.
 */
static int last_look(struct loop *lp)
{
	struct session *s = lp->s;
	__u64 until;
	int rc = s->sums ? tracer__turn_sums(s->tracer, true) : 0;

	if (!rc && s->sums)
		rc = drain_all(lp, true, &until);
	if (!rc)
		rc = tracer__snapshot(s->tracer, 0);
	if (!rc)
		rc = drain_all(lp, false, &until);
	return rc ? rc : feed_losses(lp);
}

/* Nothing later is told. So before a kill, sleepers must be seen asleep. */
static void end_story(struct loop *lp)
{
	if (lp->s->over)
		return;
	lp->s->over = now_ns();
	if (!lp->error)
		lp->error = last_look(lp);
}

static void on_deadline(struct loop *lp, __u64 now)
{
	if (lp->stop != STOP_NONE && lp->stop != STOP_OUTPUT)
		return;
	end_story(lp);
	launch__survivors(lp->launch, lp->left, sizeof(lp->left));
	stop(lp, STOP_TIMEOUT, now);
	lp->deadline = LOOP_NEVER;
}

/* Becomes readable when the followed processes are gone; -1 if none is waited for. */
static int subject_fd(const struct loop *lp)
{
	if (lp->launch)
		return launch__fd(lp->launch);
	return lp->targets ? targets__fd(lp->targets) : -1;
}

/* Killing many processes takes a while: those that are still there at the next look are stuck. */
static enum end give_up(struct loop *lp, __u64 now)
{
	char who[sizeof(lp->stuck)];
	bool same;

	launch__survivors(lp->launch, who, sizeof(who));
	same = *who && !strcmp(who, lp->stuck);
	if (same || ++lp->looks > LOOKS)
		return RUN_STUCK;
	memcpy(lp->stuck, who, sizeof(who));
	lp->give_up_at = now + PATIENCE;
	return RUN_GOES_ON;
}

static enum end step(struct loop *lp)
{
	struct pollfd fds[] = {
	    {.fd = subject_fd(lp), .events = POLLIN},
	    {.fd = lp->s->interrupt_fd, .events = POLLIN},
	    {.fd = tracer__watch_fd(lp->s->tracer), .events = POLLIN},
	};
	__u64 now;

	if (poll(fds, 3, (lp->records > BUSY ? BUSY_TICK : TICK) / LOOP_MS) < 0 && errno != EINTR)
		return RUN_STUCK;
	now = now_ns();
	/* First, because processes stand still until this is done. */
	if (fds[2].revents && !lp->error)
		lp->error = tracer__watch_serve(lp->s->tracer);
	on_interrupt(lp, now);
	if (now >= lp->next_tick || fds[0].revents || fds[1].revents)
		on_tick(lp, now);
	if (fds[0].revents & POLLIN && lp->launch) {
		launch__sweep(lp->launch);
		return RUN_DONE;
	}
	if (fds[0].revents & POLLIN && targets__gone(lp->targets))
		return RUN_DONE;
	if (!lp->launch && (now >= lp->deadline || lp->stop != STOP_NONE)) {
		end_story(lp);
		return RUN_DONE;
	}
	if (now >= lp->deadline)
		on_deadline(lp, now);
	if (now >= lp->kill_at) {
		end_story(lp);
		launch__kill(lp->launch);
		lp->kill_at = LOOP_NEVER;
		if (lp->give_up_at == LOOP_NEVER)
			lp->give_up_at = now + PATIENCE;
	}
	return now >= lp->give_up_at ? give_up(lp, now) : RUN_GOES_ON;
}

/*
 * What is drained too late is lost, so we go first while many tasks want the processor. We take
 * little of it, and the followed processes were forked before and do not inherit the nice value.
 * Without the right to do this, nothing changes.
 */
#define FIRST (-20)

enum end loop__follow(struct loop *lp)
{
	int nice = getpriority(PRIO_PROCESS, 0);
	enum end end;
	int rc;

	setpriority(PRIO_PROCESS, 0, FIRST);
	do
		end = step(lp);
	while (end == RUN_GOES_ON);
	live_line__end(&lp->line);
	lp->unmapped = tracer__watch_end(lp->s->tracer);
	/* No process that we started runs any more, so nothing more will come into the ring.
	 * Processes that ran before go on; their present state is the last that is told. */
	do
		rc = lp->error ? 0 : drain(lp, !lp->launch && !lp->s->over);
	while (lp->launch && rc == 0 && lp->records > 0 && !lp->error);
	if (!rc && lp->s->sums && !lp->s->over)
		rc = last_look(lp);
	/* The next command is forked from here. */
	setpriority(PRIO_PROCESS, 0, nice);
	if (!lp->error)
		lp->error = rc ? rc : printer__finish(lp->s->printer);
	if (printer__unwritten(lp->s->printer))
		stop(lp, STOP_OUTPUT, LOOP_NEVER);
	return lp->error ? RUN_TRACER : end;
}

void loop__judge_watch(struct loop *lp, struct trace_end *end)
{
	if (lp->s->run->n_watch && !tracer__can_watch(lp->s->tracer))
		end->unwatched = "no word can be watched here";
	if (!lp->unmapped)
		return;
	snprintf(lp->message, sizeof(lp->message), "%s: the word %s was never mapped",
		 lp->s->run->about.name, lp->unmapped);
	end->unwatched = "a watched word was never mapped";
	end->inconclusive = 1;
}
