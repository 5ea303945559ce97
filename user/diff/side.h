/* SPDX-License-Identifier: GPL-2.0 */
/* One of the two files of a diff: its runs by name, each with its story. */
#ifndef IPCTRACE_DIFF_SIDE_H
#define IPCTRACE_DIFF_SIDE_H

#include "file/reader.h"
#include "diff/story.h"

struct side_run {
	char *name; /* "pipe-cases/4", escaped; "" of a command */
	struct story story;
};

struct side {
	struct side_run *runs;
	size_t n, room;
	bool doubt; /* something is missing */

	/* of the pass that goes on */
	size_t at;
	struct timeline *timeline;
};

/*
 * A file is read twice: for the names of its runs and tasks, then, from its begin again, for what
 * those of these names did. 0 or -errno; -ESTALE: there are not as many runs as there were.
 */
int side__names(struct side *s, struct reader *r);
int side__facts(struct side *s, struct reader *r);
void side__clear(struct side *s);

#endif
