/* SPDX-License-Identifier: GPL-2.0 */
/* One line of output, put together from pieces at columns, never wider than the terminal. */
#ifndef IPCTRACE_TEXT_LINE_H
#define IPCTRACE_TEXT_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "print/style.h"

#define LINE_PIECES 72
#define PIECE_SIZE  512

struct piece {
	int x;
	int hang; /* further lines of it begin that much to the right */
	bool bar; /* no text: stands again on every further line */
	enum ink ink;
	char text[PIECE_SIZE];
};

struct line {
	size_t n;
	struct piece pieces[LINE_PIECES];
};

/* Adds a piece at column x, to the right of the one before. Its text is already escaped. */
void line__add(struct line *line, int x, enum ink ink, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* A symbol that goes on through all lines that the other pieces need. */
void line__bar(struct line *line, int x, enum ink ink, const char *symbol);
/*
 * Each piece may run on as far as the next one. What does not fit goes on below, for a few lines;
 * then it is cut, with a mark. Prints nothing but a newline when there are no pieces.
 */
void line__print(const struct style *st, struct line *line);

#endif
