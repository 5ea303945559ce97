/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of waits that a signal with a handler can end, and of who will send it. */
#include <signal.h>
#include <sys/epoll.h>

#include "why_rig.h"

#define BIT(sig) (1ULL << (-1 + (sig)))

/* A task that reads pipe A and has both ends of it. */
static struct look_task own_reader(__u32 tid)
{
	holds(tid, A, END_READ);
	holds(tid, A, END_WRITE);
	return a_task(tid, LOOK_SLEEPS);
}

static void feed_reader(const struct look_task *t, __u64 pipe)
{
	struct ev_wait w = a_wait(t->e.tid, WAIT_PIPE_EMPTY, pipe, SYS_read);

	feed(t);
	feed(&w);
}

/* As poll does it; the watch is of the read end. */
static void feed_poller(const struct look_task *t, __u64 pipe, __u8 flags, __u32 events)
{
	struct ev_wait w = a_wait(t->e.tid, flags ? WAIT_EPOLL_EVENT : WAIT_PIPE_POLL, 0, SYS_poll);
	size_t size = sizeof(struct look_watches) + sizeof(struct look_watch);
	struct look_watches *ws = calloc(1, size);

	assert_non_null(ws);
	ws->e = (struct event){.kind = LOOK_WATCHES, .size = (__u16)size, .tid = t->e.tid};
	ws->n = 1;
	ws->w[0] = (struct look_watch){.file = pipe * 100 + END_READ,
				       .id = pipe,
				       .dev = 15,
				       .mech = MECH_PIPE,
				       .end = END_READ,
				       .flags = flags,
				       .events = events};
	feed(t);
	feed(&w);
	feed(ws);
	free(ws);
}

static struct look_task a_child(__u32 tid, __u32 parent, __u8 state)
{
	struct look_task t = a_task(tid, state);

	t.parent = parent;
	t.exit_signal = SIGCHLD;
	return t;
}

static void child_that_runs(void **state)
{
	struct look_task t = own_reader(10), child = a_child(11, 10, LOOK_RUNS);

	t.handled = BIT(SIGCHLD);
	feed_reader(&t, A);
	feed(&child);
	build();
	judged(10, VERDICT_OPEN, 0);
	verdict_says(10, "its child process 11 could end it: its end sends SIGCHLD");
	assert_true(node__by_signal(node(10), node(10)->best));
	assert_int_equal(node(10)->n_direct, 1);
}

/* Not handled, or blocked: handled says both. */
static void child_without_a_handler(void **state)
{
	struct look_task t = own_reader(10), child = a_child(11, 10, LOOK_RUNS);

	t.handled = BIT(SIGUSR1);
	feed_reader(&t, A);
	feed(&child);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
}

/* It has sent its signal. */
static void child_that_has_ended(void **state)
{
	struct look_task t = own_reader(10), child = a_child(11, 10, LOOK_ZOMBIE);

	t.handled = BIT(SIGCHLD);
	feed_reader(&t, A);
	feed(&child);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
}

/* The child's end would wake the parent, but it waits for the parent itself. */
static void wait_for_each_other(void)
{
	struct look_task t = own_reader(10), child = a_child(11, 10, LOOK_SLEEPS);

	t.handled = BIT(SIGCHLD);
	feed_reader(&t, A);
	feed_reader(&child, B);
	holds(11, B, END_READ);
	holds(10, B, END_WRITE);
	build();
}

static void child_in_the_cycle(void **state)
{
	wait_for_each_other();
	judged(10, VERDICT_DEADLOCK, 0);
	judged(11, VERDICT_DEADLOCK, 0);
	verdict_says(10, "deadlock: all who could end it wait for each other; only a signal helps");
}

/* The same, but another child has nothing to do with it. */
static void child_beside_the_cycle(void **state)
{
	struct look_task other = a_child(12, 10, LOOK_RUNS);

	feed(&other);
	wait_for_each_other();
	judged(10, VERDICT_OPEN, 0);
	judged(11, VERDICT_OPEN, 0);
}

static void stopped_child(void **state)
{
	struct look_task t = own_reader(10), child = a_child(11, 10, LOOK_STOPPED);

	t.handled = BIT(SIGCHLD);
	feed_reader(&t, A);
	feed(&child);
	build();
	judged(10, VERDICT_STOPPED, 0);
}

static void tracee(void **state)
{
	struct look_task t = own_reader(10), other = a_child(11, 1, LOOK_RUNS);

	t.handled = BIT(SIGCHLD);
	other.ptracer = 10;
	feed_reader(&t, A);
	feed(&other);
	build();
	judged(10, VERDICT_OPEN, 0);
	verdict_says(10, "process 11 could end it: its end or stop sends SIGCHLD");
}

static void set_timer(struct look_task *t, __u8 kind, int sig, __u64 due)
{
	t->timers[t->n_timers++] = (struct look_timer){.due = due, .kind = kind, .sig = (__u8)sig};
}

static void alarm_with_a_handler(void **state)
{
	struct look_task t = own_reader(10);

	t.handled = BIT(SIGALRM) | BIT(SIGUSR1);
	set_timer(&t, TIMER_POSIX, SIGUSR1, 5000000000);
	set_timer(&t, TIMER_REAL, SIGALRM, 3000000000);
	feed_reader(&t, A);
	build();
	judged(10, VERDICT_OPEN, 0);
	verdict_says(10, "its own timer (ITIMER_REAL, due in 3.00 s) interrupts it by SIGALRM");
}

/* It would end the process, not the wait. */
static void alarm_that_kills(void **state)
{
	struct look_task t = own_reader(10);

	t.plain = BIT(SIGALRM);
	set_timer(&t, TIMER_REAL, SIGALRM, 3000000000);
	feed_reader(&t, A);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	verdict_says(10, "deadlock: nobody but itself could end it; only a signal helps: its own "
			 "timer (ITIMER_REAL, due in 3.00 s) kills it by SIGALRM");
}

static void alarm_that_is_blocked(void **state)
{
	struct look_task t = own_reader(10);

	set_timer(&t, TIMER_REAL, SIGALRM, 3000000000);
	feed_reader(&t, A);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
}

/* No task runs whose time it counts. */
static void cpu_timer_of_a_sleeper(void **state)
{
	struct look_task t = own_reader(10);

	t.handled = BIT(SIGPROF);
	set_timer(&t, TIMER_PROF, SIGPROF, 0);
	feed_reader(&t, A);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
}

/* Another thread, with a table of its own, uses up the time. */
static void cpu_timer_of_a_thread(void **state)
{
	struct look_task t = own_reader(10), thread = a_task(11, LOOK_RUNS);

	t.handled = BIT(SIGPROF);
	set_timer(&t, TIMER_PROF, SIGPROF, 0);
	thread.e.pid = 10;
	feed_reader(&t, A);
	feed(&thread);
	build();
	judged(10, VERDICT_OPEN, 0);
}

static void clock_of_another(void **state)
{
	struct look_task t = own_reader(10);

	t.handled = BIT(SIGUSR1);
	set_timer(&t, TIMER_OTHER, SIGUSR1, 0);
	feed_reader(&t, A);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_SIGNAL);
}

static void signals_not_read(void **state)
{
	struct look_task t = own_reader(10);

	t.flags = LOOK_NO_SIGNALS;
	feed_reader(&t, A);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_SIGNAL);
}

/* A loop that only its own handler wakes, by a SIGTERM from any process. */
static void self_pipe(void **state)
{
	struct look_task t = own_reader(10);

	t.handled = BIT(SIGTERM) | BIT(SIGSEGV);
	feed_poller(&t, A, 0, EPOLLIN);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_SIGNAL);
	verdict_says(10, "unknown: a signal could end it, and nobody is known who will send one; "
			 "it handles SIGTERM");
}

static void self_pipe_without_handlers(void **state)
{
	struct look_task t = own_reader(10);

	t.handled = BIT(SIGSEGV);
	feed_poller(&t, A, 0, EPOLLIN);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
}

/* The watch reports nothing more: a write does not end the wait. */
static void one_shot_that_fired(void **state)
{
	struct look_task t = a_task(10, LOOK_SLEEPS);

	feed_poller(&t, A, WATCH_ITEM, EPOLLONESHOT | EPOLLET);
	runs(11);
	holds(11, A, END_WRITE);
	build();
	assert_int_equal(node(10)->n_enders, 0);
	assert_true(look__disarmed(&node(10)->task->watches[0]));
}

static void one_shot_that_is_armed(void **state)
{
	struct look_task t = a_task(10, LOOK_SLEEPS);

	feed_poller(&t, A, WATCH_ITEM, EPOLLONESHOT | EPOLLIN);
	runs(11);
	holds(11, A, END_WRITE);
	build();
	assert_int_equal(node(10)->n_enders, 1);
	assert_false(look__disarmed(&node(10)->task->watches[0]));
}

static void words_are(const char *want)
{
	char buf[512] = "";
	struct text t = {.buf = buf, .size = sizeof(buf)};

	words__zombies(&t, &now, node(10)->task);
	assert_string_equal(buf, want);
}

static void zombies(void **state)
{
	struct look_task t = own_reader(10), child = a_child(11, 10, LOOK_ZOMBIE);
	struct look_task leader = a_child(12, 10, LOOK_ZOMBIE), thread = a_child(13, 10, LOOK_RUNS);

	thread.e.pid = 12; /* its process has not ended */
	t.handled = BIT(SIGCHLD);
	feed_reader(&t, A);
	feed(&child);
	feed(&leader);
	feed(&thread);
	build();
	words_are("process 11 has ended and is not waited for; no SIGCHLD is pending any more that "
		  "would tell of it");
	now.tasks[0].rec.pending = BIT(SIGCHLD);
	words_are("process 11 has ended and is not waited for");
	now.tasks[0].rec.handled = 0;
	words_are("");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(child_that_runs),
	    TEST(child_without_a_handler),
	    TEST(child_that_has_ended),
	    TEST(child_in_the_cycle),
	    TEST(child_beside_the_cycle),
	    TEST(stopped_child),
	    TEST(tracee),
	    TEST(alarm_with_a_handler),
	    TEST(alarm_that_kills),
	    TEST(alarm_that_is_blocked),
	    TEST(cpu_timer_of_a_sleeper),
	    TEST(cpu_timer_of_a_thread),
	    TEST(clock_of_another),
	    TEST(signals_not_read),
	    TEST(self_pipe),
	    TEST(self_pipe_without_handlers),
	    TEST(one_shot_that_fired),
	    TEST(one_shot_that_is_armed),
	    TEST(zombies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
