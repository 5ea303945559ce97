/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of semaphores: the facts of their records, and the sentences. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/sem.h>
#include <cmocka.h>

#include "words/fields.h"
#include "mech/sem.h"
#include "waker_rig.h"

#define SET 7

static struct ipc_object set_key(void)
{
	return (struct ipc_object){.id = SET, .dev = 9, .mech = MECH_SEM};
}

/* One semaphore of a set of three. */
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

/* A call that failed, and what is said of it: its row, and why. */
struct failed {
	const char *call;
	__s64 ret;
	int cmd;
	__s64 arg;
	__u32 key; /* semop: operations */
	__u8 sem, flags;
	__u32 nsems, num, value; /* before; nsems 0: nothing is known */
	const char *row, *why;
};

#define NO_SET	SEMF_NO_SET, EVF_NO_STATE, 0
#define BEYOND	0, EVF_NO_STATE, 3
#define A_SET	0, 0, 3
#define NO_SOPS SEMF_NO_ARG, EVF_NO_STATE, 3

static const struct failed failures[] = {
    {"semop", -EINVAL, 0, 0, 0, NO_SOPS, 0, 0, "semop no operation",
     "a call must have at least 1 operation"},
    {"semop", -EFAULT, 0, 0, 3, NO_SOPS, 0, 0, "semop 3 operations, not readable",
     "its operations are where it may not read"},
    {"semtimedop", -EFAULT, 0, 0, 1, SEMF_NO_ARG | SEMF_TIMED, EVF_NO_STATE, 3, 0, 0,
     "semtimedop 1 operation, not read",
     "its operations, or its timeout, are where it may not read"},
    {"semop", -E2BIG, 0, 1, 501, A_SET, 0, 0, "semop 501 operations",
     "501 operations are more than one call may have (SEMOPM, the 3rd number of "
     "/proc/sys/kernel/sem)"},
    /* Said once of a call, in an older record of each of its operations. */
    {"semop", -E2BIG, 0, 1, 0, 0, EVF_SECOND, 3, 0, 0, "semop [0] +1", ""},
    {"semop", -EFBIG, 0, 1, 1, BEYOND, 9, 0, "semop [9] +1",
     "the set has no semaphore 9, only 0 to 2"},
    {"semop", -EFBIG, 0, 1, 1, 0, EVF_NO_STATE, 1, 9, 0, "semop [9] +1",
     "the set has no semaphore 9, only 0"},
    {"semop", -EFBIG, SEM_UNDO, 1, 2, 1 << 4, EVF_NO_STATE | EVF_SECOND, 3, 9, 0,
     "semop 2/2 [9] +1 undo", "the set has no semaphore 9, only 0 to 2"},
    {"semop", -EFBIG, 0, 1, 2, A_SET, 0, 0, "semop 1/2 [0] +1", ""}, /* the other's row says it */
    {"semop", -EFBIG, 0, 1, 9, A_SET, 0, 0, "semop 1/9 [0] +1",
     "one of its operations is on a semaphore that the set does not have"},
    {"semop", -ERANGE, 0, 32767, 1, A_SET, 0, 2, "semop [0] +32767",
     "semaphore 0 is 2, and 32767 more would be above 32767"},
    {"semop", -ERANGE, SEM_UNDO, 7, 1, A_SET, 0, 2, "semop [0] +7 undo",
     "a value, or what SEM_UNDO is to give back, would leave its range"},
    {"semop", -EINVAL, IPC_NOWAIT, -1, 1, NO_SET, 0, 0, "semop [0] -1 nowait",
     "no set has this id"},
    {"semop", -EINVAL, 0, -1, 3, NO_SET, 0, 0, "semop 3 operations", "no set has this id"},
    {"semop", -EINVAL, 0, -1, 0, 0, EVF_NO_STATE, 0, 0, 0, "semop -1", ""},
    {"semop", -ENOSPC, 0, -1, 1, A_SET, 0, 0, "semop [0] -1", ""},
    {"semop", -ENOMEM, 0, -1, 1, A_SET, 0, 0, "semop [0] -1", "the kernel has no memory for it"},
    {"semop", -EACCES, 0, -1, 1, A_SET, 0, 0, "semop [0] -1",
     "this user may not: by the mode of the set, or a security module"},
    {"semctl", -EINVAL, GETVAL, 0, 0, BEYOND, 7, 0, "semctl GETVAL [7]",
     "the set has no semaphore 7, only 0 to 2"},
    {"semctl", -EINVAL, SETVAL, 5, 0, BEYOND, -1u, 0, "semctl SETVAL [-1] 5",
     "the set has no semaphore -1, only 0 to 2"},
    {"semctl", -EINVAL, GETVAL, 0, 0, NO_SET, 1, 0, "semctl GETVAL [1]", "no set has this id"},
    /* An older record does not say which of the two it was. */
    {"semctl", -EINVAL, GETVAL, 0, 0, 0, EVF_NO_STATE, 0, 0, 0, "semctl GETVAL", ""},
    {"semctl", -EINVAL, 99, 0, 0, A_SET, 0, 0, "semctl 99", "semctl has no command 99"},
    {"semctl", -ERANGE, SETVAL, -1, 0, A_SET, 0, 0, "semctl SETVAL [0] -1",
     "a semaphore's value is 0 to 32767, not -1"},
    {"semctl", -ERANGE, SETALL, 0, 0, A_SET, 0, 0, "semctl SETALL",
     "a semaphore's value is at most 32767, and one of these is not"},
    {"semctl", -EPERM, IPC_SET, 1000 | 2000ll << 32, 0640, SEMF_PERM, 0, 3, 0, 0,
     "semctl IPC_SET uid 1000 gid 2000 mode 0640",
     "only its owner, its creator or a privileged user may do this"},
    {"semctl", -EINVAL, IPC_SET, 0xffffffff, 0640, SEMF_PERM, 0, 3, 0, 0,
     "semctl IPC_SET uid 4294967295 gid 0 mode 0640", "-1 is no user"},
    {"semctl", -EFAULT, IPC_SET, 0, 0, A_SET, 0, 0, "semctl IPC_SET",
     "its argument is where it may not read or write"},
    {"semget", -ENOSPC, IPC_CREAT | 0600, 4, 0, 0, EVF_NO_STATE, 0, 0, 0,
     "semget private 4 IPC_CREAT|0600",
     "a limit is reached: of sets (SEMMNI), or of semaphores in all sets (SEMMNS); the 4th and "
     "2nd number of /proc/sys/kernel/sem"},
    {"semget", -EINVAL, 0600, 9, 0x1234, BEYOND, 0, 0, "semget key 0x1234 9 0600",
     "the set has only 3 semaphores of the 9 that are asked for"},
    {"semget", -EINVAL, IPC_CREAT | 0600, 0, 0x1234, 0, EVF_NO_STATE, 0, 0, 0,
     "semget key 0x1234 0 IPC_CREAT|0600", "a new set must have at least 1 semaphore"},
    {"semget", -EINVAL, IPC_CREAT | 0600, -1, 0x1234, 0, EVF_NO_STATE, 0, 0, 0,
     "semget key 0x1234 -1 IPC_CREAT|0600", "a set cannot have -1 semaphores"},
    {"semget", -EINVAL, IPC_CREAT | 0600, 40000, 0x1234, 0, EVF_NO_STATE, 0, 0, 0,
     "semget key 0x1234 40000 IPC_CREAT|0600",
     "40000 semaphores are more than a set may have (SEMMSL, the 1st number of "
     "/proc/sys/kernel/sem)"},
};

static void reasons(void **state)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		const struct failed *want = &failures[i];
		struct ipc_state st = semaphore(want->num, want->value, 1);
		struct run *r = with_tasks();
		union any_event op;
		char row[96];

		st.v[SEM_NSEMS] = want->nsems;
		op = on_set(rec_op(2, MS, MS + 1000, want->call, 0, want->ret, (__u64)want->arg),
			    st, st);
		op.op.cmd = want->cmd;
		op.op.key = want->key;
		op.op.bits = want->sem;
		op.e.flags = want->flags;
		if (op.op.op == OPC_SEM_GET && !want->nsems)
			op.op.obj.mech = MECH_NONE;
		assert_true(sem__lane_call(&op.op, row, sizeof(row)));
		assert_string_equal(row, want->row);
		run_feed(r, op);
		says(r, FACT_OP, CAUSE_NONE, want->why);
	}
}

/* What has no record is counted in the row of the last that has one. */
static void operations_not_told(void **state)
{
	union any_event op = semop_by(2, MS, 7, 1, 8, 0);
	char row[96];

	op.op.key = 10;
	op.op.bits = 7 << 4;
	assert_true(sem__lane_call(&op.op, row, sizeof(row)));
	assert_string_equal(row, "semop 8/10 [7] +8 (2 more not told)");
	/* One that was read when the call was over has only the first. */
	op = semop_by(2, MS, 1, 0, -1, 0);
	op.op.key = 2;
	op.e.flags = EVF_NO_STATE;
	assert_true(sem__lane_call(&op.op, row, sizeof(row)));
	assert_string_equal(row, "semop 1/2 [1] -1 (1 more not told)");
}

/* No argument and no flags that were not asked for. */
static void fields_of_no_operation(void **state)
{
	struct run *r = with_tasks();
	union any_event op = semop_by(2, MS, 0, 1, 0, -EINVAL);
	struct fields fs;

	op.op.bits = SEMF_NO_ARG;
	op.e.flags = EVF_NO_STATE;
	run_feed(r, op);
	fact__fields(&last(r, FACT_OP)->f, &fs);
	assert_int_equal(fields__get(&fs, "nsops")->i, 0);
	assert_null(fields__get(&fs, "arg"));
	assert_null(fields__get(&fs, "flags"));
	assert_null(fields__get(&fs, "num"));
	run_free(r);
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
	    cmocka_unit_test(failed_is_not_last),
	    cmocka_unit_test(raised),
	    cmocka_unit_test(set_value),
	    cmocka_unit_test(lowered),
	    cmocka_unit_test(by_another_set),
	    cmocka_unit_test(removed),
	    cmocka_unit_test(invalid),
	    cmocka_unit_test(reasons),
	    cmocka_unit_test(operations_not_told),
	    cmocka_unit_test(fields_of_no_operation),
	    cmocka_unit_test(made_again),
	    cmocka_unit_test(removals),
	    cmocka_unit_test(undone),
	    cmocka_unit_test(would_wait),
	    cmocka_unit_test(timed_out),
	    cmocka_unit_test(on_no_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
