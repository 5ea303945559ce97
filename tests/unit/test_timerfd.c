/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of timerfds: when one is due, who sleeps and what ends that, why a call fails, the fields. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <cmocka.h>

#include "mech/timerfd.h"
#include "names/mech.h"
#include "text/phrase.h"
#include "waker_rig.h"
#include "words/fields.h"

#define SEC 1000000000ull

static struct ipc_state timer(__u32 ticks, __u64 due, __u64 interval)
{
	return (struct ipc_state){{
	    [TIMERFD_TICKS] = ticks,
	    [TIMERFD_CLOCK] = 1,
	    [TIMERFD_INTERVAL_S] = (__u32)(interval / SEC),
	    [TIMERFD_INTERVAL_NS] = (__u32)(interval % SEC),
	    [TIMERFD_DUE_S] = (__u32)(due / SEC),
	    [TIMERFD_DUE_NS] = (__u32)(due % SEC),
	}};
}

static struct ipc_object key(__u64 id)
{
	return (struct ipc_object){.id = id, .mech = MECH_TIMERFD};
}

static union any_event asleep(__u8 reason, struct ipc_state st)
{
	union any_event w = rec_wait(3, 5 * MS, 20 * MS, 21 * MS, "read", reason, 0);

	w.wait.obj = key(7);
	w.wait.fd = 4;
	w.wait.state = st;
	w.wait.state_woken = timer(1, 0, 0);
	return w;
}

static union any_event call(const char *name, __s64 ret, struct ipc_state before,
			    struct ipc_state after)
{
	union any_event op = rec_op(3, 19 * MS, 20 * MS + 10, name, 0, ret, 8);

	op.op.obj = key(7);
	op.op.fd = 4;
	op.op.before = before;
	op.op.after = after;
	return op;
}

static void when_it_expires(void **state)
{
	struct ipc_state st = timer(0, 3 * SEC + 5, 2 * SEC);
	struct expiry e;

	assert_true(mech__expiry(MECH_TIMERFD, &st, &e));
	assert_int_equal(e.due, 3 * SEC + 5);
	assert_int_equal(e.interval, 2 * SEC);
	/* The words of another mechanism are no times. */
	assert_false(mech__expiry(MECH_PIPE, &st, &e));
	assert_int_equal(e.due, 0);
}

static void sleeps(union any_event w, __u32 holder, const char *want)
{
	union any_event o = rec_object(holder, 10, OBJ_HELD, 9, END_READ | END_WRITE, 51, 2);
	struct run *r = with_tasks();

	o.object.obj = key(7);
	o.object.state = timer(0, 0, 0);
	if (holder)
		run_feed(r, o);
	run_feed(r, w);
	says(r, FACT_BLOCK, CAUSE_STATE, want);
}

static void a_sleep_and_what_could_end_it(void **state)
{
	union any_event w = asleep(WAIT_TIMERFD_DUE, timer(0, 3 * SEC, 0));

	sleeps(w, 2, "waiter sleeps: the timer is due in 3.00 s");
	w.wait.state = timer(0, 3 * MS, SEC);
	sleeps(w, 2, "waiter sleeps: the timer is due in 3.00 ms, then every 1.00 s");
	/* It expired as the state was read: when it was due is not known any more. */
	w.wait.state = timer(1, 0, 0);
	sleeps(w, 0, "waiter sleeps: the timer has not expired yet");
	w.e.flags = EVF_NO_STATE;
	sleeps(w, 0, "waiter sleeps: the timer has not expired yet");
	w = asleep(WAIT_TIMERFD_OFF, timer(0, 0, 0));
	sleeps(w, 2,
	       "waiter sleeps: the timer is not armed; locker (fd 9) holds it and is not setting "
	       "it");
	sleeps(w, 3,
	       "waiter sleeps: the timer is not armed; only waiter itself (fd 9) is known to hold "
	       "it");
}

static void wakes(union any_event w, enum cause_kind kind, const char *want)
{
	struct run *r = with_tasks();

	run_feed(r, w);
	says(r, FACT_WAKE, kind, want);
}

static void what_ended_it(void **state)
{
	union any_event w = asleep(WAIT_TIMERFD_DUE, timer(0, 15 * MS, 0));
	union any_event irq = woken_by(w, WAKE_IRQ, 0, "", NULL, 0);

	/* By an interrupt, but no timer's that is known. */
	wakes(irq, CAUSE_INTERRUPT, "woken after 15.0 ms by an interrupt");
	irq.wait.waker.obj = key(7);
	wakes(irq, CAUSE_EXPIRED, "woken after 15.0 ms: timerfd:[7] expired");
	wakes(woken_by(w, WAKE_TASK, 2, "locker", "clock_settime", 0), CAUSE_CLOCK_SET,
	      "woken after 15.0 ms: locker set the clock (clock_settime)");
	irq = woken_by(w, WAKE_TASK, 2, "locker", "timerfd_settime", 0);
	wakes(irq, CAUSE_TASK, "woken after 15.0 ms by locker (timerfd_settime)");
	irq.wait.waker.obj = key(7);
	wakes(irq, CAUSE_EXPIRED, "woken after 15.0 ms: timerfd:[7] expired");
	w = woken_by(w, WAKE_TASK, 2, "locker", "ioctl", 0);
	wakes(w, CAUSE_TASK, "woken after 15.0 ms by locker (ioctl)");
	w.wait.waker.obj = key(7);
	w.wait.waker.fd = 5;
	wakes(w, CAUSE_RAISED,
	      "woken after 15.0 ms: locker set how often it has expired (ioctl, fd 5)");
}

/* The interrupt's own timer is the one of the polled timers that expired. */
static void who_polls_one(void **state)
{
	union any_event w =
	    rec_wait(3, 5 * MS, 20 * MS, 21 * MS, "epoll_wait", WAIT_EPOLL_EVENT, 0);
	union any_event watch = {.watch = {.obj = key(7), .events = EPOLLIN, .item = 1, .fd = 4}};
	struct run *r = with_tasks();

	watch.e = (struct event){
	    .ts = 5 * MS, .pid = 3, .tid = 3, .kind = EV_WATCH, .size = sizeof(watch.watch)};
	watch.watch.end = END_READ | END_WRITE;
	watch.watch.readers = 2; /* TIMERFD_DUE_S */
	run_feed(r, watch);
	watch.watch.obj = key(8);
	watch.watch.readers = 0;
	run_feed(r, watch);
	w.wait.obj = (struct ipc_object){.id = 1, .mech = MECH_EPOLL};
	w.wait.value = 2;
	w.wait.arg = 2;
	w = woken_by(w, WAKE_IRQ, 0, "", NULL, 0);
	w.wait.waker.obj = key(8);
	run_feed(r, w);
	run_finish(r);
	assert_string_equal(run_get(r, FACT_BLOCK, 0)->why,
			    "waiter sleeps: no event on what the epoll instance watches: "
			    "timerfd:[7] (due in 2.00 s); and timerfd:[8] (not armed)");
	says(r, FACT_WAKE, CAUSE_EXPIRED, "woken after 15.0 ms: timerfd:[8] expired");
}

static void told(union any_event op, enum cause_kind kind, const char *want)
{
	struct run *r = with_tasks();

	run_feed(r, op);
	says(r, FACT_OP, kind, want);
}

static union any_event number(union any_event op, __u64 n)
{
	op.op.number = n;
	op.op.bits = NUMBERF_KNOWN;
	return op;
}

static void what_is_told_of_a_call(void **state)
{
	struct ipc_state off = timer(0, 0, 0), due = timer(0, 3 * SEC, 0), out = timer(1, 0, 0);
	union any_event op;

	told(call("read", -EAGAIN, off, off), CAUSE_STATE,
	     "it would have to wait: the timer is not armed");
	told(call("read", -EAGAIN, due, out), CAUSE_STATE,
	     "it would have to wait: the timer is due in 3.00 s");
	told(call("read", -EAGAIN, out, out), CAUSE_UNKNOWN, "EAGAIN: the records do not show why");
	told(call("read", -ECANCELED, due, due), CAUSE_CLOCK_SET,
	     "somebody set the clock, which cancels the timer (TFD_TIMER_CANCEL_ON_SET)");
	told(number(call("read", 8, out, off), 1), CAUSE_NONE, "");
	told(number(call("read", 8, out, off), 5), CAUSE_NONE, "it has expired 5 times");
	op = call("read", -EINVAL, off, off);
	op.op.arg = 4;
	told(op, CAUSE_NONE, "how often it has expired has 8 bytes, and there is room for 4");
	told(call("timerfd_settime", 0, off, due), CAUSE_NONE, "the timer is due in 3.00 s");
	told(call("timerfd_settime", 0, due, off), CAUSE_NONE, "the timer is not armed");
	told(call("timerfd_settime", 0, off, out), CAUSE_NONE, "the timer has expired already");
}

static void a_read_that_slept_until_the_clock_was_set(void **state)
{
	union any_event w = woken_by(asleep(WAIT_TIMERFD_DUE, timer(0, SEC, 0)), WAKE_TASK, 2,
				     "locker", "settimeofday", 0);
	union any_event op = call("read", -ECANCELED, timer(0, SEC, 0), timer(0, 0, 0));
	struct run *r = with_tasks();

	op.op.start = 4 * MS;
	op.e.ts = 22 * MS;
	op.e.flags = EVF_SLEPT;
	run_feed(r, w);
	run_feed(r, op);
	says(r, FACT_OP, CAUSE_CLOCK_SET,
	     "locker set the clock (settimeofday), which cancels the timer "
	     "(TFD_TIMER_CANCEL_ON_SET)");
}

static void fields(void **state)
{
	union any_event op = call("timerfd_settime", 0, timer(0, 0, 0), timer(0, SEC, 2 * SEC));
	union any_event w = asleep(WAIT_TIMERFD_DUE, timer(0, 5, 0));
	struct fact f = {.kind = FACT_OP, .rec = &op};
	struct fields fs;

	op.op.cmd = 3;
	fact__fields(&f, &fs);
	assert_string_equal(fields__get(&fs, "flags")->s,
			    "TFD_TIMER_ABSTIME|TFD_TIMER_CANCEL_ON_SET");
	assert_int_equal(fields__get(&fs, "due")->i, SEC);
	assert_int_equal(fields__get(&fs, "interval")->i, 2 * SEC);
	assert_null(fields__get(&fs, "arg"));
	op.op.cmd = 8;
	fact__fields(&f, &fs);
	assert_string_equal(fields__get(&fs, "flags")->s, "0x8");
	op.op.cmd = 0;
	op.e.flags = EVF_NO_STATE;
	fact__fields(&f, &fs);
	assert_string_equal(fields__get(&fs, "flags")->s, "0");
	assert_null(fields__get(&fs, "due"));
	/* It fails on another object, which has no timer. */
	op.e.flags = 0;
	op.op.obj = pipe_key(7);
	fact__fields(&f, &fs);
	assert_null(fields__get(&fs, "due"));
	f = (struct fact){.kind = FACT_BLOCK, .rec = &w};
	fact__fields(&f, &fs);
	assert_int_equal(fields__get(&fs, "due")->i, 5);
}

static void in_a_lane(union any_event op, const char *want)
{
	const struct fact f = {.kind = FACT_OP, .rec = &op};
	char buf[CALL_LEN];

	phrase__call(&f, buf);
	assert_string_equal(buf, want);
}

static void lanes(void **state)
{
	struct ipc_state off = timer(0, 0, 0);

	in_a_lane(call("timerfd_settime", 0, off, timer(0, SEC, 2 * SEC)),
		  "timerfd_settime 1.00 s, 2.00 s");
	in_a_lane(call("timerfd_gettime", 0, off, off), "timerfd_gettime off");
	in_a_lane(call("timerfd_settime", 0, off, timer(3, 0, 0)), "timerfd_settime expired");
	in_a_lane(call("timerfd_settime", -EINVAL, off, off), "timerfd_settime");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(when_it_expires),
	    cmocka_unit_test(a_sleep_and_what_could_end_it),
	    cmocka_unit_test(what_ended_it),
	    cmocka_unit_test(who_polls_one),
	    cmocka_unit_test(what_is_told_of_a_call),
	    cmocka_unit_test(a_read_that_slept_until_the_clock_was_set),
	    cmocka_unit_test(fields),
	    cmocka_unit_test(lanes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
