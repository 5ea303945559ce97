/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A distribution of times: their number, their sum, the longest, and percentiles.
 *
 * A log-linear histogram: every power of two is cut into DIST_STEPS equal buckets. So its size does
 * not depend on the number of times, and a percentile is off by at most 1 / (2 * DIST_STEPS).
 */
#ifndef IPCTRACE_STAT_DIST_H
#define IPCTRACE_STAT_DIST_H

#include <linux/types.h>

#define DIST_BITS    4
#define DIST_STEPS   (1U << DIST_BITS)
#define DIST_BUCKETS ((64 - DIST_BITS + 1) * DIST_STEPS)

/* All zero is an empty one. */
struct dist {
	__u64 n, sum, max; /* ns */
	__u64 *buckets;	   /* NULL until the first comes */
};

/* 0 or -ENOMEM. */
int dist__add(struct dist *d, __u64 ns);
/* Times of one octave, steps[i] of its i-th bucket; 0 is the one below DIST_STEPS ns. */
int dist__add_octave(struct dist *d, unsigned int octave, const __u32 steps[DIST_STEPS], __u64 sum,
		     __u64 max);
int dist__merge(struct dist *d, const struct dist *from);
/*
 * The smallest time that is not exceeded by percent (1 to 100) of all, with a bucket's accuracy:
 * the middle of the bucket, but never more than the longest. 0 if empty.
 */
__u64 dist__percentile(const struct dist *d, unsigned int percent);
void dist__clear(struct dist *d);

#endif
