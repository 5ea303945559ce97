/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of objects, their names, holders and generations. */
#include <string.h>

#include "objects_rig.h"

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
	    cmocka_unit_test(dead_hold_nothing),
	    cmocka_unit_test(many_objects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
