/* SPDX-License-Identifier: GPL-2.0 */
/* One traced run: from the command's exec to the death of the last thing it started. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "interrupt.h"
#include "log.h"
#include "names.h"
#include "session_priv.h"

#define MS	  1000000ULL
#define TICK	  (50 * MS)
#define BUSY_TICK (5 * MS)   /* while much comes in */
#define BUSY	  2000	     /* records a tick */
#define SLEEP_MIN (20 * MS)  /* a sleep this long is shown while it lasts */
#define WINDOW	  (200 * MS) /* records are this far out of order at most */
#define PATIENCE  (2000 * MS)
#define NEVER	  (~0ULL)

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
	struct launch *launch;
	__u64 next_snapshot, deadline, kill_at, give_up_at;
	__u64 lost[LOST_CAUSES]; /* when the run began */
	int records;		 /* of the last drain */
	enum stop stop;
	int error;
	char left[256]; /* who was still there at the timeout */
};

static __u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 * MS + ts.tv_nsec;
}

static void begin(struct session *s)
{
	const struct session_run *run = s->run;
	struct run_info info = {
	    .scenario = run->scenario,
	    .case_name = run->case_name && *run->case_name ? run->case_name : NULL,
	    .title = run->title,
	    .command = run->command,
	    .backend = s->sum.backend,
	    .kernel = s->sum.kernel,
	};

	s->began = s->run_began = true;
	s->ops->begin(s->sink, &info);
}

static void on_fact(void *ctx, const struct fact *fact)
{
	struct session *s = ctx;

	if (!s->run_began)
		begin(s);
	if (!s->opts->quiet)
		s->ops->fact(s->sink, fact);
	if (s->claims)
		claims__feed(s->claims, fact);
}

static void on_verdict(void *ctx, const struct verdict *v)
{
	struct session *s = ctx;

	s->sum.held += v->result == CLAIM_HOLDS;
	s->sum.failed += v->result == CLAIM_FAILS;
	s->sum.inconclusive += v->result == CLAIM_INCONCLUSIVE;
	s->ops->claim(s->sink, v);
}

/* What was lost since we last looked becomes a record of its own. */
static int feed_losses(struct loop *lp)
{
	struct session *s = lp->s;
	__u64 lost[LOST_CAUSES];

	tracer__lost(s->tracer, lost);
	for (unsigned int i = 0; i < LOST_CAUSES; i++) {
		struct ev_lost rec = {
		    .e = {.ts = now_ns(), .size = sizeof(rec), .kind = EV_LOST},
		    .count = lost[i] - s->sum.lost[i],
		    .cause = i,
		};
		int rc;

		if (!rec.count)
			continue;
		s->sum.lost[i] = lost[i];
		s->sum.lost_total += rec.count;
		if (s->records.f)
			fwrite(&rec, sizeof(rec), 1, s->records.f);
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

static int drain(struct loop *lp, bool snapshot)
{
	struct session *s = lp->s;
	__u64 until = 0;
	int rc = snapshot ? tracer__snapshot(s->tracer, SLEEP_MIN) : 0;

	if (!rc)
		rc = tracer__drain(s->tracer, &until);
	if (rc < 0)
		return rc;
	lp->records = rc;
	rc = feed_losses(lp);
	if (!rc && until > WINDOW)
		rc = timeline__advance(s->timeline, until - WINDOW);
	return rc;
}

static void on_tick(struct loop *lp, __u64 now)
{
	struct session *s = lp->s;
	bool snapshot = now >= lp->next_snapshot;

	if (snapshot)
		lp->next_snapshot = now + TICK;
	if (!lp->error)
		lp->error = drain(lp, snapshot);
	if (lp->error)
		stop(lp, STOP_TRACER, now);
	if (output__flush(&s->out) || output__flush(&s->records))
		stop(lp, STOP_OUTPUT, now);
}

static void on_interrupt(struct loop *lp, __u64 now)
{
	int n = interrupt__count();

	/* The terminal sent SIGINT to the command, too: let it end in its own way. */
	if (n == 1 && interrupt__signal() == SIGINT)
		stop(lp, STOP_INTERRUPTED, now + PATIENCE);
	else if (n > 0)
		stop(lp, STOP_INTERRUPTED, now);
}

static void on_deadline(struct loop *lp, __u64 now)
{
	if (lp->stop != STOP_NONE)
		return;
	/* What is asleep must be seen asleep, before the kill wakes it. */
	on_tick(lp, lp->next_snapshot);
	launch__survivors(lp->launch, lp->left, sizeof(lp->left));
	stop(lp, STOP_TIMEOUT, now);
}

static enum end step(struct loop *lp)
{
	struct pollfd fds[] = {
	    {.fd = launch__fd(lp->launch), .events = POLLIN},
	    {.fd = lp->s->interrupt_fd, .events = POLLIN},
	};
	__u64 now;

	if (poll(fds, 2, (lp->records > BUSY ? BUSY_TICK : TICK) / MS) < 0 && errno != EINTR)
		return RUN_STUCK;
	now = now_ns();
	on_interrupt(lp, now);
	on_tick(lp, now);
	if (fds[0].revents & POLLIN)
		return RUN_DONE;
	if (now >= lp->deadline)
		on_deadline(lp, now);
	if (now >= lp->kill_at) {
		launch__kill(lp->launch);
		lp->kill_at = NEVER;
		if (lp->give_up_at == NEVER)
			lp->give_up_at = now + PATIENCE + PATIENCE;
	}
	return now >= lp->give_up_at ? RUN_STUCK : RUN_GOES_ON;
}

static enum end follow(struct loop *lp)
{
	enum end end;
	int rc;

	do
		end = step(lp);
	while (end == RUN_GOES_ON);
	/* Nothing runs any more: what is in the ring is all there will be. */
	do
		rc = lp->error ? 0 : drain(lp, false);
	while (rc == 0 && lp->records > 0 && !lp->error);
	if (!lp->error)
		lp->error = rc ? rc : timeline__finish(lp->s->timeline);
	return lp->error ? RUN_TRACER : end;
}

/* Says how the run ended before its time; the reason to doubt its claims, or NULL. */
static const char *judge_stop(struct loop *lp, enum end end)
{
	struct session *s = lp->s;
	const char *doubt = NULL;

	switch (lp->stop) {
	case STOP_NONE:
		break;
	case STOP_INTERRUPTED:
		doubt = "interrupted";
		log_error("%s: interrupted by %s; what was seen until then is shown", s->run->name,
			  signal_name(interrupt__signal()));
		s->failed = true;
		break;
	case STOP_TIMEOUT:
		doubt = "timed out";
		log_error("%s: timed out after %u ms; killed: %s", s->run->name,
			  s->opts->timeout_ms, lp->left);
		s->timed_out = true;
		break;
	case STOP_OUTPUT:
		doubt = "the output could not be written";
		s->failed = true;
		break;
	case STOP_TRACER:
		break;
	}
	if (end == RUN_TRACER) {
		doubt = "tracing broke off";
		log_error("%s: tracing broke off: %s", s->run->name, strerror(-lp->error));
		s->failed = true;
	} else if (end == RUN_STUCK) {
		launch__survivors(lp->launch, lp->left, sizeof(lp->left));
		log_error("%s: still there after SIGKILL: %s", s->run->name, lp->left);
		s->failed = true;
	}
	return doubt;
}

/* What became of the program itself. */
static void judge_status(struct session *s, const struct launch_result *res)
{
	if (!s->run->expect || (WIFEXITED(res->status) && !WEXITSTATUS(res->status)))
		return;
	if (WIFSIGNALED(res->status))
		log_error("%s: the scenario was killed by %s", s->run->name,
			  signal_name(WTERMSIG(res->status)));
	else
		log_error("%s: the scenario ended with status %d, not 0", s->run->name,
			  WEXITSTATUS(res->status));
	s->failed = s->sum.incomplete = true;
}

static void print_output(struct session *s, int fd)
{
	struct stat st;
	void *text;

	if (fd < 0 || s->opts->quiet || fstat(fd, &st) || !st.st_size)
		return;
	text = mmap(NULL, st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (text == MAP_FAILED)
		return;
	s->ops->output(s->sink, text, st.st_size);
	munmap(text, st.st_size);
}

static void print_verdicts(struct session *s, const struct loop *lp, const char *doubt)
{
	char lost[96];
	__u64 n = 0;

	if (!s->claims)
		return;
	for (int i = 0; i < LOST_CAUSES; i++)
		n += s->sum.lost[i] - lp->lost[i];
	snprintf(lost, sizeof(lost), "%llu events were lost%s", (unsigned long long)n,
		 s->sum.lost[LOST_RING] > lp->lost[LOST_RING] ? " (ring buffer full: try --buffer)"
							      : "");
	if (doubt || n)
		claims__doubt(s->claims, doubt ? doubt : lost);
	claims__finish(s->claims, on_verdict, s);
}

static void finish(struct session *s, struct loop *lp, int output_fd)
{
	enum end end = follow(lp);
	struct launch_result res = {.started = true};
	const char *doubt;

	if (end != RUN_STUCK)
		launch__result(lp->launch, &res);
	if (!res.started) {
		log_error("cannot run %s: %s%s%s", s->run->argv[0],
			  strcmp(res.step, "exec") ? res.step : "",
			  strcmp(res.step, "exec") ? ": " : "", strerror(res.error));
		s->failed = true;
		return;
	}
	if (!s->run_began)
		begin(s);
	print_output(s, output_fd);
	s->ops->end(s->sink);
	/* On one terminal the diagnostics stand below the timeline that they are about. */
	output__flush(&s->out);
	doubt = judge_stop(lp, end);
	s->sum.incomplete |= doubt != NULL;
	if (!doubt)
		judge_status(s, &res);
	print_verdicts(s, lp, doubt);
}

static int start(struct session *s, struct loop *lp, int output_fd)
{
	/* stdout is data: what a command says goes to stderr when ours is the output. */
	struct launch_opts lo = {
	    .argv = s->run->argv,
	    .as_root = s->opts->as_root,
	    .stdout_fd = output_fd >= 0	   ? output_fd
			 : s->opts->output ? -1
					   : STDERR_FILENO,
	    .stderr_fd = -1,
	    .close_fds = s->run->scenario != NULL,
	};
	struct timeline_opts to = {.start = START_AT_FIRST};
	int rc;

	lp->launch = launch__new(&lo);
	if (!lp->launch)
		return -errno;
	s->timeline = timeline__new(&to, on_fact, s);
	if (!s->timeline)
		return -errno;
	if (s->run->expect) {
		s->claims = claims__new(s->run->expect, s->run->scenario, s->run->case_name);
		if (!s->claims)
			return -errno;
	}
	rc = tracer__follow(s->tracer, launch__pid(lp->launch));
	return rc ? rc : launch__go(lp->launch);
}

int session__run(struct session *s, const struct session_run *run)
{
	struct loop lp = {.s = s, .deadline = NEVER, .kill_at = NEVER, .give_up_at = NEVER};
	int rc, output_fd = run->scenario ? memfd_create("output", MFD_CLOEXEC) : -1;

	s->run = run;
	s->run_began = false;
	memcpy(lp.lost, s->sum.lost, sizeof(lp.lost));
	if (s->opts->timeout_ms)
		lp.deadline = now_ns() + s->opts->timeout_ms * MS;
	rc = start(s, &lp, output_fd);
	if (rc) {
		if (lp.launch)
			log_error("cannot trace %s: %s", run->argv[0], strerror(-rc));
		s->failed = true;
	} else {
		finish(s, &lp, output_fd);
	}
	launch__free(lp.launch);
	claims__free(s->claims);
	timeline__free(s->timeline);
	s->claims = NULL;
	s->timeline = NULL;
	if (output_fd >= 0)
		close(output_fd);
	return rc || lp.stop == STOP_INTERRUPTED || lp.stop == STOP_OUTPUT || lp.error;
}
