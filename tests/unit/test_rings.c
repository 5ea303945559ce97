/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the reader of the rings: what it hands over, in which order, and when it frees room. */
#include "ring_rig.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
