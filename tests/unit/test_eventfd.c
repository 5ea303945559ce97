/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of eventfds: who sleeps and who ends that, why a read or write fails, the fields. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "mech/eventfd.h"
#include "waker_rig.h"
#include "words/fields.h"

#define MOST (~0ull - 1)

static struct ipc_state counter(__u64 count)
{
	struct ipc_state st = {{0}};

	st.v[EVENTFD_COUNT] = count > UINT_MAX ? UINT_MAX : (__u32)count;
	st.v[EVENTFD_ROOM] = MOST - count > UINT_MAX ? UINT_MAX : (__u32)(MOST - count);
	return st;
}

static struct ipc_object key(void)
{
	return (struct ipc_object){.id = 7, .mech = MECH_EVENTFD};
}

static union any_event asleep(const char *call, __u64 adds, __u64 count)
{
	union any_event w = rec_wait(3, 5 * MS, 20 * MS, 21 * MS, call,
				     adds ? WAIT_EVENTFD_FULL : WAIT_EVENTFD_ZERO, 0);

	w.wait.obj = key();
	w.wait.fd = 4;
	w.wait.arg = adds == 1 ? 0 : adds;
	w.wait.state = counter(count);
	w.wait.state_woken = counter(1);
	return w;
}

static union any_event moved(__u32 tid, const char *call, __s64 ret, __u64 number, __u64 count)
{
	union any_event op = rec_op(tid, 19 * MS, 20 * MS + 10, call, 0, ret, 8);

	op.op.obj = key();
	op.op.fd = 5;
	op.op.number = number;
	op.op.bits = NUMBERF_KNOWN;
	op.op.before = op.op.after = counter(count);
	return op;
}

static union any_event hold(__u32 tid, __s32 fd)
{
	union any_event o = rec_object(tid, 10, OBJ_HELD, fd, END_READ | END_WRITE, 51, 2);

	o.object.obj = key();
	o.object.state = counter(0);
	return o;
}

static void sleeps(union any_event w, __u32 holder, const char *want)
{
	struct run *r = with_tasks();

	if (holder)
		run_feed(r, hold(holder, 9));
	run_feed(r, w);
	says(r, FACT_BLOCK, CAUSE_STATE, want);
}

static void a_sleep_and_who_could_end_it(void **state)
{
	union any_event one = asleep("write", 3, MOST);

	one.wait.arg = 1;
	sleeps(one, 0, "waiter sleeps: the counter has room for 0 more, and 1 is to be added");
	sleeps(asleep("read", 0, 0), 0, "waiter sleeps: the counter is 0");
	sleeps(asleep("read", 0, 0), 3,
	       "waiter sleeps: the counter is 0; only waiter itself (fd 9) is known to hold it");
	sleeps(asleep("read", 0, 0), 2,
	       "waiter sleeps: the counter is 0; locker (fd 9) holds it and is not writing");
	sleeps(asleep("write", 3, MOST - 2), 2,
	       "waiter sleeps: the counter has room for 2 more, and 3 are to be added; locker (fd "
	       "9) holds it "
	       "and is not reading");
	/* What it adds is not known, or may fit: then no numbers are told. */
	sleeps(asleep("write", 1, MOST), 0,
	       "waiter sleeps: the counter has no room for what is to be added");
	sleeps(asleep("write", MOST, 1ull << 40), 0,
	       "waiter sleeps: the counter has no room for what is to be added");
}

static void wakes(union any_event w, union any_event op, __s64 amount, enum cause_kind kind,
		  const char *want)
{
	struct run *r = with_tasks();
	const struct seen *s;

	w = woken_by(w, WAKE_TASK, 2, "locker", op.op.op == OPC_READ ? "read" : "write", 0);
	w.wait.waker.obj = key();
	w.wait.waker.fd = 5;
	run_feed(r, op);
	run_feed(r, w);
	s = last(r, FACT_WAKE);
	assert_int_equal(s->f.cause.amount, amount);
	says(r, FACT_WAKE, kind, want);
}

static void who_ended_it_and_by_how_much(void **state)
{
	wakes(asleep("read", 0, 0), moved(2, "write", 8, 5, 0), 5, CAUSE_RAISED,
	      "woken after 15.0 ms: locker added 5 to eventfd:[7] (fd 5)");
	wakes(asleep("write", 3, MOST), moved(2, "read", 8, 9, MOST), -9, CAUSE_LOWERED,
	      "woken after 15.0 ms: locker took 9 from eventfd:[7] (fd 5)");
	/* More than a number of the timeline: not told. */
	wakes(asleep("write", 3, MOST), moved(2, "read", 8, MOST, MOST), 0, CAUSE_LOWERED,
	      "woken after 15.0 ms: locker took from eventfd:[7] (fd 5)");
}

static void fails(union any_event op, enum cause_kind kind, const char *want)
{
	struct run *r = with_tasks();

	run_feed(r, op);
	says(r, FACT_OP, kind, want);
}

static union any_event of_bytes(union any_event op, __u64 bytes)
{
	op.op.arg = bytes;
	op.op.bits = 0;
	return op;
}

static union any_event unread(union any_event op)
{
	op.op.bits = 0;
	return op;
}

static void why_a_call_fails(void **state)
{
	fails(moved(2, "read", -EAGAIN, 0, 0), CAUSE_STATE,
	      "it would have to wait: the counter is 0");
	fails(moved(2, "write", -EAGAIN, 3, MOST - 2), CAUSE_STATE,
	      "it would have to wait: the counter has room for 2 more, and 3 are to be added");
	/* The states do not forbid it, or what it adds is not known. */
	fails(moved(2, "write", -EAGAIN, 3, 0), CAUSE_UNKNOWN,
	      "EAGAIN: the records do not show why");
	fails(unread(moved(2, "write", -EAGAIN, 3, MOST)), CAUSE_UNKNOWN,
	      "EAGAIN: the records do not show why");
	fails(moved(2, "write", -EINVAL, ~0ull, 0), CAUSE_NONE,
	      "2^64 - 1 is more than a counter may be");
	fails(of_bytes(moved(2, "write", -EINVAL, 0, 0), 3), CAUSE_NONE,
	      "a counter has 8 bytes, and it writes 3");
	fails(of_bytes(moved(2, "read", -EINVAL, 0, 0), 4), CAUSE_NONE,
	      "a counter has 8 bytes, and it has room for 4");
}

static void fields(void **state)
{
	const union any_event adds = moved(2, "write", 8, MOST, 0),
			      sleeper = asleep("write", 3, MOST);
	struct fact f = {.kind = FACT_OP, .rec = &adds};
	struct fields fs;

	fact__fields(&f, &fs);
	assert_int_equal(fields__get(&fs, "value")->i, INT64_MAX);
	f = (struct fact){.kind = FACT_BLOCK, .rec = &sleeper};
	fact__fields(&f, &fs);
	assert_int_equal(fields__get(&fs, "needs")->i, 3);
	assert_int_equal(fields__get(&fs, "state.room")->i, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_sleep_and_who_could_end_it),
	    cmocka_unit_test(who_ended_it_and_by_how_much),
	    cmocka_unit_test(why_a_call_fails),
	    cmocka_unit_test(fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
