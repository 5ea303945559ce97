/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the reader of the hooks' rings, with a writer over plain memory in the hooks' place. */
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

#include "rings.h"

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

static struct ring_shape shape_of(__u64 bytes, __u32 piece, __u32 cpus)
{
	return (struct ring_shape){.key = KEY,
				   .bytes = bytes,
				   .piece = piece,
				   .pieces = (__u32)(bytes / piece),
				   .cpus = cpus};
}

static size_t pieces_size(const struct ring_shape *shape)
{
	return (size_t)shape->cpus * shape->pieces * (shape->piece + RING_SLACK);
}

/* Everything has been written and read up to start. The memory is as large as it must be, so that
 * ASan sees what goes beyond. */
static struct rig *rig_from(__u64 start, struct ring_shape shape)
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

static struct rig *rig_new(__u64 bytes, __u32 piece, __u32 cpus)
{
	return rig_from(0, shape_of(bytes, piece, cpus));
}

static void rig_free(struct rig *g)
{
	rings__free(g->rings);
	free(g->ends);
	free(g->pieces);
	free(g);
}

/* --- the writer ---------------------------------------------------------------------------- */

static __u64 *place(const struct rig *g, __u32 cpu, __u64 at)
{
	__u64 in_ring = at % g->shape.bytes;
	__u64 piece = cpu * g->shape.pieces + in_ring / g->shape.piece;

	return (__u64 *)(g->pieces + piece * (g->shape.piece + RING_SLACK) +
			 in_ring % g->shape.piece);
}

/* Moves the head on, and no more: as a hook that is interrupted then. False: the ring is full. */
static bool take(struct rig *g, __u32 cpu, size_t size, __u64 *at)
{
	struct ring_ends *ends = &g->ends[cpu];
	__u64 bytes = size + sizeof(__u64);

	if (ends->head - ends->tail + bytes > g->shape.bytes)
		return false;
	*at = ends->head;
	ends->head += bytes;
	return true;
}

static struct event *open_at(struct rig *g, __u32 cpu, size_t size, __u64 at)
{
	__u64 *mark = place(g, cpu, at);

	*mark = ~ring_mark(&g->shape, at, size + sizeof(*mark));
	return (struct event *)(mark + 1);
}

static void close_as(struct event *rec, __u64 how)
{
	__u64 *mark = (__u64 *)rec - 1;

	__atomic_store_n(mark, ~*mark ^ how, __ATOMIC_RELEASE);
}

static void finish(struct event *rec)
{
	close_as(rec, 0);
}

static void discard(struct event *rec)
{
	close_as(rec, RING_DISCARDED);
}

/* --- records ------------------------------------------------------------------------------- */

static __u64 nth_word(const struct event *rec, size_t n)
{
	return ((rec->pid + 1ULL) << 32 | (rec->cpu + 1ULL) << 16 | n) * 0x9e3779b97f4a7c15ULL;
}

static struct event *fill(struct event *rec, __u32 cpu, __u32 pid, __u64 ts, size_t size)
{
	__u64 *words = (__u64 *)(rec + 1);

	*rec = (struct event){.ts = ts, .pid = pid, .size = (__u16)size, .cpu = (__u16)cpu};
	for (size_t i = 0; i < (size - sizeof(*rec)) / sizeof(*words); i++)
		words[i] = nth_word(rec, i);
	return rec;
}

static void assert_filled(const struct event *rec)
{
	const __u64 *words = (const __u64 *)(rec + 1);

	for (size_t i = 0; i < (rec->size - sizeof(*rec)) / sizeof(*words); i++)
		assert_true(words[i] == nth_word(rec, i));
}

/* NULL: the ring is full. */
static struct event *reserve(struct rig *g, __u32 cpu, __u32 pid, __u64 ts, size_t size)
{
	__u64 at;

	return take(g, cpu, size, &at) ? fill(open_at(g, cpu, size, at), cpu, pid, ts, size) : NULL;
}

static struct event *held(struct rig *g, __u32 cpu, char name, __u64 ts)
{
	struct event *rec = reserve(g, cpu, (__u32)name, ts, 48);

	assert_non_null(rec);
	return rec;
}

static void put(struct rig *g, __u32 cpu, char name, __u64 ts)
{
	finish(held(g, cpu, name, ts));
}

static bool put_longest(struct rig *g, __u32 cpu, char name, __u64 ts)
{
	struct event *rec = reserve(g, cpu, (__u32)name, ts, LONGEST);

	if (rec)
		finish(rec);
	return rec;
}

/* Fills a ring of SMALL bytes that is empty: a to h. */
static void fill_small(struct rig *g, __u32 cpu)
{
	for (char name = 'a'; name <= 'h'; name++)
		assert_true(put_longest(g, cpu, name, (__u64)name));
	assert_false(put_longest(g, cpu, 'x', 1000));
}

static int hear(void *ctx, const struct event *rec)
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

static int drain(struct rig *g)
{
	memset(g->told, 0, sizeof(g->told));
	g->n = 0;
	return rings__drain(g->rings, hear, g);
}

static void drains(struct rig *g, const char *names)
{
	int n = drain(g);

	assert_string_equal(g->told, names);
	assert_int_equal(n, strlen(names));
}

static void all_given_back(const struct rig *g)
{
	for (__u32 i = 0; i < g->shape.cpus; i++)
		assert_int_equal(g->ends[i].tail, g->ends[i].head);
}

/* --- shapes -------------------------------------------------------------------------------- */

static void shape_is(size_t size, unsigned int cpus, __u64 bytes, __u32 piece, __u32 pieces)
{
	struct ring_shape shape = rings__shape(size, cpus);

	assert_int_equal(shape.bytes, bytes);
	assert_int_equal(shape.piece, piece);
	assert_int_equal(shape.pieces, pieces);
	assert_int_equal(shape.cpus, cpus);
}

static void each_processor_has_an_equal_share(void **state)
{
	shape_is(1 << 20, 1, 1 << 20, 1 << 20, 1);
	shape_is(1 << 20, 2, 512 << 10, 512 << 10, 1);
	shape_is(1 << 20, 128, 8 << 10, 8 << 10, 1);
}

static void a_share_is_a_power_of_two(void **state)
{
	shape_is(1 << 20, 3, 256 << 10, 256 << 10, 1);
	shape_is(1 << 20, 5, 128 << 10, 128 << 10, 1);
	shape_is(8 << 20, 3, 2 << 20, RING_PIECE, 2);
}

static void a_share_is_a_page_at_least(void **state)
{
	shape_is(4096, 1, 4096, 4096, 1);
	shape_is(4096, 2, 4096, 4096, 1);
	shape_is(8192, 3, 4096, 4096, 1);
	shape_is(1, 128, 4096, 4096, 1);
}

static void a_large_ring_is_of_pieces(void **state)
{
	shape_is(2 << 20, 1, 2 << 20, RING_PIECE, 2);
	shape_is(64 << 20, 4, 16 << 20, RING_PIECE, 16);
	shape_is(1UL << 30, 1, 1 << 30, RING_PIECE, 1024);
}

static void the_default_goes_by_the_processors(void **state)
{
	shape_is(0, 1, 16 << 20, RING_PIECE, 16);
	shape_is(0, 2, 8 << 20, RING_PIECE, 8);
	shape_is(0, 3, 4 << 20, RING_PIECE, 4);
	shape_is(0, 16, 1 << 20, RING_PIECE, 1);
	shape_is(0, 17, 1 << 20, RING_PIECE, 1);
	shape_is(0, 128, 1 << 20, RING_PIECE, 1);
}

static void the_longest_record_fits_the_slack(void **state)
{
	assert_true(sizeof(union any_event) <= LONGEST);
	assert_true(RING_SLACK <= RING_BYTES);
	assert_int_equal(RING_SLACK % sizeof(__u64), 0);
}

/* --- what a drain hands over, in which order ------------------------------------------------ */

static void an_empty_drain_tells_nothing(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 3);

	drains(g, "");
	put(g, 1, 'a', 10);
	drains(g, "a");
	drains(g, "");
	all_given_back(g);
	rig_free(g);
}

static void rings_are_merged_by_time(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 2);

	put(g, 0, 'b', 20);
	put(g, 0, 'c', 30);
	put(g, 0, 'f', 60);
	put(g, 1, 'a', 10);
	put(g, 1, 'd', 40);
	put(g, 1, 'e', 50);
	put(g, 1, 'g', 70);
	drains(g, "abcdefg");
	all_given_back(g);
	put(g, 1, 'i', 90);
	put(g, 0, 'h', 80);
	drains(g, "hi");
	rig_free(g);
}

struct times {
	__u64 last;
	__u32 n[13];
};

static int hear_time(void *ctx, const struct event *rec)
{
	struct times *t = ctx;

	assert_filled(rec);
	assert_true(rec->ts >= t->last);
	assert_int_equal(rec->pid, t->n[rec->cpu]++);
	t->last = rec->ts;
	return 0;
}

/* Some have much, some nothing, and many times are the same. */
static void many_rings_are_merged_by_time(void **state)
{
	struct times t = {0};
	struct rig *g = rig_new(SMALL, SMALL, 13);
	int all = 0;

	for (__u32 cpu = 0; cpu < 13; cpu++) {
		__u64 ts = cpu * 7 % 5;

		for (__u32 n = 0; n < cpu * 5 % 13 * 4; n++, all++) {
			struct event *rec = reserve(g, cpu, n, ts, SHORT);

			assert_non_null(rec);
			finish(rec);
			ts += (cpu * 11 + n * 17) % 23 % 6;
		}
	}
	assert_int_equal(rings__drain(g->rings, hear_time, &t), all);
	for (__u32 cpu = 0; cpu < 13; cpu++)
		assert_int_equal(t.n[cpu], cpu * 5 % 13 * 4);
	all_given_back(g);
	rig_free(g);
}

static void equal_times_keep_each_rings_order(void **state)
{
	const char *const of_ring[] = {"abcd", "pqrs", "wxyz"};
	struct rig *g = rig_new(SMALL, SMALL, 3);

	for (__u32 cpu = 0; cpu < 3; cpu++)
		for (const char *name = of_ring[cpu]; *name; name++)
			put(g, cpu, *name, 10);
	assert_int_equal(drain(g), 12);
	for (__u32 cpu = 0; cpu < 3; cpu++) {
		const char *last = g->told;

		for (const char *name = of_ring[cpu]; *name; name++) {
			last = strchr(last, *name);
			assert_non_null(last);
		}
	}
	rig_free(g);
}

/* In upper case: what the callback writes. */
static void write_to_each(struct rig *g, char name)
{
	if (name != 'a')
		return;
	put(g, 0, 'M', 1);
	put(g, 1, 'N', 2);
	put(g, 2, 'O', 3);
}

static void what_comes_during_a_drain_is_of_the_next(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 3);

	put(g, 0, 'a', 10);
	put(g, 0, 'c', 30);
	put(g, 1, 'b', 20);
	g->during = write_to_each;
	drains(g, "abc");
	drains(g, "MNO");
	drains(g, "");
	rig_free(g);
}

static void write_again(struct rig *g, char name)
{
	put(g, 0, name, 10);
}

/* Else it would not end. */
static void a_drain_ends_though_each_record_makes_one(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 1);

	put(g, 0, 'a', 10);
	put(g, 0, 'b', 10);
	g->during = write_again;
	for (int i = 0; i < 100; i++)
		drains(g, "ab");
	rig_free(g);
}

/* --- records that are not finished, or discarded -------------------------------------------- */

static void an_unfinished_record_holds_back_its_own_ring_only(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 2);
	struct event *rec;
	__u64 at;

	put(g, 0, 'a', 10);
	at = g->ends[0].head;
	rec = held(g, 0, 'c', 30);
	put(g, 0, 'd', 40);
	put(g, 1, 'b', 20);
	put(g, 1, 'e', 50);
	drains(g, "abe");
	assert_int_equal(g->ends[0].tail, at);
	put(g, 0, 'g', 70);
	put(g, 1, 'f', 60);
	drains(g, "f");
	assert_int_equal(g->ends[0].tail, at);
	finish(rec);
	drains(g, "cdg");
	all_given_back(g);
	rig_free(g);
}

/* A hook that interrupts one that interrupts one. */
static void unfinished_records_may_end_in_any_order(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 1);
	struct event *a = held(g, 0, 'a', 10), *b = held(g, 0, 'b', 20), *c = held(g, 0, 'c', 30);

	finish(c);
	drains(g, "");
	finish(a);
	drains(g, "a");
	discard(b);
	drains(g, "c");
	all_given_back(g);
	rig_free(g);
}

/* As of a hook that was interrupted before it had written even that its record is not finished. */
static void a_place_without_a_mark_holds_back(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 1);
	__u64 at;

	put(g, 0, 'a', 10);
	assert_true(take(g, 0, 48, &at));
	put(g, 0, 'c', 30);
	drains(g, "a");
	assert_int_equal(g->ends[0].tail, at);
	finish(fill(open_at(g, 0, 48, at), 0, 'b', 20, 48));
	drains(g, "bc");
	rig_free(g);
}

static void discarded_records_are_skipped(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 2);
	struct event *rec;

	discard(held(g, 0, 'p', 1)); /* the first */
	put(g, 0, 'a', 10);
	discard(held(g, 0, 'q', 11)); /* several in a row */
	discard(held(g, 0, 'r', 12));
	put(g, 1, 'b', 20);
	put(g, 0, 'c', 30);
	discard(held(g, 0, 's', 31)); /* the last */
	drains(g, "abc");
	all_given_back(g);
	discard(held(g, 0, 't', 40)); /* the only ones */
	discard(held(g, 1, 'u', 41));
	drains(g, "");
	all_given_back(g);
	rec = held(g, 0, 'v', 50); /* one that held back */
	put(g, 0, 'd', 60);
	drains(g, "");
	discard(rec);
	drains(g, "d");
	all_given_back(g);
	rig_free(g);
}

/* --- what a callback returns ---------------------------------------------------------------- */

static void stops(struct rig *g, char at, int with, const char *names)
{
	g->stop_at = at;
	g->stop = with;
	assert_int_equal(drain(g), with);
	assert_string_equal(g->told, names);
	g->stop_at = 0;
}

static void what_a_callback_returns_ends_the_drain(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 2);

	put(g, 0, 'a', 10);
	put(g, 0, 'c', 30);
	put(g, 0, 'd', 40);
	put(g, 1, 'b', 20);
	put(g, 1, 'e', 50);
	stops(g, 'b', -EPIPE, "ab");
	drains(g, "cde");
	drains(g, "");
	rig_free(g);
}

static void a_stopped_drain_goes_on_where_it_was(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 2);
	__u64 at;

	put(g, 0, 'a', 10);
	at = g->ends[0].head;
	put(g, 0, 'b', 20);
	put(g, 1, 'c', 30);
	stops(g, 'a', 7, "a");
	/* What was handed over is given back, what was not is not. */
	assert_int_equal(g->ends[0].tail, at);
	assert_int_equal(g->ends[1].tail, 0);
	put(g, 0, 'd', 40);
	discard(held(g, 0, 'p', 41));
	stops(g, 'd', -1, "bcd"); /* the last one */
	drains(g, "");
	all_given_back(g);
	rig_free(g);
}

/* --- room ----------------------------------------------------------------------------------- */

static void still_full(struct rig *g, char name)
{
	assert_false(put_longest(g, 0, 'X', 1));
}

static void a_full_ring_takes_nothing_until_it_is_read(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 2);

	fill_small(g, 0);
	assert_true(put_longest(g, 1, 'i', 1000)); /* its own room */
	g->during = still_full;			   /* a ring this small, to the end of the drain */
	drains(g, "abcdefghi");
	all_given_back(g);
	assert_int_equal(g->ends[0].tail, SMALL);
	g->during = NULL;
	fill_small(g, 0);
	drains(g, "abcdefgh");
	rig_free(g);
}

static void a_full_ring_takes_as_much_as_was_read(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 1);

	fill_small(g, 0);
	stops(g, 'b', 1, "ab");
	assert_true(put_longest(g, 0, 'i', 1000));
	assert_true(put_longest(g, 0, 'j', 1001));
	assert_null(reserve(g, 0, 'k', 1002, SHORT));
	drains(g, "cdefghij");
	rig_free(g);
}

static void an_unfinished_record_keeps_a_ring_full(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 1);
	struct event *rec = reserve(g, 0, 'a', 10, LONGEST);

	for (char name = 'b'; name <= 'h'; name++)
		assert_true(put_longest(g, 0, name, 20));
	drains(g, "");
	assert_null(reserve(g, 0, 'x', 30, SHORT));
	finish(rec);
	drains(g, "abcdefgh");
	fill_small(g, 0);
	rig_free(g);
}

#define LONG (256U << 10)

struct long_drain {
	struct rig *g;
	__u64 at; /* of what is handed over now */
	__u64 until;
	unsigned int refused, taken;
};

static int hear_long(void *ctx, const struct event *rec)
{
	struct long_drain *d = ctx;
	struct ring_ends *ends = &d->g->ends[0];

	assert_int_equal(rec->pid, d->at / RING_SLACK);
	assert_true(ends->tail <= d->at); /* this one is still to be looked at */
	if (put_longest(d->g, 0, 1, 1))
		d->taken++;
	else
		d->refused++;
	assert_filled(rec);
	d->at += rec->size + sizeof(__u64);
	assert_true(d->at <= d->until);
	return 0;
}

/* A tail that is written for each record costs the hooks, one that is not costs records. */
static void a_long_drain_gives_back_as_it_goes(void **state)
{
	struct rig *g = rig_new(LONG, LONG / 4, 1);
	struct long_drain d = {.g = g, .until = LONG};

	for (__u32 n = 0; n < LONG / RING_SLACK; n++) {
		struct event *rec = reserve(g, 0, n, n, LONGEST);

		assert_non_null(rec);
		finish(rec);
	}
	assert_int_equal(rings__drain(g->rings, hear_long, &d), LONG / RING_SLACK);
	assert_int_equal(d.at, LONG);
	assert_int_equal(g->ends[0].tail, LONG);
	assert_true(d.refused > 0);
	assert_true(d.taken >= LONG / RING_SLACK / 2);
	rig_free(g);
}

/* --- laps and pieces ------------------------------------------------------------------------ */

struct lap {
	struct rig *g;
	struct event *held; /* of a hook that was interrupted */
	__u32 cpu, written, read;
	__u32 crossed; /* records that go on in a piece's slack */
};

/* All sizes that there are come in turn. */
static size_t nth_size(__u32 n)
{
	return SHORT + n * 37 % 61 * sizeof(__u64);
}

static bool nth_is_discarded(__u32 n)
{
	return n % 11 == 4;
}

static int hear_lap(void *ctx, const struct event *rec)
{
	struct lap *of = (struct lap *)ctx + rec->cpu;

	while (nth_is_discarded(of->read))
		of->read++;
	assert_int_equal(rec->pid, of->read);
	assert_int_equal(rec->size, nth_size(of->read));
	assert_int_equal(rec->ts, of->read);
	assert_filled(rec);
	of->read++;
	return 0;
}

static void close_nth(struct event *rec)
{
	if (rec && nth_is_discarded(rec->pid))
		discard(rec);
	else if (rec)
		finish(rec);
}

static struct event *reserve_nth(struct lap *of, __u32 n)
{
	__u64 in_piece = of->g->ends[of->cpu].head % of->g->shape.piece;
	struct event *rec = reserve(of->g, of->cpu, n, n, nth_size(n));

	if (rec && in_piece + sizeof(__u64) + rec->size > of->g->shape.piece)
		of->crossed++;
	return rec;
}

/* Reads when the ring is full, and now and then before, also with a record that is not finished. */
static void write_one(struct lap *laps, struct lap *of)
{
	__u32 n = of->written++;
	struct event *rec = reserve_nth(of, n);

	if (!rec) {
		close_nth(of->held);
		of->held = NULL;
		assert_true(rings__drain(of->g->rings, hear_lap, laps) > 0);
		rec = reserve_nth(of, n);
		assert_non_null(rec);
	}
	if (n % 7 == 3) {
		of->held = rec;
		return;
	}
	close_nth(rec);
	if (n % 5 == 0)
		rings__drain(of->g->rings, hear_lap, laps);
	close_nth(of->held);
	of->held = NULL;
}

#define LAP_RECORDS 6000

static void many_laps(struct rig *g)
{
	struct lap laps[2] = {{.g = g}, {.g = g, .cpu = 1}};

	assert_int_equal(g->shape.cpus, 2);
	for (int n = 0; n < LAP_RECORDS; n++)
		for (int cpu = 0; cpu < 2; cpu++)
			write_one(laps, &laps[cpu]);
	for (int cpu = 0; cpu < 2; cpu++)
		close_nth(laps[cpu].held);
	rings__drain(g->rings, hear_lap, laps);
	for (int cpu = 0; cpu < 2; cpu++) {
		while (nth_is_discarded(laps[cpu].read))
			laps[cpu].read++;
		assert_int_equal(laps[cpu].read, LAP_RECORDS);
		assert_true(laps[cpu].crossed > 20);
	}
	all_given_back(g);
	rig_free(g);
}

static void many_laps_change_nothing(void **state)
{
	many_laps(rig_new(SMALL, SMALL, 2));
}

static void many_laps_of_several_pieces_change_nothing(void **state)
{
	many_laps(rig_new(4 * SMALL, SMALL, 2));
}

/* Where a place's number gets too long for a mark, as after years: what is left of it tells. */
static void laps_far_on_change_nothing(void **state)
{
	many_laps(rig_from((1ULL << 48) - 16 * SMALL, shape_of(SMALL, SMALL, 2)));
}

static void pieces_as_large_as_they_get(void **state)
{
	struct ring_shape shape = rings__shape(4 << 20, 2);
	struct rig *g;

	shape.key = KEY;
	assert_int_equal(shape.pieces, 2);
	g = rig_from(RING_PIECE - 16, shape);
	put(g, 0, 'a', 10); /* into the first one's slack */
	put(g, 0, 'b', 20); /* in the second one */
	put(g, 1, 'c', 30);
	drains(g, "abc");
	all_given_back(g);
	rig_free(g);
}

/* From a piece's last place on, where all of the slack is needed, and right up to its end. */
static void the_longest_record_goes_where_a_piece_ends(void **state)
{
	for (__u64 left = 8; left <= RING_SLACK; left += 8) {
		struct rig *g = rig_from(3 * SMALL - left, shape_of(2 * SMALL, SMALL, 2));

		for (__u32 cpu = 0; cpu < 2; cpu++)
			for (char name = 'a'; name <= 'p'; name++)
				assert_true(put_longest(g, cpu, name, (__u64)name));
		drains(g, "aabbccddeeffgghhiijjkkllmmnnoopp");
		all_given_back(g);
		rig_free(g);
	}
}

/* --- stale bytes ---------------------------------------------------------------------------- */

static void an_earlier_laps_mark_is_no_record(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 1);
	__u64 at;

	for (int lap = 0; lap < 3; lap++) {
		fill_small(g, 0);
		drains(g, "abcdefgh");
	}
	assert_true(take(g, 0, LONGEST, &at));
	assert_int_equal(at, 3 * SMALL);
	assert_int_equal(*place(g, 0, at), ring_mark(&g->shape, at - SMALL, RING_SLACK));
	put(g, 0, 'b', 20);
	drains(g, "");
	assert_int_equal(g->ends[0].tail, at);
	finish(fill(open_at(g, 0, LONGEST, at), 0, 'a', 10, LONGEST));
	drains(g, "ab");
	rig_free(g);
}

static void an_earlier_laps_discarded_record_is_none(void **state)
{
	struct rig *g = rig_new(SMALL, SMALL, 1);
	__u64 at;

	for (int n = 0; n < 8; n++)
		discard(reserve(g, 0, 'p', 1, LONGEST));
	drains(g, "");
	assert_true(take(g, 0, LONGEST, &at));
	drains(g, "");
	assert_int_equal(g->ends[0].tail, at);
	rig_free(g);
}

static int hear_anything(void *ctx, const struct event *rec)
{
	return 0;
}

static __u64 earlier_mark(const struct rig *g, __u64 at)
{
	return ring_mark(&g->shape, at, 56);
}

/* A program knows where its record goes, and when: not the key. */
static __u64 guessed_mark(const struct rig *g, __u64 at)
{
	return (at + SMALL) << RING_AT_SHIFT | 56;
}

static __u64 right_mark(const struct rig *g, __u64 at)
{
	return ring_mark(&g->shape, at + SMALL, 56);
}

/* A lap of records whose words are all as mark says of their places, then a place within one of
 * those that has no mark yet. */
static struct rig *lap_of(__u64 (*mark)(const struct rig *g, __u64 at), __u64 *at)
{
	struct rig *g = rig_new(SMALL, SMALL, 1);

	for (int n = 0; n < 8; n++) {
		__u64 from = g->ends[0].head + sizeof(__u64);
		struct event *rec = reserve(g, 0, 'p', 1, LONGEST);

		assert_non_null(rec);
		for (size_t i = 0; i < LONGEST; i += sizeof(__u64))
			*(__u64 *)((char *)rec + i) = mark(g, from + i);
		finish(rec);
	}
	assert_int_equal(rings__drain(g->rings, hear_anything, NULL), 8);
	put(g, 0, 'a', 10);
	assert_true(take(g, 0, 48, at));
	assert_true(*place(g, 0, *at) == mark(g, *at - SMALL));
	return g;
}

static void bytes_that_look_like_a_mark_are_none(void **state)
{
	__u64 (*const marks[])(const struct rig *, __u64) = {earlier_mark, guessed_mark};

	for (size_t i = 0; i < 2; i++) {
		__u64 at;
		struct rig *g = lap_of(marks[i], &at);

		put(g, 0, 'c', 30);
		drains(g, "a");
		assert_int_equal(g->ends[0].tail, at);
		finish(fill(open_at(g, 0, 48, at), 0, 'b', 20, 48));
		drains(g, "bc");
		rig_free(g);
	}
}

/* That test can fail: who does know the key makes a record. */
static void the_key_is_what_tells_a_mark(void **state)
{
	__u64 at;
	struct rig *g = lap_of(right_mark, &at);

	assert_int_equal(rings__drain(g->rings, hear_anything, NULL), 2);
	rig_free(g);
}

/* --- memory of maps ------------------------------------------------------------------------- */

static int memory(size_t size)
{
	int fd = memfd_create("ring", 0);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

static void *mapped(int fd, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_true(p != MAP_FAILED);
	return p;
}

static void rings_are_read_from_maps(void **state)
{
	struct rig g = {.shape = shape_of(2 * SMALL, SMALL, 3)};
	size_t ends_size = g.shape.cpus * sizeof(*g.ends), size = pieces_size(&g.shape);
	int ends = memory(ends_size), pieces = memory(size);

	g.ends = mapped(ends, ends_size);
	g.pieces = mapped(pieces, size);
	g.rings = rings__map(&g.shape, ends, pieces);
	assert_non_null(g.rings);
	close(ends);
	close(pieces);
	for (int lap = 0; lap < 3; lap++) {
		for (char name = 'a'; name <= 'p'; name++)
			assert_true(put_longest(&g, 2, name, (__u64)name));
		put(&g, 0, 'q', 1000);
		drains(&g, "abcdefghijklmnopq");
		all_given_back(&g);
	}
	rings__free(g.rings);
	munmap(g.ends, ends_size);
	munmap(g.pieces, size);
}

static void maps_that_are_not_there_are_refused(void **state)
{
	struct ring_shape shape = shape_of(SMALL, SMALL, 1);
	int fd = memory(2 * SMALL);

	errno = 0;
	assert_null(rings__map(&shape, -1, fd));
	assert_int_equal(errno, EBADF);
	errno = 0;
	assert_null(rings__map(&shape, fd, -1));
	assert_int_equal(errno, EBADF);
	close(fd);
	rings__free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_processor_has_an_equal_share),
	    cmocka_unit_test(a_share_is_a_power_of_two),
	    cmocka_unit_test(a_share_is_a_page_at_least),
	    cmocka_unit_test(a_large_ring_is_of_pieces),
	    cmocka_unit_test(the_default_goes_by_the_processors),
	    cmocka_unit_test(the_longest_record_fits_the_slack),
	    cmocka_unit_test(an_empty_drain_tells_nothing),
	    cmocka_unit_test(rings_are_merged_by_time),
	    cmocka_unit_test(many_rings_are_merged_by_time),
	    cmocka_unit_test(equal_times_keep_each_rings_order),
	    cmocka_unit_test(what_comes_during_a_drain_is_of_the_next),
	    cmocka_unit_test(a_drain_ends_though_each_record_makes_one),
	    cmocka_unit_test(an_unfinished_record_holds_back_its_own_ring_only),
	    cmocka_unit_test(unfinished_records_may_end_in_any_order),
	    cmocka_unit_test(a_place_without_a_mark_holds_back),
	    cmocka_unit_test(discarded_records_are_skipped),
	    cmocka_unit_test(what_a_callback_returns_ends_the_drain),
	    cmocka_unit_test(a_stopped_drain_goes_on_where_it_was),
	    cmocka_unit_test(a_full_ring_takes_nothing_until_it_is_read),
	    cmocka_unit_test(a_full_ring_takes_as_much_as_was_read),
	    cmocka_unit_test(an_unfinished_record_keeps_a_ring_full),
	    cmocka_unit_test(a_long_drain_gives_back_as_it_goes),
	    cmocka_unit_test(many_laps_change_nothing),
	    cmocka_unit_test(many_laps_of_several_pieces_change_nothing),
	    cmocka_unit_test(laps_far_on_change_nothing),
	    cmocka_unit_test(pieces_as_large_as_they_get),
	    cmocka_unit_test(the_longest_record_goes_where_a_piece_ends),
	    cmocka_unit_test(an_earlier_laps_mark_is_no_record),
	    cmocka_unit_test(an_earlier_laps_discarded_record_is_none),
	    cmocka_unit_test(bytes_that_look_like_a_mark_are_none),
	    cmocka_unit_test(the_key_is_what_tells_a_mark),
	    cmocka_unit_test(rings_are_read_from_maps),
	    cmocka_unit_test(maps_that_are_not_there_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
