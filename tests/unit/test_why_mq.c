/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of `why` for POSIX message queues: with a name any process could end a wait, without one
 * only those who have it open.
 */
#include "names/mech.h"
#include "why_rig.h"

#define Q 7

static __u32 links;
static __u8 files;

static struct ipc_state state_now(void)
{
	return (struct ipc_state){{0, 2, 16, 0, 1, links}};
}

static void waits_at(__u32 tid, __u8 reason)
{
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, reason, Q, SYS_mq_timedreceive);

	w.obj.mech = MECH_MQ;
	w.state = state_now();
	feed(&t);
	feed(&w);
}

/* By a description of its own. */
static void has_open(__u32 tid, __u8 end)
{
	struct ev_object o = a_hold(tid, Q, end, 3, 1);

	o.obj.mech = MECH_MQ;
	o.file = tid;
	o.state = state_now();
	o.first = files;
	feed(&o);
}

static void named(void **state)
{
	links = 1;
	files = 2;
	waits_at(1, WAIT_MQ_EMPTY);
	has_open(1, END_READ | END_WRITE);
	build();
	judged(1, VERDICT_UNKNOWN, DOUBT_ANYBODY);
	verdict_says(
	    1, "unknown: any process could end it that may operate on the set, queue or socket");
}

/* A task that has it open and runs counts more than the doubt. */
static void named_and_open(void **state)
{
	links = 1;
	files = 2;
	waits_at(1, WAIT_MQ_EMPTY);
	runs(2);
	has_open(1, END_READ);
	has_open(2, END_WRITE);
	build();
	assert_int_equal(node(1)->verdict, VERDICT_OPEN);
	assert_int_equal(node(1)->n_holds, 1);
	assert_int_equal(node(1)->holds[0].way, WAY_WRITE);
	verdict_says(1, "process 2 could end it");
}

static void unlinked(void **state)
{
	links = 0;
	files = 1;
	waits_at(1, WAIT_MQ_EMPTY);
	has_open(1, END_READ | END_WRITE);
	build();
	judged(1, VERDICT_DEADLOCK, 0);
	verdict_says(1, "deadlock: nobody but itself could end it; only a signal helps");
}

/* A description that was not found: in a message on its way, or in io_uring. */
static void unseen(void **state)
{
	links = 0;
	files = 2;
	waits_at(1, WAIT_MQ_EMPTY);
	has_open(1, END_READ | END_WRITE);
	build();
	judged(1, VERDICT_UNKNOWN, DOUBT_UNSEEN);
}

/* For a sender those matter who receive. */
static void full(void **state)
{
	links = 0;
	files = 2;
	waits_at(1, WAIT_MQ_FULL);
	waits_at(2, WAIT_MQ_FULL);
	has_open(1, END_WRITE);
	has_open(2, END_READ | END_WRITE);
	build();
	judged(1, VERDICT_DEADLOCK, 0);
	assert_int_equal(node(1)->n_holds, 1);
	assert_int_equal(node(1)->holds[0].way, WAY_READ);
}

static void one_that_runs(void **state)
{
	links = 0;
	files = 2;
	waits_at(1, WAIT_MQ_FULL);
	runs(2);
	has_open(1, END_WRITE);
	has_open(2, END_WRITE);
	build();
	/* It could send, and not receive. */
	judged(1, VERDICT_DEADLOCK, 0);
	verdict_says(1, "deadlock: nobody who could end it has it open, nor has it a name by which "
			"somebody could open it; only a signal helps");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(named),  TEST(named_and_open), TEST(unlinked),
	    TEST(unseen), TEST(full),		TEST(one_that_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
