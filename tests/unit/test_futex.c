/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of futexes in shared memory: the facts of their records, and the sentences. */
#include <errno.h>
#include <linux/futex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "words/fields.h"
#include "waker_rig.h"

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

/* One call moves who sleeps on a word to another, and a second one wakes it there. */
static void futex_moved(void **state)
{
	union any_event op = rec_op(2, 10 * MS, 11 * MS, "futex", 0, 1, 1);
	struct run *r = with_tasks();

	op.op.obj = futex_wait(8).wait.obj;
	op.op.fd = -1;
	op.op.cmd = FUTEX_CMP_REQUEUE;
	op.op.arg = 8;
	op.op.type = 12;
	op.op.bits = FUTEXF_SECOND;
	op.e.flags = EVF_NO_STATE;
	run_feed(r, op);
	run_feed(r, futex_woken(8, WAKE_TASK, "futex", 12));
	says(r, FACT_WAKE, CAUSE_FUTEX,
	     "woken after 15.0 ms: locker woke who waits on the word at offset 12 of shm:[4], to "
	     "which it had been moved from offset 8 (futex)");
	/* To another word than the waker's. */
	r = with_tasks();
	op.op.type = 16;
	run_feed(r, op);
	run_feed(r, futex_woken(8, WAKE_TASK, "futex", 12));
	says(r, FACT_WAKE, CAUSE_TASK, "woken after 15.0 ms by locker (futex)");
	/* Before it slept. */
	r = with_tasks();
	op.op.type = 12;
	op.op.start = 1 * MS;
	op.e.ts = 2 * MS;
	run_feed(r, op);
	run_feed(r, futex_woken(8, WAKE_TASK, "futex", 12));
	says(r, FACT_WAKE, CAUSE_TASK, "woken after 15.0 ms by locker (futex)");
}

static void futex_by_exit(void **state)
{
	struct run *r = with_tasks();

	run_feed(r, futex_woken(8, WAKE_EXIT, NULL, 1));
	says(r, FACT_WAKE, CAUSE_OWNER_DIED,
	     "woken after 15.0 ms: locker exited and had it locked (robust mutex)");
	/* Not while it went through its list: a thread's end, which another thread joins. */
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
	/* The kernel compares nothing for a wake. */
	r = with_tasks();
	op.op.cmd = FUTEX_WAKE;
	run_feed(r, op);
	says(r, FACT_OP, CAUSE_NONE, "");
}

static union any_event mapped(__u32 tid, __u64 ts, __u8 change)
{
	union any_event e = {
	    .map = {.e = {.ts = ts, .pid = tid, .tid = tid, .size = sizeof(e.map), .kind = EV_MAP},
		    .obj = futex_wait(8).wait.obj,
		    .addr = 4096,
		    .len = 4096,
		    .fd = -1,
		    .nr = -1,
		    .change = change}};

	return e;
}

/* Tasks that could change the word, and one that ended with it mapped: its lock is not released. */
static void futex_of_the_dead(void **state)
{
	struct run *r = with_tasks();

	run_feed(r, mapped(2, 2, MAP_ATTACHED));
	run_feed(r, mapped(3, 2, MAP_ATTACHED));
	run_feed(r, futex_wait(8));
	run_finish(r);
	assert_string_equal(run_get(r, FACT_BLOCK, 0)->why,
			    "waiter sleeps: the word at offset 8 of shm:[4] is 2; it waits until "
			    "somebody changes it and wakes it; it is mapped by locker 2");
	run_free(r);

	for (int exits_first = 0; exits_first < 2; exits_first++) {
		r = with_tasks();
		run_feed(r, mapped(2, 2, MAP_ATTACHED));
		run_feed(r, mapped(3, 2, MAP_ATTACHED));
		if (!exits_first) /* as before Linux 6.16 */
			run_feed(r, mapped(2, 2500, MAP_EXIT_GONE));
		run_feed(r, rec_exit(2, 3000, 9));
		if (exits_first)
			run_feed(r, mapped(2, 4000, MAP_EXIT_GONE));
		run_feed(r, futex_wait(8));
		run_finish(r);
		assert_string_equal(
		    run_get(r, FACT_BLOCK, 0)->why,
		    "waiter sleeps: the word at offset 8 of shm:[4] is 2; it waits until "
		    "somebody changes it and wakes it; nobody else that is traced has it "
		    "mapped; locker 2, which had it mapped, died of SIGKILL at 0.003 ms");
		run_free(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(futex_of_the_dead), cmocka_unit_test(futex_by_word),
	    cmocka_unit_test(futex_moved),	 cmocka_unit_test(futex_by_exit),
	    cmocka_unit_test(futex_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
