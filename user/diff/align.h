/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The longest common subsequence of the lines of two lanes, and the lines that are not in it. Pure.
 */
#ifndef IPCTRACE_DIFF_ALIGN_H
#define IPCTRACE_DIFF_ALIGN_H

#include <stdbool.h>

#include "diff/story.h"

/* How one is made of the other: mark '-' only a has it, '+' only b, ' ' both. */
typedef void (*align_fn)(void *ctx, char mark, const struct story_line *line);

/*
 * Either may be NULL. If lanes have more than ALIGN_CELLS pairs of lines between their common begin
 * and end, all lines there are told as different. 0 or -ENOMEM.
 */
int align__lanes(const struct story_lane *a, const struct story_lane *b, align_fn fn, void *ctx);
bool align__same(const struct story_lane *a, const struct story_lane *b);

#endif
