// SPDX-License-Identifier: GPL-2.0
/* Tests of descriptors that go together: in one close_range, in exits at nearly the same time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "names/names.h"
#include "records.h"

#define PIPE 51
#define R    101 /* the read end's open file description */
#define W    102 /* the write end's */

/* A pipe of process 1: fd 3 reads, fd 4 and fd 5 write. */
static struct run *with_pipe(void)
{
	struct run *r = run_new();

	run_feed(r, rec_exec(1, 1, "parent"));
	run_feed(r, rec_object(1, 10, OBJ_CREATED, 3, END_READ, PIPE, R));
	run_feed(r, rec_object(1, 10, OBJ_CREATED, 4, END_WRITE, PIPE, W));
	run_feed(r, rec_object(1, 11, OBJ_DUPLICATED, 5, END_WRITE, PIPE, W));
	return r;
}

static union any_event going(__u8 change, __u32 tid, __u64 ts, __s32 fd, __u32 refs, bool first)
{
	union any_event e =
	    rec_object(tid, ts, change, fd, fd == 3 ? END_READ : END_WRITE, PIPE, fd == 3 ? R : W);

	e.object.nr = (__s16)(change == OBJ_CLOSED ? syscall_number("close_range") : -1);
	e.object.refs = refs;
	e.object.first = first;
	return e;
}

static union any_event in_range(__u32 tid, __u64 ts, __s32 fd, __u32 refs, bool first)
{
	return going(OBJ_CLOSED, tid, ts, fd, refs, first);
}

/* A read of 0 bytes by process 2. */
static union any_event eof(__u64 ts)
{
	union any_event e = rec_op(2, ts, ts + 1, "read", PIPE, 0, 100);

	e.op.before = e.op.after = pipe_state(0, 0, 1, 0);
	return e;
}

static const struct seen *closed(const struct run *r, unsigned int nth)
{
	return run_get(r, FACT_OBJECT, 3 + nth); /* after those that made the pipe */
}

static void all_descriptors_of_an_end_in_one_range(void **state)
{
	struct run *r = with_pipe();
	const struct seen *end;

	(void)state;
	run_feed(r, in_range(1, 50, 4, 2, true));
	run_feed(r, in_range(1, 51, 5, 2, false));
	run_feed(r, eof(60));
	run_finish(r);
	assert_false(closed(r, 0)->f.released);
	assert_int_equal(closed(r, 0)->obj.state.v[PIPE_WRITERS], 1);
	assert_true(closed(r, 1)->f.released);
	assert_int_equal(closed(r, 1)->obj.state.v[PIPE_WRITERS], 0);
	end = &r->seen[r->n - 1];
	assert_int_equal(end->f.cause.kind, CAUSE_NO_WRITERS);
	assert_string_equal(end->f.cause.by.comm, "parent");
	assert_int_equal(end->f.cause.fd, 5);
	run_free(r);
}

/* What the call before took is not taken off again. */
static void a_range_after_another(void **state)
{
	struct run *r = with_pipe();

	(void)state;
	run_feed(r, in_range(1, 50, 4, 2, true));
	run_feed(r, in_range(1, 70, 5, 1, true));
	run_finish(r);
	assert_false(closed(r, 0)->f.released);
	assert_true(closed(r, 1)->f.released);
	run_free(r);

	r = with_pipe();
	run_feed(r, in_range(1, 50, 3, 1, true));
	{
		union any_event e = in_range(1, 70, 4, 2, true);

		e.object.state = pipe_state(0, 0, 0, 1);
		run_feed(r, e);
	}
	run_finish(r);
	assert_true(closed(r, 0)->f.released);
	assert_int_equal(closed(r, 1)->obj.state.v[PIPE_READERS], 0);
	assert_int_equal(closed(r, 1)->obj.state.v[PIPE_WRITERS], 1);
	run_free(r);
}

/* Two threads in a close_range each: which of the records belong together is not known. */
static void ranges_of_two_threads(void **state)
{
	struct run *r = with_pipe();
	union any_event e;

	(void)state;
	run_feed(r, in_range(1, 50, 4, 2, true));
	e = in_range(9, 51, 3, 1, true);
	e.e.pid = 1;
	run_feed(r, e);
	run_feed(r, in_range(1, 52, 5, 2, false));
	run_feed(r, eof(60));
	run_finish(r);
	assert_true(closed(r, 1)->f.released);
	assert_false(closed(r, 2)->f.released);
	assert_false(r->seen[r->n - 1].f.cause.by_known);
	run_free(r);
}

/* Recordings of before ev_object.first: by one call, or by two? */
static void a_range_that_nobody_began(void **state)
{
	struct run *r = with_pipe();

	(void)state;
	run_feed(r, in_range(1, 50, 4, 2, false));
	run_feed(r, in_range(1, 51, 5, 2, false));
	run_finish(r);
	assert_false(closed(r, 1)->f.released);
	run_free(r);
}

/* Its own stands before the wakeup: a close recorded after it took another descriptor. */
static void a_later_close_is_not_what_woke(void **state)
{
	struct run *r = with_pipe();
	union any_event e = rec_wait(2, 20, 60, 70, "write", WAIT_PIPE_FULL, PIPE);

	(void)state;
	e.wait.waker = (struct ev_waker){.pid = 1,
					 .tid = 1,
					 .obj = e.wait.obj,
					 .fd = 3,
					 .nr = (__s16)syscall_number("close"),
					 .ctx = WAKE_TASK};
	run_feed(r, e);
	run_feed(r, going(OBJ_EXIT_CLOSED, 2, 80, 6, 2, true));
	e = rec_object(1, 100, OBJ_CLOSED, 4, END_WRITE, PIPE, W);
	e.object.released = 1;
	run_feed(r, e);
	run_finish(r);
	assert_int_equal(closed(r, 0)->f.who.pid, 2);
	assert_int_equal(closed(r, 1)->f.who.pid, 1);
	run_free(r);
}

/* Both states were read before either had gone. */
static void two_exits_at_once(void **state)
{
	struct run *r = with_pipe();

	(void)state;
	run_feed(r, rec_fork(1, 20, 2, "child"));
	run_feed(r, rec_object(2, 20, OBJ_INHERITED, 3, END_READ, PIPE, R));
	run_feed(r, in_range(1, 30, 3, 2, true));
	run_feed(r, rec_exit(1, 50, 0));
	run_feed(r, going(OBJ_EXIT_CLOSED, 1, 50, 4, 2, true));
	run_feed(r, going(OBJ_EXIT_CLOSED, 1, 50, 5, 2, false));
	run_feed(r, rec_exit(2, 51, 0));
	run_feed(r, going(OBJ_EXIT_CLOSED, 2, 51, 3, 1, true));
	run_finish(r);
	assert_int_equal(closed(r, 3)->obj.state.v[PIPE_READERS], 1);
	assert_int_equal(closed(r, 3)->obj.state.v[PIPE_WRITERS], 0);
	assert_int_equal(closed(r, 4)->obj.state.v[PIPE_READERS], 0);
	assert_int_equal(closed(r, 4)->obj.state.v[PIPE_WRITERS], 0);
	run_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_descriptors_of_an_end_in_one_range),
	    cmocka_unit_test(a_range_after_another),
	    cmocka_unit_test(ranges_of_two_threads),
	    cmocka_unit_test(a_range_that_nobody_began),
	    cmocka_unit_test(a_later_close_is_not_what_woke),
	    cmocka_unit_test(two_exits_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
