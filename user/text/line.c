// SPDX-License-Identifier: GPL-2.0
/* One line of output, put together from pieces at columns, never wider than the terminal. */
#include "text/line.h"

#include <stdarg.h>
#include <string.h>

#include "lib/utf8.h"

#define MORE_LINES 9

static struct piece *add(struct line *line, int x, enum ink ink)
{
	struct piece *p;

	if (line->n == LINE_PIECES)
		line->n--;
	p = &line->pieces[line->n++];
	p->x = x;
	p->hang = 0;
	p->bar = false;
	p->ink = ink;
	return p;
}

void line__add(struct line *line, int x, enum ink ink, const char *fmt, ...)
{
	struct piece *p = add(line, x, ink);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->text, sizeof(p->text), fmt, ap);
	va_end(ap);
}

void line__bar(struct line *line, int x, enum ink ink, const char *symbol)
{
	struct piece *p = add(line, x, ink);

	snprintf(p->text, sizeof(p->text), "%s", symbol);
	p->bar = true;
}

/* Bytes of text that go into room columns: all, or up to a space, or what fits. */
static size_t part_length(const char *text, int room)
{
	size_t space = utf8__break(text, room);

	/* Not after the symbol at the beginning alone. */
	return space > 4 ? space : utf8__break_word(text, room);
}

/* Prints what fits and leaves the rest in the piece. */
static void print_part(const struct style *st, struct piece *p, int room, bool last, int *at)
{
	const char *more = style__glyph(st, GLYPH_MORE);
	size_t len = part_length(p->text, room);
	char part[PIECE_SIZE + 8];

	if (last && p->text[len] && room > utf8__width(more)) {
		len = utf8__fit(p->text, room - utf8__width(more));
		snprintf(part, sizeof(part), "%.*s%s", (int)len, p->text, more);
	} else {
		snprintf(part, sizeof(part), "%.*s", (int)len, p->text);
	}
	style__pad(st, p->x - *at);
	style__put(st, p->ink, part);
	*at = p->x + utf8__width(part);
	if (p->bar)
		return;
	len += strspn(p->text + len, " ");
	memmove(p->text, p->text + len, strlen(p->text + len) + 1);
	p->x += p->hang;
	p->hang = 0;
}

static bool print_once(const struct style *st, struct line *line, bool last)
{
	bool rest = false;
	int at = 0;

	for (size_t i = 0; i < line->n; i++) {
		struct piece *p = &line->pieces[i];
		int end = i + 1 < line->n ? line->pieces[i + 1].x - 1 : st->columns;

		if (end > st->columns)
			end = st->columns;
		if (end > p->x && p->text[0])
			print_part(st, p, end - p->x, last, &at);
		rest |= !p->bar && p->text[0] && end > p->x + 4;
	}
	putc('\n', st->out);
	return rest;
}

void line__print(const struct style *st, struct line *line)
{
	for (int i = 0; print_once(st, line, i == MORE_LINES) && i < MORE_LINES; i++)
		;
}
