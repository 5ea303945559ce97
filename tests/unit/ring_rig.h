/* SPDX-License-Identifier: GPL-2.0 */
/* Rings in plain memory, with a writer in the hooks' place; for the tests of their reader. */
#ifndef IPCTRACE_RING_RIG_H
#define IPCTRACE_RING_RIG_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "kern/rings.h"

#define KEY	0x5eed0fa11ce5ba5eULL
#define SMALL	4096
#define SHORT	sizeof(struct event)	     /* the shortest record */
#define LONGEST (RING_SLACK - sizeof(__u64)) /* the longest; eight, with their marks, fill SMALL */

/* Rings with both their ends, and what was told of them. A record's name is in its pid. */
struct rig {
	struct ring_shape shape;
	struct ring_ends *ends;
	char *pieces;
	struct rings *rings;
	char told[64];
	size_t n;
	void (*during)(struct rig *g, char name);
	char stop_at;
	int stop;
};

static inline struct ring_shape shape_of(__u64 bytes, __u32 piece, __u32 cpus)
{
	return (struct ring_shape){.key = KEY,
				   .bytes = bytes,
				   .piece = piece,
				   .piece_bits = (__u32)__builtin_ctz(piece),
				   .pieces = (__u32)(bytes / piece),
				   .cpus = cpus};
}

static inline size_t pieces_size(const struct ring_shape *shape)
{
	return (size_t)shape->cpus * shape->pieces * (shape->piece + RING_SLACK);
}

/* Everything has been written and read up to start. The memory is as large as it must be, so that
 * ASan sees what goes beyond. */
static inline struct rig *rig_from(__u64 start, struct ring_shape shape)
{
	struct rig *g = calloc(1, sizeof(*g));

	assert_non_null(g);
	g->shape = shape;
	g->ends = calloc(shape.cpus, sizeof(*g->ends));
	g->pieces = calloc(1, pieces_size(&shape));
	assert_non_null(g->ends);
	assert_non_null(g->pieces);
	for (__u32 i = 0; i < shape.cpus; i++)
		g->ends[i].head = g->ends[i].tail = start;
	g->rings = rings__over(&g->shape, g->ends, g->pieces);
	assert_non_null(g->rings);
	return g;
}

static inline struct rig *rig_new(__u64 bytes, __u32 piece, __u32 cpus)
{
	return rig_from(0, shape_of(bytes, piece, cpus));
}

static inline void rig_free(struct rig *g)
{
	rings__free(g->rings);
	free(g->ends);
	free(g->pieces);
	free(g);
}

/* --- the writer ---------------------------------------------------------------------------- */

static inline __u64 *place(const struct rig *g, __u32 cpu, __u64 at)
{
	__u64 in_ring = at % g->shape.bytes;
	__u64 piece = cpu * g->shape.pieces + in_ring / g->shape.piece;

	return (__u64 *)(g->pieces + piece * (g->shape.piece + RING_SLACK) +
			 in_ring % g->shape.piece);
}

/* Moves the head on, and no more: as a hook that is interrupted then. False: the ring is full. */
static inline bool take(struct rig *g, __u32 cpu, size_t size, __u64 *at)
{
	struct ring_ends *ends = &g->ends[cpu];
	__u64 bytes = size + sizeof(__u64);

	if (ends->head - ends->tail + bytes > g->shape.bytes)
		return false;
	*at = ends->head;
	ends->head += bytes;
	return true;
}

static inline struct event *open_at(struct rig *g, __u32 cpu, size_t size, __u64 at)
{
	__u64 *mark = place(g, cpu, at);

	*mark = ~ring_mark(&g->shape, at, size + sizeof(*mark));
	return (struct event *)(mark + 1);
}

static inline void close_as(struct event *rec, __u64 how)
{
	__u64 *mark = (__u64 *)rec - 1;

	__atomic_store_n(mark, ~*mark ^ how, __ATOMIC_RELEASE);
}

static inline void finish(struct event *rec)
{
	close_as(rec, 0);
}

static inline void discard(struct event *rec)
{
	close_as(rec, RING_DISCARDED);
}

/* --- records ------------------------------------------------------------------------------- */

static inline __u64 nth_word(const struct event *rec, size_t n)
{
	return ((rec->pid + 1ULL) << 32 | (rec->cpu + 1ULL) << 16 | n) * 0x9e3779b97f4a7c15ULL;
}

static inline struct event *fill(struct event *rec, __u32 cpu, __u32 pid, __u64 ts, size_t size)
{
	__u64 *words = (__u64 *)(rec + 1);

	*rec = (struct event){.ts = ts, .pid = pid, .size = (__u16)size, .cpu = (__u16)cpu};
	for (size_t i = 0; i < (size - sizeof(*rec)) / sizeof(*words); i++)
		words[i] = nth_word(rec, i);
	return rec;
}

static inline void assert_filled(const struct event *rec)
{
	const __u64 *words = (const __u64 *)(rec + 1);

	for (size_t i = 0; i < (rec->size - sizeof(*rec)) / sizeof(*words); i++)
		assert_true(words[i] == nth_word(rec, i));
}

/* NULL: the ring is full. */
static inline struct event *reserve(struct rig *g, __u32 cpu, __u32 pid, __u64 ts, size_t size)
{
	__u64 at;

	return take(g, cpu, size, &at) ? fill(open_at(g, cpu, size, at), cpu, pid, ts, size) : NULL;
}

static inline struct event *held(struct rig *g, __u32 cpu, char name, __u64 ts)
{
	struct event *rec = reserve(g, cpu, (__u32)name, ts, 48);

	assert_non_null(rec);
	return rec;
}

static inline void put(struct rig *g, __u32 cpu, char name, __u64 ts)
{
	finish(held(g, cpu, name, ts));
}

static inline bool put_longest(struct rig *g, __u32 cpu, char name, __u64 ts)
{
	struct event *rec = reserve(g, cpu, (__u32)name, ts, LONGEST);

	if (rec)
		finish(rec);
	return rec;
}

/* Fills a ring of SMALL bytes that is empty: a to h. */
static inline void fill_small(struct rig *g, __u32 cpu)
{
	for (char name = 'a'; name <= 'h'; name++)
		assert_true(put_longest(g, cpu, name, (__u64)name));
	assert_false(put_longest(g, cpu, 'x', 1000));
}

static inline int hear(void *ctx, const struct event *rec)
{
	struct rig *g = ctx;

	assert_filled(rec);
	assert_true(g->n < sizeof(g->told) - 1);
	g->told[g->n++] = (char)rec->pid;
	if (g->during)
		g->during(g, (char)rec->pid);
	/* What it was called with is good until it returns. */
	assert_filled(rec);
	return g->stop_at && rec->pid == (__u32)g->stop_at ? g->stop : 0;
}

static inline int drain(struct rig *g)
{
	memset(g->told, 0, sizeof(g->told));
	g->n = 0;
	return rings__drain(g->rings, hear, g);
}

static inline void drains(struct rig *g, const char *names)
{
	int n = drain(g);

	assert_string_equal(g->told, names);
	assert_int_equal(n, strlen(names));
}

static inline void all_given_back(const struct rig *g)
{
	for (__u32 i = 0; i < g->shape.cpus; i++)
		assert_int_equal(g->ends[i].tail, g->ends[i].head);
}

#endif
