/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of who could end a wait for an eventfd: tasks with a descriptor of it, and the kernel's own
 * users.
 */
#include "why_rig.h"

static struct ipc_object key(void)
{
	return (struct ipc_object){.id = 7, .mech = MECH_EVENTFD};
}

static void reads(__u32 tid)
{
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, WAIT_EVENTFD_ZERO, 0, SYS_read);

	w.obj = key();
	feed(&t);
	feed(&w);
}

static void has(__u32 tid, __u32 count, __u32 kernel, __u32 refs)
{
	struct ev_object o = a_hold(tid, 0, END_READ | END_WRITE, 3, refs);

	o.obj = key();
	o.state = (struct ipc_state){{[EVENTFD_COUNT] = count, [EVENTFD_KERNEL] = kernel}};
	feed(&o);
}

static void nobody_else(void **state)
{
	reads(10);
	has(10, 0, 0, 1);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	verdict_says(10, "deadlock: nobody but itself could end it; only a signal helps");
}

static void another_holder(void **state)
{
	reads(10);
	runs(11);
	has(10, 0, 0, 2);
	has(11, 0, 0, 2);
	build();
	judged(10, VERDICT_OPEN, 0);
	assert_int_equal(now.tasks[node(10)->best].rec.e.tid, 11);
	for (size_t i = 0; i < node(10)->n_holds; i++)
		assert_int_equal(node(10)->holds[i].way, WAY_WRITE);
}

static void both_read(void **state)
{
	reads(10);
	reads(11);
	has(10, 0, 0, 2);
	has(11, 0, 0, 2);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	judged(11, VERDICT_DEADLOCK, 0);
}

/* io_uring and its like add to it without a descriptor. */
static void the_kernel(void **state)
{
	reads(10);
	has(10, 0, 1, 1);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_UNSEEN);
}

/* In a message on its way, for one. */
static void an_unseen_reference(void **state)
{
	reads(10);
	has(10, 0, 0, 2);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_UNSEEN);
}

/* A task has added to it: the reader is on its way. */
static void no_longer_zero(void **state)
{
	reads(10);
	has(10, 4, 0, 1);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_MOVED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nobody_else), TEST(another_holder),	  TEST(both_read),
	    TEST(the_kernel),  TEST(an_unseen_reference), TEST(no_longer_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
