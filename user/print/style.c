// SPDX-License-Identifier: GPL-2.0
/* Colours and symbols of the text output, each symbol with an ASCII twin, and filled paragraphs. */
#include "print/style.h"

#include <string.h>

#include "lib/escape.h"
#include "lib/utf8.h"

static const char *const escapes[] = {
    [INK_PLAIN] = "",	       [INK_DIM] = "\033[2m",	 [INK_BOLD] = "\033[1m",
    [INK_SLEEP] = "\033[33m",  [INK_WAKE] = "\033[32m",	 [INK_DEATH] = "\033[1;31m",
    [INK_SIGNAL] = "\033[35m", [INK_WHY] = "\033[36m",	 [INK_FULL] = "\033[33m",
    [INK_GOOD] = "\033[32m",   [INK_BAD] = "\033[1;31m", [INK_DOUBT] = "\033[1;33m",
};

static const struct {
	const char *utf8, *ascii;
} glyphs[] = {
    [GLYPH_SLEEP] = {"┌", ","},	 [GLYPH_ASLEEP] = {"│", "|"}, [GLYPH_WAKE] = {"└", "`"},
    [GLYPH_STILL] = {"┆", ":"},	 [GLYPH_DEATH] = {"✗", "X"},  [GLYPH_EXIT] = {"■", "#"},
    [GLYPH_ARROW] = {"→", "->"}, [GLYPH_TIMES] = {"×", "x"},  [GLYPH_DOT] = {"·", "-"},
    [GLYPH_USED] = {"█", "#"},	 [GLYPH_FREE] = {"░", "."},   [GLYPH_MORE] = {"…", ".."},
    [GLYPH_AGAIN] = {"↻", "="},	 [GLYPH_RULE] = {"─", "-"},   [GLYPH_HOLDS] = {"✔", "ok"},
    [GLYPH_FAILS] = {"✘", "NO"}, [GLYPH_DOUBT] = {"?", "??"}, [GLYPH_QUOTE] = {"│", "|"},
    [GLYPH_TO] = {"–", "-"},
};

const char *style__glyph(const struct style *st, enum glyph g)
{
	return st->ascii ? glyphs[g].ascii : glyphs[g].utf8;
}

/* Bytes at the beginning of text that a terminal only shows. */
static size_t harmless(const char *text, size_t len)
{
	size_t at = 0, n;
	__u32 cp;

	while (at < len && (n = utf8__decode(text + at, len - at, &cp)) && utf8__printable(cp))
		at += n;
	return at;
}

/* Callers escape foreign text, because only then its width is right. Nothing else depends on it. */
static void put(const struct style *st, enum ink ink, const char *text, size_t len)
{
	bool colour = st->colour && ink != INK_PLAIN && len;
	char escape[8];

	if (colour)
		fputs(escapes[ink], st->out);
	for (size_t n; len; text += n, len -= n) {
		n = harmless(text, len);
		fwrite(text, 1, n, st->out);
		if (n < len) {
			escape_text(escape, sizeof(escape), text + n++, 1);
			fputs(escape, st->out);
		}
	}
	if (colour)
		fputs("\033[0m", st->out);
}

void style__put(const struct style *st, enum ink ink, const char *text)
{
	put(st, ink, text, strlen(text));
}

void style__pad(const struct style *st, int n)
{
	if (n > 0)
		fprintf(st->out, "%*s", n, "");
}

/*
 * Bytes of the next line: up to the last place to break that fits. A word too long for a whole line
 * is cut; on a line that already holds something (fresh false) it waits for the next one.
 */
static size_t line_length(const char *text, int width, bool fresh)
{
	size_t fit = utf8__fit(text, width > 0 ? width : 0);
	size_t space = utf8__break(text, width > 0 ? width : 0);

	if (!text[fit] || space || !fresh)
		return space;
	/* At least a character, however narrow the terminal. */
	return fit ? utf8__break_word(text, width) : strcspn(text + 1, " ") + 1;
}

void style__fill(const struct style *st, enum ink ink, int at, int hang, const char *text)
{
	bool fresh = at <= hang;

	if (hang > st->columns / 2)
		hang = st->columns / 4;
	for (;;) {
		size_t len = line_length(text, st->columns - at, fresh);

		put(st, ink, text, len);
		putc('\n', st->out);
		text += len;
		text += strspn(text, " ");
		if (!*text)
			return;
		at = hang;
		fresh = true;
		style__pad(st, at);
	}
}
