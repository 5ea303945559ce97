/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of what is remembered about tasks: it has their current name; who chose to ignore SIGPIPE;
 * who removed a name.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "records.h"

#define MS 1000000ull

static void name_is(const struct actor *who, const char *want)
{
	assert_string_equal(who->comm, want);
}

/* Task 2 closes the last write end as "old", and task 1 reads. */
static struct run *closed_as_old(void)
{
	struct run *r = run_new();
	union any_event closed = rec_object(2, 20 * MS, OBJ_CLOSED, 4, END_WRITE, 51, 7);

	run_feed(r, rec_fork(1, 10 * MS, 2, "old"));
	closed.object.state = pipe_state(0, 0, 1, 1);
	closed.object.released = 1;
	run_feed(r, closed);
	return r;
}

static void reads_to_the_end(struct run *r, __u64 ts)
{
	union any_event op = rec_op(1, ts, ts + 5, "read", 51, 0, 10);

	op.op.before = op.op.after = pipe_state(0, 0, 1, 0);
	run_feed(r, op);
}

static void a_departure_is_by_the_new_name(void **state)
{
	struct run *r = closed_as_old();

	run_feed(r, rec_rename(2, 30 * MS, "new"));
	/* It has long been gone, and forgotten, by then. */
	run_feed(r, rec_exit(2, 40 * MS, 0));
	run_feed(r, rec_fork(1, 9000 * MS, 3, "other"));
	reads_to_the_end(r, 9001 * MS);
	run_finish(r);
	assert_int_equal(run_get(r, FACT_OP, 0)->f.cause.kind, CAUSE_NO_WRITERS);
	name_is(&run_get(r, FACT_OP, 0)->f.cause.by, "new");
	run_free(r);
}

static void another_task_of_that_number_renames_nobody(void **state)
{
	struct run *r = closed_as_old();

	run_feed(r, rec_exit(2, 40 * MS, 0));
	run_feed(r, rec_fork(1, 50 * MS, 2, "later"));
	run_feed(r, rec_rename(2, 60 * MS, "latest"));
	reads_to_the_end(r, 70 * MS);
	run_finish(r);
	name_is(&run_get(r, FACT_OP, 0)->f.cause.by, "old");
	run_free(r);
}

static void a_waker_that_was_renamed_before_the_sleeper_ran(void **state)
{
	struct run *r = run_new();

	run_feed(r, rec_fork(1, 5 * MS, 2, "old"));
	run_feed(r, rec_rename(2, 21 * MS, "new"));
	run_feed(r, woken_by(rec_wait(1, 10 * MS, 20 * MS, 30 * MS, "read", WAIT_PIPE_EMPTY, 51),
			     WAKE_TASK, 2, "old", "write", 51));
	run_finish(r);
	name_is(&run_get(r, FACT_WAKE, 0)->f.cause.by, "new");
	assert_string_equal(run_get(r, FACT_WAKE, 0)->rec.wait.waker.comm, "new");
	run_free(r);
}

static struct actor chose(struct run *r)
{
	union any_event sig = rec_signal(3, 50 * MS, SIGPIPE, SI_KERNEL, 3, "sh", "write", 51);

	sig.signal.result = SIGNAL_IGNORED;
	run_feed(r, sig);
	run_finish(r);
	return run_get(r, FACT_SIGNAL, 0)->f.ignored_by;
}

static union any_event with_code(union any_event life, bool ignores)
{
	life.life.code = LIFE_KNOWN | (ignores ? LIFE_IGNORES_SIGPIPE : 0);
	return life;
}

static void sigpipe_is_ignored_since_whoever_chose_that(void **state)
{
	struct run *r = run_new();

	run_feed(r, with_code(rec_exec(1, 1 * MS, "python3"), false));
	run_feed(r, with_code(rec_fork(1, 10 * MS, 2, "python3"), true));
	run_feed(r, with_code(rec_exec(2, 11 * MS, "sh"), true));
	run_feed(r, with_code(rec_fork(2, 12 * MS, 3, "sh"), true));
	assert_int_equal(chose(r).pid, 1);
	assert_false(run_get(r, FACT_SIGNAL, 0)->f.old_ignored);
	run_free(r);

	/* The shell itself, between its fork and its exec. */
	r = run_new();
	run_feed(r, with_code(rec_fork(1, 10 * MS, 3, "sh"), false));
	run_feed(r, with_code(rec_exec(3, 11 * MS, "sh"), true));
	assert_int_equal(chose(r).tid, 0);
	run_free(r);

	/* The process that started ipctrace. */
	r = run_new();
	run_feed(r, with_code(rec_exec(1, 10 * MS, "sh"), true));
	run_feed(r, with_code(rec_fork(1, 11 * MS, 3, "sh"), true));
	assert_int_equal(chose(r).tid, 0);
	assert_true(run_get(r, FACT_SIGNAL, 0)->f.old_ignored);
	run_free(r);
}

static const struct ipc_object memory = {.id = 9, .dev = 1, .mech = MECH_SHMEM};

static union any_event on_name(__u32 tid, __u64 ts, __u8 change, __s32 fd, __u32 mounts)
{
	union any_event e = rec_object(tid, ts, change, fd, END_READ, 9, 1);

	e.object.obj = memory;
	e.object.nr = SYS_openat;
	e.object.refs = mounts;
	if (change == OBJ_REFUSED) {
		e.object.obj = (struct ipc_object){0};
		e.object.e.flags |= EVF_NO_STATE;
	}
	snprintf(e.object.path, sizeof(e.object.path), "/dev/shm/block");
	return e;
}

static union any_event unlinks(__u32 tid, __u64 ts)
{
	union any_event e = rec_op(tid, ts, ts + 5, "unlink", 9, 0, 0);

	e.op.obj = memory;
	e.op.op = OPC_UNLINK;
	e.op.nr = SYS_unlink;
	e.op.key = 77;
	e.op.fd = -1;
	e.op.e.flags |= EVF_NO_AFTER;
	return e;
}

static void a_name_is_not_found_because_of_who_removed_it(void **state)
{
	struct run *r = run_new();
	const struct fact *f;

	run_feed(r, rec_fork(1, 5 * MS, 2, "tracker"));
	run_feed(r, on_name(1, 10 * MS, OBJ_OPENED, 3, 0));
	run_feed(r, unlinks(2, 20 * MS));
	run_feed(r, on_name(3, 30 * MS, OBJ_REFUSED, -ENOENT, 77));
	run_feed(r, on_name(3, 31 * MS, OBJ_REFUSED, -ENOENT, 78)); /* another /dev/shm */
	run_feed(r, on_name(1, 40 * MS, OBJ_OPENED, 4, 0));
	run_feed(r, on_name(3, 50 * MS, OBJ_REFUSED, -ENOENT, 77));
	run_finish(r);
	f = &run_get(r, FACT_OBJECT, 1)->f;
	assert_int_equal(f->cause.kind, CAUSE_REMOVED);
	assert_int_equal(f->cause.by.pid, 2);
	assert_string_equal(run_get(r, FACT_OBJECT, 1)->why,
			    "ENOENT: no object has that name: tracker 2 removed it (unlink) at "
			    "20.000 ms");
	assert_int_equal(run_get(r, FACT_OBJECT, 2)->f.cause.kind, CAUSE_NONE);
	assert_int_equal(run_get(r, FACT_OBJECT, 4)->f.cause.kind, CAUSE_NONE);
	run_free(r);
}

static void too_late_is_not_ignored(void **state)
{
	static const struct {
		__u8 target;
		int result, want;
	} cases[] = {
	    {TARGET_UNKNOWN, 1, SIGNAL_IGNORED}, {TARGET_LIVES, 1, SIGNAL_IGNORED},
	    {TARGET_ENDS, 1, SIGNAL_TOO_LATE},	 {TARGET_ENDS, 0, SIGNAL_QUEUED},
	    {TARGET_ZOMBIE, 1, SIGNAL_TOO_LATE}, {TARGET_GONE, 0, SIGNAL_TOO_LATE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ev_signal sig = {.target = cases[i].target, .result = cases[i].result};

		assert_int_equal(signal__result(&sig), cases[i].want);
	}
}

static void both_rows_of_an_interrupted_call_know_why(void **state)
{
	struct run *r = run_new();
	union any_event w =
	    woken_by(rec_wait(1, 10 * MS, 55 * MS, 60 * MS, "tee", WAIT_PIPE_EMPTY, 51),
		     WAKE_SIGNAL, 2, "killer", "kill", 0);
	union any_event op = rec_op(1, 9 * MS, 61 * MS, "tee", 51, -512, 10);

	w.wait.waker.sig = SIGTERM;
	op.op.e.flags |= EVF_SLEPT;
	run_feed(r, w);
	run_feed(r, op);
	op.op.obj = pipe_key(52);
	op.op.e.flags |= EVF_SECOND;
	run_feed(r, op);
	/* The next call's sleep was not seen. */
	op = rec_op(1, 70 * MS, 80 * MS, "tee", 51, -512, 10);
	op.op.e.flags |= EVF_SLEPT;
	run_feed(r, op);
	run_finish(r);
	assert_int_equal(run_get(r, FACT_OP, 0)->f.cause.kind, CAUSE_SIGNALLED);
	assert_int_equal(run_get(r, FACT_OP, 1)->f.cause.kind, CAUSE_SIGNALLED);
	assert_int_equal(run_get(r, FACT_OP, 2)->f.cause.kind, CAUSE_UNKNOWN);
	run_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_departure_is_by_the_new_name),
	    cmocka_unit_test(another_task_of_that_number_renames_nobody),
	    cmocka_unit_test(a_waker_that_was_renamed_before_the_sleeper_ran),
	    cmocka_unit_test(sigpipe_is_ignored_since_whoever_chose_that),
	    cmocka_unit_test(a_name_is_not_found_because_of_who_removed_it),
	    cmocka_unit_test(too_late_is_not_ignored),
	    cmocka_unit_test(both_rows_of_an_interrupted_call_know_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
