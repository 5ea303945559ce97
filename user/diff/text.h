/* SPDX-License-Identifier: GPL-2.0 */
/* What `ipctrace diff` prints: the lanes that differ, each as one list of both runs' lines. */
#ifndef IPCTRACE_DIFF_TEXT_H
#define IPCTRACE_DIFF_TEXT_H

#include "diff/story.h"
#include "print/style.h"

struct diff_count {
	size_t same, differ; /* lanes */
};

/* Compares one run; either may be NULL, then all of the other differs. 0 or -ENOMEM. */
int diff_text__run(const struct style *st, const char *name, const struct story *a,
		   const struct story *b, struct diff_count *count);

#endif
