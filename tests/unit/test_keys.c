/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of SysV objects that a *get does not find, or has no room for, and who caused that. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>

#include "timeline/mech_ops.h"
#include "words/fields.h"
#include "waker_rig.h"

#define KEY 0x1234
#define NS  9

static const struct {
	const char *get, *ctl, *noun;
	__u8 get_op, ctl_op, mech;
} kinds[] = {
    {"shmget", "shmctl", "no segment has that key, and IPC_CREAT is not set", OPC_SHM_GET,
     OPC_SHM_CTL, MECH_SHM},
    {"semget", "semctl", "there is no set by this key, and no IPC_CREAT to make one", OPC_SEM_GET,
     OPC_SEM_CTL, MECH_SEM},
    {"msgget", "msgctl", "there is no queue by this key, and no IPC_CREAT to make one", OPC_MSG_GET,
     OPC_MSG_CTL, MECH_MSG},
};

/* ret >= 0: it finds the object 7. */
static union any_event get(size_t kind, __u64 start, __s64 ret, __u32 ns)
{
	union any_event e = rec_op(3, start, start + 1000, kinds[kind].get, 0, ret, 1);

	e.op.op = kinds[kind].get_op;
	e.op.key = KEY;
	e.op.fd = -1;
	e.op.obj = (struct ipc_object){.dev = ns};
	e.e.flags |= EVF_NO_STATE;
	if (ret >= 0)
		e.op.obj = (struct ipc_object){.id = 7, .dev = ns, .mech = kinds[kind].mech};
	return e;
}

static union any_event removal(size_t kind, __u64 start)
{
	union any_event e = rec_op(2, start, start + 1000, kinds[kind].ctl, 0, 0, 0);

	e.op.op = kinds[kind].ctl_op;
	e.op.cmd = IPC_RMID;
	e.op.fd = -1;
	e.op.obj = (struct ipc_object){.id = 7, .dev = NS, .mech = kinds[kind].mech};
	e.op.before = (struct ipc_state){0};
	if (kinds[kind].mech == MECH_SHM)
		e.op.before.v[SHM_KEY] = KEY;
	else
		e.op.key = KEY;
	return e;
}

static void who_removed_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct run *r = with_tasks();
		const struct seen *s;
		char want[160];

		run_feed(r, removal(i, 2 * MS));
		run_feed(r, get(i, 4 * MS, -ENOENT, NS));
		snprintf(want, sizeof(want), "%s; locker removed the one that had it at 2.001 ms",
			 kinds[i].noun);
		s = last(r, FACT_OP);
		assert_int_equal(s->f.cause.kind, CAUSE_REMOVED);
		assert_int_equal(s->f.cause.by.tid, 2);
		assert_non_null(strstr(s->why, want));
		run_free(r);
	}
}

/*
 * No task is named for a key of another namespace or kind, for one that was taken again, or by an
 * older record.
 */
static void who_did_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct run *r = with_tasks();

		run_feed(r, removal(i, 2 * MS));
		run_feed(r, get(i, 3 * MS, -ENOENT, NS + 1));
		run_feed(r, get(i, 4 * MS, -ENOENT, 0));
		run_feed(r, get((i + 1) % 3, 5 * MS, -ENOENT, NS));
		run_feed(r, get(i, 6 * MS, 7, NS));
		run_feed(r, get(i, 7 * MS, -ENOENT, NS));
		run_finish(r);
		for (size_t n = 1; n < run_count(r, FACT_OP); n++) {
			const struct seen *s = run_get(r, FACT_OP, n);

			assert_int_equal(s->f.cause.kind, CAUSE_NONE);
			assert_null(strstr(s->why, "removed"));
		}
		run_free(r);
	}
}

static void make(struct run *r, __u32 tid, __u64 ts, __u64 id, __u8 change)
{
	union any_event o = rec_object(tid, ts, change, -1, 0, 0, 0);

	o.object.obj = (struct ipc_object){.id = id, .dev = NS, .mech = MECH_SEM};
	o.object.state = (struct ipc_state){{[SEM_NSEMS] = 1}};
	o.object.refs = 0;
	run_feed(r, o);
}

static union any_event full(__u64 start, __u32 ns)
{
	union any_event e = get(1, start, -ENOSPC, ns);

	e.op.bits = LIMIT_IDS;
	e.op.type = 5ll << 32 | 5;
	return e;
}

#define REACHED "SEMMNI is reached: 5 of 5 sets used (the 4th number of /proc/sys/kernel/sem)"

static void who_made_them(void **state)
{
	struct run *r = with_tasks();

	(void)state;
	make(r, 2, 2 * MS, 1, OBJ_CREATED);
	run_feed(r, full(3 * MS, NS));
	says(r, FACT_OP, CAUSE_NONE,
	     REACHED "; 1 was made, and not seen to be removed, by locker 2");
	r = with_tasks();
	make(r, 1, 2 * MS, 1, OBJ_CREATED);
	make(r, 2, 3 * MS, 2, OBJ_CREATED);
	make(r, 2, 4 * MS, 3, OBJ_CREATED);
	make(r, 2, 5 * MS, 3, OBJ_DESTROYED);
	run_feed(r, rec_exit(2, 6 * MS, 0));
	run_feed(r, full(7 * MS, NS));
	says(r, FACT_OP, CAUSE_NONE,
	     REACHED
	     "; 2 were made, and not seen to be removed, by parent 1 and locker 2; those who "
	     "made 1 have ended");
	r = with_tasks();
	make(r, 2, 3 * MS, 2, OBJ_CREATED);
	run_feed(r, rec_exit(2, 6 * MS, 9));
	run_feed(r, full(7 * MS, NS));
	says(r, FACT_OP, CAUSE_NONE,
	     REACHED "; 1 was made, and not seen to be removed, by locker 2, which has ended");
	/* In another namespace, and of an older record. */
	for (__u32 ns = 0; ns <= NS + 1; ns += NS + 1) {
		r = with_tasks();
		make(r, 2, 3 * MS, 2, OBJ_CREATED);
		run_feed(r, full(7 * MS, ns));
		says(r, FACT_OP, CAUSE_NONE, REACHED);
	}
}

static void operations_of_a_call(void **state)
{
	struct run *r = with_tasks();
	union any_event e = rec_op(3, 2 * MS, 3 * MS, "semop", 0, -E2BIG, 0);
	struct limit l;

	(void)state;
	e.op.op = OPC_SEM_OP;
	e.op.obj = (struct ipc_object){.id = 1, .dev = NS, .mech = MECH_SEM};
	e.op.key = 501;
	e.op.type = 500;
	run_feed(r, e);
	says(r, FACT_OP, CAUSE_NONE,
	     "501 operations are more than one call may have, 500 (SEMOPM, the 3rd number of "
	     "/proc/sys/kernel/sem)");
	assert_true(mech_ops__call(&e.op)->limit(&e.op, &l));
	assert_string_equal(l.name, "SEMOPM");
	assert_int_equal(l.most, 500);
	e.op.type = 0;
	assert_false(mech_ops__call(&e.op)->limit(&e.op, &l));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_removed_it),
	    cmocka_unit_test(who_did_not),
	    cmocka_unit_test(who_made_them),
	    cmocka_unit_test(operations_of_a_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
