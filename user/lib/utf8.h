/* SPDX-License-Identifier: GPL-2.0 */
/* UTF-8: what is valid, what may be shown on a terminal, and how wide it is there. */
#ifndef IPCTRACE_LIB_UTF8_H
#define IPCTRACE_LIB_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

/* Length of the character that begins at s, 1 to 4; 0 when the bytes there are not valid UTF-8. */
size_t utf8__decode(const char *s, size_t len, __u32 *cp);
/* False for controls, bidi controls and what has no shape: none of it may reach a terminal. */
bool utf8__printable(__u32 cp);
/* Columns that valid, printable text takes. */
int utf8__width(const char *s);
/* Bytes of s that fit into width columns; never splits a character. */
size_t utf8__fit(const char *s, int width);

/*
 * Bytes of s for a line of width columns: all that fits, up to the last space or the last place
 * beside a wide character, where scripts without spaces may be broken; 0 when there is none.
 */
size_t utf8__break(const char *s, int width);
/* The same for s that begins with a word too long for a line: up to behind its last | that fits, else all
 * that fits. */
size_t utf8__break_word(const char *s, int width);

#endif
