/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of POSIX message queues: who sleeps and who ends that, why a call failed, names, the fields, the rows. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "mech/mq.h"
#include "names/names.h"
#include "waker_rig.h"

static const struct ipc_object key = {.id = 7, .dev = 9, .mech = MECH_MQ};

static struct ipc_state queue(__u32 messages, __u32 waiters)
{
	return (struct ipc_state){{messages, 2, 16, messages * 5, waiters, 1}};
}

static union any_event call(__u32 tid, __u64 start, const char *name, __s64 ret, __u64 bytes)
{
	union any_event op = rec_op(tid, start, start + 1000, name, 0, ret, bytes);

	op.op.obj = key;
	op.op.fd = 3;
	op.op.before = op.op.after = queue(1, 0);
	op.op.key = KEY_KNOWN | END_READ | END_WRITE;
	return op;
}

static union any_event asleep(const char *name, struct ipc_state st)
{
	union any_event w =
	    rec_wait(3, 5 * MS, 20 * MS, 21 * MS, name,
		     strcmp(name, "mq_timedsend") ? WAIT_MQ_EMPTY : WAIT_MQ_FULL, 0);

	w.wait.obj = key;
	w.wait.fd = 3;
	w.wait.state = w.wait.state_woken = st;
	return w;
}

static union any_event woken(union any_event w, const char *name)
{
	w = woken_by(w, WAKE_TASK, 2, "locker", name, 0);
	w.wait.waker.obj = key;
	return w;
}

static void sleeps(union any_event w, const char *want)
{
	struct run *r = with_tasks();

	run_feed(r, w);
	says(r, FACT_BLOCK, CAUSE_STATE, want);
}

static void blocks(void **state)
{
	union any_event w = asleep("mq_timedsend", queue(2, 1));

	sleeps(asleep("mq_timedreceive", queue(0, 1)), "waiter sleeps: the queue has no message");
	sleeps(w, "waiter sleeps: the queue is full: 2 messages, and it takes no more");
	/* Who made room was quicker than the look at it. */
	w.e.flags = EVF_NO_STATE;
	sleeps(w, "waiter sleeps: the queue was full when it looked");
	w = asleep("mq_timedreceive", queue(0, 1));
	w.e.flags = EVF_NO_STATE;
	sleeps(w, "waiter sleeps: the queue had no message when it looked");
}

/* The receiver's wakeup by a sender is what proves it; a wakeup of another sleep, or no sleep, does not. */
static void handed(void **state)
{
	struct run *r = with_tasks();
	union any_event op = call(3, 4 * MS, "mq_timedreceive", 5, 16);

	op.e.ts = 22 * MS;
	op.e.flags = EVF_SLEPT;
	run_feed(r, call(2, 20 * MS - 500, "mq_timedsend", 0, 5));
	run_feed(r, woken(asleep("mq_timedreceive", queue(0, 1)), "mq_timedsend"));
	run_feed(r, op);
	assert_string_equal(last(r, FACT_WAKE)->why,
			    "woken after 15.0 ms: locker sent 5 bytes to mq:[0:9:7]");
	says(r, FACT_OP, CAUSE_DATA, "locker handed it the message, which never was in the queue");
	r = with_tasks();
	run_feed(r, op);
	says(r, FACT_OP, CAUSE_NONE, "");
	r = with_tasks();
	run_feed(r, woken(asleep("mq_timedreceive", queue(0, 1)), "mq_unlink"));
	run_feed(r, op);
	assert_string_equal(last(r, FACT_WAKE)->why, "woken after 15.0 ms by locker (mq_unlink)");
	says(r, FACT_OP, CAUSE_NONE, "");
}

static void made_room(void **state)
{
	struct run *r = with_tasks();
	union any_event w = woken(asleep("mq_timedsend", queue(2, 1)), "mq_timedreceive");

	run_feed(r, call(2, 20 * MS - 500, "mq_timedreceive", 5, 16));
	run_feed(r, w);
	says(r, FACT_WAKE, CAUSE_SPACE,
	     "woken after 15.0 ms: locker received 5 bytes from mq:[0:9:7]");
	/* Another queue. */
	r = with_tasks();
	w.wait.waker.obj.id = 8;
	run_feed(r, w);
	says(r, FACT_WAKE, CAUSE_TASK, "woken after 15.0 ms by locker (mq_timedreceive)");
}

static void fails(union any_event op, enum cause_kind cause, const char *want)
{
	struct run *r = with_tasks();

	run_feed(r, op);
	says(r, FACT_OP, cause, want);
}

static union any_event found(union any_event op, __u32 before, __u32 after)
{
	op.op.before = queue(before, 0);
	op.op.after = queue(after, 0);
	return op;
}

static union any_event typed(union any_event op, __s64 type, __s32 cmd)
{
	op.op.type = type;
	op.op.cmd = cmd;
	return op;
}

static void would_wait(void **state)
{
	fails(found(call(3, MS, "mq_timedsend", -EAGAIN, 1), 2, 2), CAUSE_STATE,
	      "it would have to wait: the queue is full: 2 messages, and it takes no more");
	/* Only the state after it shows it; then neither. */
	fails(found(call(3, MS, "mq_timedsend", -EAGAIN, 1), 1, 2), CAUSE_STATE,
	      "it would have to wait: the queue is full: 2 messages, and it takes no more");
	fails(found(call(3, MS, "mq_timedsend", -EAGAIN, 1), 1, 1), CAUSE_UNKNOWN,
	      "the records do not show why");
	fails(found(call(3, MS, "mq_timedreceive", -EAGAIN, 16), 0, 0), CAUSE_STATE,
	      "it would have to wait: the queue is empty");
	fails(found(call(3, MS, "mq_timedreceive", -EAGAIN, 16), 1, 1), CAUSE_UNKNOWN,
	      "the records do not show why");
}

static void refused(void **state)
{
	union any_event op = call(3, MS, "mq_timedsend", -EBADF, 5);

	op.op.key = KEY_KNOWN | END_READ;
	fails(op, CAUSE_NONE, "the descriptor is not open for writing");
	op.op.obj.mech = MECH_NONE;
	op.e.flags = EVF_NO_STATE;
	fails(op, CAUSE_NONE, "fd 3 is not of a message queue");
	fails(call(3, MS, "mq_timedsend", -EMSGSIZE, 17), CAUSE_NONE,
	      "17 bytes are more than a message of this queue may have, 16");
	fails(call(3, MS, "mq_timedreceive", -EMSGSIZE, 15), CAUSE_NONE,
	      "it has room for 15 bytes, and a message of this queue may have 16");
	fails(typed(call(3, MS, "mq_timedsend", -EINVAL, 5), MQ_PRIORITIES, 0), CAUSE_NONE,
	      "a priority is at most 32767, not 32768");
	/* Its time, or what else: that is not known. */
	fails(typed(call(3, MS, "mq_timedsend", -EINVAL, 5), 1, 0), CAUSE_NONE, "");
	fails(call(3, MS, "mq_timedreceive", -ETIMEDOUT, 16), CAUSE_NONE,
	      "no message came in time: its time was up when it began");
	fails(typed(call(3, MS, "mq_notify", -EBUSY, 0), 42, SIGEV_NONE), CAUSE_NONE,
	      "process 42 is to be notified already, and one at most may be");
	fails(typed(call(3, MS, "mq_notify", -EINVAL, 0), 0, 7), CAUSE_NONE,
	      "there is no notification 7");
	fails(typed(call(3, MS, "mq_getsetattr", -EINVAL, 0), 0, O_APPEND), CAUSE_NONE,
	      "no flag but O_NONBLOCK can be set");
}

static void unlinks(void **state)
{
	union any_event op = call(3, MS, "mq_unlink", 0, 0);

	op.op.after.v[MQ_LINKS] = 0;
	fails(op, CAUSE_NONE, "the name is gone, the queue goes when nobody has it open any more");
	op.op.after.v[MQ_WAITERS] = 2;
	fails(
	    op, CAUSE_NONE,
	    "the name is gone, the queue goes when nobody has it open any more: 2 tasks sleep on");
}

static union any_event name_refused(const char *call, int error, const char *path)
{
	union any_event rec = rec_object(3, 30 * MS, OBJ_REFUSED, -error, 0, 0, 0);

	rec.object.obj = (struct ipc_object){.mech = MECH_NONE};
	rec.object.nr = (__s16)syscall_number(call);
	rec.object.state = (struct ipc_state){{0, 0, 10, 8192, 256, 256}};
	rec.object.refs = 9;
	rec.e.flags = EVF_NO_STATE;
	strcpy(rec.object.path, path);
	return rec;
}

static union any_event asked(__u32 messages, __u32 bytes)
{
	union any_event rec = name_refused("mq_open", EINVAL, "/x");

	rec.object.owned = 1;
	rec.object.state.v[MQ_ASKED_MAXMSG] = messages;
	rec.object.state.v[MQ_ASKED_MSGSIZE] = bytes;
	return rec;
}

static void says_name(union any_event rec, enum cause_kind cause, const char *want)
{
	struct run *r = with_tasks();

	run_feed(r, rec);
	says(r, FACT_OBJECT, cause, want);
}

static void names(void **state)
{
	says_name(name_refused("mq_open", ENOENT, "/x"), CAUSE_NONE,
		  "ENOENT: no queue has that name");
	says_name(name_refused("mq_open", EEXIST, "/x"), CAUSE_NONE,
		  "EEXIST: a queue has that name already, and O_EXCL wants a new one");
	says_name(name_refused("mq_open", EACCES, "/x/y"), CAUSE_NONE,
		  "EACCES: a name has no slash but the first");
	says_name(name_refused("mq_open", ENOSPC, "/x"), CAUSE_NONE,
		  "ENOSPC: there are 256 queues, and may be 256 (/proc/sys/fs/mqueue/queues_max)");
	says_name(asked(11, 16), CAUSE_NONE,
		  "EINVAL: 11 messages are more than a queue may have, 10 "
		  "(/proc/sys/fs/mqueue/msg_max)");
	says_name(asked(10, 8193), CAUSE_NONE,
		  "EINVAL: 8193 bytes are more than a message may have, 8192 "
		  "(/proc/sys/fs/mqueue/msgsize_max)");
	says_name(
	    asked(0, 16), CAUSE_NONE,
	    "EINVAL: the number of messages is 1 or more, not 0; without a privilege it is at "
	    "most 10 (/proc/sys/fs/mqueue/msg_max)");
	says_name(
	    asked(~0u, 16), CAUSE_NONE,
	    "EINVAL: the number of messages is out of range; without a privilege it is at most "
	    "10 (/proc/sys/fs/mqueue/msg_max)");
}

/* In the same namespace, and until it is there again. */
static void removed(void **state)
{
	union any_event made = rec_object(2, 2 * MS, OBJ_CREATED, 3, END_READ, 7, 1);
	union any_event op = call(2, 3 * MS, "mq_unlink", 0, 0);
	struct run *r = with_tasks();

	made.object.obj = key;
	strcpy(made.object.path, "/x");
	op.op.key = 9;
	run_feed(r, made);
	run_feed(r, op);
	run_feed(r, name_refused("mq_open", ENOENT, "/x"));
	says(r, FACT_OBJECT, CAUSE_REMOVED,
	     "ENOENT: no queue has that name: locker 2 removed it (mq_unlink) at 3.001 ms");
	r = with_tasks();
	op.op.key = 8;
	run_feed(r, made);
	run_feed(r, op);
	run_feed(r, name_refused("mq_open", ENOENT, "/x"));
	says(r, FACT_OBJECT, CAUSE_NONE, "ENOENT: no queue has that name");
}

static void priorities(void **state)
{
	union any_event got = typed(call(3, MS, "mq_timedreceive", 5, 16), 9, 0);

	has(got, "priority", true, 9);
	got.op.bits = MQF_NO_PRIORITY;
	has(got, "priority", false, 0);
	has(typed(call(3, MS, "mq_timedreceive", -EAGAIN, 16), 9, 0), "priority", false, 0);
	has(typed(call(3, MS, "mq_timedsend", -EAGAIN, 16), 9, 0), "priority", true, 9);
	has(typed(call(3, MS, "mq_notify", -EBUSY, 16), 9, 0), "owner", true, 9);
	has(typed(call(3, MS, "mq_notify", 0, 16), 9, 0), "owner", false, 0);
}

static void phrased(union any_event op, const char *want, const char *got)
{
	char buf[96], more[32] = "";

	assert_true(mq__lane_call(&op.op, buf, sizeof(buf)) == (want != NULL));
	if (want)
		assert_string_equal(buf, want);
	mq__lane_result(&op.op, more, sizeof(more));
	assert_string_equal(more, got);
}

static void phrases(void **state)
{
	phrased(typed(call(3, MS, "mq_timedsend", 0, 5), 9, 0), "mq_timedsend 5 prio 9", "");
	phrased(typed(call(3, MS, "mq_timedreceive", 5, 16), 9, 0), NULL, " prio 9");
	phrased(typed(call(3, MS, "mq_timedreceive", -EAGAIN, 16), 9, 0), NULL, "");
	phrased(typed(call(3, MS, "mq_notify", 0, SIGUSR1), 0, SIGEV_SIGNAL),
		"mq_notify SIGEV_SIGNAL SIGUSR1", "");
	phrased(typed(call(3, MS, "mq_notify", 0, 0), 0, -1), "mq_notify none", "");
	phrased(typed(call(3, MS, "mq_getsetattr", 0, 0), 0, O_NONBLOCK),
		"mq_getsetattr O_NONBLOCK", "");
	phrased(typed(call(3, MS, "mq_getsetattr", 0, 0), 0, -1), NULL, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(blocks),	  cmocka_unit_test(handed),  cmocka_unit_test(made_room),
	    cmocka_unit_test(would_wait), cmocka_unit_test(refused), cmocka_unit_test(unlinks),
	    cmocka_unit_test(names),	  cmocka_unit_test(removed), cmocka_unit_test(priorities),
	    cmocka_unit_test(phrases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
