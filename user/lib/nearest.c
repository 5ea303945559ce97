/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds the name that was meant, by an edit distance in which two swapped neighbours are one slip.
 */
#include <string.h>

#include "lib/nearest.h"

#define NAME_LONGEST 64

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

static unsigned int distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned int rows[3][NAME_LONGEST + 1];
	unsigned int *before = rows[0], *last = rows[1], *now = rows[2], *spare;

	for (size_t j = 0; j <= nb; j++)
		last[j] = j;
	for (size_t i = 1; i <= na; i++) {
		now[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			now[j] =
			    min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[nb];
}

const char *nearest_name(const char *word, const char *const *names, size_t n)
{
	size_t len = strlen(word);
	/* One slip in every three letters, at most three. */
	unsigned int best = (len + 2) / 3 < 3 ? (len + 2) / 3 : 3;
	const char *found = NULL;

	if (!len || len > NAME_LONGEST)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t nlen = strlen(names[i]);
		unsigned int d;

		if (nlen > NAME_LONGEST)
			continue;
		d = distance(word, len, names[i], nlen);
		/* A name of nothing but slips is no name. */
		if (d <= best && d < nlen && d < len && (!found || d < best)) {
			best = d;
			found = names[i];
		}
	}
	return found;
}
