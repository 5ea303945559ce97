/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the wait-for graph: who could end a wait, and when it is a deadlock. */
#include "names/fifo_words.h"
#include "why_rig.h"

static void living_writer(void **state)
{
	waits(10, WAIT_PIPE_EMPTY, A);
	runs(11);
	holds(10, A, END_READ);
	holds(11, A, END_WRITE);
	build();
	judged(10, VERDICT_OPEN, 0);
	judged(11, VERDICT_NONE, 0);
	assert_int_equal(node(10)->n_holds, 1);
	assert_int_equal(node(10)->holds[0].way, WAY_WRITE);
	assert_int_equal(now.tasks[node(10)->best].rec.e.tid, 11);
	assert_int_equal(node(10)->steps, 0);
}

static void own_end(void **state)
{
	waits(10, WAIT_PIPE_EMPTY, A);
	holds(10, A, END_READ);
	holds(10, A, END_WRITE);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	assert_true(node(10)->in_cycle);
	path_is(10, 2, (const __u32[]){10, 10});
}

/* left: full A, reads B; right: full B, reads A. */
static void full_both_ways(void)
{
	used = 16;
	waits(10, WAIT_PIPE_FULL, A);
	waits(11, WAIT_PIPE_FULL, B);
	holds(10, B, END_READ);
	holds(11, B, END_WRITE);
	holds(11, A, END_READ);
}

static void two_full_pipes(void **state)
{
	full_both_ways();
	holds(10, A, END_WRITE);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	judged(11, VERDICT_DEADLOCK, 0);
	path_is(10, 3, (const __u32[]){10, 11, 10});
	path_is(11, 3, (const __u32[]){11, 10, 11});
}

/* A third process has a write end, too: it cannot read, but it could make the pipe larger. */
static void larger_pipe(void **state)
{
	full_both_ways();
	runs(12);
	holds_of(10, A, END_WRITE, 4, 2);
	holds_of(12, A, END_WRITE, 4, 2);
	build();
	judged(10, VERDICT_OPEN, 0);
	judged(11, VERDICT_OPEN, 0);
	assert_int_equal(now.tasks[node(10)->best].rec.e.tid, 12);
	assert_int_equal(node(10)->steps, 0);
	assert_int_equal(now.tasks[node(11)->best].rec.e.tid, 10);
	assert_int_equal(node(11)->steps, 1);
}

static void three_in_a_ring(void **state)
{
	const __u64 pipes[] = {A, B, C};

	for (__u32 i = 0; i < 3; i++) {
		waits(10 + i, WAIT_PIPE_EMPTY, pipes[i]);
		holds(10 + i, pipes[i], END_READ);
		holds(10 + (i + 1) % 3, pipes[i], END_WRITE);
	}
	build();
	for (__u32 i = 0; i < 3; i++)
		judged(10 + i, VERDICT_DEADLOCK, 0);
	path_is(10, 4, (const __u32[]){10, 11, 12, 10});
}

static void behind_a_cycle(void **state)
{
	waits(10, WAIT_PIPE_EMPTY, A);
	holds(10, A, END_READ);
	holds(10, A, END_WRITE);
	waits(11, WAIT_PIPE_EMPTY, B);
	holds(11, B, END_READ);
	holds(10, B, END_WRITE);
	build();
	judged(11, VERDICT_DEADLOCK, 0);
	assert_false(node(11)->in_cycle);
	path_is(11, 2, (const __u32[]){11, 10});
}

/* One of two writers runs: whatever the other does. */
static void one_of_two(void **state)
{
	waits(10, WAIT_PIPE_EMPTY, A);
	waits(11, WAIT_PIPE_EMPTY, B);
	runs(12);
	holds(10, A, END_READ);
	holds(10, B, END_WRITE);
	holds(11, B, END_READ);
	holds_of(11, A, END_WRITE, 4, 2);
	holds_of(12, A, END_WRITE, 4, 2);
	build();
	judged(10, VERDICT_OPEN, 0);
	judged(11, VERDICT_OPEN, 0);
}

static void a_poll_of_two(__u64 second_writer)
{
	const __u64 pipes[] = {A, B};

	polls(10, 0, pipes, 2);
	waits(11, WAIT_PIPE_EMPTY, C);
	holds_of(10, A, END_READ, 3, 2); /* poll has a reference of its own */
	holds_of(10, B, END_READ, 4, 2);
	holds(10, C, END_WRITE);
	holds(11, C, END_READ);
	holds(11, A, END_WRITE);
	holds((__u32)second_writer, B, END_WRITE);
}

static void poll_in_a_cycle(void **state)
{
	a_poll_of_two(11);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	judged(11, VERDICT_DEADLOCK, 0);
}

static void poll_with_a_way_out(void **state)
{
	a_poll_of_two(12);
	runs(12);
	build();
	judged(10, VERDICT_OPEN, 0);
	assert_int_equal(now.tasks[node(10)->best].rec.e.tid, 12);
}

static void poll_of_another_file(void **state)
{
	const __u64 pipes[] = {A, 0};

	polls(10, 0, pipes, 2);
	holds_of(10, A, END_READ, 3, 2);
	holds(10, A, END_WRITE);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_WATCH);
}

static void poll_with_timeout(void **state)
{
	const __u64 pipes[] = {A};

	polls(10, LOOK_TIMED, pipes, 1);
	holds_of(10, A, END_READ, 3, 2);
	holds(10, A, END_WRITE);
	build();
	judged(10, VERDICT_OPEN, 0);
	assert_int_equal(node(10)->best, NOBODY);
}

/* One reference more than was found: an unseen task has it. */
static void unseen_reference(void **state)
{
	waits(10, WAIT_PIPE_EMPTY, A);
	holds(10, A, END_READ);
	holds_of(10, A, END_WRITE, 4, 2);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_UNSEEN);
}

static void unseen_description(void **state)
{
	waits(10, WAIT_PIPE_EMPTY, A);
	holds(10, A, END_READ);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_UNSEEN);
}

static void uncounted_references(void **state)
{
	refs_known = false;
	waits(10, WAIT_PIPE_EMPTY, A);
	holds(10, A, END_READ);
	holds(10, A, END_WRITE);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_UNSEEN);
}

/* The unseen reader does not matter to a task that waits for a writer. */
static void unseen_on_the_own_side(void **state)
{
	waits(10, WAIT_PIPE_EMPTY, A);
	holds_of(10, A, END_READ, 3, 7);
	holds(10, A, END_WRITE);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
}

/* A process of two threads; the second waits, and has a reference of its own to what it reads. */
static void a_thread(__u32 state, __u8 reason)
{
	struct look_task t = a_task(11, LOOK_SLEEPS);
	struct ev_wait w = a_wait(11, WAIT_PIPE_EMPTY, A, SYS_read);

	struct look_task first = a_task(10, (__u8)state);
	struct ev_wait other = a_wait(10, reason, reason ? A : 0, reason ? SYS_read : SYS_futex);

	first.users = t.users = 2;
	if (reason)
		first.pinned[0] = A * 100 + END_READ;
	feed(&first);
	if (state == LOOK_SLEEPS)
		feed(&other);
	t.e.pid = 10;
	t.files = 1010;
	t.pinned[0] = A * 100 + END_READ;
	feed(&t);
	feed(&w);
	holds_of(10, A, END_READ, 3, reason ? 3 : 2);
	holds(10, A, END_WRITE);
}

static void thread_that_runs(void **state)
{
	a_thread(LOOK_RUNS, 0);
	build();
	judged(11, VERDICT_OPEN, 0);
	assert_int_equal(node(11)->n_enders, 2);
}

static void thread_in_a_futex(void **state)
{
	a_thread(LOOK_SLEEPS, 0);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_ELSEWHERE);
	judged(11, VERDICT_UNKNOWN, DOUBT_CHAIN);
}

static void threads_that_wait(void **state)
{
	a_thread(LOOK_SLEEPS, WAIT_PIPE_EMPTY);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	judged(11, VERDICT_DEADLOCK, 0);
}

static void sleeper_goes_on(void **state)
{
	waits(10, WAIT_PIPE_EMPTY, A);
	waits_elsewhere(11, SYS_clock_nanosleep);
	holds(10, A, END_READ);
	holds(11, A, END_WRITE);
	build();
	judged(10, VERDICT_OPEN, 0);
	assert_true(node(11)->task->rec.flags & LOOK_TIMED);
}

static void behind_a_sleeper(void **state)
{
	waits(10, WAIT_PIPE_EMPTY, A);
	waits(11, WAIT_PIPE_EMPTY, B);
	runs(12);
	holds(10, A, END_READ);
	holds(11, A, END_WRITE);
	holds(11, B, END_READ);
	holds(12, B, END_WRITE);
	build();
	judged(10, VERDICT_OPEN, 0);
	verdict_says(10, "process 11, once awake, could end it");
	verdict_says(11, "process 12 could end it");
}

static void mutex_owner(void **state)
{
	struct look_task t = a_task(10, LOOK_SLEEPS);
	struct ev_wait w = a_wait(10, WAIT_PIPE_MUTEX, A, SYS_read);

	t.owner_pid = t.owner_tid = 11;
	feed(&t);
	feed(&w);
	runs(11);
	build();
	judged(10, VERDICT_OPEN, 0);
	assert_int_equal(now.tasks[node(10)->best].rec.e.tid, 11);
}

static void fifo_partner(void **state)
{
	waits(10, WAIT_FIFO_PARTNER, A);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_OPENER);
	assert_int_equal(node(10)->n_enders, 0);
	verdict_says(
	    10, "unknown: whoever opens pipe:[1] could end it; nobody is known who will open it");
}

static void opens(__u32 tid, __u64 fifo, __u32 readers, __u32 writers)
{
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, WAIT_FIFO_PARTNER, fifo, SYS_openat);

	w.state.v[PIPE_READERS] = readers;
	w.state.v[PIPE_WRITERS] = writers;
	feed(&t);
	feed(&w);
}

/*
 * The counts tell that no task has it open: each count is that of a task that waits in the open
 * itself.
 */
static void fifos_in_crossed_order(void **state)
{
	opens(10, A, 0, 1);
	opens(11, B, 0, 1);
	opens(12, C, 2, 0);
	build();
	judged(10, VERDICT_UNKNOWN, DOUBT_OPENER);
	judged(11, VERDICT_UNKNOWN, DOUBT_OPENER);
	verdict_says(
	    10, "unknown: whoever opens pipe:[1] for reading could end it; nobody has it open, "
		"and nobody is known who will open it");
	verdict_says(12, "unknown: whoever opens pipe:[3] for writing could end it; "
			 "nobody is known who will open it");
}

/* No task can open it by a name that is gone, so the wait is in vain. */
static void fifo_without_a_name(void **state)
{
	struct look_task t = a_task(10, LOOK_SLEEPS);
	struct ev_wait w = a_wait(10, WAIT_FIFO_PARTNER, A, SYS_openat);

	t.flags = LOOK_NAMELESS;
	feed(&t);
	feed(&w);
	waits(11, WAIT_PIPE_EMPTY, B);
	holds(11, B, END_READ);
	holds(10, B, END_WRITE);
	build();
	judged(10, VERDICT_DEADLOCK, 0);
	judged(11, VERDICT_DEADLOCK, 0);
	path_is(11, 2, (const __u32[]){11, 10});
	verdict_says(10, "deadlock: the FIFO has no name any more by which somebody could open it; "
			 "only a signal helps, or another mount of it");
}

/* The counts tell which end it opens. */
static void fifo_ends(void **state)
{
	struct ev_wait w = a_wait(10, WAIT_FIFO_PARTNER, A, SYS_openat);

	w.state.v[PIPE_READERS] = 1;
	assert_int_equal(fifo_wait_end(&w), END_READ);
	w.state.v[PIPE_WRITERS] = 1;
	assert_int_equal(fifo_wait_end(&w), 0);
	w.state.v[PIPE_READERS] = 0;
	assert_int_equal(fifo_wait_end(&w), END_WRITE);
	w.e.flags = EVF_NO_STATE;
	assert_int_equal(fifo_wait_end(&w), 0);
}

/* One inode number on two file systems. */
static void objects_without_a_path(void **state)
{
	struct ipc_object fifo = {.id = 78, .dev = 8 << 20 | 1, .mech = MECH_FIFO};
	struct ipc_object pipe = pipe_named(5);
	char buf[64] = "";
	struct text t = {.buf = buf, .size = sizeof(buf)};

	words__object(&t, &now, &fifo);
	fifo.dev++;
	text__add(&t, " ");
	words__object(&t, &now, &fifo);
	text__add(&t, " ");
	words__object(&t, &now, &pipe);
	assert_string_equal(buf, "fifo:[8:1:78] fifo:[8:2:78] pipe:[5]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(living_writer),
	    TEST(own_end),
	    TEST(two_full_pipes),
	    TEST(larger_pipe),
	    TEST(three_in_a_ring),
	    TEST(behind_a_cycle),
	    TEST(one_of_two),
	    TEST(poll_in_a_cycle),
	    TEST(poll_with_a_way_out),
	    TEST(poll_of_another_file),
	    TEST(poll_with_timeout),
	    TEST(unseen_reference),
	    TEST(unseen_description),
	    TEST(uncounted_references),
	    TEST(unseen_on_the_own_side),
	    TEST(thread_that_runs),
	    TEST(thread_in_a_futex),
	    TEST(threads_that_wait),
	    TEST(sleeper_goes_on),
	    TEST(behind_a_sleeper),
	    TEST(mutex_owner),
	    TEST(fifo_partner),
	    TEST(fifos_in_crossed_order),
	    TEST(fifo_without_a_name),
	    TEST(fifo_ends),
	    TEST(objects_without_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
