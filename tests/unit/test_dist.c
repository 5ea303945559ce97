// SPDX-License-Identifier: GPL-2.0
/* Tests of the histogram of times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stat/dist.h"
#include "abi/sums.h"

static __u64 seed = 88172645463325252ULL;

static __u64 rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static int by_value(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

/* Against the definition: the least time that percent of all are not longer than. */
static void check_percentiles(const __u64 *sorted, size_t n, const struct dist *d)
{
	static const unsigned int percents[] = {1, 50, 90, 99, 100};

	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
		__u64 truth = sorted[(n * percents[i] + 99) / 100 - 1];
		__u64 told = dist__percentile(d, percents[i]);
		__u64 off = truth > told ? truth - told : told - truth;

		assert_true(off <= truth / (2 * DIST_STEPS));
	}
}

static void percentiles_are_within_the_bound(void **state)
{
	enum { N = 10007 };
	__u64 *times = calloc(N, sizeof(*times));

	for (unsigned int shift = 0; shift < 64; shift += 3) {
		struct dist d = {0};
		__u64 sum = 0;

		for (size_t i = 0; i < N; i++) {
			times[i] = rnd() >> shift >> rnd() % 8;
			sum += times[i];
			assert_int_equal(dist__add(&d, times[i]), 0);
		}
		qsort(times, N, sizeof(*times), by_value);
		assert_int_equal(d.n, N);
		assert_true(d.sum == sum);
		assert_true(d.max == times[N - 1]);
		check_percentiles(times, N, &d);
		dist__clear(&d);
	}
	free(times);
}

static void few_times_have_percentiles(void **state)
{
	struct dist d = {0}, e = {0};

	assert_int_equal(dist__percentile(&d, 50), 0);
	dist__add(&d, ~0ULL);
	assert_true(dist__percentile(&d, 50) == ~0ULL);
	dist__add(&e, 0);
	assert_int_equal(dist__percentile(&e, 99), 0);
	assert_int_equal(dist__merge(&e, &d), 0);
	assert_int_equal(e.n, 2);
	assert_int_equal(dist__percentile(&e, 50), 0);
	assert_true(dist__percentile(&e, 51) == ~0ULL);
	dist__clear(&d);
	dist__clear(&e);
}

/* The kernel's buckets and those of dist.c are the same. */
static void octaves_are_the_histograms_own(void **state)
{
	struct dist one = {0}, other = {0};

	for (unsigned int i = 0; i < 20000; i++) {
		__u64 ns = i < 600 ? i : rnd() >> rnd() % 64;
		__u32 steps[SUM_STEPS] = {0}, octave = sum_octave(ns);

		assert_true(octave < SUM_OCTAVES);
		steps[sum_step(ns, octave)]++;
		assert_int_equal(dist__add(&one, ns), 0);
		assert_int_equal(dist__add_octave(&other, octave, steps, ns, ns), 0);
	}
	assert_int_equal(one.n, other.n);
	assert_true(one.sum == other.sum && one.max == other.max);
	assert_memory_equal(one.buckets, other.buckets, DIST_BUCKETS * sizeof(*one.buckets));
	dist__clear(&one);
	dist__clear(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(percentiles_are_within_the_bound),
	    cmocka_unit_test(few_times_have_percentiles),
	    cmocka_unit_test(octaves_are_the_histograms_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
