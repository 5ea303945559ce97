/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of semaphores: the facts of their records, and the sentences. */
#include <errno.h>
#include <sys/sem.h>

#include "sem_rig.h"

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
	/* Another semaphore, and one without an operation. */
	r = with_tasks();
	run_feed(r, semop_by(2, 1 * MS, 0, 1, -1, 0));
	run_feed(r, sleep_on(1, 4, 0, 0));
	says(r, FACT_BLOCK, CAUSE_STATE, "waiter sleeps: semaphore 1 is 4, and it waits for 0");
}

/* An IPC namespace can have the number of one that is gone, and a set the id of one that was there. */
static void made_again(void **state)
{
	struct run *r = with_tasks();

	run_feed(r, set_object(1, MS / 2, OBJ_CREATED));
	run_feed(r, semop_by(2, 1 * MS, 0, 1, -1, 0));
	run_feed(r, set_object(1, 2 * MS, OBJ_CREATED));
	run_feed(r, sleep_on(0, 0, 1, 2));
	says(r, FACT_BLOCK, CAUSE_STATE,
	     "waiter sleeps: semaphore 0 is 0, and it takes 1; the last to operate on it was "
	     "locker");
	/* Who found it by its key may be told of before who made it. */
	r = with_tasks();
	run_feed(r, semop_by(2, 1 * MS, 0, 1, -1, 0));
	run_feed(r, set_object(1, 2 * MS, OBJ_CREATED));
	run_feed(r, sleep_on(0, 0, 1, 2));
	says(r, FACT_BLOCK, CAUSE_STATE,
	     "waiter sleeps: semaphore 0 is 0, and it takes 1; last lowered by locker at 1.001 ms");
}

/* The kernel says whether anybody has the number still. */
static void who_is_gone(void **state)
{
	struct run *r = with_tasks();
	union any_event w = sleep_on(0, 0, 1, 2);

	run_feed(r, semop_by(2, 1 * MS, 0, 1, -1, 0));
	w.wait.last = LAST_GONE;
	run_feed(r, w);
	says(r, FACT_BLOCK, CAUSE_STATE,
	     "waiter sleeps: semaphore 0 is 0, and it takes 1; last lowered by locker at 1.001 ms, "
	     "which is gone");
	r = with_tasks();
	w.wait.last = LAST_LIVES;
	w.wait.state.v[SEM_LASTPID] = 77;
	run_feed(r, w);
	says(r, FACT_BLOCK, CAUSE_STATE,
	     "waiter sleeps: semaphore 0 is 0, and it takes 1; the last to operate on it was "
	     "process 77");
}

/* Two tasks with one name are told with their numbers, and no others. */
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

static void removal_says(__u64 asleep, __u32 key, __u8 sem, const char *want)
{
	struct run *r = with_tasks();
	union any_event op = on_set(rec_op(2, MS, MS + 1000, "semctl", 0, 0, asleep),
				    semaphore(0, 1, 1), semaphore(0, 1, 1));

	op.op.cmd = IPC_RMID;
	op.op.key = key;
	op.op.bits = sem;
	op.e.flags = EVF_NO_AFTER;
	run_feed(r, op);
	says(r, FACT_OP, CAUSE_NONE, want);
}

static void removals(void **state)
{
	removal_says(0, 0, SEMF_ASLEEP, "the set of 3 is gone at once");
	removal_says(
	    1, 0, SEMF_ASLEEP,
	    "the set of 3 is gone at once: whoever sleeps on it gets EIDRM, 1 when the call began");
	removal_says(2, 0x1234, SEMF_ASLEEP,
		     "the set of 3 is gone at once: whoever sleeps on it gets EIDRM, 2 when the "
		     "call began; key 0x1234 is free again");
	removal_says(0, 0, 0, "the set of 3 is gone at once: whoever sleeps on it gets EIDRM");
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
	/* The exit's effect on it was not seen. */
	assert_int_equal(s->obj.state.v[SEM_VALUE], 0);
	says(r, FACT_WAKE, CAUSE_UNDONE,
	     "woken after 15.0 ms: locker exited, and its SEM_UNDO gave back 1");
}

/* As a damaged file may have it: what semop leaves is another object's, and is not kept. */
static void on_no_set(void **state)
{
	struct run *r = with_tasks();
	union any_event op = semop_by(2, 1 * MS, 0, 1, -1, 0);

	op.op.obj = (struct ipc_object){.id = 3, .dev = 9, .mech = MECH_PIPE};
	run_feed(r, op);
	assert_int_equal(last(r, FACT_OP)->f.cause.kind, CAUSE_NONE);
	run_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_is_gone),
	    cmocka_unit_test(who_lowered_it_last),
	    cmocka_unit_test(who_operated_last_unseen),
	    cmocka_unit_test(namesakes),
	    cmocka_unit_test(raised),
	    cmocka_unit_test(set_value),
	    cmocka_unit_test(lowered),
	    cmocka_unit_test(by_another_set),
	    cmocka_unit_test(removed),
	    cmocka_unit_test(made_again),
	    cmocka_unit_test(removals),
	    cmocka_unit_test(undone),
	    cmocka_unit_test(on_no_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
