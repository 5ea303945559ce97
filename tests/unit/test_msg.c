/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of message queues: what is made of their records, the fields, and the sentences. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/msg.h>
#include <cmocka.h>

#include "fields.h"
#include "phrase_msg.h"
#include "waker_rig.h"

#define LIMIT 16384

/* Both were last used by locker. */
static struct ipc_state queue(__u32 messages, __u32 bytes)
{
	struct ipc_state st = {{0}};

	st.v[MSG_QNUM] = messages;
	st.v[MSG_CBYTES] = bytes;
	st.v[MSG_QBYTES] = LIMIT;
	st.v[MSG_LSPID] = st.v[MSG_LRPID] = 2;
	return st;
}

static struct ipc_object queue_key(void)
{
	return (struct ipc_object){.id = 7, .dev = 9, .mech = MECH_MSG};
}

static union any_event call(__u32 tid, __u64 start, const char *name, __s64 ret, __u64 bytes,
			    __s64 type)
{
	union any_event op = rec_op(tid, start, start + 1000, name, 0, ret, bytes);

	op.op.obj = queue_key();
	op.op.fd = -1;
	op.op.before = op.op.after = queue(2, 10);
	op.op.type = type;
	op.op.key = (__u32)type;
	return op;
}

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
	/* A process or a thread: nobody that is traced. */
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

static void fails(union any_event op, enum cause_kind cause, const char *want)
{
	struct run *r = with_tasks();

	run_feed(r, op);
	says(r, FACT_OP, cause, want);
}

static union any_event marked(union any_event op, __u8 sem, __u8 flags)
{
	op.op.sem = sem;
	op.e.flags = flags;
	return op;
}

static union any_event found(union any_event op, struct ipc_state before, struct ipc_state after)
{
	op.op.before = before;
	op.op.after = after;
	return op;
}

static void would_wait(void **state)
{
	const struct ipc_state full = queue(1, LIMIT), some = queue(1, 10);
	union any_event op;

	fails(found(call(3, MS, "msgsnd", -EAGAIN, 1, 1), full, full), CAUSE_STATE,
	      "it would have to wait: the queue has no room for 1 byte: 1 message, 16384 of 16384 "
	      "bytes; the last to receive was locker");
	/* As many empty messages as it may have bytes. */
	fails(found(call(3, MS, "msgsnd", -EAGAIN, 0, 1), queue(LIMIT, 0), queue(LIMIT, 0)),
	      CAUSE_STATE,
	      "it would have to wait: the queue has no room: it takes 16384 bytes and 16384 "
	      "messages, and has 16384; the last to receive was locker");
	/* Only the state after it shows it; then neither. */
	fails(found(call(3, MS, "msgsnd", -EAGAIN, 1, 1), some, full), CAUSE_STATE,
	      "it would have to wait: the queue has no room for 1 byte: 1 message, 16384 of 16384 "
	      "bytes; the last to receive was locker");
	fails(found(call(3, MS, "msgsnd", -EAGAIN, 1, 1), some, some), CAUSE_UNKNOWN,
	      "the records do not show why");
	fails(call(3, MS, "msgrcv", -ENOMSG, 100, 5), CAUSE_STATE,
	      "it would have to wait: no message in the queue is of type 5; the last to send was "
	      "locker");
	fails(call(3, MS, "msgrcv", -ENOMSG, 100, 0), CAUSE_STATE,
	      "it would have to wait: the queue is empty; the last to send was locker");
	/* Somebody has sent since, whoever that was. */
	op = call(3, MS, "msgrcv", -ENOMSG, 100, 0);
	op.op.after.v[MSG_LSPID] = 1;
	fails(op, CAUSE_STATE, "it would have to wait: the queue is empty");
	op = call(3, MS, "msgrcv", -ENOMSG, 100, 5);
	op.op.cmd = MSG_COPY | IPC_NOWAIT;
	fails(op, CAUSE_STATE,
	      "no message in the queue is at place 5, from 0; the last to send was locker");
	fails(marked(call(3, MS, "msgrcv", -ENOMSG, 100, 5), 0, EVF_NO_STATE), CAUSE_STATE,
	      "it would have to wait: no message in the queue is of type 5");
}

static void gone(void **state)
{
	struct run *r = with_tasks();
	union any_event o = rec_object(2, 2 * MS, OBJ_DESTROYED, -1, 0, 0, 0), op;

	o.object.obj = queue_key();
	o.object.state = queue(0, 0);
	run_feed(r, o);
	run_feed(r,
		 marked(call(3, 4 * MS, "msgrcv", -EINVAL, 100, 5), MSGF_NO_QUEUE, EVF_NO_STATE));
	says(r, FACT_OP, CAUSE_REMOVED, "the queue is gone: locker removed it at 2.000 ms");
	/* For an argument like this it is not even looked for. */
	r = with_tasks();
	run_feed(r, o);
	run_feed(r,
		 marked(call(3, 4 * MS, "msgsnd", -EINVAL, 100, 0), MSGF_NO_QUEUE, EVF_NO_STATE));
	says(r, FACT_OP, CAUSE_NONE, "a message's type is 1 or more, not 0");
	r = with_tasks();
	run_feed(r, o);
	run_feed(r, marked(call(3, 4 * MS, "msgsnd", -EINVAL, 9000, 1),
			   MSGF_NO_QUEUE | MSGF_TOO_LONG, EVF_NO_STATE));
	says(r, FACT_OP, CAUSE_NONE,
	     "9000 bytes are more than a message may have (/proc/sys/kernel/msgmax)");
	r = with_tasks();
	run_feed(r, o);
	op = marked(call(3, 4 * MS, "msgctl", -EINVAL, 0, 0), MSGF_NO_QUEUE, EVF_NO_STATE);
	op.op.cmd = 99;
	run_feed(r, op);
	says(r, FACT_OP, CAUSE_NONE, "msgctl has no command 99");
	/* To a group whose number looks negative, with its user before it. */
	r = with_tasks();
	run_feed(r, o);
	op = marked(call(3, 4 * MS, "msgctl", -EINVAL, 0xf0000000ULL << 32, 0),
		    MSGF_NO_QUEUE | MSGF_PERM, EVF_NO_STATE);
	op.op.cmd = IPC_SET;
	run_feed(r, op);
	says(r, FACT_OP, CAUSE_REMOVED, "the queue is gone: locker removed it at 2.000 ms");
	/* It was there before and after. */
	r = with_tasks();
	run_feed(r, o);
	run_feed(r, call(3, 4 * MS, "msgrcv", -EINVAL, 100, 5));
	says(r, FACT_OP, CAUSE_NONE, "");
	fails(marked(call(3, 4 * MS, "msgrcv", -EIDRM, 100, 5), 0, EVF_NO_AFTER), CAUSE_UNKNOWN,
	      "the records do not show why");
}

static void reasons(void **state)
{
	union any_event op;

	fails(call(3, MS, "msgrcv", -E2BIG, 10, 0), CAUSE_NONE,
	      "the message has more than 10 bytes, and no MSG_NOERROR to cut it: it stays in the "
	      "queue");
	/* It was offered to it and to others. */
	fails(marked(call(3, MS, "msgrcv", -E2BIG, 1, 0), 0, EVF_SLEPT), CAUSE_NONE,
	      "the message has more than 1 byte, and no MSG_NOERROR to cut it");
	fails(marked(call(3, MS, "msgsnd", -EINVAL, 9000, 1), MSGF_TOO_LONG, 0), CAUSE_NONE,
	      "9000 bytes are more than a message may have (/proc/sys/kernel/msgmax)");
	fails(call(3, MS, "msgsnd", -EINVAL, (__u64)-1, 1), CAUSE_NONE,
	      "a message cannot have -1 bytes");
	fails(marked(call(3, MS, "msgsnd", -EINVAL, 1, 1), MSGF_NO_QUEUE, EVF_NO_STATE), CAUSE_NONE,
	      "no queue has this id");
	fails(marked(call(3, MS, "msgsnd", -EFAULT, 1, 0), MSGF_NO_TYPE, 0), CAUSE_NONE,
	      "its message is where it may not read");
	fails(call(3, MS, "msgsnd", -EFAULT, 1, 1), CAUSE_NONE,
	      "its text is where it may not read");
	fails(call(3, MS, "msgrcv", -EFAULT, 1, 1), CAUSE_NONE,
	      "the message would go where it may not write, and is lost");
	op = call(3, MS, "msgrcv", -EFAULT, 8000, 0);
	op.op.cmd = MSG_COPY | IPC_NOWAIT;
	fails(op, CAUSE_NONE, "its room is not all where it may read and write");
	op = call(3, MS, "msgrcv", -EINVAL, 4, 0);
	op.op.cmd = MSG_COPY | IPC_NOWAIT | MSG_NOERROR;
	fails(op, CAUSE_NONE, "the message has more than 4 bytes: a copy is not cut");
	fails(call(3, MS, "msgrcv", -EACCES, 1, 1), CAUSE_NONE,
	      "this user may not: by the mode of the queue, or a security module");
	op = call(3, MS, "msgrcv", -EINVAL, 1, 1);
	op.op.cmd = MSG_COPY;
	fails(op, CAUSE_NONE, "MSG_COPY goes with IPC_NOWAIT, and without MSG_EXCEPT");
	op = call(3, MS, "msgget", -EEXIST, 0, 0);
	fails(op, CAUSE_NONE,
	      "there is a queue by this key already, and IPC_EXCL asks for a new one");
	op = call(3, MS, "msgctl", -EINVAL, 0, 0);
	op.op.cmd = 99;
	fails(op, CAUSE_NONE, "msgctl has no command 99");
	op = marked(call(3, MS, "msgctl", -EPERM, 0, 20000), MSGF_PERM, 0);
	op.op.cmd = IPC_SET;
	fails(op, CAUSE_NONE,
	      "only its owner, its creator or a privileged user may do this, and none but the last "
	      "may set more bytes than /proc/sys/kernel/msgmnb");
}

static void removals(void **state)
{
	union any_event op = marked(call(2, MS, "msgctl", 0, 2, 0), MSGF_ASLEEP, EVF_NO_AFTER);

	op.op.cmd = IPC_RMID;
	op.op.key = 0x1234;
	fails(op, CAUSE_NONE,
	      "the queue is gone at once; it had 2 messages: whoever sleeps on it gets EIDRM, 2 "
	      "when the call began; key 0x1234 is free again");
	op.op.key = 0;
	op.op.arg = 0;
	op.op.before = queue(0, 0);
	fails(op, CAUSE_NONE, "the queue is gone at once");
	op.op.sem = 0;
	fails(op, CAUSE_NONE, "the queue is gone at once: whoever sleeps on it gets EIDRM");
}

static void has(union any_event op, const char *field, bool there, __s64 value)
{
	struct run *r = with_tasks();
	struct fields fs;
	const struct field *f;

	run_feed(r, op);
	fact__fields(&last(r, FACT_OP)->f, &fs);
	f = fields__get(&fs, field);
	assert_int_equal(f != NULL, there);
	if (f)
		assert_int_equal(f->i, value);
	run_free(r);
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

	assert_true(phrase_msg__call(&op.op, buf, sizeof(buf)));
	assert_string_equal(buf, want);
	phrase_msg__got(&op.op, more, sizeof(more));
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
	    cmocka_unit_test(would_wait),
	    cmocka_unit_test(gone),
	    cmocka_unit_test(reasons),
	    cmocka_unit_test(removals),
	    cmocka_unit_test(types),
	    cmocka_unit_test(phrases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
