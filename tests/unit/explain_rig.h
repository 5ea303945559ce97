/* SPDX-License-Identifier: GPL-2.0 */
/* For tests of sentences: who waits on a pipe, who holds its ends, and the sentence about it. */
#ifndef IPCTRACE_EXPLAIN_RIG_H
#define IPCTRACE_EXPLAIN_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "records.h"

#define MS 1000000ull

/* Tasks: 1 parent, 2 writer, 3 reader, 4 to 6 others. */
static inline struct run *with_tasks(void)
{
	struct run *r = run_new();

	run_feed(r, rec_exec(1, 1, "parent"));
	run_feed(r, rec_exec(2, 1, "writer"));
	run_feed(r, rec_exec(3, 1, "reader"));
	run_feed(r, rec_exec(4, 1, "four"));
	run_feed(r, rec_exec(5, 1, "five"));
	return r;
}

static inline void hold(struct run *r, __u32 tid, __s32 fd, __u8 end)
{
	run_feed(r, rec_object(tid, 10, OBJ_HELD, fd, end, 51, end));
}

static inline void says(struct run *r, enum fact_kind kind, const char *want)
{
	run_finish(r);
	assert_string_equal(run_get(r, kind, run_count(r, kind) - 1)->why, want);
	run_free(r);
}

static inline union any_event full(void)
{
	return rec_wait(2, 1 * MS, 300 * MS, 301 * MS, "write", WAIT_PIPE_FULL, 51);
}

static inline union any_event empty(void)
{
	return rec_wait(3, 1 * MS, 300 * MS, 301 * MS, "read", WAIT_PIPE_EMPTY, 51);
}

#endif
