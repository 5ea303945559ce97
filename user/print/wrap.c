/* SPDX-License-Identifier: GPL-2.0 */
/* Breaks lines between words. */
#include <stdio.h>
#include <string.h>

#include "print/wrap.h"

#define COLUMNS 80

void put_words(const char *text, size_t indent, size_t *col)
{
	size_t gap = *col > indent;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (gap && *col + gap + len > COLUMNS) {
			printf("\n%*s", (int)indent, "");
			*col = indent;
			gap = 0;
		}
		*col += printf("%*s%.*s", (int)gap, "", (int)len, text);
		text += len;
		gap = strspn(text, " ");
		text += gap;
	}
}
