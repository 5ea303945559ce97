/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of rings after more than one lap: pieces, slack, and what an earlier lap has left behind.
 */
#include "ring_rig.h"

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

/* The number of a place gets too long for a mark after years: its low bits still tell the place. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(many_laps_change_nothing),
	    cmocka_unit_test(many_laps_of_several_pieces_change_nothing),
	    cmocka_unit_test(laps_far_on_change_nothing),
	    cmocka_unit_test(pieces_as_large_as_they_get),
	    cmocka_unit_test(the_longest_record_goes_where_a_piece_ends),
	    cmocka_unit_test(an_earlier_laps_mark_is_no_record),
	    cmocka_unit_test(an_earlier_laps_discarded_record_is_none),
	    cmocka_unit_test(bytes_that_look_like_a_mark_are_none),
	    cmocka_unit_test(the_key_is_what_tells_a_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
