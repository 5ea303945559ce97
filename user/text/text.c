// SPDX-License-Identifier: GPL-2.0
/* The text sink: facts become rows, pass the hold and the fold, and are laid out in lanes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text/asleep_text.h"
#include "text/caught.h"
#include "text/fold.h"
#include "text/hold.h"
#include "text/lanes.h"
#include "lib/escape.h"
#include "text/rawtext.h"
#include "text/row.h"
#include "sink/sink.h"
#include "print/style.h"
#include "lib/utf8.h"
#include "text/verdict_text.h"

struct sink {
	struct style style;
	bool raw;
	bool evidence;
	bool later;  /* something was printed: a gap before the next block */
	bool claims; /* in the block of claims */
	struct hold *hold;
	struct fold *fold;
	struct lanes *lanes;
	struct caught *caught;
};

static void row_from_hold(void *ctx, const struct row *row)
{
	struct sink *s = ctx;

	fold__push(s->fold, row);
}

static void row_from_fold(void *ctx, const struct row *row)
{
	struct sink *s = ctx;

	lanes__row(s->lanes, row);
	fflush(s->style.out);
}

static void again_from_fold(void *ctx, const struct fold_stretch *stretch)
{
	struct sink *s = ctx;

	lanes__again(s->lanes, stretch);
	fflush(s->style.out);
}

static bool has_lane(const void *ctx, __u32 pid)
{
	return lanes__has(ctx, pid);
}

static void text_free(struct sink *s)
{
	if (!s)
		return;
	hold__free(s->hold);
	fold__free(s->fold);
	lanes__free(s->lanes);
	caught__free(s->caught);
	free(s);
}

static struct sink *text_new(const struct sink_opts *opts)
{
	static const struct fold_ops ops = {.row = row_from_fold, .again = again_from_fold};
	struct sink *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->style = (struct style){
	    .out = opts->out,
	    .columns = opts->columns > 0 ? opts->columns : 80,
	    .colour = opts->colour,
	    .ascii = opts->ascii,
	};
	s->raw = opts->raw;
	s->evidence = opts->evidence;
	s->hold = hold__new(row_from_hold, s);
	s->fold = fold__new(&ops, s);
	s->lanes = lanes__new(&s->style);
	s->caught = caught__new();
	if (s->hold && s->fold && s->lanes && s->caught)
		return s;
	text_free(s);
	errno = ENOMEM;
	return NULL;
}

static size_t add_escaped(char *buf, size_t size, const char *text)
{
	return escape_text(buf, size, text, strlen(text));
}

static void text_begin(struct sink *s, const struct run_info *info)
{
	const struct style *st = &s->style;
	char head[1024] = "ipctrace ", rule[256] = "";
	size_t at = strlen(head);

	if (s->later)
		putc('\n', st->out);
	s->later = true;
	s->claims = false;
	lanes__clear(s->lanes);
	if (info->scenario)
		at += add_escaped(head + at, sizeof(head) - at, info->scenario);
	else if (info->command)
		at += add_escaped(head + at, sizeof(head) - at, info->command);
	if (info->case_name && *info->case_name) {
		at += (size_t)snprintf(head + at, sizeof(head) - at, " %s case ",
				       style__glyph(st, GLYPH_DOT));
		if (at < sizeof(head))
			at += add_escaped(head + at, sizeof(head) - at, info->case_name);
	}
	if (info->title && at + 2 < sizeof(head)) {
		at += (size_t)snprintf(head + at, sizeof(head) - at, ": ");
		at += add_escaped(head + at, sizeof(head) - at, info->title);
	}
	style__fill(st, INK_BOLD, 0, 2, head);
	for (int i = 0; i < st->columns && i < 80; i++)
		strcat(rule, style__glyph(st, GLYPH_RULE));
	if (!s->raw)
		style__fill(st, INK_DIM, 0, 0, rule);
	fflush(st->out);
}

static void text_fact(struct sink *s, const struct fact *fact)
{
	struct row row;

	if (s->raw)
		rawtext__fact(s->style.out, fact);
	else if (row__make(&row, &s->style, fact, has_lane, s->lanes))
		hold__push(s->hold, &row);
}

static void text_output(struct sink *s, const char *text, size_t len)
{
	caught__add(s->caught, text, len);
}

static void text_end(struct sink *s)
{
	hold__flush(s->hold);
	fold__flush(s->fold);
	caught__print(s->caught, &s->style);
	fflush(s->style.out);
}

static void text_asleep(struct sink *s, const struct fact *facts, size_t n)
{
	asleep_text(&s->style, facts, n);
	fflush(s->style.out);
}

static void text_claim(struct sink *s, const struct verdict *v)
{
	if (!s->claims)
		putc('\n', s->style.out);
	s->claims = true;
	verdict_text__claim(&s->style, v, s->evidence);
}

static void text_summary(struct sink *s, const struct run_summary *sum)
{
	if (s->later)
		putc('\n', s->style.out);
	verdict_text__summary(&s->style, sum);
	fflush(s->style.out);
}

const struct sink_ops sink_text = {
    .name = "text",
    .new = text_new,
    .begin = text_begin,
    .fact = text_fact,
    .output = text_output,
    .end = text_end,
    .asleep = text_asleep,
    .claim = text_claim,
    .summary = text_summary,
    .free = text_free,
};
