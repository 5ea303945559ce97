/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of waits for a child: the child could end them, unless it waits for its parent. */
#include <signal.h>

#include "why_rig.h"

#define SHELL 10

/* A child of the shell; it waits for the pipe, or runs (0). */
static void child_with(__u32 tid, __u64 pipe, __u8 sig)
{
	struct look_task t = a_task(tid, pipe ? LOOK_SLEEPS : LOOK_RUNS);
	struct ev_wait w = a_wait(tid, WAIT_PIPE_EMPTY, pipe, SYS_read);

	t.parent = SHELL;
	t.exit_signal = sig;
	feed(&t);
	if (pipe)
		feed(&w);
}

static void child(__u32 tid, __u64 pipe)
{
	child_with(tid, pipe, SIGCHLD);
}

static void shell_with(__u32 kind, __u32 awaited, __u32 inner, __u64 handled)
{
	struct look_task t = a_task(SHELL, LOOK_SLEEPS);
	struct ev_wait w = a_wait(SHELL, WAIT_UNKNOWN, 0, SYS_wait4);

	t.child_wait = kind;
	t.child = awaited;
	t.inner_pid = t.inner_tid = inner;
	t.handled = handled;
	feed(&t);
	feed(&w);
}

static void shell(__u32 kind, __u32 awaited)
{
	shell_with(kind, awaited, 0, 0);
}

/* A reader of a pipe whose only write end the shell holds. */
static void a_child_that_waits_for_its_parent_is_a_deadlock(void **state)
{
	(void)state;
	shell(CHILD_ANY, 0);
	child(11, A);
	holds(SHELL, A, END_WRITE);
	holds(11, A, END_READ);
	build();
	judged(SHELL, VERDICT_DEADLOCK, 0);
	judged(11, VERDICT_DEADLOCK, 0);
	path_is(SHELL, 3, (const __u32[]){SHELL, 11, SHELL});
}

static void any_child_that_goes_on_could_end_it(void **state)
{
	(void)state;
	shell(CHILD_ANY, 0);
	child(11, A);
	child(12, 0);
	holds(SHELL, A, END_WRITE);
	holds(11, A, END_READ);
	build();
	judged(SHELL, VERDICT_OPEN, 0);
	verdict_says(SHELL, "its child process 12 could end it");
}

static void of_one_child_the_others_do_not_matter(void **state)
{
	(void)state;
	shell(CHILD_ONE, 11);
	child(11, A);
	child(12, 0);
	holds(SHELL, A, END_WRITE);
	holds(11, A, END_READ);
	build();
	judged(SHELL, VERDICT_DEADLOCK, 0);
}

static void each_thread_of_the_child_could_end_it(void **state)
{
	struct look_task t = a_task(12, LOOK_RUNS);

	(void)state;
	shell(CHILD_ONE, 11);
	child(11, A);
	t.e.pid = t.seen_pid = 11;
	t.parent = SHELL;
	t.exit_signal = SIGCHLD;
	feed(&t);
	holds(SHELL, A, END_WRITE);
	holds(11, A, END_READ);
	build();
	judged(SHELL, VERDICT_OPEN, 0);
}

/* It may fork another child. */
static void for_any_child_so_could_its_own_threads(void **state)
{
	struct look_task t = a_task(12, LOOK_RUNS);

	(void)state;
	shell(CHILD_ANY, 0);
	child(11, A);
	t.e.pid = t.seen_pid = SHELL;
	feed(&t);
	holds(SHELL, A, END_WRITE);
	holds(11, A, END_READ);
	build();
	judged(SHELL, VERDICT_OPEN, 0);
}

static void which_child_is_not_known(void **state)
{
	(void)state;
	shell(CHILD_NONE, 0); /* a process group, for one */
	child(11, 0);
	build();
	judged(SHELL, VERDICT_UNKNOWN, DOUBT_ELSEWHERE);
}

/* 11 is a number of another pid namespace than ours. */
static void a_number_of_another_namespace_is_nobody(void **state)
{
	(void)state;
	shell_with(CHILD_ONE, 11, 1, 0);
	child(11, 0);
	build();
	judged(SHELL, VERDICT_UNKNOWN, DOUBT_ELSEWHERE);
}

/* The call takes such a one with __WCLONE or __WALL only. */
static void a_child_with_another_signal_is_not_awaited(void **state)
{
	(void)state;
	shell(CHILD_ANY, 0);
	child_with(11, 0, SIGUSR1);
	build();
	judged(SHELL, VERDICT_UNKNOWN, DOUBT_ELSEWHERE);
}

/* SIGTERM would tell it to end; SIGINT and SIGCHLD a shell handles while it waits. */
static void who_waits_to_be_told_to_end_is_in_no_deadlock(void **state)
{
	(void)state;
	shell_with(CHILD_ANY, 0, 0, 1ULL << (SIGTERM - 1));
	child(11, A);
	holds(SHELL, A, END_WRITE);
	holds(11, A, END_READ);
	build();
	judged(SHELL, VERDICT_UNKNOWN, DOUBT_SIGNAL | DOUBT_CHAIN);
}

static void what_a_shell_handles_is_no_sign_of_that(void **state)
{
	(void)state;
	shell_with(CHILD_ANY, 0, 0, 1ULL << (SIGINT - 1) | 1ULL << (SIGCHLD - 1));
	child(11, A);
	holds(SHELL, A, END_WRITE);
	holds(11, A, END_READ);
	build();
	judged(SHELL, VERDICT_DEADLOCK, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_child_that_waits_for_its_parent_is_a_deadlock),
	    TEST(any_child_that_goes_on_could_end_it),
	    TEST(of_one_child_the_others_do_not_matter),
	    TEST(each_thread_of_the_child_could_end_it),
	    TEST(for_any_child_so_could_its_own_threads),
	    TEST(which_child_is_not_known),
	    TEST(a_number_of_another_namespace_is_nobody),
	    TEST(a_child_with_another_signal_is_not_awaited),
	    TEST(who_waits_to_be_told_to_end_is_in_no_deadlock),
	    TEST(what_a_shell_handles_is_no_sign_of_that),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
