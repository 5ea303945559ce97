/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A task that waits, one that may wake it, and the sentence about them; for tests of semaphores,
 * queues and futexes.
 */
#ifndef IPCTRACE_WAKER_RIG_H
#define IPCTRACE_WAKER_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "records.h"
#include "words/fields.h"

#define MS 1000000ull

/* Tasks: 1 parent, 2 locker, 3 waiter. */
static inline struct run *with_tasks(void)
{
	struct run *r = run_new();

	run_feed(r, rec_exec(1, 1, "parent"));
	run_feed(r, rec_exec(2, 1, "locker"));
	run_feed(r, rec_exec(3, 1, "waiter"));
	return r;
}

static inline const struct seen *last(struct run *r, enum fact_kind kind)
{
	run_finish(r);
	return run_get(r, kind, run_count(r, kind) - 1);
}

static inline void says(struct run *r, enum fact_kind kind, enum cause_kind cause, const char *want)
{
	const struct seen *s = last(r, kind);

	assert_int_equal(s->f.cause.kind, cause);
	assert_string_equal(s->why, want);
	run_free(r);
}

/* waiter sleeps on a word of a segment, 15 ms. */
static inline union any_event futex_wait(__u64 offset)
{
	union any_event w = rec_wait(3, 5 * MS, 20 * MS, 21 * MS, "futex", WAIT_FUTEX, 0);

	w.wait.obj = (struct ipc_object){.id = 4, .dev = 9, .mech = MECH_SHM};
	w.wait.fd = -1;
	w.e.flags = EVF_NO_STATE;
	w.wait.arg = offset;
	w.wait.value = 2;
	return w;
}

static inline union any_event futex_woken(__u64 offset, __u8 ctx, const char *call,
					  __u64 waker_offset)
{
	union any_event w = woken_by(futex_wait(offset), ctx, 2, "locker", call, 0);

	if (ctx == WAKE_TASK)
		w.wait.waker.obj = w.wait.obj;
	w.wait.waker.arg = waker_offset;
	return w;
}

/* Whether the operation has this field in JSON, and of which value. */
static inline void has(union any_event op, const char *field, bool there, __s64 value)
{
	struct run *r = with_tasks();
	struct fields fs;
	const struct field *f;

	run_feed(r, op);
	fact__fields(&last(r, FACT_OP)->f, &fs);
	f = fields__get(&fs, field);
	assert_int_equal(f != NULL, there);
	if (f)
		assert_int_equal(f->i, value);
	run_free(r);
}

#endif
