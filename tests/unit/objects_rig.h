/* SPDX-License-Identifier: GPL-2.0 */
/* A pipe, a child that inherits it, and how its ends go; for tests of objects and holders. */
#ifndef IPCTRACE_OBJECTS_RIG_H
#define IPCTRACE_OBJECTS_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "names/names.h"
#include "records.h"

#define R 101 /* the read end's open file description */
#define W 102 /* the write end's */

/* A pipe of process 1, which is "parent"; fd 3 reads, fd 4 writes. */
static inline struct run *with_pipe(void)
{
	struct run *r = run_new();

	run_feed(r, rec_exec(1, 1, "parent"));
	run_feed(r, rec_object(1, 10, OBJ_CREATED, 3, END_READ, 51, R));
	run_feed(r, rec_object(1, 10, OBJ_CREATED, 4, END_WRITE, 51, W));
	return r;
}

/* A child 2, "child", that inherits both ends. */
static inline void with_child(struct run *r)
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

static inline union any_event closing(__u32 tid, __u64 ts, __s32 fd, bool last)
{
	union any_event e = rec_object(tid, ts, OBJ_CLOSED, fd, fd == 3 ? END_READ : END_WRITE, 51,
				       fd == 3 ? R : W);

	e.object.refs = last ? 1 : 2;
	e.object.released = last;
	return e;
}

/* A read of 0 bytes by tid, and the cause of it. */
static inline union any_event eof(__u32 tid, __u64 ts)
{
	union any_event e = rec_op(tid, ts, ts + 1, "read", 51, 0, 100);

	e.op.before = e.op.after = pipe_state(0, 0, 1, 0);
	return e;
}

static inline const struct seen *last_fact(const struct run *r)
{
	assert_true(r->n > 0);
	return &r->seen[r->n - 1];
}

static inline union any_event exiting(__u32 tid, __u64 ts, __s32 fd, __u8 end, __u64 file,
				      __u32 refs)
{
	union any_event e = rec_object(tid, ts, OBJ_EXIT_CLOSED, fd, end, 51, file);

	e.object.refs = refs;
	return e;
}

#endif
