/* SPDX-License-Identifier: GPL-2.0 */
/* What a session is made of, and the score that becomes the exit status. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "choose.h"
#include "interrupt.h"
#include "log.h"
#include "session_priv.h"

static int open_sink(struct session *s)
{
	struct sink_opts so = {
	    .out = s->out.f,
	    .columns = output__columns(&s->out),
	    .colour = output__colour(&s->out, s->opts->colour),
	    .ascii = s->opts->ascii || !output__utf8(),
	    .raw = s->opts->raw,
	};

	s->ops = sink__find(s->opts->format);
	if (!s->ops) {
		log_error("no output format '%s'", s->opts->format);
		return -EINVAL;
	}
	s->sink = s->ops->new (&so);
	if (!s->sink)
		log_error("cannot set up the %s output: %s", s->opts->format, strerror(errno));
	return s->sink ? 0 : -errno;
}

/* A record from the tracer: to the timeline, and to --records as it is. */
static int on_record(void *ctx, const struct event *rec)
{
	struct session *s = ctx;

	if (!s->timeline)
		return 0;
	s->sum.records++;
	if (s->records.f)
		fwrite(rec, rec->size, 1, s->records.f);
	return session__feed(s, rec);
}

int session__feed(struct session *s, const struct event *rec)
{
	int rc = timeline__feed(s->timeline, rec);

	if (rc != -EPROTO)
		return rc;
	if (!s->malformed++)
		log_warn("a record of kind %u is not well formed; it is left out", rec->kind);
	return 0;
}

static void session__free(struct session *s)
{
	if (s->sink)
		s->ops->free(s->sink);
	tracer__free(s->tracer);
	output__close(&s->out);
	output__close(&s->records);
	free(s);
}

struct session *session__new(const struct opts *o)
{
	struct tracer_opts to = {.ring_size = o->ring_size};
	struct session *s = calloc(1, sizeof(*s));
	struct probe p;

	if (!s) {
		log_error("%s", strerror(ENOMEM));
		return NULL;
	}
	s->opts = o;
	if (choose_backend(o, &p, &to.backend))
		goto out;
	uname(&s->kernel);
	s->sum.kernel = s->kernel.release;
	s->sum.backend = backend_name(to.backend);
	s->interrupt_fd = interrupt__init();
	if (output__open(&s->out, o->output) ||
	    (o->records && output__open(&s->records, o->records)) || open_sink(s))
		goto out;
	s->tracer = tracer__new(&to, &p, on_record, s);
out:
	probe__free(&p);
	if (s->tracer)
		return s;
	session__free(s);
	return NULL;
}

static const char *note(const struct run_summary *sum)
{
	bool compat = sum->lost[LOST_COMPAT], uring = sum->lost[LOST_IO_URING];

	if (compat && uring)
		return "32-bit system calls and io_uring submissions are not seen";
	if (compat)
		return "32-bit system calls are not decoded";
	return uring ? "io_uring submissions are not seen by this backend" : NULL;
}

int session__end(struct session *s)
{
	int status = EXIT_HELD;

	s->sum.note = note(&s->sum);
	if (s->began)
		s->ops->summary(s->sink, &s->sum);
	s->ops->free(s->sink);
	s->sink = NULL;
	if (output__close(&s->out) || output__close(&s->records))
		s->failed = true;
	if (s->failed || s->sum.failed)
		status = EXIT_FAILED;
	else if (s->timed_out || s->sum.inconclusive || s->sum.lost_total)
		status = EXIT_INCONCLUSIVE;
	session__free(s);
	return status;
}
