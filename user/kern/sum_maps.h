/* SPDX-License-Identifier: GPL-2.0 */
/* Reads the sums that the hooks make instead of records. */
#ifndef IPCTRACE_KERN_SUM_MAPS_H
#define IPCTRACE_KERN_SUM_MAPS_H

#include <stddef.h>
#include <linux/types.h>

#include "abi/sums.h"

typedef int (*sum_op_fn)(void *ctx, const struct sum_op_key *key, const struct sum_op *sum);
typedef int (*sum_wait_fn)(void *ctx, const struct sum_wait_key *key, const struct sum_wait *sum);

/* Maps of one kind: two that take turns, and the one that tells the hooks whose turn it is. */
struct sum_maps {
	int outer, inner[2];
	size_t key_size, value_size, rows;
	unsigned int turn;
};

/*
 * From now on the hooks fill the other map; no program that runs has the old one any more.
 * 0 or -errno.
 */
int sum_maps__turn(struct sum_maps *m);
/*
 * Takes all rows out of the map that was filled before the last turn. *n rows; keys and values
 * are malloc()ed. 0 or -errno.
 */
int sum_maps__take(const struct sum_maps *m, void **keys, void **values, size_t *n);

#endif
