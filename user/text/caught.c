// SPDX-License-Identifier: GPL-2.0
/* Keeps the first and the last lines of what the traced program printed, in bounded memory. */
#include "text/caught.h"

#include <stdlib.h>
#include <string.h>

#include "lib/escape.h"

#define FIRST 12
#define LAST  8
#define WIDTH 512 /* bytes kept of a line */

struct caught {
	char first[FIRST][WIDTH];
	char last[LAST][WIDTH]; /* a ring */
	unsigned long lines;	/* whole ones so far */
	char line[WIDTH];	/* the one that grows */
	size_t length;
};

struct caught *caught__new(void)
{
	return calloc(1, sizeof(struct caught));
}

void caught__free(struct caught *c)
{
	free(c);
}

static void end_line(struct caught *c)
{
	char *to = c->lines < FIRST ? c->first[c->lines] : c->last[(c->lines - FIRST) % LAST];

	escape_text(to, WIDTH, c->line, c->length);
	c->lines++;
	c->length = 0;
}

void caught__add(struct caught *c, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			end_line(c);
		else if (c->length < WIDTH)
			c->line[c->length++] = text[i];
	}
}

static void print_line(const struct style *st, const char *text)
{
	style__pad(st, 2);
	style__put(st, INK_DIM, style__glyph(st, GLYPH_QUOTE));
	style__pad(st, 1);
	style__fill(st, INK_PLAIN, 4, 4, text);
}

void caught__print(struct caught *c, const struct style *st)
{
	unsigned long from;
	char left_out[64];

	if (c->length)
		end_line(c);
	if (!c->lines)
		return;
	from = c->lines > LAST ? c->lines - LAST : 0;
	if (from < FIRST)
		from = FIRST;
	style__fill(st, INK_DIM, 0, 0, "it printed:");
	for (unsigned long i = 0; i < c->lines && i < FIRST; i++)
		print_line(st, c->first[i]);
	if (from > FIRST) {
		snprintf(left_out, sizeof(left_out), "(%lu lines more)", from - FIRST);
		style__pad(st, 2);
		style__fill(st, INK_DIM, 2, 2, left_out);
	}
	for (unsigned long i = from; i < c->lines; i++)
		print_line(st, c->last[(i - FIRST) % LAST]);
	c->lines = 0;
}
