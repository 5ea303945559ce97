// SPDX-License-Identifier: GPL-2.0
/* The longest common subsequence of the lines of two lanes, by the table of the textbooks. */
#include "diff/align.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN_CELLS (4U << 20)

static const struct story_lane none;

static bool same_line(const struct story_line *a, const struct story_line *b)
{
	return a->times == b->times && !strcmp(a->text, b->text);
}

bool align__same(const struct story_lane *a, const struct story_lane *b)
{
	if (!a || !b || a->n != b->n)
		return !a && !b;
	for (size_t i = 0; i < a->n; i++)
		if (!same_line(&a->lines[i], &b->lines[i]))
			return false;
	return true;
}

/* Fills in table[i][j]: how many lines a[i..] and b[j..] share, between from and the ends. */
static void fill(__u32 *table, const struct story_line *a, size_t n, const struct story_line *b,
		 size_t m)
{
	for (size_t i = n; i--;) {
		for (size_t j = m; j--;) {
			__u32 *here = &table[i * (m + 1) + j];
			__u32 down = here[m + 1], right = here[1];

			if (same_line(&a[i], &b[j]))
				*here = here[m + 2] + 1;
			else
				*here = down > right ? down : right;
		}
	}
}

static void walk(const __u32 *table, const struct story_line *a, size_t n,
		 const struct story_line *b, size_t m, align_fn fn, void *ctx)
{
	size_t i = 0, j = 0;

	while (i < n || j < m) {
		const __u32 *here = table ? &table[i * (m + 1) + j] : NULL;

		if (here && i < n && j < m && same_line(&a[i], &b[j])) {
			fn(ctx, ' ', &a[i]);
			i++, j++;
		} else if (i < n && (!here || j == m || here[m + 1] >= here[1])) {
			fn(ctx, '-', &a[i++]);
		} else {
			fn(ctx, '+', &b[j++]);
		}
	}
}

/* A lane without lines has no array. */
static const struct story_line *lines_from(const struct story_lane *lane, size_t at)
{
	return lane->lines ? lane->lines + at : NULL;
}

int align__lanes(const struct story_lane *a, const struct story_lane *b, align_fn fn, void *ctx)
{
	size_t head = 0, n, m, tail = 0;
	__u32 *table = NULL;

	a = a ? a : &none;
	b = b ? b : &none;
	while (head < a->n && head < b->n && same_line(&a->lines[head], &b->lines[head]))
		fn(ctx, ' ', &a->lines[head++]);
	n = a->n - head;
	m = b->n - head;
	while (n && m && same_line(&a->lines[head + n - 1], &b->lines[head + m - 1]))
		n--, m--, tail++;
	if (n && m && (n + 1) <= ALIGN_CELLS / (m + 1)) {
		table = calloc((n + 1) * (m + 1), sizeof(*table));
		if (!table)
			return -ENOMEM;
		fill(table, lines_from(a, head), n, lines_from(b, head), m);
	}
	walk(table, lines_from(a, head), n, lines_from(b, head), m, fn, ctx);
	free(table);
	for (size_t i = 0; i < tail; i++)
		fn(ctx, ' ', &a->lines[head + n + i]);
	return 0;
}
