/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of objects, their holders and generations, and of who took the last end away. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "names/names.h"
#include "records.h"

#define R 101 /* the read end's open file description */
#define W 102 /* the write end's */

/* A pipe of process 1, which is "parent"; fd 3 reads, fd 4 writes. */
static struct run *with_pipe(void)
{
	struct run *r = run_new();

	run_feed(r, rec_exec(1, 1, "parent"));
	run_feed(r, rec_object(1, 10, OBJ_CREATED, 3, END_READ, 51, R));
	run_feed(r, rec_object(1, 10, OBJ_CREATED, 4, END_WRITE, 51, W));
	return r;
}

/* A child 2, "child", that inherits both ends. */
static void with_child(struct run *r)
{
	union any_event e;

	run_feed(r, rec_fork(1, 20, 2, "child"));
	e = rec_object(2, 20, OBJ_INHERITED, 3, END_READ, 51, R);
	e.object.refs = 2;
	run_feed(r, e);
	e = rec_object(2, 20, OBJ_INHERITED, 4, END_WRITE, 51, W);
	e.object.refs = 2;
	run_feed(r, e);
}

static union any_event closing(__u32 tid, __u64 ts, __s32 fd, bool last)
{
	union any_event e = rec_object(tid, ts, OBJ_CLOSED, fd, fd == 3 ? END_READ : END_WRITE, 51,
				       fd == 3 ? R : W);

	e.object.refs = last ? 1 : 2;
	e.object.released = last;
	return e;
}

/* A read of 0 bytes by tid, and the cause of it. */
static union any_event eof(__u32 tid, __u64 ts)
{
	union any_event e = rec_op(tid, ts, ts + 1, "read", 51, 0, 100);

	e.op.before = e.op.after = pipe_state(0, 0, 1, 0);
	return e;
}

static const struct seen *last_fact(const struct run *r)
{
	assert_true(r->n > 0);
	return &r->seen[r->n - 1];
}

/* An open that waits for its partner has no descriptor yet, but a name, and an end. */
static void name_of_what_is_being_opened(void **state)
{
	struct run *r = run_new();
	union any_event e = rec_object(1, 20, OBJ_OPENING, -1, END_WRITE, 77, 0);
	union any_event w = rec_wait(1, 20, 40, 50, "openat", WAIT_FIFO_PARTNER, 77);

	e.object.obj.mech = w.wait.obj.mech = MECH_FIFO;
	e.object.state = w.wait.state = pipe_state(0, 0, 0, 1);
	strcpy(e.object.path, "/tmp/f");
	w.wait.fd = -1;
	run_feed(r, e);
	run_feed(r, w);
	run_finish(r);
	assert_int_equal(run_get(r, FACT_OBJECT, 0)->obj.n_holders, 0);
	assert_string_equal(run_get(r, FACT_BLOCK, 0)->obj.name, "fifo:/tmp/f");
	assert_string_equal(
	    run_get(r, FACT_BLOCK, 0)->why,
	    "process 1 sleeps: it opens the write end of fifo:/tmp/f, and nobody has "
	    "opened the read end yet");
	run_free(r);
}

static void names(void **state)
{
	struct run *r = with_pipe();
	union any_event e = rec_object(1, 20, OBJ_OPENED, 5, END_READ, 77, 9);

	e.object.obj.mech = MECH_FIFO;
	e.object.obj.dev = 8 << 20 | 1;
	strcpy(e.object.path, "/tmp/f");
	run_feed(r, e);
	e.object.obj.id = 78;
	e.object.fd = 6;
	e.object.change = OBJ_HELD;
	e.object.path[0] = '\0';
	run_feed(r, e);
	/* Another one, whose name /proc had. */
	e.object.obj.id = 79;
	strcpy(e.object.path, "/tmp/held");
	run_feed(r, e);
	e = rec_wait(1, 30, 40, 50, "epoll_wait", WAIT_EPOLL_EVENT, 0xabc);
	e.wait.obj.mech = MECH_EPOLL;
	e.wait.obj.dev = 0;
	run_feed(r, e);
	run_finish(r);
	assert_string_equal(run_get(r, FACT_OBJECT, 0)->obj.name, "pipe:[51]");
	assert_string_equal(run_get(r, FACT_OBJECT, 2)->obj.name, "fifo:/tmp/f");
	assert_string_equal(run_get(r, FACT_OBJECT, 3)->obj.name, "fifo:[8:1:78]");
	assert_string_equal(run_get(r, FACT_OBJECT, 4)->obj.name, "fifo:/tmp/held");
	assert_string_equal(run_get(r, FACT_BLOCK, 0)->obj.name, "epoll:[abc]");
	assert_int_equal(run_get(r, FACT_OBJECT, 0)->obj.index, 1);
	assert_int_equal(run_get(r, FACT_BLOCK, 0)->obj.index, 5);
	run_free(r);
}

static void generations(void **state)
{
	struct run *r = with_pipe();

	run_feed(r, closing(1, 100, 3, true));
	run_feed(r, closing(1, 110, 4, true));
	run_feed(r, rec_object(1, 9000000, OBJ_CREATED, 3, END_READ, 51, R));
	run_feed(r, rec_object(1, 9000000, OBJ_CREATED, 4, END_WRITE, 51, W));
	/* Created again, though it was not seen to go. */
	run_feed(r, rec_object(2, 9000001, OBJ_CREATED, 3, END_READ, 51, R));
	run_finish(r);
	assert_int_equal(run_get(r, FACT_OBJECT, 1)->obj.generation, 0);
	assert_int_equal(run_get(r, FACT_OBJECT, 1)->obj.index, 1);
	assert_int_equal(run_get(r, FACT_OBJECT, 1)->obj.n_holders, 2);
	assert_int_equal(run_get(r, FACT_OBJECT, 4)->obj.generation, 1);
	assert_int_equal(run_get(r, FACT_OBJECT, 5)->obj.generation, 1);
	assert_int_equal(run_get(r, FACT_OBJECT, 5)->obj.index, 2);
	assert_int_equal(run_get(r, FACT_OBJECT, 6)->obj.generation, 2);
	assert_int_equal(run_get(r, FACT_OBJECT, 6)->obj.n_holders, 1);
	run_free(r);
}

/* The operation stands before the records of the ends it made. */
static void born_by_the_call(void **state)
{
	struct run *r = run_new();

	run_feed(r, rec_op(1, 5, 10, "pipe2", 51, 0, 0));
	run_feed(r, rec_object(1, 11, OBJ_CREATED, 3, END_READ, 51, R));
	/* On a slow machine. */
	run_feed(r, rec_object(1, 9000000, OBJ_CREATED, 4, END_WRITE, 51, W));
	run_finish(r);
	assert_int_equal(r->seen[0].obj.index, 1);
	assert_int_equal(r->seen[1].obj.index, 1);
	assert_int_equal(r->seen[1].obj.generation, 0);
	assert_int_equal(r->seen[2].obj.generation, 0);
	assert_int_equal(r->seen[2].obj.n_holders, 2);
	run_free(r);
}

static void holders(void **state)
{
	struct run *r = with_pipe();
	const struct seen *s;

	with_child(r);
	run_feed(r, rec_exec(2, 30, "wc"));
	run_feed(r, closing(2, 40, 4, false));
	run_finish(r);
	s = run_get(r, FACT_OBJECT, 3);
	assert_int_equal(s->obj.n_holders, 4);
	assert_string_equal(s->holders[2].who.comm, "child");
	assert_int_equal(s->holders[2].fd, 3);
	assert_int_equal(s->holders[2].end, END_READ);
	s = last_fact(r);
	assert_int_equal(s->obj.n_holders, 3);
	assert_string_equal(s->holders[2].who.comm, "wc");
	assert_int_equal(s->holders[2].fd, 3);
	run_free(r);
}

static void descriptor_replaced(void **state)
{
	struct run *r = with_pipe();

	/* The same descriptor number, another pipe: the old one is not held by it any more. */
	run_feed(r, rec_object(1, 30, OBJ_RECEIVED, 3, END_READ, 52, 9));
	run_feed(r, rec_object(1, 40, OBJ_DUPLICATED, 7, END_WRITE, 51, W));
	run_finish(r);
	assert_int_equal(run_get(r, FACT_OBJECT, 2)->obj.n_holders, 1);
	assert_int_equal(last_fact(r)->obj.n_holders, 2);
	assert_int_equal(last_fact(r)->holders[0].fd, 4);
	run_free(r);
}

static void sent_and_received(void **state)
{
	struct run *r = with_pipe();

	run_feed(r, rec_object(1, 30, OBJ_SENT, 3, END_READ, 51, R));
	run_feed(r, rec_object(5, 40, OBJ_RECEIVED, 8, END_READ, 51, R));
	run_finish(r);
	assert_int_equal(run_get(r, FACT_OBJECT, 2)->obj.n_holders, 3);
	assert_int_equal(run_get(r, FACT_OBJECT, 2)->holders[2].fd, -1);
	assert_int_equal(last_fact(r)->obj.n_holders, 3);
	assert_int_equal(last_fact(r)->holders[2].fd, 8);
	run_free(r);
}

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

static union any_event exiting(__u32 tid, __u64 ts, __s32 fd, __u8 end, __u64 file, __u32 refs)
{
	union any_event e = rec_object(tid, ts, OBJ_EXIT_CLOSED, fd, end, 51, file);

	e.object.refs = refs;
	return e;
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

/* Without the records of its descriptors a dead process holds nothing for long. */
static void dead_hold_nothing(void **state)
{
	struct run *r = with_pipe();

	run_feed(r, rec_exit(1, 50, 0));
	run_feed(r, rec_rename(2, 5000000000ull, "x"));
	run_feed(r, rec_op(2, 5000000001ull, 5000000002ull, "read", 51, 1, 1));
	run_finish(r);
	assert_int_equal(last_fact(r)->obj.n_holders, 0);
	run_free(r);
}

static void many_objects(void **state)
{
	struct run *r = run_new();

	for (__u32 i = 1; i < 5000; i++) {
		run_feed(r, rec_object(1, i * 100, OBJ_CREATED, 3, END_READ, i, i));
		timeline__advance(r->tl, i * 100);
	}
	run_finish(r);
	assert_int_equal(last_fact(r)->obj.index, 4999);
	assert_int_equal(last_fact(r)->obj.n_holders, 1);
	run_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(name_of_what_is_being_opened),
	    cmocka_unit_test(generations),
	    cmocka_unit_test(born_by_the_call),
	    cmocka_unit_test(holders),
	    cmocka_unit_test(descriptor_replaced),
	    cmocka_unit_test(sent_and_received),
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
	    cmocka_unit_test(dead_hold_nothing),
	    cmocka_unit_test(many_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
