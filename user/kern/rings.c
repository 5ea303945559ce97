// SPDX-License-Identifier: GPL-2.0
/* User space's end of the hooks' rings: their sizes, and how they are drained in time order. */
#include "kern/rings.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#define PAGE		4096
#define SIZE_DEFAULT	(16UL << 20)
#define RING_DEFAULT	(1UL << 20) /* at least: some milliseconds of a processor that is busy */
#define GIVE_BACK_AFTER (64U << 10) /* bytes */

/* One ring, as far as it is read. */
struct ring {
	struct ring_ends *ends;
	const char *pieces;
	__u64 tail;
	__u64 given_back; /* the tail that the hooks know */
	__u64 until;	  /* of this drain */
	/* The next record, of bytes with its mark: only of those in the heap. */
	const struct event *next;
	__u32 bytes;
};

struct rings {
	struct ring_shape shape;
	struct ring_ends *ends;
	const void *pieces;
	size_t mapped; /* of pieces, bytes; 0: not mapped here */
	struct ring *all;
	struct ring **heap; /* those with a next record, by its time */
	size_t n;
};

/* The kernel's list of them, such as 0-3,8-11, ends with the highest. */
unsigned int rings__processors(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/present", "re");
	unsigned int last = 0;
	int possible, n = 0;

	if (f) {
		while (fscanf(f, "%u%*[-,]", &last) == 1)
			n++;
		fclose(f);
	}
	possible = n ? (int)last + 1 : libbpf_num_possible_cpus();
	if (possible < 1)
		return 1;
	return possible < RING_CPUS ? (unsigned int)possible : RING_CPUS;
}

static __u64 power_of_two(__u64 n)
{
	return 1ULL << (63 - __builtin_clzll(n));
}

struct ring_shape rings__shape(size_t size, unsigned int cpus)
{
	__u64 share = (size ? size : SIZE_DEFAULT) / cpus;
	struct ring_shape shape = {.cpus = cpus};

	if (!size && share < RING_DEFAULT)
		share = RING_DEFAULT;
	shape.bytes = power_of_two(share < PAGE ? PAGE : share);
	shape.piece = shape.bytes < RING_PIECE ? (__u32)shape.bytes : RING_PIECE;
	shape.piece_bits = (__u32)__builtin_ctz(shape.piece);
	shape.pieces = (__u32)(shape.bytes / shape.piece);
	return shape;
}

static __u32 piece_size(const struct ring_shape *shape)
{
	return shape->piece + RING_SLACK;
}

int rings__size_map(const struct ring_shape *shape, struct bpf_map *pieces)
{
	int err = bpf_map__set_max_entries(pieces, shape->cpus * shape->pieces);

	return err ? err : bpf_map__set_value_size(pieces, piece_size(shape));
}

struct rings *rings__over(const struct ring_shape *shape, struct ring_ends *ends,
			  const void *pieces)
{
	struct rings *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->shape = *shape;
	r->ends = ends;
	r->pieces = pieces;
	r->all = calloc(shape->cpus, sizeof(*r->all));
	r->heap = calloc(shape->cpus, sizeof(struct ring *));
	if (!r->all || !r->heap) {
		rings__free(r);
		errno = ENOMEM;
		return NULL;
	}
	for (__u32 i = 0; i < shape->cpus; i++) {
		struct ring *ring = &r->all[i];

		ring->ends = &ends[i];
		ring->pieces = (const char *)pieces + (size_t)i * shape->pieces * piece_size(shape);
		ring->tail = ring->given_back = ends[i].tail;
	}
	return r;
}

/* What an array map's memory takes (kernel/bpf/arraymap.c array_map_mmap()). */
static size_t whole_pages(size_t size)
{
	return (size + PAGE - 1) / PAGE * PAGE;
}

struct rings *rings__map(const struct ring_shape *shape, struct ring_ends *ends, int pieces_fd)
{
	size_t size = whole_pages((size_t)shape->cpus * shape->pieces * piece_size(shape));
	void *pieces = mmap(NULL, size, PROT_READ, MAP_SHARED, pieces_fd, 0);
	struct rings *r;
	int err;

	if (pieces == MAP_FAILED)
		return NULL;
	r = rings__over(shape, ends, pieces);
	err = errno;
	if (r)
		r->mapped = size;
	else
		munmap(pieces, size);
	errno = err;
	return r;
}

void rings__free(struct rings *r)
{
	if (!r)
		return;
	if (r->mapped)
		munmap((void *)r->pieces, r->mapped);
	free(r->heap);
	free(r->all);
	free(r);
}

static void give_back(struct ring *ring)
{
	__atomic_store_n(&ring->ends->tail, ring->tail, __ATOMIC_RELEASE);
	ring->given_back = ring->tail;
}

/* Looks for the next record from the tail on. False: there is none, or its hook still writes. */
static bool look(const struct rings *r, struct ring *ring)
{
	while (ring->tail < ring->until) {
		__u64 at = ring->tail & (r->shape.bytes - 1);
		const char *place = ring->pieces + at + (at >> r->shape.piece_bits) * RING_SLACK;
		__u64 mark = __atomic_load_n((const __u64 *)place, __ATOMIC_ACQUIRE);
		__u64 bytes = mark ^ ring_mark(&r->shape, ring->tail, 0);

		if (bytes >> RING_AT_SHIFT || !(bytes & RING_BYTES))
			return false;
		ring->bytes = bytes & RING_BYTES;
		if (!(bytes & RING_DISCARDED)) {
			ring->next = (const struct event *)(place + sizeof(mark));
			return true;
		}
		ring->tail += ring->bytes;
	}
	return false;
}

static void sift_down(struct rings *r, size_t pos)
{
	struct ring *moved = r->heap[pos];

	for (;;) {
		size_t child = 2 * pos + 1;

		if (child >= r->n)
			break;
		if (child + 1 < r->n && r->heap[child + 1]->next->ts < r->heap[child]->next->ts)
			child++;
		if (r->heap[child]->next->ts >= moved->next->ts)
			break;
		r->heap[pos] = r->heap[child];
		pos = child;
	}
	r->heap[pos] = moved;
}

/* What is written from now on belongs to the next drain. Otherwise a ring that is read later
 * would tell more than one that was read before. */
static void begin(struct rings *r)
{
	for (__u32 i = 0; i < r->shape.cpus; i++)
		r->all[i].until = __atomic_load_n(&r->ends[i].head, __ATOMIC_ACQUIRE);
	r->n = 0;
	for (__u32 i = 0; i < r->shape.cpus; i++)
		if (look(r, &r->all[i]))
			r->heap[r->n++] = &r->all[i];
	for (size_t i = r->n; i--;)
		sift_down(r, i);
}

int rings__drain(struct rings *r, rings_fn fn, void *ctx)
{
	int records = 0, rc = 0;

	begin(r);
	while (r->n && !rc) {
		struct ring *ring = r->heap[0];

		rc = fn(ctx, ring->next);
		ring->tail += ring->bytes;
		records++;
		if (ring->tail - ring->given_back >= GIVE_BACK_AFTER)
			give_back(ring);
		if (!look(r, ring))
			r->heap[0] = r->heap[--r->n];
		if (r->n > 1)
			sift_down(r, 0);
	}
	for (__u32 i = 0; i < r->shape.cpus; i++)
		if (r->all[i].given_back != r->all[i].tail)
			give_back(&r->all[i]);
	return rc ? rc : records;
}
