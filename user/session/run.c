/* SPDX-License-Identifier: GPL-2.0 */
/* One traced run: from the command's exec to the death of the last thing it started. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "session/interrupt.h"
#include "lib/log.h"
#include "names/names.h"
#include "session/loop.h"

/* Says how the run ended before its time. */
static void judge_stop(struct loop *lp, enum end end, struct trace_end *res)
{
	const char *name = lp->s->run->about.name;
	char *text = lp->message;
	size_t size = sizeof(lp->message);

	switch (lp->stop) {
	case STOP_INTERRUPTED:
		res->broke_off = "interrupted";
		snprintf(text, size, "%s: interrupted by %s; what was seen until then is shown",
			 name, signal_name(interrupt__signal()));
		res->failed = 1;
		break;
	case STOP_TIMEOUT:
		res->limit = lp->s->opts->timeout_ms * LOOP_MS;
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
	res->cut_off = lp->s->over;
	res->incomplete = res->doubt || lp->stop != STOP_NONE;
}

/*
 * The traced processes did not end by themselves: they were killed because their keeper was gone.
 */
static void judge_keeper(struct loop *lp, const struct launch_result *launched,
			 struct trace_end *res)
{
	if (!launched->keeper_signal || res->incomplete)
		return;
	snprintf(lp->message, sizeof(lp->message),
		 "%s: what keeps the traced processes was killed by %s; %s", lp->s->run->about.name,
		 signal_name(launched->keeper_signal),
		 launched->left ? "what was left of them may run on untraced"
				: "what was left of them was killed, too");
	res->doubt = "the keeper of what is traced was killed";
	res->failed = res->incomplete = 1;
}

/* What became of the program itself. */
static void judge_status(struct loop *lp, int status, struct trace_end *res)
{
	const struct session_run *run = lp->s->run;

	/* ipctrace does not pass on the command's exit status. */
	if (!run->about.scenario || (WIFEXITED(status) && !WEXITSTATUS(status)))
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
	enum end end = loop__follow(lp);
	struct launch_result launched = {.started = true};

	if (end != RUN_STUCK)
		launch__result(lp->launch, &launched);
	if (!launched.started) {
		judge_start(lp, &launched, res);
		return;
	}
	res->output = map_output(output_fd);
	judge_stop(lp, end, res);
	judge_keeper(lp, &launched, res);
	if (!res->incomplete)
		judge_status(lp, launched.status, res);
	if (!*lp->message)
		loop__judge_watch(lp, res);
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
	    .own_ipc = s->run->about.scenario != NULL,
	};
	int rc;

	lp->launch = launch__new(&lo);
	if (!lp->launch)
		return -errno;
	rc = printer__begin(s->printer, &s->run->about, s->run->expect);
	if (rc)
		return rc;
	rc = tracer__watch_begin(s->tracer, s->run->watch, s->run->n_watch);
	if (!rc)
		rc = tracer__follow(s->tracer, launch__pid(lp->launch));
	return rc ? rc : launch__go(lp->launch);
}

int session__run(struct session *s, const struct session_run *run)
{
	struct loop lp = {
	    .s = s, .deadline = LOOP_NEVER, .kill_at = LOOP_NEVER, .give_up_at = LOOP_NEVER};
	struct trace_end end = {0};
	int rc, output_fd = run->about.scenario ? memfd_create("output", MFD_CLOEXEC) : -1;

	s->run = run;
	s->over = 0;
	recorder__run(s->recorder, &run->about);
	rc = start(s, &lp, output_fd);
	if (s->opts->timeout_ms)
		lp.deadline = now_ns() + s->opts->timeout_ms * LOOP_MS;
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
	printer__end(s->printer, &end);
	launch__free(lp.launch);
	s->run = NULL;
	if (end.output.bytes)
		munmap((void *)end.output.bytes, end.output.len);
	if (output_fd >= 0)
		close(output_fd);
	return rc || lp.stop == STOP_INTERRUPTED || lp.stop == STOP_OUTPUT || lp.error;
}
