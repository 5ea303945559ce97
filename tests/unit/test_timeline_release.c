/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of who took the last end of a pipe away, and of what is left after that. */
#include <string.h>

#include "objects_rig.h"

static void counts_after_close(void **state)
{
	struct run *r = with_pipe();

	with_child(r);
	run_feed(r, closing(2, 40, 4, false));
	run_feed(r, closing(1, 50, 4, true));
	run_finish(r);
	assert_int_equal(run_get(r, FACT_OBJECT, 4)->obj.state.v[PIPE_WRITERS], 1);
	assert_int_equal(run_get(r, FACT_OBJECT, 5)->obj.state.v[PIPE_WRITERS], 0);
	assert_int_equal(run_get(r, FACT_OBJECT, 5)->obj.state.v[PIPE_READERS], 1);
	assert_int_equal(run_get(r, FACT_OBJECT, 5)->rec.object.state.v[PIPE_WRITERS], 1);
	run_free(r);
}

/* The writer goes after the read has begun, and before it looks: it does not sleep. */
static void last_writer_within_a_read(void **state)
{
	struct run *r = with_pipe();
	union any_event end = eof(2, 60);

	with_child(r);
	run_feed(r, closing(2, 40, 4, false));
	run_feed(r, closing(1, 50, 4, true));
	end.op.start = 45;
	run_feed(r, end);
	end.op.op = OPC_SPLICE;
	end.e.ts++;
	run_feed(r, end);
	run_finish(r);
	assert_int_equal(run_count(r, FACT_OP), 2);
	for (size_t i = 0; i < 2; i++) {
		const struct cause *c = &run_get(r, FACT_OP, i)->f.cause;

		assert_int_equal(c->kind, CAUSE_NO_WRITERS);
		assert_true(c->by_known);
		assert_int_equal(c->by.tid, 1);
	}
	run_free(r);
}

static void last_writer_by_close(void **state)
{
	struct run *r = with_pipe();
	const struct cause *c;

	with_child(r);
	run_feed(r, closing(2, 40, 4, false));
	run_feed(r, closing(1, 50, 4, true));
	run_feed(r, eof(2, 60));
	run_finish(r);
	c = &last_fact(r)->f.cause;
	assert_int_equal(c->kind, CAUSE_NO_WRITERS);
	assert_true(c->by_known);
	assert_int_equal(c->by.tid, 1);
	assert_string_equal(c->by.comm, "parent");
	assert_int_equal(c->fd, 4);
	assert_int_equal(c->t, 50);
	assert_int_equal(c->change, OBJ_CLOSED);
	assert_int_equal(c->nr, syscall_number("close"));
	run_free(r);
}

static void last_writer_by_dup2(void **state)
{
	struct run *r = with_pipe();
	union any_event e = closing(1, 50, 4, true);

	e.object.nr = (__s16)syscall_number("dup2");
	run_feed(r, e);
	run_feed(r, eof(2, 60));
	run_finish(r);
	assert_int_equal(last_fact(r)->f.cause.nr, syscall_number("dup2"));
	run_free(r);
}

/* One description, two descriptors of one process: the second of them is the release. */
static void exit_with_dups(void **state)
{
	struct run *r = with_pipe();
	union any_event e = rec_object(1, 15, OBJ_DUPLICATED, 7, END_WRITE, 51, W);

	e.object.refs = 2;
	run_feed(r, e);
	run_feed(r, rec_exit(1, 50, 0));
	run_feed(r, exiting(1, 51, 3, END_READ, R, 1));
	run_feed(r, exiting(1, 51, 4, END_WRITE, W, 2));
	run_feed(r, exiting(1, 51, 7, END_WRITE, W, 2));
	run_feed(r, eof(2, 60));
	run_finish(r);
	assert_int_equal(run_get(r, FACT_OBJECT, 3)->obj.state.v[PIPE_READERS], 0);
	assert_int_equal(run_get(r, FACT_OBJECT, 4)->obj.state.v[PIPE_WRITERS], 1);
	/* Its state was read before the read end went, which stays gone. */
	assert_int_equal(run_get(r, FACT_OBJECT, 4)->obj.state.v[PIPE_READERS], 0);
	assert_int_equal(run_get(r, FACT_OBJECT, 5)->obj.state.v[PIPE_WRITERS], 0);
	assert_int_equal(run_get(r, FACT_OBJECT, 5)->obj.state.v[PIPE_READERS], 0);
	assert_int_equal(run_get(r, FACT_OBJECT, 5)->obj.n_holders, 0);
	assert_int_equal(last_fact(r)->f.cause.change, OBJ_EXIT_CLOSED);
	assert_int_equal(last_fact(r)->f.cause.fd, 7);
	assert_string_equal(last_fact(r)->f.cause.by.comm, "parent");
	run_free(r);
}

/* Another process still holds the description: this exit was not the last. */
static void exit_not_the_last(void **state)
{
	struct run *r = with_pipe();

	with_child(r);
	run_feed(r, rec_exit(1, 50, 0));
	run_feed(r, exiting(1, 51, 4, END_WRITE, W, 2));
	run_feed(r, eof(2, 60));
	run_finish(r);
	assert_int_equal(run_get(r, FACT_OBJECT, 4)->obj.state.v[PIPE_WRITERS], 1);
	assert_int_equal(last_fact(r)->f.cause.kind, CAUSE_NO_WRITERS);
	assert_false(last_fact(r)->f.cause.by_known);
	run_free(r);
}

static union any_event exec_closing(__u32 tid, __u64 ts)
{
	return rec_object(tid, ts, OBJ_EXEC_CLOSED, 4, END_WRITE, 51, W);
}

static void exec_closes(void **state)
{
	struct run *r = with_pipe();
	const struct seen *s;

	/* Two failed tries along PATH, then the one that works. */
	run_feed(r, exec_closing(1, 50));
	run_feed(r, exec_closing(1, 51));
	run_feed(r, exec_closing(1, 52));
	run_feed(r, rec_exec(1, 55, "yes"));
	run_feed(r, eof(2, 60));
	run_finish(r);
	assert_int_equal(run_count(r, FACT_OBJECT), 3);
	s = run_get(r, FACT_OBJECT, 2);
	assert_int_equal(s->f.t, 55);
	assert_string_equal(s->f.who.comm, "yes");
	assert_int_equal(s->obj.state.v[PIPE_WRITERS], 0);
	assert_int_equal(s->obj.n_holders, 1);
	assert_int_equal(last_fact(r)->f.cause.change, OBJ_EXEC_CLOSED);
	run_free(r);
}

static void exec_fails(void **state)
{
	struct run *r = with_pipe();

	run_feed(r, exec_closing(1, 50));
	run_feed(r, rec_op(1, 52, 53, "write", 51, 1, 1));
	run_feed(r, rec_exec(1, 55, "later"));
	run_feed(r, eof(2, 60));
	run_finish(r);
	assert_int_equal(run_count(r, FACT_OBJECT), 2);
	assert_int_equal(run_get(r, FACT_OP, 0)->obj.n_holders, 2);
	assert_false(last_fact(r)->f.cause.by_known);
	run_free(r);
}

static union any_event released(__u32 tid, __u64 ts, const char *call)
{
	union any_event e = rec_object(tid, ts, OBJ_RELEASED, -1, END_WRITE, 51, W);

	e.object.nr = (__s16)(call ? syscall_number(call) : -1);
	return e;
}

/* close(2) and pipe_release of one departure, in either order: counted once. */
static void released_once(void **state)
{
	for (int order = 0; order < 2; order++) {
		struct run *r = with_pipe();
		union any_event e[2] = {closing(1, 50, 4, true), released(1, 51, "close")};

		for (int i = 0; i < 2; i++) {
			e[i].object.state = pipe_state(0, 0, 1, 2);
			e[order].e.ts = 50;
			e[!order].e.ts = 51;
		}
		run_feed(r, e[order]);
		run_feed(r, e[!order]);
		e[0] = rec_object(1, 55, OBJ_CLOSED, 9, END_WRITE, 51, 103);
		e[0].object.released = 1;
		run_feed(r, e[0]);
		run_feed(r, eof(2, 60));
		run_finish(r);
		assert_int_equal(run_get(r, FACT_OBJECT, 2)->obj.state.v[PIPE_WRITERS], 1);
		assert_int_equal(run_get(r, FACT_OBJECT, 3)->obj.state.v[PIPE_WRITERS], 1);
		assert_int_equal(last_fact(r)->f.cause.fd, 9);
		run_free(r);
	}
}

static void released_is_the_proof(void **state)
{
	struct run *r = with_pipe();
	const struct cause *c;

	run_feed(r, closing(1, 50, 4, true));
	run_feed(r, released(7, 52, "read"));
	run_feed(r, eof(2, 60));
	run_finish(r);
	c = &last_fact(r)->f.cause;
	assert_int_equal(c->by.tid, 7);
	assert_int_equal(c->t, 52);
	/* Descriptor 4 is another process's. */
	assert_int_equal(c->fd, -1);
	assert_int_equal(c->change, OBJ_RELEASED);
	run_free(r);

	/* The same process: its descriptor stays known. */
	r = with_pipe();
	run_feed(r, closing(1, 50, 4, true));
	run_feed(r, released(1, 52, "close"));
	run_feed(r, eof(2, 60));
	run_finish(r);
	c = &last_fact(r)->f.cause;
	assert_int_equal(c->fd, 4);
	assert_int_equal(c->t, 52);
	run_free(r);

	r = with_pipe();
	run_feed(r, released(7, 50, "read"));
	run_feed(r, closing(1, 52, 4, true));
	run_feed(r, eof(2, 60));
	run_finish(r);
	c = &last_fact(r)->f.cause;
	assert_int_equal(c->by.tid, 7);
	assert_int_equal(c->fd, -1);
	run_free(r);
}

/* The state with close(2) is older than that with pipe_release. */
static void released_then_closed(void **state)
{
	struct run *r = run_new();
	union any_event e = closing(1, 52, 9, true);

	run_feed(r, released(1, 51, "close"));
	e.object.file = W;
	e.object.state = pipe_state(0, 0, 1, 2);
	run_feed(r, e);
	run_feed(r, eof(2, 60));
	run_finish(r);
	assert_int_equal(run_get(r, FACT_OBJECT, 1)->obj.state.v[PIPE_WRITERS], 0);
	assert_true(last_fact(r)->f.cause.by_known);
	assert_int_equal(last_fact(r)->f.cause.fd, 9);
	assert_int_equal(last_fact(r)->f.cause.t, 51);
	run_free(r);
}

static void released_alone(void **state)
{
	struct run *r = with_pipe();
	const struct cause *c;

	run_feed(r, rec_exit(1, 50, 0));
	run_feed(r, released(1, 52, NULL));
	run_feed(r, eof(2, 60));
	run_finish(r);
	c = &last_fact(r)->f.cause;
	assert_int_equal(c->by.tid, 1);
	assert_int_equal(c->change, OBJ_EXIT_CLOSED);
	assert_int_equal(c->fd, 4);
	assert_int_equal(run_get(r, FACT_OBJECT, 2)->obj.n_holders, 1);
	run_free(r);
}

/* The kernel uses the address of a description again. */
static void description_address_again(void **state)
{
	struct run *r = with_pipe();
	union any_event e = closing(1, 50, 4, true);

	run_feed(r, e);
	run_feed(r, rec_object(1, 60, OBJ_OPENED, 4, END_WRITE, 51, W));
	run_feed(r, closing(1, 70, 4, true));
	run_feed(r, eof(2, 80));
	run_finish(r);
	assert_int_equal(last_fact(r)->f.cause.t, 70);
	run_free(r);
}

/* A writer came after the departure and went unseen: who was the last is not known. */
static void others_came_and_went(void **state)
{
	struct run *r = with_pipe();
	union any_event e = rec_op(2, 50 * 1000 * 1000, 50 * 1000 * 1000 + 1, "read", 51, 5, 100);

	run_feed(r, closing(1, 50, 4, true));
	run_feed(r, e);
	run_feed(r, eof(2, 60 * 1000 * 1000));
	run_finish(r);
	assert_int_equal(last_fact(r)->f.cause.kind, CAUSE_NO_WRITERS);
	assert_false(last_fact(r)->f.cause.by_known);
	run_free(r);
}

static void no_state(void **state)
{
	struct run *r = with_pipe();
	union any_event e = closing(1, 50, 4, true);

	e.e.flags = EVF_NO_STATE;
	memset(&e.object.state, 0, sizeof(e.object.state));
	run_feed(r, e);
	run_feed(r, eof(2, 60));
	run_finish(r);
	assert_false(run_get(r, FACT_OBJECT, 2)->obj.state_known);
	assert_false(last_fact(r)->f.cause.by_known);
	run_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_after_close),
	    cmocka_unit_test(last_writer_by_close),
	    cmocka_unit_test(last_writer_within_a_read),
	    cmocka_unit_test(last_writer_by_dup2),
	    cmocka_unit_test(exit_with_dups),
	    cmocka_unit_test(exit_not_the_last),
	    cmocka_unit_test(exec_closes),
	    cmocka_unit_test(exec_fails),
	    cmocka_unit_test(released_once),
	    cmocka_unit_test(released_is_the_proof),
	    cmocka_unit_test(released_then_closed),
	    cmocka_unit_test(released_alone),
	    cmocka_unit_test(description_address_again),
	    cmocka_unit_test(others_came_and_went),
	    cmocka_unit_test(no_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
