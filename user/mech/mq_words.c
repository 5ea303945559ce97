/* SPDX-License-Identifier: GPL-2.0 */
/* The sentences for POSIX message queues: sleeps, and why a call failed (mq_send(3) and its like, ipc/mqueue.c). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "mech/mq.h"
#include "words/explain_text.h"

static const char full[] = "the queue is full";

static void has_messages(struct text *t, const struct ipc_state *st)
{
	text__add(t, "%s: ", full);
	text__count(t, st->v[MQ_CURMSGS], "message");
	text__add(t, ", and it takes no more");
}

bool mq__tell_sleep(struct text *t, const struct fact *f, bool named)
{
	const struct ev_wait *w = &f->rec->wait;

	(void)named;
	if (!(w->e.flags & EVF_NO_STATE))
		return false;
	text__add(t, w->reason == WAIT_MQ_FULL ? "the queue was full when it looked"
					       : "the queue had no message when it looked");
	return true;
}

static void would_wait(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;
	bool sends = op->op == OPC_MQ_SEND;

	if (f->cause.kind != CAUSE_STATE) {
		text__add(t, "the records do not show why");
		return;
	}
	text__add(t, "it would have to wait: ");
	if (sends)
		has_messages(t, mq__holds_up(&op->before, true) ? &op->before : &op->after);
	else
		text__add(t, "the queue is empty");
}

static void no_descriptor(struct text *t, const struct ev_op *op)
{
	__u32 need = op->op == OPC_MQ_SEND ? END_WRITE : op->op == OPC_MQ_RECEIVE ? END_READ : 0;

	if (!op->obj.mech)
		text__add(t, "fd %d is not of a message queue", op->fd);
	else if (need && op->file & KEY_KNOWN && !(op->file & need))
		text__add(t, "the descriptor is not open for %s",
			  need == END_WRITE ? "writing" : "reading");
}

static void wrong_size(struct text *t, const struct ev_op *op)
{
	if (op->e.flags & EVF_NO_STATE)
		return;
	if (op->op == OPC_MQ_SEND)
		text__add(t, "%llu bytes are more than a message of this queue may have, %u",
			  (unsigned long long)op->bytes, op->before.v[MQ_MSGSIZE]);
	else
		text__add(t, "it has room for %llu bytes, and a message of this queue may have %u",
			  (unsigned long long)op->bytes, op->before.v[MQ_MSGSIZE]);
}

static void invalid(struct text *t, const struct ev_op *op)
{
	if (op->op == OPC_MQ_SEND && op->prio >= MQ_PRIORITIES)
		text__add(t, "a priority is at most %d, not %lld", MQ_PRIORITIES - 1,
			  (long long)op->prio);
	else if (op->op == OPC_MQ_ATTR && op->cmd >= 0 && op->cmd & ~O_NONBLOCK)
		text__add(t, "no flag but O_NONBLOCK can be set");
	else if (op->op == OPC_MQ_NOTIFY && op->cmd >= 0 && !mq__notify_name(op->cmd))
		text__add(t, "there is no notification %d", op->cmd);
	else if (op->op == OPC_MQ_NOTIFY && op->cmd == SIGEV_SIGNAL && op->signo > 64)
		text__add(t, "there is no signal %d", (int)op->signo);
}

static void timed_out(struct text *t, const struct ev_op *op)
{
	text__add(t,
		  op->op == OPC_MQ_SEND ? "there was no room in time" : "no message came in time");
	if (!(op->e.flags & EVF_SLEPT))
		text__add(t, ": its time was up when it began");
}

static void failed(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	switch (op->ret) {
	case -EAGAIN:
		would_wait(t, f);
		break;
	case -EBADF:
		no_descriptor(t, op);
		break;
	case -EMSGSIZE:
		wrong_size(t, op);
		break;
	case -ETIMEDOUT:
		timed_out(t, op);
		break;
	case -EBUSY:
		if (op->pid)
			text__add(t,
				  "process %lld is to be notified already, and one at most may be",
				  (long long)op->pid);
		break;
	case -EINVAL:
		invalid(t, op);
		break;
	case -EFAULT:
		text__add(t, "an argument is where it may not read or write");
		break;
	case -EACCES:
	case -EPERM:
		if (op->op == OPC_MQ_UNLINK)
			text__add(
			    t, "only the queue's owner or a privileged user may remove its name");
		break;
	}
}

/* mq_unlink(3) wakes no task. */
static void unlinked(struct text *t, const struct ev_op *op)
{
	text__add(t, "the name is gone, the queue goes when nobody has it open any more");
	if (op->e.flags & (EVF_NO_STATE | EVF_NO_AFTER) || !op->after.v[MQ_WAITERS])
		return;
	text__add(t, ": ");
	text__count(t, op->after.v[MQ_WAITERS], "task");
	text__add(t, op->after.v[MQ_WAITERS] == 1 ? " sleeps on" : " sleep on");
}

void mq__tell_op(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	if (mq__handed(op, &f->cause) && f->cause.by_known) {
		text__who(t, &f->cause.by);
		text__add(t, " handed it the message, which never was in the queue");
	} else if (op->op == OPC_MQ_UNLINK && !op->ret) {
		unlinked(t, op);
	} else if (op->ret < 0) {
		failed(t, f);
	}
}
