/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of semaphores and futexes: what is made of their records, and the sentences. */
#include <errno.h>
#include <linux/futex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/sem.h>
#include <cmocka.h>

#include "fields.h"
#include "records.h"

#define MS  1000000ull
#define SET 7

/* Tasks: 1 parent, 2 locker, 3 waiter. */
static struct run *with_tasks(void)
{
	struct run *r = run_new();

	run_feed(r, rec_exec(1, 1, "parent"));
	run_feed(r, rec_exec(2, 1, "locker"));
	run_feed(r, rec_exec(3, 1, "waiter"));
	return r;
}

static struct ipc_object set_key(void)
{
	return (struct ipc_object){.id = SET, .dev = 9, .mech = MECH_SEM};
}

/* Of a set of three. */
static struct ipc_state semaphore(__u32 num, __u32 value, __u32 lastpid)
{
	struct ipc_state st = {{0}};

	st.v[SEM_NSEMS] = 3;
	st.v[SEM_NUM] = num;
	st.v[SEM_VALUE] = value;
	st.v[SEM_NCNT] = 1;
	st.v[SEM_LASTPID] = lastpid;
	return st;
}

static union any_event on_set(union any_event op, struct ipc_state before, struct ipc_state after)
{
	op.op.obj = set_key();
	op.op.fd = -1;
	op.op.before = before;
	op.op.after = after;
	return op;
}

static union any_event semop_by(__u32 tid, __u64 start, __u32 num, __u32 value, __s64 change,
				__s64 ret)
{
	__u32 after = ret ? value : (__u32)(value + change);

	return on_set(rec_op(tid, start, start + 1000, "semop", 0, ret, (__u64)change),
		      semaphore(num, value, 1), semaphore(num, after, tid));
}

static union any_event sleep_on(__u32 num, __u32 value, __u32 needs, __u32 lastpid)
{
	union any_event w = rec_wait(3, 5 * MS, 20 * MS, 21 * MS, "semop",
				     needs ? WAIT_SEM_VALUE : WAIT_SEM_ZERO, 0);

	w.wait.obj = set_key();
	w.wait.fd = -1;
	w.wait.state = w.wait.state_woken = semaphore(num, value, lastpid);
	w.wait.arg = needs;
	return w;
}

static union any_event woken_on_set(union any_event w, __u8 ctx, const char *call, __u64 arg)
{
	w = woken_by(w, ctx, 2, "locker", call, 0);
	w.wait.waker.obj = set_key();
	w.wait.waker.arg = arg;
	return w;
}

static union any_event set_object(__u32 tid, __u64 ts, __u8 change)
{
	union any_event o = rec_object(tid, ts, change, -1, 0, 0, 0);

	o.object.obj = set_key();
	o.object.state = semaphore(0, 0, 0);
	o.object.refs = 0;
	return o;
}

static const struct seen *last(struct run *r, enum fact_kind kind)
{
	run_finish(r);
	return run_get(r, kind, run_count(r, kind) - 1);
}

static void says(struct run *r, enum fact_kind kind, enum cause_kind cause, const char *want)
{
	const struct seen *s = last(r, kind);

	assert_int_equal(s->f.cause.kind, cause);
	assert_string_equal(s->why, want);
	run_free(r);
}

static union any_event futex_woken(__u64 offset, __u8 ctx, const char *call, __u64 waker_offset);

static void who_lowered_it_last(void **state)
{
	struct run *r = with_tasks();
	const struct seen *s;

	run_feed(r, semop_by(2, 1 * MS, 0, 1, -1, 0));
	run_feed(r, sleep_on(0, 0, 1, 2));
	s = last(r, FACT_BLOCK);
	assert_int_equal(s->f.cause.amount, -1);
	assert_int_equal(s->f.cause.by.tid, 2);
	says(r, FACT_BLOCK, CAUSE_STATE,
	     "waiter sleeps: semaphore 0 is 0, and it takes 1; last lowered by locker at 1.001 ms");
}

/* The kernel notes another process than the one whose operation was seen last. */
static void who_operated_last_unseen(void **state)
{
	struct run *r = with_tasks();

	run_feed(r, semop_by(2, 1 * MS, 0, 1, -1, 0));
	run_feed(r, sleep_on(0, 0, 1, 1));
	says(r, FACT_BLOCK, CAUSE_STATE,
	     "waiter sleeps: semaphore 0 is 0, and it takes 1; the last to operate on it was "
	     "parent");
	/* Of another semaphore, and one that nobody operated on. */
	r = with_tasks();
	run_feed(r, semop_by(2, 1 * MS, 0, 1, -1, 0));
	run_feed(r, sleep_on(1, 4, 0, 0));
	says(r, FACT_BLOCK, CAUSE_STATE, "waiter sleeps: semaphore 1 is 4, and it waits for 0");
}

/* Two that a name alone would not tell apart have their numbers with it, and nobody else has. */
static void namesakes(void **state)
{
	struct run *r = with_tasks();

	run_feed(r, rec_exec(4, 1, "locker"));
	run_feed(r, semop_by(2, 1 * MS, 0, 1, -1, 0));
	run_feed(r, sleep_on(0, 0, 1, 2));
	says(r, FACT_BLOCK, CAUSE_STATE,
	     "waiter sleeps: semaphore 0 is 0, and it takes 1; last lowered by locker 2 at "
	     "1.001 ms");
	r = with_tasks();
	run_feed(r, rec_exec(2, 1, "waiter"));
	run_feed(r, semop_by(2, 1 * MS, 0, 1, -1, 0));
	run_feed(r, sleep_on(0, 0, 1, 2));
	says(r, FACT_BLOCK, CAUSE_STATE,
	     "waiter 3 sleeps: semaphore 0 is 0, and it takes 1; last lowered by waiter 2 at "
	     "1.001 ms");
	/* It has another name since. */
	r = with_tasks();
	run_feed(r, rec_exec(4, 1, "locker"));
	run_feed(r, rec_rename(4, 2, "other"));
	run_feed(r, semop_by(2, 1 * MS, 0, 1, -1, 0));
	run_feed(r, sleep_on(0, 0, 1, 2));
	says(r, FACT_BLOCK, CAUSE_STATE,
	     "waiter sleeps: semaphore 0 is 0, and it takes 1; last lowered by locker at 1.001 ms");
	/* It is gone, and forgotten. */
	r = with_tasks();
	run_feed(r, rec_exec(4, 1, "locker"));
	run_feed(r, rec_exit(4, 2, 0));
	run_feed(r, semop_by(2, 5000 * MS, 0, 1, -1, 0));
	run_feed(r, futex_woken(8, WAKE_TASK, "futex", 8));
	run_feed(r, on_set(rec_op(3, 6000 * MS, 6001 * MS, "semop", 0, -EAGAIN, (__u64)-1),
			   semaphore(0, 0, 2), semaphore(0, 0, 2)));
	run_finish(r);
	assert_string_equal(run_get(r, FACT_WAKE, 0)->why,
			    "woken after 15.0 ms: locker 2 woke who waits on the word at offset 8 "
			    "of shm:[4] (futex)");
	says(r, FACT_OP, CAUSE_STATE,
	     "it would have to wait: semaphore 0 is 0, and it takes 1; last lowered by locker at "
	     "5000.001 ms");
}

/* One that failed changed nothing. */
static void failed_is_not_last(void **state)
{
	struct run *r = with_tasks();

	run_feed(r, semop_by(2, 1 * MS, 0, 1, 3, 0));
	run_feed(r, semop_by(2, 2 * MS, 0, 4, -9, -EAGAIN));
	run_feed(r, sleep_on(0, 4, 5, 2));
	says(r, FACT_BLOCK, CAUSE_STATE,
	     "waiter sleeps: semaphore 0 is 4, and it takes 5; last raised by locker at 1.001 ms");
}

static void raised(void **state)
{
	struct run *r = with_tasks();

	run_feed(r, woken_on_set(sleep_on(0, 0, 2, 2), WAKE_TASK, "semop", 0));
	run_feed(r, semop_by(2, 20 * MS - 100, 0, 0, 2, 0));
	says(r, FACT_WAKE, CAUSE_RAISED,
	     "woken after 15.0 ms: locker raised semaphore 0 by 2 (semop)");
	/* Through which of its operations is not known: it raised another semaphore. */
	r = with_tasks();
	run_feed(r, woken_on_set(sleep_on(0, 0, 2, 2), WAKE_TASK, "semop", 0));
	run_feed(r, semop_by(2, 20 * MS - 100, 1, 0, 2, 0));
	says(r, FACT_WAKE, CAUSE_RAISED, "woken after 15.0 ms: locker changed sem:[7] (semop)");
}

static void set_value(void **state)
{
	struct run *r = with_tasks();
	union any_event op = on_set(rec_op(2, 20 * MS - 100, 20 * MS + 100, "semctl", 0, 0, 3),
				    semaphore(0, 1, 1), semaphore(0, 3, 2));

	op.op.cmd = SETVAL;
	run_feed(r, woken_on_set(sleep_on(0, 1, 2, 2), WAKE_TASK, "semctl", SETVAL));
	run_feed(r, op);
	says(r, FACT_WAKE, CAUSE_RAISED,
	     "woken after 15.0 ms: locker raised semaphore 0 by 2 (semctl)");
}

static void lowered(void **state)
{
	struct run *r = with_tasks();

	run_feed(r, woken_on_set(sleep_on(2, 5, 0, 2), WAKE_TASK, "semop", 0));
	run_feed(r, semop_by(2, 20 * MS - 100, 2, 5, -5, 0));
	says(r, FACT_WAKE, CAUSE_LOWERED,
	     "woken after 15.0 ms: locker lowered semaphore 2 by 5 (semop)");
}

/* It woke the sleeper, but not through this set. */
static void by_another_set(void **state)
{
	struct run *r = with_tasks();
	union any_event w = woken_on_set(sleep_on(0, 0, 1, 2), WAKE_TASK, "semop", 0);

	w.wait.waker.obj.id = SET + 1;
	run_feed(r, w);
	says(r, FACT_WAKE, CAUSE_TASK, "woken after 15.0 ms by locker (semop)");
}

static void removed(void **state)
{
	struct run *r = with_tasks();
	union any_event op = semop_by(3, 4 * MS, 0, 0, -1, -EIDRM);

	op.e.ts = 22 * MS;
	op.e.flags = EVF_SLEPT | EVF_NO_AFTER;
	run_feed(r, set_object(1, 1 * MS, OBJ_CREATED));
	run_feed(r, woken_on_set(sleep_on(0, 0, 1, 2), WAKE_TASK, "semctl", IPC_RMID));
	run_feed(r, set_object(2, 20 * MS - 100, OBJ_DESTROYED));
	run_feed(r, op);
	run_finish(r);
	assert_int_equal(run_get(r, FACT_WAKE, 0)->f.cause.kind, CAUSE_REMOVED);
	assert_string_equal(run_get(r, FACT_WAKE, 0)->why,
			    "woken after 15.0 ms: locker removed sem:[7] (semctl)");
	says(r, FACT_OP, CAUSE_REMOVED, "the set is gone: locker removed it at 19.999 ms");
}

/* EINVAL is for the removal only where one was seen. */
static void invalid(void **state)
{
	struct run *r = with_tasks();
	union any_event op = semop_by(3, 4 * MS, 0, 0, -1, -EINVAL);

	op.e.flags = EVF_NO_STATE;
	run_feed(r, op);
	says(r, FACT_OP, CAUSE_NONE, "");
	r = with_tasks();
	run_feed(r, set_object(2, 2 * MS, OBJ_DESTROYED));
	run_feed(r, op);
	says(r, FACT_OP, CAUSE_REMOVED, "the set is gone: locker removed it at 2.000 ms");
}

static void undone(void **state)
{
	struct run *r = with_tasks();
	union any_event undo = semop_by(2, 20 * MS - 5000, 0, 0, 1, 0);
	const struct seen *s;

	undo.op.op = OPC_SEM_UNDO;
	undo.op.nr = -1;
	undo.e.ts = undo.op.start;
	undo.e.flags = EVF_NO_AFTER;
	run_feed(r, rec_exit(2, 20 * MS - 6000, 0));
	run_feed(r, undo);
	run_feed(r, woken_on_set(sleep_on(0, 0, 1, 2), WAKE_EXIT, NULL, 1));
	run_finish(r);
	s = run_get(r, FACT_OP, 0);
	assert_string_equal(s->why, "SEM_UNDO: the exit of locker gives back 1; semaphore 0 was 0");
	/* What the exit will do to it nobody has seen. */
	assert_int_equal(s->obj.state.v[SEM_VALUE], 0);
	says(r, FACT_WAKE, CAUSE_UNDONE,
	     "woken after 15.0 ms: locker exited, and its SEM_UNDO gave back 1");
}

static void would_wait(void **state)
{
	struct run *r = with_tasks();

	run_feed(r, semop_by(2, 1 * MS, 0, 3, -2, 0));
	run_feed(r, on_set(rec_op(3, 4 * MS, 5 * MS, "semop", 0, -EAGAIN, (__u64)-2),
			   semaphore(0, 1, 2), semaphore(0, 1, 2)));
	says(r, FACT_OP, CAUSE_STATE,
	     "it would have to wait: semaphore 0 is 1, and it takes 2; last lowered by locker at "
	     "1.001 ms");
	/* Its own value allows it: another operation of the call did not. */
	r = with_tasks();
	run_feed(r, semop_by(3, 4 * MS, 0, 3, -2, -EAGAIN));
	says(r, FACT_OP, CAUSE_NONE, "");
}

static void timed_out(void **state)
{
	struct run *r = with_tasks();
	union any_event op = semop_by(3, 4 * MS, 0, 0, -1, -EAGAIN);

	op.e.ts = 22 * MS;
	op.e.flags = EVF_SLEPT;
	run_feed(r, woken_by(sleep_on(0, 0, 1, 2), WAKE_TIMER, 0, NULL, NULL, 0));
	run_feed(r, op);
	says(r, FACT_OP, CAUSE_TIMEOUT, "the time that it gave itself is up: no value was changed");
}

static union any_event futex_wait(__u64 offset)
{
	union any_event w = rec_wait(3, 5 * MS, 20 * MS, 21 * MS, "futex", WAIT_FUTEX, 0);

	w.wait.obj = (struct ipc_object){.id = 4, .dev = 9, .mech = MECH_SHM};
	w.wait.fd = -1;
	w.e.flags = EVF_NO_STATE;
	w.wait.arg = offset;
	w.wait.value = 2;
	return w;
}

static union any_event futex_woken(__u64 offset, __u8 ctx, const char *call, __u64 waker_offset)
{
	union any_event w = woken_by(futex_wait(offset), ctx, 2, "locker", call, 0);

	if (ctx == WAKE_TASK)
		w.wait.waker.obj = w.wait.obj;
	w.wait.waker.arg = waker_offset;
	return w;
}

static void futex_by_word(void **state)
{
	struct run *r = with_tasks();
	struct fields fs;
	const struct seen *s;

	run_feed(r, futex_woken(8, WAKE_TASK, "futex", 8));
	run_finish(r);
	s = run_get(r, FACT_BLOCK, 0);
	assert_string_equal(s->why, "waiter sleeps: the word at offset 8 of shm:[4] is 2; it waits "
				    "until somebody changes it and wakes it");
	fact__fields(&s->f, &fs);
	assert_int_equal(fields__get(&fs, "offset")->i, 8);
	assert_int_equal(fields__get(&fs, "value")->i, 2);
	assert_null(fields__get(&fs, "nattch"));
	says(r, FACT_WAKE, CAUSE_FUTEX,
	     "woken after 15.0 ms: locker woke who waits on the word at offset 8 of shm:[4] "
	     "(futex)");
	/* Another word of the same segment is no reason. */
	r = with_tasks();
	run_feed(r, futex_woken(8, WAKE_TASK, "futex", 12));
	says(r, FACT_WAKE, CAUSE_TASK, "woken after 15.0 ms by locker (futex)");
}

static void futex_by_exit(void **state)
{
	struct run *r = with_tasks();

	run_feed(r, futex_woken(8, WAKE_EXIT, NULL, 1));
	says(r, FACT_WAKE, CAUSE_OWNER_DIED,
	     "woken after 15.0 ms: locker exited and had it locked (robust mutex)");
	/* Not while it went through its list: a thread's end that somebody joins. */
	r = with_tasks();
	run_feed(r, futex_woken(8, WAKE_EXIT, NULL, 0));
	says(r, FACT_WAKE, CAUSE_TASK, "woken after 15.0 ms by locker, which was exiting");
}

static void futex_calls(void **state)
{
	struct run *r = with_tasks();
	union any_event op = rec_op(3, 4 * MS, 5 * MS, "futex", 0, -EAGAIN, 8);
	struct fields fs;
	const struct seen *s;

	op.op.obj = futex_wait(8).wait.obj;
	op.op.fd = -1;
	op.op.cmd = FUTEX_WAIT;
	op.op.key = 0x80000003;
	op.e.flags = EVF_NO_STATE;
	run_feed(r, op);
	s = last(r, FACT_OP);
	fact__fields(&s->f, &fs);
	assert_string_equal(fields__get(&fs, "cmd")->s, "FUTEX_WAIT");
	assert_int_equal(fields__get(&fs, "val")->i, 0x80000003);
	says(r, FACT_OP, CAUSE_STATE,
	     "no sleep: the word at offset 8 of shm:[4] was not 0x80000003 any more");
	/* Of a wake the kernel compares nothing. */
	r = with_tasks();
	op.op.cmd = FUTEX_WAKE;
	run_feed(r, op);
	says(r, FACT_OP, CAUSE_NONE, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_lowered_it_last),
	    cmocka_unit_test(who_operated_last_unseen),
	    cmocka_unit_test(namesakes),
	    cmocka_unit_test(failed_is_not_last),
	    cmocka_unit_test(raised),
	    cmocka_unit_test(set_value),
	    cmocka_unit_test(lowered),
	    cmocka_unit_test(by_another_set),
	    cmocka_unit_test(removed),
	    cmocka_unit_test(invalid),
	    cmocka_unit_test(undone),
	    cmocka_unit_test(would_wait),
	    cmocka_unit_test(timed_out),
	    cmocka_unit_test(futex_by_word),
	    cmocka_unit_test(futex_by_exit),
	    cmocka_unit_test(futex_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
