/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of calls on semaphores that fail, and of what is said of them. */
#include <errno.h>
#include <sys/sem.h>

#include "mech/sem.h"
#include "sem_rig.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(failed_is_not_last),
	    cmocka_unit_test(invalid),
	    cmocka_unit_test(reasons),
	    cmocka_unit_test(operations_not_told),
	    cmocka_unit_test(fields_of_no_operation),
	    cmocka_unit_test(would_wait),
	    cmocka_unit_test(timed_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
