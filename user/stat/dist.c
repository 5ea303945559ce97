// SPDX-License-Identifier: GPL-2.0
/* A distribution of times in a histogram of fixed size. */
#include "stat/dist.h"

#include <errno.h>
#include <stdlib.h>

/* Below DIST_STEPS every value has a bucket of its own. */
static unsigned int bucket_of(__u64 ns)
{
	unsigned int shift;

	if (ns < DIST_STEPS)
		return (unsigned int)ns;
	shift = 63 - (unsigned int)__builtin_clzll(ns) - DIST_BITS;
	return (shift + 1) * DIST_STEPS + (unsigned int)(ns >> shift) - DIST_STEPS;
}

static __u64 middle_of(unsigned int bucket)
{
	unsigned int shift;
	__u64 low;

	if (bucket < DIST_STEPS)
		return bucket;
	shift = bucket / DIST_STEPS - 1;
	low = (__u64)(bucket % DIST_STEPS + DIST_STEPS) << shift;
	return low + ((1ULL << shift) - 1) / 2;
}

static int make_room(struct dist *d)
{
	if (!d->buckets)
		d->buckets = calloc(DIST_BUCKETS, sizeof(*d->buckets));
	return d->buckets ? 0 : -ENOMEM;
}

int dist__add(struct dist *d, __u64 ns)
{
	if (make_room(d))
		return -ENOMEM;
	d->n++;
	d->sum += ns;
	if (ns > d->max)
		d->max = ns;
	d->buckets[bucket_of(ns)]++;
	return 0;
}

int dist__add_octave(struct dist *d, unsigned int octave, const __u32 steps[DIST_STEPS], __u64 sum,
		     __u64 max)
{
	if (make_room(d))
		return -ENOMEM;
	d->sum += sum;
	if (max > d->max)
		d->max = max;
	for (unsigned int i = 0; i < DIST_STEPS && octave < DIST_BUCKETS / DIST_STEPS; i++) {
		d->n += steps[i];
		d->buckets[octave * DIST_STEPS + i] += steps[i];
	}
	return 0;
}

int dist__merge(struct dist *d, const struct dist *from)
{
	if (!from->n)
		return 0;
	if (make_room(d))
		return -ENOMEM;
	d->n += from->n;
	d->sum += from->sum;
	if (from->max > d->max)
		d->max = from->max;
	for (unsigned int i = 0; i < DIST_BUCKETS; i++)
		d->buckets[i] += from->buckets[i];
	return 0;
}

__u64 dist__percentile(const struct dist *d, unsigned int percent)
{
	__u64 rank = d->n / 100 * percent + (d->n % 100 * percent + 99) / 100, seen = 0;

	/* The last of all is known. */
	for (unsigned int i = 0; rank < d->n && i < DIST_BUCKETS; i++) {
		seen += d->buckets[i];
		if (seen >= rank) {
			__u64 ns = middle_of(i);

			return ns < d->max ? ns : d->max;
		}
	}
	return d->max;
}

void dist__clear(struct dist *d)
{
	free(d->buckets);
	*d = (struct dist){0};
}
