/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of how many facts records tell: snapshots of a sleep are none of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "timeline/fact_count.h"
#include "records.h"

static union any_event snapshot(__u32 tid, __u64 slept, __u64 at)
{
	union any_event w = rec_wait(tid, slept, 0, at, "read", WAIT_PIPE_EMPTY, 51);

	w.e.flags = EVF_OPEN;
	return w;
}

static void feed(struct fact_count *c, union any_event rec)
{
	assert_int_equal(fact_count__feed(c, &rec.e), 0);
}

static void a_sleep_is_one(void **state)
{
	struct fact_count c = {0};

	(void)state;
	feed(&c, rec_exec(1, 1, "sleeper"));
	for (__u64 at = 20; at < 60; at += 10)
		feed(&c, snapshot(1, 10, at));
	assert_int_equal(c.n, 1);
	feed(&c, rec_wait(1, 10, 60, 61, "read", WAIT_PIPE_EMPTY, 51));
	assert_int_equal(c.n, 2);
	/* Read before its end, and come after it. */
	feed(&c, snapshot(1, 10, 60));
	/* The next one goes on, and so does another task's; a third one's task is gone. */
	feed(&c, snapshot(1, 70, 80));
	feed(&c, snapshot(1, 70, 90));
	feed(&c, snapshot(2, 75, 90));
	feed(&c, snapshot(3, 75, 90));
	feed(&c, rec_exit(3, 95, 9));
	feed(&c, rec_lost(96, 5));
	feed(&c, (union any_event){.watch.e = {.size = sizeof(struct ev_watch), .kind = EV_WATCH}});
	assert_int_equal(fact_count__end(&c), 5);
	/* Another run. */
	feed(&c, snapshot(1, 170, 180));
	assert_int_equal(fact_count__end(&c), 6);
}

/* As many as the timeline makes of the same records, blocks apart, of which each has an end. */
static void as_the_timeline(void **state)
{
	struct fact_count c = {0};
	struct run *r = run_new();
	__u64 seed = 1;

	(void)state;
	for (__u64 i = 1; i < 2000; i++) {
		__u32 tid;
		union any_event rec;

		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		tid = 1 + (__u32)(seed >> 33) % 5;
		switch (seed >> 40 & 3) {
		case 0:
			rec = rec_op(tid, i, i, "read", 51, 1, 1);
			break;
		case 1:
			rec = rec_wait(tid, i - i % 7, i, i, "read", WAIT_PIPE_EMPTY, 51);
			break;
		default:
			rec = snapshot(tid, i - i % 7, i);
		}
		/* A sleep whose end was told cannot end again. */
		feed(&c, rec);
		run_feed(r, rec);
	}
	run_finish(r);
	assert_true(run_count(r, FACT_WAKE) + run_count(r, FACT_OP) > 900);
	assert_int_equal(fact_count__end(&c), run_count(r, FACT_WAKE) + run_count(r, FACT_OP));
	run_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_sleep_is_one),
	    cmocka_unit_test(as_the_timeline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
