/* SPDX-License-Identifier: GPL-2.0 */
/* ipctrace diff: two trace files, run by run, by what they tell and not by times and ids. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "diff_text.h"
#include "log.h"
#include "names.h"
#include "output.h"
#include "reader.h"

struct side_run {
	char *name; /* "pipe-cases/4", escaped; "" of a command */
	struct story story;
};

struct side {
	const char *file;
	struct side_run *runs;
	size_t n, at;
	bool doubt; /* something is missing */
};

static int new_run(struct side *s, const struct trace_run *run)
{
	struct side_run *more = realloc(s->runs, (s->n + 1) * sizeof(*more));
	char name[256] = "", safe[512];

	if (!more)
		return -ENOMEM;
	s->runs = more;
	if (run->scenario)
		snprintf(name, sizeof(name), "%s%s%s", run->scenario,
			 run->case_name && *run->case_name ? "/" : "",
			 run->case_name ? run->case_name : "");
	escape_text(safe, sizeof(safe), name, strlen(name));
	more[s->n] = (struct side_run){.name = strdup(safe)};
	return more[s->n++].name ? 0 : -ENOMEM;
}

static void on_fact(void *ctx, const struct fact *fact)
{
	struct side *s = ctx;

	story__fact(&s->runs[s->at - 1].story, fact);
}

static int begin(struct side *s, const struct trace_item *item, bool names, struct timeline **tl)
{
	static const struct timeline_opts to = {.start = START_AT_FIRST};

	s->doubt |= !item->run.known;
	if (names)
		return new_run(s, item->run.about);
	s->at++;
	*tl = timeline__new(&to, on_fact, s);
	return *tl ? 0 : -ENOMEM;
}

static int take(struct side *s, const struct event *rec, bool names, struct timeline *tl)
{
	int rc;

	s->doubt |= rec->kind == EV_LOST;
	if (names) {
		story__record(&s->runs[s->n - 1].story, rec);
		return 0;
	}
	rc = timeline__feed(tl, rec);
	return rc == -EPROTO ? 0 : rc;
}

static int end(struct side *s, const struct trace_item *item, bool names, struct timeline **tl)
{
	int rc = 0;

	s->doubt |= !item->end || item->end->doubt || item->end->incomplete;
	if (names)
		return 0;
	rc = timeline__finish(*tl);
	timeline__free(*tl);
	*tl = NULL;
	story__finish(&s->runs[s->at - 1].story);
	return rc ? rc : s->runs[s->at - 1].story.error;
}

/* Once for the names, once for what those of these names did. */
static int pass(struct side *s, struct reader *r, bool names)
{
	struct timeline *tl = NULL;
	struct trace_item item;
	int rc;

	do {
		rc = reader__next(r, &item);
		if (rc)
			break;
		switch (item.kind) {
		case TRACE_RUN:
			rc = begin(s, &item, names, &tl);
			break;
		case TRACE_RECORD:
			rc = take(s, item.rec, names, tl);
			break;
		case TRACE_TICK:
			rc = names ? 0 : timeline__advance(tl, item.tick);
			break;
		case TRACE_RUN_END:
			rc = end(s, &item, names, &tl);
			break;
		case TRACE_DAMAGE:
			s->doubt = true;
			break;
		case TRACE_EOF:
			s->doubt |= !item.complete;
			break;
		}
	} while (!rc && item.kind != TRACE_EOF);
	timeline__free(tl);
	return rc;
}

static int read_side(struct side *s)
{
	for (int names = 1; names >= 0; names--) {
		int rc, fd = open(s->file, O_RDONLY | O_CLOEXEC);
		char why[200] = "";
		struct reader *r = NULL;

		if (fd < 0)
			snprintf(why, sizeof(why), "%s", strerror(errno));
		else
			r = reader__new(fd, why, sizeof(why));
		if (!r) {
			log_error("cannot read %s: %s", s->file, why);
			return -EIO;
		}
		rc = pass(s, r, names);
		reader__free(r);
		if (rc) {
			log_error("cannot read %s: %s", s->file, strerror(-rc));
			return rc;
		}
	}
	return 0;
}

static void clear_side(struct side *s)
{
	for (size_t i = 0; i < s->n; i++) {
		story__clear(&s->runs[i].story);
		free(s->runs[i].name);
	}
	free(s->runs);
}

static int compare(const struct side *a, const struct side *b, const struct style *st,
		   struct diff_count *count)
{
	int rc = 0;

	for (size_t i = 0; !rc && (i < a->n || i < b->n); i++) {
		bool both = i < a->n && i < b->n && !strcmp(a->runs[i].name, b->runs[i].name);

		if (i < a->n)
			rc = diff_text__run(st, a->runs[i].name, &a->runs[i].story,
					    both ? &b->runs[i].story : NULL, count);
		if (!rc && i < b->n && !both)
			rc = diff_text__run(st, b->runs[i].name, NULL, &b->runs[i].story, count);
	}
	return rc;
}

static int print(const struct opts *o, const struct side *a, const struct side *b)
{
	bool doubt = a->doubt || b->doubt;
	struct diff_count count = {0};
	struct output out;
	struct style st;
	int rc;

	if (output__open(&out, o->output))
		return EXIT_USAGE;
	st = (struct style){.out = out.f,
			    .columns = output__columns(&out),
			    .colour = output__colour(&out, o->colour),
			    .ascii = o->ascii || !output__utf8()};
	rc = compare(a, b, &st, &count);
	if (count.differ)
		fprintf(st.out, "\n%zu of %zu lanes differ: - %s, + %s\n", count.differ,
			count.differ + count.same, a->file, b->file);
	else
		fprintf(st.out, "%zu lanes, none differs\n", count.same);
	if (doubt)
		style__fill(&st, INK_DOUBT, 0, 2,
			    "inconclusive: records are missing, or a run did not come to its end");
	if (rc)
		log_error("%s", strerror(-rc));
	if (output__close(&out) || rc)
		return EXIT_USAGE;
	return doubt ? EXIT_INCONCLUSIVE : count.differ ? EXIT_FAILED : EXIT_HELD;
}

int cmd_diff(const struct opts *o)
{
	struct side a = {.file = o->file}, b = {.file = o->other_file};
	int status = EXIT_USAGE;

	if (!read_side(&a) && !read_side(&b))
		status = print(o, &a, &b);
	clear_side(&a);
	clear_side(&b);
	return status;
}
