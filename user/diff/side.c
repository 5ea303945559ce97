/* SPDX-License-Identifier: GPL-2.0 */
/* One of the two files of a diff: its runs by name, each with its story. */
#include "diff/side.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/escape.h"

static int new_run(struct side *s, const struct trace_run *run)
{
	char name[256] = "", safe[512];
	struct side_run *more = s->runs;

	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : 16;
		more = realloc(s->runs, s->room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		s->runs = more;
	}
	if (run->scenario)
		snprintf(name, sizeof(name), "%s%s%s", run->scenario,
			 run->case_name && *run->case_name ? "/" : "",
			 run->case_name ? run->case_name : "");
	escape_text(safe, sizeof(safe), name, strlen(name));
	more[s->n] = (struct side_run){.name = strdup(safe)};
	return more[s->n++].name ? 0 : -ENOMEM;
}

int side__names(struct side *s, struct reader *r)
{
	struct trace_item item;
	int rc;

	do {
		rc = reader__next(r, &item);
		if (!rc && item.kind == TRACE_RUN)
			rc = new_run(s, item.run.about);
		else if (!rc && item.kind == TRACE_RECORD)
			story__record(&s->runs[s->n - 1].story, item.rec);
	} while (!rc && item.kind != TRACE_EOF);
	return rc;
}

static void on_fact(void *ctx, const struct fact *fact)
{
	struct side *s = ctx;

	story__fact(&s->runs[s->at - 1].story, fact);
}

static int begin(struct side *s, bool known)
{
	static const struct timeline_opts to = {.start = START_AT_FIRST};

	/* A file that is still being written has grown since. */
	if (s->at == s->n)
		return -ESTALE;
	s->doubt |= !known;
	s->at++;
	s->timeline = timeline__new(&to, on_fact, s);
	return s->timeline ? 0 : -ENOMEM;
}

static int take(struct side *s, const struct event *rec)
{
	int rc = timeline__feed(s->timeline, rec);

	s->doubt |= rec->kind == EV_LOST;
	return rc == -EPROTO ? 0 : rc;
}

static int end(struct side *s, const struct trace_end *end)
{
	struct story *story = &s->runs[s->at - 1].story;
	int rc = timeline__finish(s->timeline);

	s->doubt |= !end || end->doubt || end->incomplete || story->cut;
	timeline__free(s->timeline);
	s->timeline = NULL;
	story__finish(story);
	return rc ? rc : story->error;
}

static int take_item(struct side *s, const struct trace_item *item)
{
	switch (item->kind) {
	case TRACE_RUN:
		return begin(s, item->run.known);
	case TRACE_RECORD:
		return take(s, item->rec);
	case TRACE_TICK:
		return timeline__advance(s->timeline, item->tick);
	case TRACE_RUN_END:
		return end(s, item->end);
	case TRACE_DAMAGE:
	case TRACE_UNKNOWN:
		s->doubt = true;
		return 0;
	case TRACE_EOF:
		s->doubt |= !item->complete;
		return s->at == s->n ? 0 : -ESTALE;
	}
	return 0;
}

int side__facts(struct side *s, struct reader *r)
{
	struct trace_item item;
	int rc;

	do {
		rc = reader__next(r, &item);
		if (!rc)
			rc = take_item(s, &item);
	} while (!rc && item.kind != TRACE_EOF);
	timeline__free(s->timeline);
	s->timeline = NULL;
	return rc;
}

void side__clear(struct side *s)
{
	for (size_t i = 0; i < s->n; i++) {
		story__clear(&s->runs[i].story);
		free(s->runs[i].name);
	}
	free(s->runs);
}
