// SPDX-License-Identifier: GPL-2.0
/* Prints the lanes that differ, with a line that both have around each difference. */
#include "diff/text.h"

#include <string.h>

#include "diff/align.h"

struct writer {
	const struct style *st;
	const struct story_line *before; /* told by both, and not printed yet */
	bool skipped, near;		 /* lines were left out; a difference stands just above */
};

static void put_line(struct writer *w, char mark, const struct story_line *line)
{
	enum ink ink = mark == '-' ? INK_BAD : mark == '+' ? INK_GOOD : INK_DIM;
	char buf[1200], lead[] = {mark, ' ', '\0'};

	if (line->times > 1)
		snprintf(buf, sizeof(buf), "%s %s%llu", line->text,
			 style__glyph(w->st, GLYPH_TIMES), (unsigned long long)line->times);
	else
		snprintf(buf, sizeof(buf), "%s", line->text);
	style__put(w->st, ink, lead);
	style__fill(w->st, ink, 2, 6, buf);
}

static void on_line(void *ctx, char mark, const struct story_line *line)
{
	struct writer *w = ctx;

	if (mark == ' ' && w->near) {
		put_line(w, mark, line);
		w->near = false;
		return;
	}
	if (mark == ' ') {
		w->skipped |= w->before != NULL;
		w->before = line;
		return;
	}
	if (w->skipped)
		style__fill(w->st, INK_DIM, 0, 0, "  ...");
	if (w->before)
		put_line(w, ' ', w->before);
	w->before = NULL;
	w->skipped = false;
	w->near = true;
	put_line(w, mark, line);
}

static int put_lane(const struct style *st, const char *run, const struct story_lane *a,
		    const struct story_lane *b, struct diff_count *count)
{
	struct writer w = {.st = st};
	char head[512];

	if (align__same(a, b)) {
		count->same++;
		return 0;
	}
	if (count->differ++)
		putc('\n', st->out);
	snprintf(head, sizeof(head), "%s%s%s", run, *run ? " " : "", (a ? a : b)->name);
	style__fill(st, INK_BOLD, 0, 2, head);
	return align__lanes(a, b, on_line, &w);
}

int diff_text__run(const struct style *st, const char *name, const struct story *a,
		   const struct story *b, struct diff_count *count)
{
	static const struct story none;
	size_t i = 0, k = 0;
	int rc = 0;

	a = a ? a : &none;
	b = b ? b : &none;
	while (!rc && (i < a->n || k < b->n)) {
		int order = i == a->n	? 1
			    : k == b->n ? -1
					: strcmp(a->lanes[i].name, b->lanes[k].name);

		rc = put_lane(st, name, order <= 0 ? &a->lanes[i] : NULL,
			      order >= 0 ? &b->lanes[k] : NULL, count);
		i += order <= 0;
		k += order >= 0;
	}
	return rc;
}
