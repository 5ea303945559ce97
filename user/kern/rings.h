/* SPDX-License-Identifier: GPL-2.0 */
/* User space's end of the hooks' rings (bpf/abi/ring.h). */
#ifndef IPCTRACE_KERN_RINGS_H
#define IPCTRACE_KERN_RINGS_H

#include <stddef.h>
#include <linux/types.h>

#include "abi/event.h"
#include "abi/ring.h"

struct bpf_map;
struct rings;

typedef int (*rings_fn)(void *ctx, const struct event *rec);

/* How many rings there must be: one more than the highest number of a processor that is there. A
 * processor that is plugged in later has none; what it writes is lost, and counted. */
unsigned int rings__processors(void);

/*
 * Rings of size bytes in all, a power of two; each has an equal share of it, rounded down to a
 * power of two, but a page at least. 0: 16 MiB, or 1 MiB each if that is more.
 */
struct ring_shape rings__shape(size_t size, unsigned int cpus);
/* Gives the map of the pieces, which is not yet created, the size that goes with shape. 0 or -errno. */
int rings__size_map(const struct ring_shape *shape, struct bpf_map *pieces);

/* Takes the hooks' ends and the map of the pieces, whose memory it maps. NULL with errno. */
struct rings *rings__map(const struct ring_shape *shape, struct ring_ends *ends, int pieces_fd);
/* The same of memory that stays the caller's: the pieces one after the other. */
struct rings *rings__over(const struct ring_shape *shape, struct ring_ends *ends,
			  const void *pieces);
void rings__free(struct rings *r);

/*
 * Hands over what is in the rings now, always the earliest of their next records. The record is
 * valid until fn returns. Returns the number of records, or what fn returned that was not 0.
 */
int rings__drain(struct rings *r, rings_fn fn, void *ctx);

#endif
