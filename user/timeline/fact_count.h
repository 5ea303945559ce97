/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counts the facts of records. A sleep that goes on has a record at every snapshot, but is one
 * fact.
 */
#ifndef IPCTRACE_TIMELINE_FACT_COUNT_H
#define IPCTRACE_TIMELINE_FACT_COUNT_H

#include <linux/types.h>

#include "abi/event.h"
#include "lib/map.h"

struct fact_count {
	__u64 n;	   /* without what is still open */
	__u64 open;	   /* sleeps that go on */
	struct map sleeps; /* by tid: the last one */
};

/* All zeroes is a count of none. rec is of the right size. 0 or -ENOMEM. */
int fact_count__feed(struct fact_count *c, const struct event *rec);
/* The run is over: counts what goes on, once, and forgets it. Returns how many there are by now. */
__u64 fact_count__end(struct fact_count *c);

#endif
