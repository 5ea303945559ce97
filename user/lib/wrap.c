/* SPDX-License-Identifier: GPL-2.0 */
/* Breaks lines between words. */
#include <stdio.h>
#include <string.h>

#include "wrap.h"

#define COLUMNS 80

void put_words(const char *text, size_t indent, size_t *col)
{
	while (*text) {
		size_t len = strcspn(text, " ");

		if (*col > indent && *col + 1 + len > COLUMNS) {
			printf("\n%*s", (int)indent, "");
			*col = indent;
		}
		*col += printf("%s%.*s", *col > indent ? " " : "", (int)len, text);
		text += len;
		text += strspn(text, " ");
	}
}
