/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of waits on a futex that nobody but the task itself could wake. */
#include <signal.h>

#include "why_rig.h"

static void alone(__u32 tid, __u8 flags, __u64 handled)
{
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, WAIT_UNKNOWN, 0, SYS_futex);

	t.flags = flags;
	t.handled = handled;
	w.arg = 0x1000;
	feed(&t);
	feed(&w);
}

static void says(__u32 tid, const char *want)
{
	char buf[512] = "";
	struct text t = {.buf = buf, .size = sizeof(buf)};

	words__reason(&t, &now, node(tid)->task);
	assert_string_equal(buf, want);
}

static void nobody_else(void **state)
{
	(void)state;
	alone(10, LOOK_ALONE, 0);
	alone(11, LOOK_ALONE | LOOK_FORKED, 0);
	alone(12, 0, 0);
	alone(13, LOOK_ALONE | LOOK_TIMED, 0);
	waits(14, WAIT_PIPE_EMPTY, A);
	holds(14, A, END_READ);
	holds(10, A, END_WRITE);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	verdict_says(10, "deadlock: nobody but itself could end it; only a signal helps");
	says(10, "the futex at 0x1000 is private to it, and it has no other thread");
	judged(11, VERDICT_DEADLOCK, 0);
	says(11, "the futex at 0x1000 is private to it, and it has no other thread; "
		 "what other threads of "
		 "its parent had locked when it was forked, nobody unlocks here");
	judged(12, VERDICT_UNKNOWN, DOUBT_ELSEWHERE);
	says(12, "");
	judged(13, VERDICT_OPEN, 0);
	judged(14, VERDICT_DEADLOCK, 0);
	path_is(14, 2, (const __u32[]){14, 10});
}

/* A handler may unlock it. That of SIGINT is the parent's in a process that was
 * forked. */
static void its_own_handler(void **state)
{
	__u64 sigint = 1ULL << (SIGINT - 1), sigterm = 1ULL << (SIGTERM - 1);

	(void)state;
	alone(10, LOOK_ALONE, sigint);
	alone(11, LOOK_ALONE | LOOK_FORKED, sigint);
	alone(12, LOOK_ALONE | LOOK_FORKED, sigint | sigterm);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_SIGNAL);
	judged(11, VERDICT_DEADLOCK, 0);
	judged(12, VERDICT_UNKNOWN, DOUBT_SIGNAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nobody_else),
	    TEST(its_own_handler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
