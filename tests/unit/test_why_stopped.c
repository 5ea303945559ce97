/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of waits that only a stopped task could end, stopped by a signal or for a tracer. */
#include "why_rig.h"

static void stopped_holder(void **state)
{
	struct look_task t = a_task(11, LOOK_STOPPED);

	waits(10, WAIT_PIPE_EMPTY, A);
	feed(&t);
	holds(10, A, END_READ);
	holds(11, A, END_WRITE);
	build();
	judged(10, VERDICT_STOPPED, 0);
	verdict_says(10, "only who is stopped could end it, once it may go on (SIGCONT)");
}

/* A task that is stopped for a tracer holds its end of the pipe. */
static void holds_traced(__u32 tid, __u64 pipe, __u32 tracer)
{
	struct look_task t = a_task(tid, LOOK_STOPPED);

	t.flags = LOOK_TRACED;
	t.tracer_pid = t.tracer_tid = tracer;
	feed(&t);
	holds(tid, pipe, END_WRITE);
}

static void traced_holder(void **state)
{
	waits(10, WAIT_PIPE_EMPTY, A);
	holds(10, A, END_READ);
	holds_traced(11, A, 12);
	waits_elsewhere(12, SYS_wait4);
	/* Behind a task that is behind it: the reader of B waits for the reader of A. */
	waits(13, WAIT_PIPE_EMPTY, B);
	holds(13, B, END_READ);
	holds(10, B, END_WRITE);
	build();
	judged(10, VERDICT_STOPPED, 0);
	judged(13, VERDICT_STOPPED, 0);
	verdict_says(10, "only who is stopped could end it, once it may go on; only its tracer can "
			 "let process 11 go on: process 12");
	verdict_says(13, "only who is stopped could end it, once it may go on; only its tracer can "
			 "let process 11 go on: process 12");
}

/* The tracer reads what its own tracee would write: who could end it is said, and no more. */
static void tracer_waits_for_its_tracee(void **state)
{
	waits(10, WAIT_PIPE_EMPTY, A);
	holds(10, A, END_READ);
	holds_traced(11, A, 10);
	build();
	judged(10, VERDICT_STOPPED, 0);
	verdict_says(10, "only who is stopped could end it, once it may go on; only its tracer can "
			 "let process 11 go on: that is who waits, process 10");
}

/* One goes on by SIGCONT, the other by a tracer that is not in the look. */
static void stopped_and_traced(void **state)
{
	struct look_task t = a_task(11, LOOK_STOPPED);

	waits(10, WAIT_PIPE_EMPTY, A);
	holds(10, A, END_READ);
	feed(&t);
	holds_of(11, A, END_WRITE, 3, 2);
	t = a_task(12, LOOK_STOPPED);
	t.flags = LOOK_TRACED;
	t.tracer_pid = t.tracer_tid = 99;
	feed(&t);
	holds_of(12, A, END_WRITE, 3, 2);
	build();
	judged(10, VERDICT_STOPPED, 0);
	verdict_says(10, "only who is stopped could end it, once it may go on (SIGCONT); only its "
			 "tracer can let process 12 go on: who cannot be seen from here");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(stopped_holder),
	    TEST(traced_holder),
	    TEST(tracer_waits_for_its_tracee),
	    TEST(stopped_and_traced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
