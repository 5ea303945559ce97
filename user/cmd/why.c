/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace why: tells what processes wait for, who could end that, and whether it is a deadlock. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kern/caps.h"
#include "lib/clock.h"
#include "cmd/cmd.h"
#include "lib/log.h"
#include "print/output.h"
#include "kern/probe.h"
#include "why/report.h"
#include "why/shared_word.h"
#include "trace/survey.h"
#include "cmd/why_who.h"

static int take_record(void *ctx, const struct event *rec)
{
	return look__feed(ctx, rec);
}

/* 0: not known. */
static __u32 own_ipc_ns(void)
{
	struct stat st;

	return stat("/proc/self/ns/ipc", &st) ? 0 : (__u32)st.st_ino;
}

/* A look at everything, in order. */
static int look(struct survey *s, struct look *l)
{
	int rc = survey__read(s, take_record, l);

	if (!rc)
		rc = look__finish(l);
	l->ipc_ns = own_ipc_ns();
	if (rc)
		log_error("cannot read what the tasks wait for: %s", strerror(-rc));
	return rc;
}

/*
 * An iterator holds references itself, and their number depends on the kernel. So a descriptor of
 * our own, which no other process has, must count one. Otherwise the look gives no verdict.
 */
static bool counts_right(const struct look *l, int fd)
{
	for (size_t i = 0; i < l->n_held; i++) {
		const struct seen_task *t = look__task(l, l->held[i].e.tid);

		if (t && t->rec.seen_tid == (__u32)getpid() && l->held[i].fd == fd)
			return l->held[i].refs == 1;
	}
	return false;
}

static int print(const struct report *r, const struct opts *o)
{
	struct output out;
	int rc = output__open(&out, o->output, o->force);

	if (rc)
		return rc;
	if (!strcmp(o->format, "json")) {
		report__json(r, out.f);
	} else if (!strcmp(o->format, "dot")) {
		rc = report__dot(r, out.f);
	} else {
		struct style st = {
		    .out = out.f,
		    .columns = output__columns(&out),
		    .colour = output__colour(&out, o->colour),
		    .ascii = o->ascii || !output__utf8(),
		};

		report__text(r, &st);
	}
	if (output__close(&out) || rc)
		return -EIO;
	return 0;
}

static int report(const struct graph *g, const struct opts *o, __u64 apart)
{
	struct utsname u;
	struct report r = {.graph = g, .apart = apart, .all = o->all};
	size_t *shown = calloc(g->look->n_tasks + 1, sizeof(*shown));
	size_t missing;
	int rc;

	if (!shown)
		return -ENOMEM;
	uname(&u);
	r.kernel = u.release;
	r.shown = shown;
	r.n_shown = why_who__choose(g, o, shown);
	missing = why_who__tell_missing(g, o);
	rc = r.n_shown || o->all ? print(&r, o) : 0;
	if (!rc && missing)
		rc = -ESRCH;
	free(shown);
	return rc;
}

static bool may_look(const struct opts *o)
{
	char who[16] = "";

	if (o->n_pids)
		snprintf(who, sizeof(who), "%d", o->pids[0]);
	else if (o->n_names)
		snprintf(who, sizeof(who), "%s", o->names[0]);
	if (!may_trace()) {
		log_error("why needs root or CAP_BPF+CAP_PERFMON: try sudo ipctrace why %s",
			  o->all ? "--all" : who);
		return false;
	}
	if (access(BTF_FILE, R_OK)) {
		log_error("no BTF at " BTF_FILE
			  ": boot a kernel built with CONFIG_DEBUG_INFO_BTF=y");
		return false;
	}
	return true;
}

static const char *check(const struct opts *o)
{
	if (!!(o->n_pids + o->n_names) != o->all)
		return NULL;
	return o->all ? "why some or all? try 'ipctrace why PID' or 'ipctrace why --all'"
		      : "why who? try 'ipctrace why PID', NAME, or --all";
}

/* It looks, and follows no process. */
static void settle(struct opts *o)
{
	o->attach = false;
}

static int why(const struct opts *o)
{
	struct look before = {0}, now = {0};
	struct graph *g = NULL;
	struct survey *s;
	int own[2], status = EXIT_FAILED;
	__u64 apart;

	if (!may_look(o))
		return EXIT_FAILED;
	/* An inherited descriptor would make us a holder of the objects that we are asked about. */
	close_range(STDERR_FILENO + 1, ~0U, 0);
	if (pipe(own)) {
		log_error("pipe: %s", strerror(errno));
		return EXIT_FAILED;
	}
	s = survey__new();
	if (!s || look(s, &before))
		goto out;
	apart = now_ns();
	if (look(s, &now))
		goto out;
	apart = now_ns() - apart;
	if (shared_words__read(&now)) {
		log_error("%s", strerror(ENOMEM));
		goto out;
	}
	g = graph__new(&now, &before, counts_right(&now, own[0]));
	if (!g)
		log_error("%s", strerror(errno));
	else if (!report(g, o, apart))
		status = EXIT_HELD;
out:
	graph__free(g);
	look__clear(&before);
	look__clear(&now);
	survey__free(s);
	close(own[0]);
	close(own[1]);
	return status;
}

const struct verb verb_why = {
    .name = "why",
    .args = "PID... | --all",
    .help = "what PIDs or NAMEs wait for, who could end it",
    .flags = VERB_DOT,
    .forms = {{"", OPTS_PRINT | OPT(PID) | OPT(ALL)}},
    .take = why_who__take,
    .check = check,
    .settle = settle,
    .run = why,
};
