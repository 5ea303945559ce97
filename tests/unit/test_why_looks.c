/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of what two looks leave unknown: what moved between them, and what they did not see. */
#include <errno.h>

#include "why_rig.h"

/* It ran between the looks, and sleeps again. */
static void ran_between(void **state)
{
	struct look_task t = a_task(10, LOOK_SLEEPS);
	struct ev_wait w = a_wait(10, WAIT_PIPE_EMPTY, A, SYS_read);

	feed_into(&before, &t);
	feed_into(&before, &w);
	t.switches++;
	feed_into(&now, &t);
	feed_into(&now, &w);
	holds(10, A, END_READ);
	holds(10, A, END_WRITE);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_MOVED);
}

static void holder_left_between(void **state)
{
	struct ev_object o = a_hold(11, A, END_WRITE, 9, 2);

	waits(10, WAIT_PIPE_EMPTY, A);
	runs(11);
	feed_into(&before, &o);
	holds(10, A, END_READ);
	o = a_hold(10, A, END_WRITE, 4, 2);
	feed_into(&before, &o);
	o.refs = 1;
	feed_into(&now, &o);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_MOVED);
}

/* Processes that share a table are read once each; the descriptor is one. */
static void shared_table(void **state)
{
	struct look_task t = a_task(11, LOOK_RUNS), first = a_task(10, LOOK_SLEEPS);
	struct ev_wait w = a_wait(10, WAIT_PIPE_EMPTY, A, SYS_read);

	t.files = first.files;
	t.users = first.users = 2;
	first.pinned[0] = A * 100 + END_READ;
	feed(&first);
	feed(&w);
	feed(&t);
	holds_of(10, A, END_READ, 3, 2);
	holds(10, A, END_WRITE);
	holds_of(11, A, END_READ, 3, 2);
	holds(11, A, END_WRITE);
	build();
	assert_int_equal(now.n_held, 2);
	judged(10, VERDICT_OPEN, 0);
	assert_int_equal(now.tasks[node(10)->best].rec.e.tid, 11);
}

/* There is data: another reader has been woken for it, and will wake the next one. */
static void not_empty_any_more(void **state)
{
	used = 1;
	waits(10, WAIT_PIPE_EMPTY, A);
	holds(10, A, END_READ);
	holds(10, A, END_WRITE);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_MOVED);
}

/* An unseen task shares the descriptor table. */
static void unseen_sharer(void **state)
{
	struct look_task t = a_task(10, LOOK_SLEEPS);
	struct ev_wait w = a_wait(10, WAIT_PIPE_EMPTY, A, SYS_read);

	t.users = 2;
	t.pinned[0] = A * 100 + END_READ;
	feed(&t);
	feed(&w);
	holds_of(10, A, END_READ, 3, 2);
	holds(10, A, END_WRITE);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_UNSEEN);
}

static void malformed(void **state)
{
	struct look_task t = a_task(10, LOOK_SLEEPS);
	struct ev_wait w = a_wait(11, WAIT_PIPE_EMPTY, A, SYS_read);
	struct look_watches ws = {.e = {.kind = LOOK_WATCHES, .size = sizeof(ws), .tid = 10},
				  .n = 1};
	struct event odd = {.kind = EV_FORK, .size = sizeof(odd)};

	assert_int_equal(look__feed(&now, &w.e), -EPROTO);
	assert_int_equal(look__feed(&now, &t.e), 0);
	assert_int_equal(look__feed(&now, &w.e), -EPROTO);
	assert_int_equal(look__feed(&now, &ws.e), -EPROTO);
	assert_int_equal(look__feed(&now, &odd), -EPROTO);
	t.e.size--;
	assert_int_equal(look__feed(&now, &t.e), -EPROTO);
}

static void nothing(void **state)
{
	build();
	assert_null(look__task(&now, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(ran_between), TEST(holder_left_between), TEST(shared_table),  TEST(malformed),
	    TEST(nothing),     TEST(not_empty_any_more),  TEST(unseen_sharer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
