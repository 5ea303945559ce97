/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of message queues: why a call failed, and what a removal ends. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/msg.h>
#include <cmocka.h>

#include "msg_rig.h"

static void fails(union any_event op, enum cause_kind cause, const char *want)
{
	struct run *r = with_tasks();

	run_feed(r, op);
	says(r, FACT_OP, cause, want);
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
	/* Some task has sent since then. */
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
	op = marked(call(3, 4 * MS, "msgsnd", -EINVAL, 9000, 1), MSGF_NO_QUEUE | MSGF_TOO_LONG,
		    EVF_NO_STATE);
	op.op.key = 8192;
	run_feed(r, op);
	says(r, FACT_OP, CAUSE_NONE,
	     "9000 bytes are more than a message may have, 8192 (/proc/sys/kernel/msgmax)");
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
	op.op.bits = 0;
	fails(op, CAUSE_NONE, "the queue is gone at once: whoever sleeps on it gets EIDRM");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(would_wait),
	    cmocka_unit_test(gone),
	    cmocka_unit_test(reasons),
	    cmocka_unit_test(removals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
