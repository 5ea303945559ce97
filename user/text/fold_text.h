/* SPDX-License-Identifier: GPL-2.0 */
/* The text of a folded stretch: how often, how much, how long. */
#ifndef IPCTRACE_TEXT_FOLD_TEXT_H
#define IPCTRACE_TEXT_FOLD_TEXT_H

#include <stddef.h>

#include "text/fold.h"
#include "print/style.h"

/*
 * One sum is up to FOLD_PARTS short lines: "read x820", "6.41 MiB (1-8192)", "slept 12.0 us-80.0
 * us". False when it has no such part.
 */
#define FOLD_PARTS 3
bool fold_sum__text(const struct style *st, const struct fold_sum *sum, int part, char *buf,
		    size_t size);
/* The line above the sums. */
void fold_stretch__text(const struct style *st, const struct fold_stretch *s, char *buf,
			size_t size);

#endif
