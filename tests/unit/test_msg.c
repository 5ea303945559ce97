/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of message queues: who sleeps and who ends that, the fields, the rows. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/msg.h>
#include <cmocka.h>

#include "words/fields.h"
#include "mech/msg.h"
#include "msg_rig.h"

static union any_event asleep(const char *name, __u64 arg, struct ipc_state st)
{
	union any_event w = rec_wait(3, 5 * MS, 20 * MS, 21 * MS, name,
				     !strcmp(name, "msgsnd") ? WAIT_MSG_FULL : WAIT_MSG_NONE, 0);

	w.wait.obj = queue_key();
	w.wait.fd = -1;
	w.wait.state = w.wait.state_woken = st;
	w.wait.arg = arg;
	return w;
}

static union any_event woken(union any_event w, const char *name, __u64 arg)
{
	w = woken_by(w, WAKE_TASK, 2, "locker", name, 0);
	w.wait.waker.obj = queue_key();
	w.wait.waker.arg = arg;
	return w;
}

static void sleeps(union any_event w, const char *want)
{
	struct run *r = with_tasks();

	run_feed(r, w);
	says(r, FACT_BLOCK, CAUSE_STATE, want);
}

static union any_event with_flags(union any_event w, int flags)
{
	w.wait.value = (__u32)flags;
	return w;
}

static union any_event of_nobody(union any_event w)
{
	w.wait.state.v[MSG_LSPID] = 0;
	return w;
}

static void no_message(void **state)
{
	sleeps(of_nobody(asleep("msgrcv", 0, queue(0, 0))),
	       "waiter sleeps: the queue is empty, and it asks for a message");
	sleeps(
	    asleep("msgrcv", 2, queue(0, 0)),
	    "waiter sleeps: the queue is empty, and it asks for a message of type 2; the last to "
	    "send was locker");
	sleeps(asleep("msgrcv", 2, queue(1, 5)), "waiter sleeps: the message in the queue is not "
						 "of type 2; the last to send was locker");
	sleeps(
	    asleep("msgrcv", (__u64)-2, queue(3, 5)),
	    "waiter sleeps: none of the 3 messages in the queue is of a type up to 2; the last to "
	    "send was locker");
	sleeps(with_flags(asleep("msgrcv", 2, queue(3, 5)), MSG_EXCEPT),
	       "waiter sleeps: none of the 3 messages in the queue is of another type than 2; the "
	       "last to send was locker");
	sleeps(
	    of_nobody(asleep("msgrcv", (__u64)LONG_MIN, queue(1, 5))),
	    "waiter sleeps: the message in the queue is not of a type up to 9223372036854775808");
}

/* Given to a thread that slept for it: that is noted, not its process. */
static void received_by_a_thread(void **state)
{
	struct run *r = with_tasks();
	union any_event thread = rec_fork(2, MS, 8, "second"), w;

	thread.life.child_pid = 2;
	run_feed(r, thread);
	w = asleep("msgsnd", 100, queue(1, LIMIT));
	w.wait.state.v[MSG_LRPID] = 8;
	run_feed(r, w);
	says(r, FACT_BLOCK, CAUSE_STATE,
	     "waiter sleeps: the queue has no room for 100 bytes: 1 message, 16384 of 16384 bytes; "
	     "the last to receive was second");
	/* A process or a thread: none that is traced. */
	w.wait.state.v[MSG_LRPID] = 99;
	sleeps(
	    w,
	    "waiter sleeps: the queue has no room for 100 bytes: 1 message, 16384 of 16384 bytes");
}

static void no_room(void **state)
{
	union any_event w = asleep("msgsnd", 100, queue(1, LIMIT - 10));

	sleeps(
	    w,
	    "waiter sleeps: the queue has no room for 100 bytes: 1 message, 16374 of 16384 bytes; "
	    "the last to receive was locker");
	/* Who made room was quicker than the look at it. */
	sleeps(asleep("msgsnd", 100, queue(0, 0)),
	       "waiter sleeps: the queue had no room for 100 bytes when it looked");
	w.e.flags = EVF_NO_STATE;
	sleeps(w, "waiter sleeps: the queue has no room for its message");
}

static void sent(void **state)
{
	struct run *r = with_tasks();

	run_feed(r, call(2, 20 * MS - 500, "msgsnd", 0, 5, 1));
	run_feed(r, woken(asleep("msgrcv", 1, queue(0, 0)), "msgsnd", 0));
	says(r, FACT_WAKE, CAUSE_DATA, "woken after 15.0 ms: locker sent 5 bytes to msg:[7]");
	/* What it sent was not seen, or has no bytes. */
	r = with_tasks();
	run_feed(r, woken(asleep("msgrcv", 1, queue(0, 0)), "msgsnd", 0));
	says(r, FACT_WAKE, CAUSE_DATA, "woken after 15.0 ms: locker sent a message to msg:[7]");
}

/* It slept itself, and sent when it had room. */
static void sent_after_a_sleep(void **state)
{
	struct run *r = with_tasks();
	union any_event op = call(2, MS, "msgsnd", 0, 5, 1);

	op.e.ts = 20 * MS + 500;
	op.e.flags = EVF_SLEPT;
	run_feed(r, op);
	run_feed(r, woken(asleep("msgrcv", 1, queue(0, 0)), "msgsnd", 0));
	says(r, FACT_WAKE, CAUSE_DATA, "woken after 15.0 ms: locker sent 5 bytes to msg:[7]");
}

static void received(void **state)
{
	struct run *r = with_tasks();

	run_feed(r, call(2, 20 * MS - 500, "msgrcv", 300, 8192, 1));
	run_feed(r, woken(asleep("msgsnd", 100, queue(2, LIMIT)), "msgrcv", 0));
	says(r, FACT_WAKE, CAUSE_SPACE,
	     "woken after 15.0 ms: locker received 300 bytes from msg:[7]");
}

static void other_wakeups(void **state)
{
	struct run *r = with_tasks();
	union any_event w;

	run_feed(r, woken(asleep("msgsnd", 100, queue(2, LIMIT)), "msgctl", IPC_SET));
	says(r, FACT_WAKE, CAUSE_RESIZE,
	     "woken after 15.0 ms: locker changed the limit of msg:[7] (msgctl)");
	r = with_tasks();
	run_feed(r, woken(asleep("msgsnd", 100, queue(2, LIMIT)), "msgctl", IPC_RMID));
	says(r, FACT_WAKE, CAUSE_REMOVED, "woken after 15.0 ms: locker removed msg:[7] (msgctl)");
	/* It looks again: IPC_SET may have taken its right to receive away. */
	r = with_tasks();
	run_feed(r, woken(asleep("msgrcv", 1, queue(0, 0)), "msgctl", IPC_SET));
	says(r, FACT_WAKE, CAUSE_TASK, "woken after 15.0 ms by locker (msgctl)");
	/* Another queue is removed. */
	r = with_tasks();
	w = woken(asleep("msgrcv", 1, queue(0, 0)), "msgctl", IPC_RMID);
	w.wait.waker.obj.id = 8;
	run_feed(r, w);
	says(r, FACT_WAKE, CAUSE_TASK, "woken after 15.0 ms by locker (msgctl)");
}

static void types(void **state)
{
	union any_event got = call(3, MS, "msgrcv", 5, 100, 4), wide, none;

	got.op.key = (__u32)-9;
	has(got, "type", true, 4);
	has(got, "wanted", true, -9);
	/* What was asked for has no room in the record beside what came. */
	wide = marked(call(3, MS, "msgrcv", 5, 100, 1LL << 40), MSGF_WIDE, 0);
	has(wide, "type", true, 1LL << 40);
	has(wide, "wanted", false, 0);
	none = marked(call(3, MS, "msgrcv", -ENOMSG, 100, 1LL << 40), MSGF_WIDE, 0);
	has(none, "wanted", true, 1LL << 40);
	has(none, "type", false, 0);
	has(marked(call(3, MS, "msgsnd", -EFAULT, 1, 0), MSGF_NO_TYPE, 0), "type", false, 0);
	has(call(3, MS, "msgsnd", 0, 1, 1LL << 40), "type", true, 1LL << 40);
	has(call(3, MS, "msgsnd", 0, 1, 1), "wanted", false, 0);
	has(call(3, MS, "msgsnd", 0, 1, 1), "arg", true, 1);
	has(call(3, MS, "msgctl", 0, 1, 1), "arg", false, 0);
}

static void phrased(union any_event op, const char *want, const char *got)
{
	char buf[96], more[32] = "";

	assert_true(msg__lane_call(&op.op, buf, sizeof(buf)));
	assert_string_equal(buf, want);
	msg__lane_result(&op.op, more, sizeof(more));
	assert_string_equal(more, got);
}

static void phrases(void **state)
{
	union any_event op = call(3, MS, "msgrcv", 5, 100, 4);

	phrased(op, "msgrcv type 4", "");
	op.op.key = (__u32)-9;
	op.op.cmd = MSG_NOERROR | IPC_NOWAIT;
	phrased(op, "msgrcv type -9 noerror nowait", " type 4");
	op.op.key = 0;
	op.op.cmd = 0;
	phrased(op, "msgrcv", " type 4");
	phrased(marked(op, MSGF_WIDE, 0), "msgrcv", " type 4");
	phrased(marked(op, MSGF_NO_TYPE, 0), "msgrcv", "");
	phrased(marked(call(3, MS, "msgrcv", -ENOMSG, 5, 1LL << 40), MSGF_WIDE, 0),
		"msgrcv type 1099511627776", "");
	phrased(call(3, MS, "msgsnd", 0, 5, 1), "msgsnd 5 type 1", "");
	op = call(3, MS, "msgrcv", 5, 100, 1);
	op.op.cmd = MSG_COPY | IPC_NOWAIT;
	phrased(op, "msgrcv copy 1 nowait", " type 1");
	phrased(marked(call(3, MS, "msgsnd", -EFAULT, 5, 0), MSGF_NO_TYPE, 0), "msgsnd 5", "");
	op = marked(call(3, MS, "msgctl", 0, 1000 | 100ULL << 32, 8192), MSGF_PERM, 0);
	op.op.cmd = IPC_SET;
	op.op.key = 0600;
	phrased(op, "msgctl IPC_SET uid 1000 gid 100 mode 0600 limit 8192", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_message),
	    cmocka_unit_test(received_by_a_thread),
	    cmocka_unit_test(no_room),
	    cmocka_unit_test(sent),
	    cmocka_unit_test(sent_after_a_sleep),
	    cmocka_unit_test(received),
	    cmocka_unit_test(other_wakeups),
	    cmocka_unit_test(types),
	    cmocka_unit_test(phrases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
