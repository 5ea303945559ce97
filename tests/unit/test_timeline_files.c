// SPDX-License-Identifier: GPL-2.0
/* Tests of open file descriptions: their numbers, and how many references a close leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "names/names.h"
#include "records.h"

#define PIPE 51
#define R    101 /* addresses */
#define W    102
#define MS   1000000ull

/* A pipe of process 1, whose child 2 has the write end, too. */
static struct run *with_child(void)
{
	struct run *r = run_new();
	union any_event e;

	run_feed(r, rec_exec(1, 1, "parent"));
	run_feed(r, rec_object(1, 10, OBJ_CREATED, 3, END_READ, PIPE, R));
	run_feed(r, rec_object(1, 10, OBJ_CREATED, 4, END_WRITE, PIPE, W));
	run_feed(r, rec_fork(1, 20, 2, "child"));
	e = rec_object(2, 21, OBJ_INHERITED, 4, END_WRITE, PIPE, W);
	e.object.refs = 2;
	run_feed(r, e);
	return r;
}

static union any_event gone(__u8 change, __u32 tid, __u64 ts, __u32 refs)
{
	union any_event e = rec_object(tid, ts, change, 4, END_WRITE, PIPE, W);

	e.object.refs = refs;
	e.object.released = refs == 1;
	return e;
}

static const struct seen *object(const struct run *r, unsigned int nth)
{
	return run_get(r, FACT_OBJECT, nth);
}

static __u64 file(const struct run *r, unsigned int nth)
{
	return object(r, nth)->rec.object.file;
}

/* The kernel uses an address again at once. */
static void numbers(void **state)
{
	struct run *r = run_new();

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		run_feed(r, rec_object(1, 10 * i * MS + 10, OBJ_CREATED, 4, END_WRITE, PIPE, W));
		run_feed(r, gone(OBJ_CLOSED, 1, 10 * i * MS + 20, 1));
	}
	/* One that was there before has the address then. */
	run_feed(r, rec_object(2, 50 * MS, OBJ_INHERITED, 4, END_WRITE, PIPE, W));
	run_finish(r);
	for (unsigned int i = 0; i < 4; i++) {
		assert_int_equal(file(r, 2 * i), i + 1);
		assert_int_equal(file(r, 2 * i + 1), i + 1);
	}
	assert_int_equal(file(r, 8), 5);
	run_free(r);
}

static void shared(void **state)
{
	struct run *r = with_child();

	(void)state;
	run_feed(r, gone(OBJ_CLOSED, 1, 30, 2));
	run_feed(r, gone(OBJ_CLOSED, 2, 40, 1));
	run_finish(r);
	assert_int_equal(file(r, 1), file(r, 2));
	assert_int_equal(file(r, 1), file(r, 4));
	assert_true(file(r, 0) != file(r, 1));
	assert_int_equal(object(r, 3)->f.left, 1);
	assert_int_equal(object(r, 4)->f.left, 0);
	assert_true(object(r, 4)->f.released);
	run_free(r);
}

/* Both read the count from before either was gone. */
static void two_at_once(void **state)
{
	struct run *r = with_child();

	(void)state;
	run_feed(r, gone(OBJ_CLOSED, 1, 30, 2));
	run_feed(r, gone(OBJ_CLOSED, 2, 31, 2));
	run_finish(r);
	assert_int_equal(object(r, 3)->f.left, -1);
	assert_int_equal(object(r, 4)->f.left, -1);
	run_free(r);
}

/* What is close-on-exec goes some time in the execve. */
static void with_an_execve(void **state)
{
	union any_event e = rec_op(1, 25, 60, "read", PIPE, 0, 100);
	struct run *r = with_child();
	union any_event w;

	(void)state;
	run_feed(r, gone(OBJ_EXEC_CLOSED, 2, 30, 2));
	run_feed(r, gone(OBJ_CLOSED, 1, 40, 2));
	w = woken_by(rec_wait(1, 45, 55, 56, "read", WAIT_PIPE_EMPTY, PIPE), WAKE_TASK, 2, "child",
		     "execve", 0);
	w.wait.state = pipe_state(0, 0, 1, 1);
	w.wait.state_woken = pipe_state(0, 0, 1, 0);
	w.wait.waker.fd = -1;
	memset(&w.wait.waker.obj, 0, sizeof(w.wait.waker.obj));
	run_feed(r, w);
	run_feed(r, rec_exec(2, 50, "other"));
	e.e.flags = EVF_SLEPT;
	e.op.before = e.op.after = pipe_state(0, 0, 1, 0);
	run_feed(r, e);
	run_finish(r);
	assert_int_equal(object(r, 3)->rec.object.change, OBJ_CLOSED);
	assert_int_equal(object(r, 3)->f.left, -1);
	assert_int_equal(object(r, 4)->rec.object.change, OBJ_EXEC_CLOSED);
	assert_int_equal(object(r, 4)->f.left, -1);
	/* The state at the wakeup proves it. */
	assert_int_equal(run_get(r, FACT_WAKE, 0)->f.cause.kind, CAUSE_LAST_CLOSE);
	assert_true(run_get(r, FACT_OP, 0)->f.cause.by_known);
	assert_int_equal(run_get(r, FACT_OP, 0)->f.cause.by.tid, 2);
	run_free(r);
}

/* An execve that failed dropped nothing. */
static void execve_failed(void **state)
{
	struct run *r = with_child();

	(void)state;
	run_feed(r, gone(OBJ_EXEC_CLOSED, 2, 30, 2));
	run_feed(r, gone(OBJ_EXEC_CLOSED, 2, 35, 2));
	run_feed(r, rec_op(2, 40, 41, "write", PIPE, 1, 1));
	run_feed(r, gone(OBJ_CLOSED, 1, 50, 2));
	run_feed(r, gone(OBJ_CLOSED, 2, 60, 1));
	run_finish(r);
	assert_int_equal(object(r, 3)->f.left, 1);
	assert_int_equal(object(r, 4)->f.left, 0);
	run_free(r);
}

/* An exit is told when it begins; its descriptors go later. */
static void still_going(void **state)
{
	struct run *r = with_child();
	union any_event w;

	(void)state;
	run_feed(r, gone(OBJ_CLOSED, 1, 30, 2));
	run_feed(r, gone(OBJ_EXIT_CLOSED, 2, 40, 1));
	w = rec_wait(1, 50, 60, 61, "read", WAIT_PIPE_EMPTY, PIPE);
	w.wait.state = pipe_state(0, 0, 1, 1);
	run_feed(r, w);
	run_finish(r);
	assert_string_equal(run_get(r, FACT_BLOCK, 0)->why,
			    "parent sleeps: the pipe is empty; child (fd 4) exits and has not "
			    "closed the write end yet");
	run_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers),	     cmocka_unit_test(shared),
	    cmocka_unit_test(two_at_once),   cmocka_unit_test(with_an_execve),
	    cmocka_unit_test(execve_failed), cmocka_unit_test(still_going),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
