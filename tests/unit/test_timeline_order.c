/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the order of facts, of how sleeps are split, and of records that are not well formed. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "records.h"

static void feed_at(struct run *r, __u64 ts)
{
	run_feed(r, rec_rename(1, ts, "x"));
}

static void by_time(void **state)
{
	struct run *r = run_new();
	const __u64 in[] = {50, 10, 40, 20, 30, 5, 45};

	for (size_t i = 0; i < 7; i++)
		feed_at(r, in[i]);
	run_finish(r);
	assert_int_equal(r->n, 7);
	for (size_t i = 1; i < 7; i++)
		assert_true(r->seen[i - 1].f.t < r->seen[i].f.t);
	run_free(r);
}

static void ties_keep_arrival(void **state)
{
	static const char *const names[] = {"a", "b", "c", "d", "e"};
	struct run *r = run_new();

	for (size_t i = 0; i < 5; i++)
		run_feed(r, rec_rename(1, 100, names[i]));
	run_finish(r);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(r->seen[i].f.who.comm, names[i]);
	run_free(r);
}

static void window(void **state)
{
	struct run *r = run_new();

	feed_at(r, 10);
	feed_at(r, 20);
	feed_at(r, 30);
	assert_int_equal(timeline__advance(r->tl, 30), 0);
	assert_int_equal(r->n, 2);
	/* A long operation without a sleep began before what is out already. */
	run_feed(r, rec_op(1, 5, 40, "write", 51, 1, 1));
	assert_int_equal(timeline__advance(r->tl, 30), 0);
	assert_int_equal(r->n, 3);
	assert_int_equal(r->seen[2].f.kind, FACT_OP);
	run_finish(r);
	assert_int_equal(r->n, 4);
	run_free(r);
}

static void operations(void **state)
{
	struct run *r = run_new();
	union any_event slept = rec_op(1, 10, 100, "read", 51, 1, 1);

	slept.e.flags = EVF_SLEPT;
	run_feed(r, slept);
	run_feed(r, rec_op(2, 50, 60, "write", 51, 1, 1));
	feed_at(r, 55);
	run_finish(r);
	assert_int_equal(r->seen[0].rec.e.tid, 2);
	assert_int_equal(r->seen[1].f.kind, FACT_RENAME);
	assert_int_equal(r->seen[2].rec.e.tid, 1);
	run_free(r);
}

static void wait_is_split(void **state)
{
	struct run *r = run_new();

	run_feed(r, rec_op(2, 50, 60, "write", 51, 13, 13));
	run_feed(r, woken_by(rec_wait(1, 10, 55, 70, "read", WAIT_PIPE_EMPTY, 51), WAKE_TASK, 2,
			     "w", "write", 51));
	run_finish(r);
	assert_int_equal(r->n, 3);
	assert_int_equal(r->seen[0].f.kind, FACT_BLOCK);
	assert_int_equal(r->seen[0].f.t, 10);
	assert_int_equal(r->seen[1].f.kind, FACT_OP);
	assert_int_equal(r->seen[2].f.kind, FACT_WAKE);
	assert_int_equal(r->seen[2].f.t, 70);
	run_free(r);
}

/* The writer's record ends after the reader ran, and comes after the window was moved on. */
static void cause_before_effect(void **state)
{
	struct run *r = run_new();

	run_feed(r, rec_fork(9, 1, 2, "w"));
	run_feed(r, woken_by(rec_wait(1, 10, 55, 70, "read", WAIT_PIPE_EMPTY, 51), WAKE_TASK, 2,
			     "w", "write", 51));
	timeline__advance(r->tl, 75);
	assert_int_equal(run_count(r, FACT_WAKE), 0);
	run_feed(r, rec_op(2, 50, 80, "write", 51, 13, 13));
	timeline__advance(r->tl, 81);
	assert_int_equal(r->n, 4);
	assert_int_equal(r->seen[2].f.kind, FACT_OP);
	assert_int_equal(r->seen[3].f.kind, FACT_WAKE);
	assert_int_equal(r->seen[3].f.cause.bytes, 13);
	run_free(run_finish(r));
}

/* The waker sleeps on in the same operation: its record is here, and comes later. */
static void cause_is_in_the_window(void **state)
{
	struct run *r = run_new();
	union any_event op = rec_op(2, 50, 100, "write", 51, 13, 13);

	op.e.flags = EVF_SLEPT;
	run_feed(r, rec_fork(9, 1, 2, "w"));
	run_feed(r, woken_by(rec_wait(1, 10, 55, 70, "read", WAIT_PIPE_EMPTY, 51), WAKE_TASK, 2,
			     "w", "write", 51));
	run_feed(r, op);
	timeline__advance(r->tl, 75);
	assert_int_equal(run_count(r, FACT_WAKE), 1);
	run_free(run_finish(r));
}

static void waits_for_the_cause_not_for_ever(void **state)
{
	struct run *r = run_new();

	run_feed(r, rec_fork(9, 1, 2, "w"));
	run_feed(r, woken_by(rec_wait(1, 10, 55, 70, "read", WAIT_PIPE_EMPTY, 51), WAKE_TASK, 2,
			     "w", "write", 51));
	timeline__advance(r->tl, 1000 * 1000 * 1000);
	assert_int_equal(run_count(r, FACT_WAKE), 1);
	run_free(run_finish(r));
}

static void close_recorded_late(void **state)
{
	struct run *r = run_new();
	union any_event close = rec_object(2, 90, OBJ_CLOSED, 4, END_WRITE, 51, 7);
	union any_event wait = woken_by(rec_wait(1, 10, 55, 70, "read", WAIT_PIPE_EMPTY, 51),
					WAKE_TASK, 2, "w", "close", 51);

	close.object.released = 1;
	run_feed(r, wait);
	run_feed(r, close);
	run_finish(r);
	assert_int_equal(r->seen[1].f.kind, FACT_OBJECT);
	assert_int_equal(r->seen[2].f.kind, FACT_WAKE);
	assert_true(r->seen[1].f.t <= r->seen[2].f.t);
	assert_int_equal(r->seen[2].f.cause.kind, CAUSE_LAST_CLOSE);
	run_free(r);
}

static void signal_recorded_late(void **state)
{
	struct run *r = run_new();
	union any_event wait = woken_by(rec_wait(1, 10, 55, 70, "read", WAIT_PIPE_EMPTY, 51),
					WAKE_SIGNAL, 2, "p", "kill", 0);

	wait.wait.waker.sig = SIGTERM;
	run_feed(r, wait);
	run_feed(r, rec_signal(1, 90, SIGTERM, SI_USER, 2, "p", "kill", 0));
	run_finish(r);
	assert_int_equal(r->seen[1].f.kind, FACT_SIGNAL);
	assert_int_equal(r->seen[2].f.kind, FACT_WAKE);
	run_free(r);
}

static union any_event snapshot(__u32 tid, __u64 slept, __u64 ts)
{
	union any_event w = rec_wait(tid, slept, 0, ts, "read", WAIT_PIPE_EMPTY, 51);

	w.e.flags = EVF_OPEN;
	return w;
}

static void open_sleep_then_woken(void **state)
{
	struct run *r = run_new();

	run_feed(r, snapshot(1, 10, 100));
	timeline__advance(r->tl, 100);
	assert_int_equal(run_count(r, FACT_BLOCK), 1);
	run_feed(r, snapshot(1, 10, 200));
	run_feed(r, woken_by(rec_wait(1, 10, 250, 260, "read", WAIT_PIPE_EMPTY, 51), WAKE_TIMER, 0,
			     NULL, NULL, 0));
	/* Read before the end, arrived after it. */
	run_feed(r, snapshot(1, 10, 240));
	run_finish(r);
	assert_int_equal(r->n, 2);
	assert_int_equal(r->seen[1].f.kind, FACT_WAKE);
	assert_int_equal(r->seen[1].f.t, 260);
	assert_false(r->seen[1].rec.e.flags & EVF_OPEN);
	assert_int_equal(r->seen[1].f.cause.kind, CAUSE_TIMEOUT);
	run_free(r);
}

static void open_sleep_to_the_end(void **state)
{
	struct run *r = run_new();

	run_feed(r, snapshot(1, 10, 100));
	run_feed(r, snapshot(1, 10, 200));
	run_finish(r);
	assert_int_equal(r->n, 2);
	assert_int_equal(r->seen[0].f.t, 10);
	assert_int_equal(r->seen[1].f.kind, FACT_WAKE);
	assert_int_equal(r->seen[1].f.t, 200);
	assert_true(r->seen[1].rec.e.flags & EVF_OPEN);
	assert_int_equal(r->seen[1].f.cause.kind, CAUSE_NONE);
	run_free(r);
}

static void two_sleeps(void **state)
{
	struct run *r = run_new();

	run_feed(r, rec_wait(1, 10, 20, 30, "read", WAIT_PIPE_EMPTY, 51));
	run_feed(r, rec_wait(1, 40, 50, 60, "read", WAIT_PIPE_EMPTY, 51));
	run_finish(r);
	assert_int_equal(run_count(r, FACT_BLOCK), 2);
	assert_int_equal(run_count(r, FACT_WAKE), 2);
	assert_int_equal(run_get(r, FACT_WAKE, 0)->f.cause.kind, CAUSE_UNKNOWN);
	run_free(r);
}

static void names_of_tasks(void **state)
{
	struct run *r = run_new();

	run_feed(r, rec_exec(1, 10, "sh"));
	run_feed(r, rec_fork(1, 20, 2, "sh"));
	run_feed(r, rec_op(2, 25, 26, "read", 51, 1, 1));
	run_feed(r, rec_exec(2, 30, "yes"));
	run_feed(r, rec_op(2, 35, 36, "write", 51, 1, 1));
	run_feed(r, rec_rename(2, 40, "no"));
	run_feed(r, rec_exit(2, 50, 0));
	run_feed(r, rec_fork(1, 60, 2, "again"));
	run_feed(r, rec_op(2, 70, 71, "read", 51, 1, 1));
	run_finish(r);
	assert_string_equal(run_get(r, FACT_FORK, 0)->f.who.comm, "sh");
	assert_int_equal(run_get(r, FACT_FORK, 0)->f.who.tid, 1);
	assert_string_equal(run_get(r, FACT_OP, 0)->f.who.comm, "sh");
	assert_string_equal(run_get(r, FACT_EXEC, 1)->f.who.comm, "yes");
	assert_string_equal(run_get(r, FACT_OP, 1)->f.who.comm, "yes");
	assert_string_equal(run_get(r, FACT_RENAME, 0)->f.who.comm, "no");
	assert_string_equal(run_get(r, FACT_EXIT, 0)->f.who.comm, "no");
	assert_string_equal(run_get(r, FACT_OP, 2)->f.who.comm, "again");
	run_free(r);
}

static union any_event inside(union any_event life, __u32 inner)
{
	life.life.inner_pid = life.life.inner_tid = inner;
	return life;
}

static void numbers_of_other_pid_namespaces(void **state)
{
	struct run *r = run_new();

	run_feed(r, rec_exec(1, 10, "unshare"));
	run_feed(r, inside(rec_fork(1, 20, 2, "sh"), 1));
	run_feed(r, rec_op(2, 25, 26, "read", 51, 1, 1));
	run_feed(r, rec_rename(2, 30, "cat"));
	run_feed(r, rec_exit(2, 50, 0));
	run_feed(r, inside(rec_exec(3, 60, "armed"), 7));
	run_feed(r, inside(rec_task(4, 70, "there", false), 8));
	run_feed(r, rec_fork(1, 80, 2, "again"));
	run_feed(r, rec_op(2, 85, 86, "read", 51, 1, 1));
	run_finish(r);
	assert_int_equal(run_get(r, FACT_EXEC, 0)->f.who.inner_tid, 0);
	assert_int_equal(run_get(r, FACT_FORK, 0)->f.who.inner_tid, 0);
	assert_int_equal(run_get(r, FACT_OP, 0)->f.who.inner_tid, 1);
	assert_int_equal(run_get(r, FACT_RENAME, 0)->f.who.inner_pid, 1);
	assert_int_equal(run_get(r, FACT_EXIT, 0)->f.who.inner_pid, 1);
	assert_int_equal(run_get(r, FACT_EXEC, 1)->f.who.inner_pid, 7);
	assert_int_equal(run_get(r, FACT_TASK, 0)->f.who.inner_pid, 8);
	assert_int_equal(run_get(r, FACT_OP, 1)->f.who.inner_pid, 0);
	run_free(r);
}

static void who_is_only_sent_a_signal_has_a_name(void **state)
{
	struct run *r = run_new();
	union any_event sig = rec_signal(9, 20, 15, 0, 1, "sh", "kill", 0);

	memcpy(sig.signal.comm, "daemon", sizeof("daemon"));
	run_feed(r, rec_exec(1, 10, "sh"));
	run_feed(r, sig);
	/* What is known of a task that is traced goes first. */
	run_feed(r, rec_exec(9, 30, "known"));
	sig.e.ts = 40;
	run_feed(r, sig);
	run_finish(r);
	assert_string_equal(run_get(r, FACT_SIGNAL, 0)->f.who.comm, "daemon");
	assert_string_equal(run_get(r, FACT_SIGNAL, 1)->f.who.comm, "known");
	run_free(r);
}

static void malformed(void **state)
{
	struct run *r = run_new();
	union any_event e = rec_fork(1, 10, 2, "x");

	e.e.size--;
	assert_int_equal(timeline__feed(r->tl, &e.e), -EPROTO);
	e = rec_fork(1, 10, 2, "x");
	e.e.kind = EV_OP;
	assert_int_equal(timeline__feed(r->tl, &e.e), -EPROTO);
	for (int kind = 0; kind < 256; kind++) {
		e = rec_fork(1, 10, 2, "x");
		e.e.kind = (__u8)kind;
		e.e.size = sizeof(struct event);
		assert_int_equal(timeline__feed(r->tl, &e.e), -EPROTO);
	}
	e = rec_object(1, 10, OBJ_CONNECTS + 1, 3, END_READ, 51, 1);
	assert_int_equal(timeline__feed(r->tl, &e.e), -EPROTO);
	e = rec_object(1, 10, OBJ_CLOSED, 3, END_READ, 0, 1);
	assert_int_equal(timeline__feed(r->tl, &e.e), -EPROTO);
	e = rec_signal(1, 10, 65, 0, 2, "x", "kill", 0);
	assert_int_equal(timeline__feed(r->tl, &e.e), -EPROTO);
	e = rec_lost(10, 3);
	e.lost.cause = LOST_CAUSES;
	assert_int_equal(timeline__feed(r->tl, &e.e), -EPROTO);
	run_finish(r);
	assert_int_equal(r->n, 0);
	run_free(r);
}

static void strings_end(void **state)
{
	struct run *r = run_new();
	union any_event e = rec_rename(1, 10, NULL);

	memset(e.life.comm, 'x', sizeof(e.life.comm));
	run_feed(r, e);
	run_feed(r, rec_lost(20, 3));
	run_finish(r);
	assert_int_equal(strlen(r->seen[0].f.who.comm), COMM_LEN - 1);
	assert_int_equal(r->seen[1].f.kind, FACT_LOST);
	assert_int_equal(r->seen[1].rec.lost.count, 3);
	run_free(r);
}

static void note_time(void *ctx, const struct fact *f)
{
	*(__u64 *)ctx = f->t;
}

static void start_of_time(void **state)
{
	struct timeline_opts opts = {.start = 1000};
	__u64 t = 99;
	struct timeline *tl = timeline__new(&opts, note_time, &t);
	union any_event e = rec_rename(1, 900, "x");

	timeline__feed(tl, &e.e);
	timeline__advance(tl, 901);
	assert_int_equal(t, 0);
	e.e.ts = 1250;
	timeline__feed(tl, &e.e);
	timeline__finish(tl);
	assert_int_equal(t, 250);
	timeline__free(tl);
}

/* The time of a loss at the begin of a damaged file is not known, and a symbol has none. */
static void start_at_the_first_event(void **state)
{
	struct timeline_opts opts = {.start = START_AT_FIRST};
	__u64 t = 99;
	struct timeline *tl = timeline__new(&opts, note_time, &t);
	union any_event e = rec_lost(0, 3);

	assert_int_equal(timeline__feed(tl, &e.e), 0);
	timeline__advance(tl, 1);
	assert_int_equal(t, 0);
	e = (union any_event){.symbol = {
				  .e = {.ts = 7, .size = sizeof(e.symbol), .kind = EV_SYMBOL},
			      }};
	assert_int_equal(timeline__feed(tl, &e.e), 0);
	e = rec_rename(1, 1000, "x");
	timeline__feed(tl, &e.e);
	e.e.ts = 1250;
	timeline__feed(tl, &e.e);
	timeline__finish(tl);
	assert_int_equal(t, 250);
	timeline__free(tl);
}

/* Who sleeps at the end, the longest first; not who woke, nor who is gone. */
static void asleep_at_the_end(void **state)
{
	struct run *r = run_new();
	union any_event open[] = {
	    rec_wait(1, 300, 0, 900, "read", WAIT_PIPE_EMPTY, 51),
	    rec_wait(2, 200, 0, 900, "read", WAIT_PIPE_EMPTY, 51),
	    rec_wait(3, 100, 0, 900, "read", WAIT_PIPE_EMPTY, 51),
	};
	struct fact *facts;
	size_t n;

	run_feed(r, rec_object(4, 50, OBJ_CREATED, 7, END_WRITE, 51, 1));
	for (size_t i = 0; i < 3; i++) {
		open[i].e.flags |= EVF_OPEN;
		run_feed(r, open[i]);
	}
	run_feed(r, rec_exit(3, 950, 9));
	run_feed(r, rec_rename(2, 960, "second"));
	run_feed(r, rec_wait(5, 100, 400, 500, "read", WAIT_PIPE_EMPTY, 51));
	run_finish(r);
	assert_int_equal(timeline__asleep(r->tl, &facts, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(facts[0].kind, FACT_BLOCK);
	assert_int_equal(facts[0].who.tid, 2);
	assert_string_equal(facts[0].who.comm, "second");
	assert_int_equal(facts[1].who.tid, 1);
	assert_int_equal(facts[1].obj->n_holders, 1);
	assert_int_equal(facts[1].obj->holders[0].who.tid, 4);
	free(facts);
	run_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(by_time),
	    cmocka_unit_test(ties_keep_arrival),
	    cmocka_unit_test(window),
	    cmocka_unit_test(operations),
	    cmocka_unit_test(wait_is_split),
	    cmocka_unit_test(cause_before_effect),
	    cmocka_unit_test(cause_is_in_the_window),
	    cmocka_unit_test(waits_for_the_cause_not_for_ever),
	    cmocka_unit_test(close_recorded_late),
	    cmocka_unit_test(signal_recorded_late),
	    cmocka_unit_test(open_sleep_then_woken),
	    cmocka_unit_test(open_sleep_to_the_end),
	    cmocka_unit_test(two_sleeps),
	    cmocka_unit_test(names_of_tasks),
	    cmocka_unit_test(numbers_of_other_pid_namespaces),
	    cmocka_unit_test(who_is_only_sent_a_signal_has_a_name),
	    cmocka_unit_test(malformed),
	    cmocka_unit_test(strings_end),
	    cmocka_unit_test(start_of_time),
	    cmocka_unit_test(start_at_the_first_event),
	    cmocka_unit_test(asleep_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
