/* SPDX-License-Identifier: GPL-2.0 */
/* Colours and symbols of the text output, each symbol with an ASCII twin, and filled paragraphs. */
#ifndef IPCTRACE_PRINT_STYLE_H
#define IPCTRACE_PRINT_STYLE_H

#include <stdbool.h>
#include <stdio.h>

enum ink {
	INK_PLAIN,
	INK_DIM,
	INK_BOLD,
	INK_SLEEP,
	INK_WAKE,
	INK_DEATH,
	INK_SIGNAL,
	INK_WHY,
	INK_FULL,
	INK_GOOD,
	INK_BAD,
	INK_DOUBT,
};

enum glyph {
	GLYPH_SLEEP, /* a sleep begins, goes on, ends, does not end */
	GLYPH_ASLEEP,
	GLYPH_WAKE,
	GLYPH_STILL,
	GLYPH_DEATH,
	GLYPH_EXIT,
	GLYPH_ARROW,
	GLYPH_TIMES,
	GLYPH_DOT,
	GLYPH_USED, /* of a gauge */
	GLYPH_FREE,
	GLYPH_MORE, /* text was cut off */
	GLYPH_AGAIN,
	GLYPH_RULE,
	GLYPH_HOLDS,
	GLYPH_FAILS,
	GLYPH_DOUBT,
	GLYPH_QUOTE,
	GLYPH_TO, /* from ... to */
};

struct style {
	FILE *out;
	int columns;
	bool colour;
	bool ascii;
};

const char *style__glyph(const struct style *st, enum glyph g);
/* Prints text, which is already escaped. */
void style__put(const struct style *st, enum ink ink, const char *text);
/* Prints n spaces. */
void style__pad(const struct style *st, int n);
/*
 * Prints text and a newline from column at on (what stands before it is already printed), broken
 * at spaces so that no line is wider than the terminal; further lines begin at column hang.
 */
void style__fill(const struct style *st, enum ink ink, int at, int hang, const char *text);

#endif
