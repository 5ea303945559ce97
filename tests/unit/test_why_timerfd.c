/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of who could end a wait for a timerfd: its timer if it is armed, else a task with a
 * descriptor of it.
 */
#include "why_rig.h"

#include <sys/epoll.h>

#define SEC 1000000000ull

static struct ipc_object key(void)
{
	return (struct ipc_object){.id = 7, .mech = MECH_TIMERFD};
}

static struct ipc_state timer(__u32 ticks, __u32 due_s)
{
	return (struct ipc_state){{[TIMERFD_TICKS] = ticks,
				   [TIMERFD_DUE_S] = due_s,
				   [TIMERFD_INTERVAL_S] = due_s ? 2 : 0}};
}

static void reads(__u32 tid, __u32 due_s)
{
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, due_s ? WAIT_TIMERFD_DUE : WAIT_TIMERFD_OFF, 0, SYS_read);

	w.obj = key();
	w.state = timer(0, due_s);
	feed(&t);
	feed(&w);
}

static struct ev_object held(__u32 tid, __u32 ticks, __u32 due_s, __u32 refs)
{
	struct ev_object o = a_hold(tid, 0, END_READ | END_WRITE, 3, refs);

	o.obj = key();
	o.state = timer(ticks, due_s);
	return o;
}

static void has(__u32 tid, __u32 due_s, __u32 refs)
{
	struct ev_object o = held(tid, 0, due_s, refs);

	feed(&o);
}

/* By epoll. */
static void polls_it(__u32 tid, __u32 events)
{
	size_t size = sizeof(struct look_watches) + sizeof(struct look_watch);
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, WAIT_EPOLL_EVENT, 0, SYS_epoll_wait);
	struct look_watches *ws = calloc(1, size);
	struct ev_object ep = a_hold(tid, 0, END_READ | END_WRITE, 4, 1);

	assert_non_null(ws);
	ep.file = 99;
	ep.obj = w.obj = (struct ipc_object){.id = 1, .mech = MECH_EPOLL};
	ep.state = (struct ipc_state){{0}};
	ws->e = (struct event){.kind = LOOK_WATCHES, .size = (__u16)size, .tid = tid};
	ws->n = 1;
	ws->w[0] = (struct look_watch){.file = END_READ | END_WRITE,
				       .id = 7,
				       .mech = MECH_TIMERFD,
				       .end = END_READ | END_WRITE,
				       .flags = WATCH_ITEM,
				       .events = events};
	feed(&t);
	feed(&w);
	feed(ws);
	feed(&ep);
	free(ws);
}

static void not_armed_and_nobody_else(void **state)
{
	reads(10, 0);
	has(10, 0, 1);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	verdict_says(10, "deadlock: nobody but itself could end it; only a signal helps");
	assert_int_equal(node(10)->holds[0].way, WAY_SET);
}

static void armed(void **state)
{
	reads(10, 3);
	has(10, 3, 1);
	build();
	judged(10, VERDICT_OPEN, 0);
	verdict_says(10, "a timerfd (fd 3) expires in 3.00 s");
}

static void another_holder(void **state)
{
	reads(10, 0);
	runs(11);
	has(10, 0, 2);
	has(11, 0, 2);
	build();
	judged(10, VERDICT_OPEN, 0);
	assert_int_equal(now.tasks[node(10)->best].rec.e.tid, 11);
}

static void both_read(void **state)
{
	reads(10, 0);
	reads(11, 0);
	has(10, 0, 2);
	has(11, 0, 2);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	judged(11, VERDICT_DEADLOCK, 0);
}

/* In a message on its way, for one. */
static void an_unseen_reference(void **state)
{
	reads(10, 0);
	has(10, 0, 2);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_UNSEEN);
}

/* It was set, or expired, meanwhile. */
static void no_longer_so(void **state)
{
	struct ev_object o = held(10, 1, 0, 1);

	reads(10, 0);
	feed(&o);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_MOVED);
}

static void polled_and_armed(void **state)
{
	char buf[512] = "";
	struct text t = {.buf = buf, .size = sizeof(buf)};

	polls_it(10, EPOLLIN);
	has(10, 3, 1);
	build();
	judged(10, VERDICT_OPEN, 0);
	verdict_says(10, "a timerfd (fd 3) expires in 3.00 s");
	words__watches(&t, &now, node(10)->task);
	assert_string_equal(buf, ": a timerfd (fd 3, due in 3.00 s, then every 2.00 s)");
}

/* A task that waits behind such a one is not stuck either. */
static void behind_one_that_is_armed(void **state)
{
	polls_it(10, EPOLLIN);
	has(10, 3, 1);
	holds(10, A, END_WRITE);
	waits(11, WAIT_PIPE_EMPTY, A);
	holds(11, A, END_READ);
	build();
	judged(11, VERDICT_OPEN, 0);
}

static void polled_and_not_armed(void **state)
{
	polls_it(10, EPOLLIN);
	has(10, 0, 1);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
}

/* A timer makes no other event, and none for an item whose event has come (EPOLLONESHOT). */
static void polled_for_another_event(void **state)
{
	polls_it(10, EPOLLOUT);
	has(10, 3, 1);
	build();
	assert_int_equal(node(10)->task->expiry.due, 0);
	clear(NULL);
	polls_it(10, EPOLLONESHOT);
	has(10, 3, 1);
	build();
	assert_int_equal(node(10)->task->expiry.due, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(not_armed_and_nobody_else),
	    TEST(armed),
	    TEST(another_holder),
	    TEST(both_read),
	    TEST(an_unseen_reference),
	    TEST(no_longer_so),
	    TEST(polled_and_armed),
	    TEST(behind_one_that_is_armed),
	    TEST(polled_and_not_armed),
	    TEST(polled_for_another_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
