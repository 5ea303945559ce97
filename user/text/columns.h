/* SPDX-License-Identifier: GPL-2.0 */
/* The places of the lanes: which there are, who gets a free one, and how wide each is. */
#ifndef IPCTRACE_TEXT_COLUMNS_H
#define IPCTRACE_TEXT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "text/row.h"

#define LANES_MAX    32
#define LANE_THREADS 8
#define TIME_WIDTH   12 /* columns before the first lane */

struct lane {
	bool object;
	bool dead;    /* may be given to another */
	bool renamed; /* its name has to be printed */
	bool waits;   /* its name stands in no header before it does something */
	char name[200];
	int x, width;

	__u32 pid; /* a process */
	__u32 asleep[LANE_THREADS];
	size_t n_asleep;

	struct ipc_object key; /* an object */
	unsigned int generation;
	char shown[2][160]; /* its state as printed last; of a pair each one's */
};

struct columns {
	int total; /* of the terminal */
	struct lane lanes[LANES_MAX];
	size_t n;
	bool single;  /* no room for lanes: one column for all */
	bool objects; /* objects have lanes */
	int cells;    /* of a gauge */
	int process_width;
	bool moved; /* lanes stand elsewhere than when the header was printed */
};

/* Each returns NULL when there are no lanes, or none for objects. */
struct lane *columns__process(struct columns *c, __u32 pid);
struct lane *columns__object(struct columns *c, const struct row_object *obj);
/* As above, and makes a lane for what has none. */
struct lane *columns__get_process(struct columns *c, const struct actor *who);
struct lane *columns__get_object(struct columns *c, const struct row_object *obj);

#endif
