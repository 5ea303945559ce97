/* SPDX-License-Identifier: GPL-2.0 */
/* One plain sentence that says why: for every block, wakeup, end of file, EPIPE and signal. */
#ifndef IPCTRACE_WORDS_EXPLAIN_H
#define IPCTRACE_WORDS_EXPLAIN_H

#include <stddef.h>

#include "timeline/timeline.h"

/* Returns the length; 0 when the fact needs no sentence. Names in it are escaped for a terminal. */
size_t explain(const struct fact *fact, char *buf, size_t size);
/*
 * As explain(): what the task of a FACT_BLOCK does and why, to stand behind its name: "sleeps in
 * read(0) on pipe:[12] because the pipe is empty; ...".
 */
size_t explain_asleep(const struct fact *fact, char *buf, size_t size);

/* Pages that one task has touched first, in the same way, one after the other. */
struct touched_pages {
	__u64 first, last, n;
	__u64 same;	 /* of them: so many another process touched before */
	__u64 last_same; /* the last of these */
};

/* What the sentence about the first of them does not say: "; so it is with each of these pages"; "": it says all. */
void explain_pages(const struct touched_pages *p, char *buf, size_t size);

#endif
