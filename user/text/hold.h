/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Leaves short sleeps that are no IPC out of the timeline. Whether a sleep was short is known only
 * later. So the rows behind an undecided one wait, for at most ten milliseconds of traced time.
 */
#ifndef IPCTRACE_TEXT_HOLD_H
#define IPCTRACE_TEXT_HOLD_H

#include "text/row.h"

struct hold;

typedef void (*row_fn)(void *ctx, const struct row *row);

struct hold *hold__new(row_fn fn, void *ctx); /* NULL with errno */
void hold__push(struct hold *h, const struct row *row);
void hold__flush(struct hold *h); /* nothing more will come */
void hold__free(struct hold *h);

#endif
