/* SPDX-License-Identifier: GPL-2.0 */
/* Creates a session, feeds it records, ends it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "session/choose.h"
#include "session/cutoff.h"
#include "session/interrupt.h"
#include "lib/log.h"
#include "session/priv.h"

static int on_record(void *ctx, const struct event *rec)
{
	struct session *s = ctx;

	s->exits += rec->kind == EV_EXIT;
	return s->run ? session__feed(s, rec) : 0;
}

int session__feed(struct session *s, const struct event *rec)
{
	union any_event then;

	if (s->over)
		rec = cutoff__record(rec, s->over, &then);
	if (!rec)
		return 0;
	recorder__record(s->recorder, rec);
	return printer__record(s->printer, rec);
}

struct session *session__new(const struct opts *o, size_t watch)
{
	struct tracer_opts to = {
	    .ring_size = o->ring_size,
	    .filter = o->filter,
	    .adopt = o->attach,
	    .watch = watch,
	    .watch_by = watch_by__find(o->watch_by),
	};
	struct session *s = calloc(1, sizeof(*s));
	const char *backend, *watched = NULL;
	struct probe p;

	if (!s) {
		log_error("%s", strerror(ENOMEM));
		return NULL;
	}
	s->opts = o;
	/* A trace file needs the records. */
	s->sums = o->stat && !o->record;
	to.filter.sums = s->sums;
	if (s->sums)
		to.filter.no_signals = 1;
	if (choose_backend(o, &p, &to.backend))
		goto out;
	uname(&s->kernel);
	backend = backend_name(to.backend);
	s->interrupt_fd = interrupt__init();
	s->tracer = tracer__new(&to, &p, on_record, s);
	/* Both empty files that may hold something; between runs on_record() does without them. */
	if (s->tracer)
		watched = watch_by__name(tracer__watch_by(s->tracer));
	if (s->tracer)
		s->printer = printer__new(o, backend, s->kernel.release, watched);
	if (s->printer && o->record)
		s->recorder = recorder__new(o, backend, watched);
out:
	probe__free(&p);
	if (s->printer && (s->recorder || !o->record))
		return s;
	if (s->printer)
		printer__close(s->printer, true);
	tracer__free(s->tracer);
	free(s);
	return NULL;
}

int session__end(struct session *s)
{
	int status = printer__close(s->printer, recorder__close(s->recorder) != 0);

	tracer__free(s->tracer);
	free(s);
	return status;
}
