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
	int records; /* of the last drain */
	enum stop stop;
	int error;
	char left[256];	   /* who was still there at the timeout */
	char message[512]; /* what went wrong, a line */
};

static __u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 * MS + ts.tv_nsec;
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
	if (rc || until <= WINDOW)
		return rc;
	recorder__tick(s->recorder, until - WINDOW);
	return show__advance(s->show, until - WINDOW);
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
	if (show__flush(s->show) || recorder__flush(s->recorder, now))
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
		lp->error = rc ? rc : show__finish(lp->s->show);
	return lp->error ? RUN_TRACER : end;
}

/* Says how the run ended before its time. */
static void judge_stop(struct loop *lp, enum end end, struct trace_end *res)
{
	const char *name = lp->s->run->about.name;
	char *text = lp->message;
	size_t size = sizeof(lp->message);

	switch (lp->stop) {
	case STOP_INTERRUPTED:
		res->doubt = "interrupted";
		snprintf(text, size, "%s: interrupted by %s; what was seen until then is shown",
			 name, signal_name(interrupt__signal()));
		res->failed = 1;
		break;
	case STOP_TIMEOUT:
		res->doubt = "timed out";
		snprintf(text, size, "%s: timed out after %u ms; killed: %s", name,
			 lp->s->opts->timeout_ms, lp->left);
		res->inconclusive = 1;
		break;
	case STOP_OUTPUT:
		res->doubt = "the output could not be written";
		res->failed = 1;
		break;
	case STOP_NONE:
	case STOP_TRACER:
		break;
	}
	if (end == RUN_TRACER) {
		res->doubt = "tracing broke off";
		snprintf(text, size, "%s: tracing broke off: %s", name, strerror(-lp->error));
		res->failed = 1;
	} else if (end == RUN_STUCK) {
		launch__survivors(lp->launch, lp->left, sizeof(lp->left));
		snprintf(text, size, "%s: still there after SIGKILL: %s", name, lp->left);
		res->failed = 1;
	}
	res->incomplete = res->doubt != NULL;
}

/* What became of the program itself. */
static void judge_status(struct loop *lp, int status, struct trace_end *res)
{
	const struct session_run *run = lp->s->run;

	if (!run->expect || (WIFEXITED(status) && !WEXITSTATUS(status)))
		return;
	if (WIFSIGNALED(status))
		snprintf(lp->message, sizeof(lp->message), "%s: the scenario was killed by %s",
			 run->about.name, signal_name(WTERMSIG(status)));
	else
		snprintf(lp->message, sizeof(lp->message),
			 "%s: the scenario ended with status %d, not 0", run->about.name,
			 WEXITSTATUS(status));
	res->failed = res->incomplete = 1;
}

static void judge_start(struct loop *lp, const struct launch_result *launched,
			struct trace_end *res)
{
	bool exec = !strcmp(launched->step, "exec");

	snprintf(lp->message, sizeof(lp->message), "cannot run %s: %s%s%s", lp->s->run->argv[0],
		 exec ? "" : launched->step, exec ? "" : ": ", strerror(launched->error));
	res->not_started = res->failed = 1;
}

/* What the scenario printed; to be unmapped. */
static struct blob map_output(int fd)
{
	struct blob output = {0};
	struct stat st;
	void *text;

	if (fd < 0 || fstat(fd, &st) || !st.st_size)
		return output;
	text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (text != MAP_FAILED)
		output = (struct blob){text, (size_t)st.st_size};
	return output;
}

static void finish(struct loop *lp, int output_fd, struct trace_end *res)
{
	enum end end = follow(lp);
	struct launch_result launched = {.started = true};

	if (end != RUN_STUCK)
		launch__result(lp->launch, &launched);
	if (!launched.started) {
		judge_start(lp, &launched, res);
		return;
	}
	res->output = map_output(output_fd);
	judge_stop(lp, end, res);
	if (!res->doubt)
		judge_status(lp, launched.status, res);
}

static int start(struct session *s, struct loop *lp, int output_fd)
{
	/* stdout is data: what a command says goes to stderr when ours is the output. */
	bool keep_stdout = s->opts->output || s->opts->silent;
	struct launch_opts lo = {
	    .argv = s->run->argv,
	    .as_root = s->opts->as_root,
	    .stdout_fd = output_fd >= 0 ? output_fd
			 : keep_stdout	? -1
					: STDERR_FILENO,
	    .stderr_fd = -1,
	    .close_fds = s->run->about.scenario != NULL,
	};
	int rc;

	lp->launch = launch__new(&lo);
	if (!lp->launch)
		return -errno;
	rc = show__begin(s->show, &s->run->about, s->run->expect);
	if (rc)
		return rc;
	rc = tracer__follow(s->tracer, launch__pid(lp->launch));
	return rc ? rc : launch__go(lp->launch);
}

int session__run(struct session *s, const struct session_run *run)
{
	struct loop lp = {.s = s, .deadline = NEVER, .kill_at = NEVER, .give_up_at = NEVER};
	struct trace_end end = {0};
	int rc, output_fd = run->about.scenario ? memfd_create("output", MFD_CLOEXEC) : -1;

	s->run = run;
	recorder__run(s->recorder, &run->about);
	if (s->opts->timeout_ms)
		lp.deadline = now_ns() + s->opts->timeout_ms * MS;
	rc = start(s, &lp, output_fd);
	if (rc) {
		if (lp.launch)
			snprintf(lp.message, sizeof(lp.message), "cannot trace %s: %s",
				 run->argv[0], strerror(-rc));
		end.not_started = end.failed = 1;
	} else {
		finish(&lp, output_fd, &end);
	}
	end.message = *lp.message ? lp.message : NULL;
	recorder__run_end(s->recorder, &end);
	show__end(s->show, &end);
	launch__free(lp.launch);
	s->run = NULL;
	if (end.output.bytes)
		munmap((void *)end.output.bytes, end.output.len);
	if (output_fd >= 0)
		close(output_fd);
	return rc || lp.stop == STOP_INTERRUPTED || lp.stop == STOP_OUTPUT || lp.error;
}
