/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the wait-for graph: who could end a wait, and when it is a deadlock. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <cmocka.h>

#include "words.h"

#define A 1 /* pipes */
#define B 2
#define C 3

/* The system as the tests put it together: both looks are made of it. */
static struct look now, before;
static struct graph *graph;
static bool refs_known;
static __u32 used; /* slots of every pipe */

static int clear(void **state)
{
	graph__free(graph);
	graph = NULL;
	look__clear(&now);
	look__clear(&before);
	refs_known = true;
	used = 0;
	return 0;
}

static void feed_into(struct look *l, const void *rec)
{
	assert_int_equal(look__feed(l, rec), 0);
}

static void feed(const void *rec)
{
	feed_into(&before, rec);
	feed_into(&now, rec);
}

static struct look_task a_task(__u32 tid, __u8 state)
{
	return (struct look_task){
	    .e = {.kind = LOOK_TASK, .size = sizeof(struct look_task), .pid = tid, .tid = tid},
	    .seen_pid = tid,
	    .seen_tid = tid,
	    .files = 1000 + tid,
	    .users = 1,
	    .switches = 5,
	    .state = state,
	};
}

static struct ipc_object pipe_named(__u64 id)
{
	return (struct ipc_object){.id = id, .dev = 15, .mech = MECH_PIPE};
}

static struct ev_wait a_wait(__u32 tid, __u8 reason, __u64 pipe, int nr)
{
	return (struct ev_wait){
	    .e = {.kind = EV_WAIT, .size = sizeof(struct ev_wait), .pid = tid, .tid = tid},
	    .obj = pipe ? pipe_named(pipe) : (struct ipc_object){0},
	    .reason = reason,
	    .nr = (__s16)nr,
	    .fd = 0,
	};
}

static void runs(__u32 tid)
{
	struct look_task t = a_task(tid, LOOK_RUNS);

	feed(&t);
}

static void waits(__u32 tid, __u8 reason, __u64 pipe)
{
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, reason, pipe, SYS_read);

	feed(&t);
	feed(&w);
}

static void waits_elsewhere(__u32 tid, int nr)
{
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, WAIT_UNKNOWN, 0, nr);

	feed(&t);
	feed(&w);
}

/* A watch of each of the pipes (0: of a file that is none), at their read ends. */
static void polls(__u32 tid, __u8 flags, const __u64 *pipes, __u32 n)
{
	struct look_task t = a_task(tid, LOOK_SLEEPS);
	struct ev_wait w = a_wait(tid, WAIT_PIPE_POLL, 0, SYS_poll);
	size_t size = sizeof(struct look_watches) + n * sizeof(struct look_watch);
	struct look_watches *ws = calloc(1, size);

	assert_non_null(ws);
	ws->e = (struct event){.kind = LOOK_WATCHES, .size = (__u16)size, .tid = tid};
	ws->n = n;
	for (__u32 i = 0; i < n; i++)
		ws->w[i] = (struct look_watch){.file = pipes[i] * 100 + END_READ,
					       .id = pipes[i],
					       .dev = 15,
					       .mech = pipes[i] ? MECH_PIPE : MECH_NONE,
					       .end = END_READ,
					       .flags = WATCH_PINS};
	t.flags = flags;
	feed(&t);
	feed(&w);
	feed(ws);
	free(ws);
}

/* A descriptor; the pipe has one description an end, of which there are refs references. */
static struct ev_object a_hold(__u32 tid, __u64 pipe, __u8 end, __s32 fd, __u32 refs)
{
	return (struct ev_object){
	    .e = {.kind = EV_OBJECT, .size = sizeof(struct ev_object), .pid = tid, .tid = tid},
	    .obj = pipe_named(pipe),
	    .state =
		{{[PIPE_SLOTS] = 16, [PIPE_RING] = 16, [PIPE_READERS] = 1, [PIPE_WRITERS] = 1}},
	    .file = pipe * 100 + end,
	    .refs = refs,
	    .fd = fd,
	    .change = OBJ_HELD,
	    .end = end,
	};
}

static void holds_of(__u32 tid, __u64 pipe, __u8 end, __s32 fd, __u32 refs)
{
	struct ev_object o = a_hold(tid, pipe, end, fd, refs);

	o.state.v[PIPE_USED] = used;

	feed(&o);
}

static void holds(__u32 tid, __u64 pipe, __u8 end)
{
	holds_of(tid, pipe, end, (__s32)(pipe * 2 + end), 1);
}

static const struct node *node(__u32 tid)
{
	const struct task *t = look__task(&now, tid);

	assert_non_null(t);
	return &graph->nodes[t - now.tasks];
}

static void build(void)
{
	assert_int_equal(look__finish(&before), 0);
	assert_int_equal(look__finish(&now), 0);
	graph = graph__new(&now, &before, refs_known);
	assert_non_null(graph);
}

static void judged(__u32 tid, enum verdict v, unsigned int doubts)
{
	assert_int_equal(node(tid)->verdict, v);
	assert_int_equal(node(tid)->doubts, doubts);
}

static void path_is(__u32 tid, size_t n, const __u32 *tids)
{
	assert_int_equal(node(tid)->n_path, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(now.tasks[node(tid)->path[i]].rec.e.tid, tids[i]);
}

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

/* One reference more than was found: somebody has it whom nobody sees. */
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

/* The unseen reader does not matter to who waits for a writer. */
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

static void verdict_says(__u32 tid, const char *want)
{
	char buf[512] = "";
	struct text t = {.buf = buf, .size = sizeof(buf)};

	words__verdict(&t, &now, node(tid));
	assert_string_equal(buf, want);
}

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

/* Its end of the pipe is held by who stands still for a tracer. */
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
	/* Behind who is behind it: the reader of B waits for the reader of A. */
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
	judged(10, VERDICT_OPEN, 0);
	assert_int_equal(node(10)->n_enders, 0);
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

/* Somebody who was not seen shares the descriptor table. */
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, clear, clear)

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
	    TEST(stopped_holder),
	    TEST(traced_holder),
	    TEST(tracer_waits_for_its_tracee),
	    TEST(stopped_and_traced),
	    TEST(sleeper_goes_on),
	    TEST(mutex_owner),
	    TEST(fifo_partner),
	    TEST(objects_without_a_path),
	    TEST(ran_between),
	    TEST(holder_left_between),
	    TEST(shared_table),
	    TEST(malformed),
	    TEST(nothing),
	    TEST(not_empty_any_more),
	    TEST(unseen_sharer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
