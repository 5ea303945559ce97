/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the end of a story whose run goes on: what is told of each kind of record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "session/cutoff.h"
#include "records.h"

#define OVER 1000

static void before_and_after(void **state)
{
	const struct {
		union any_event rec;
		bool told;
	} tries[] = {
	    {rec_op(1, 10, OVER, "read", 51, 1, 1), true},
	    {rec_op(1, 10, OVER + 1, "read", 51, -4, 1), false}, /* the kill ended it */
	    {rec_exit(1, OVER, 0), true},
	    {rec_exit(1, OVER + 1, 9), false},
	    {rec_signal(1, OVER + 1, 9, 0, 2, "ipctrace-keeper", "kill", 0), false},
	    {rec_wait(1, 10, OVER - 1, OVER, "read", WAIT_PIPE_EMPTY, 51), true},
	    {rec_wait(1, OVER + 1, OVER + 2, OVER + 3, "read", WAIT_PIPE_EMPTY, 51), false},
	};
	union any_event buf;

	(void)state;
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		const struct event *rec = cutoff__record(&tries[i].rec.e, OVER, &buf);

		if (rec != (tries[i].told ? &tries[i].rec.e : NULL))
			fail_msg("record %zu", i);
	}
}

/* A task that the kill woke was asleep. */
static void sleep_goes_on(void **state)
{
	union any_event w =
	    woken_by(rec_wait(1, 10, OVER + 5, OVER + 6, "read", WAIT_PIPE_EMPTY, 51), WAKE_SIGNAL,
		     2, "ipctrace-keeper", "kill", 0);
	union any_event buf;
	const struct event *rec;

	(void)state;
	w.wait.e.flags |= EVF_BEFORE;
	rec = cutoff__record(&w.e, OVER, &buf);
	assert_ptr_equal(rec, &buf.e);
	assert_int_equal(buf.e.ts, OVER);
	assert_true(buf.e.flags & EVF_OPEN && buf.e.flags & EVF_BEFORE);
	assert_int_equal(buf.wait.slept, 10);
	assert_int_equal(buf.wait.woken, 0);
	assert_int_equal(buf.wait.waker.ctx, WAKE_NONE);
	assert_string_equal(buf.wait.waker.comm, "");
	/* A snapshot is as old as the end at most. */
	w.wait.e.flags |= EVF_OPEN;
	w.wait.woken = 0;
	assert_ptr_equal(cutoff__record(&w.e, OVER, &buf), &buf.e);
	assert_int_equal(buf.e.ts, OVER);
}

static void woken_and_not_running(void **state)
{
	union any_event w = rec_wait(1, 10, OVER - 1, OVER + 6, "read", WAIT_PIPE_EMPTY, 51), buf;

	(void)state;
	assert_ptr_equal(cutoff__record(&w.e, OVER, &buf), &buf.e);
	assert_int_equal(buf.e.ts, OVER);
	assert_int_equal(buf.wait.woken, OVER - 1);
	assert_true(buf.e.flags & EVF_LATE && !(buf.e.flags & EVF_OPEN));
}

/* That something was lost is counted later, and may be of before. */
static void losses_stay(void **state)
{
	union any_event lost = rec_lost(OVER + 9, 3), buf;

	(void)state;
	assert_ptr_equal(cutoff__record(&lost.e, OVER, &buf), &buf.e);
	assert_int_equal(buf.e.ts, OVER);
	assert_int_equal(buf.lost.count, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(before_and_after),
	    cmocka_unit_test(sleep_goes_on),
	    cmocka_unit_test(woken_and_not_running),
	    cmocka_unit_test(losses_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
