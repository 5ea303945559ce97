/* SPDX-License-Identifier: GPL-2.0 */
/* The sentences for SysV message queues: sleeps, and calls that remove or fail (msgop(2), msgctl(2), ipc/msg.c). */
#include <errno.h>
#include <sys/msg.h>

#include "mech/msg.h"
#include "mech/sysv.h"
#include "words/explain_text.h"
#include "names/ipc_names.h"
#include "names/msg_words.h"
#include "names/opclass.h"

#define LIMIT(name) "/proc/sys/kernel/" name

/* Who sent, or received, last, as the kernel notes. */
static void add_last(struct text *t, const struct fact *f, bool sends)
{
	const struct cause *c = &f->cause;

	if (!c->by_known)
		return;
	text__add(t, sends ? "; the last to receive was " : "; the last to send was ");
	text__who(t, &c->by);
	text__gone(t, f);
}

bool msg__tell_sleep(struct text *t, const struct fact *f, bool named)
{
	const struct ev_wait *w = &f->rec->wait;
	char why[MSG_WORDS_LEN];

	if (w->e.flags & EVF_NO_STATE)
		return false;
	msg_wait_words(why, sizeof(why), w);
	text__add(t, "%s", why);
	add_last(t, f, w->reason == WAIT_MSG_FULL);
	return true;
}

bool msg__tell_look(struct text *t, const struct ev_wait *w, const struct tell_last *last)
{
	char why[MSG_WORDS_LEN];

	if (w->e.flags & EVF_NO_STATE)
		return false;
	msg_wait_words(why, sizeof(why), w);
	text__add(t, "%s", why);
	/*
	 * The kernel notes the thread of a task that was handed a message (ipc/msg.c
	 * pipelined_send()).
	 */
	if (w->reason == WAIT_MSG_FULL)
		last->tell(last, t, "the last to receive was", "process or thread",
			   w->state.v[MSG_LRPID]);
	else
		last->tell(last, t, "the last to send was", "process", w->state.v[MSG_LSPID]);
	return true;
}

static void explain_rmid(struct text *t, const struct ev_op *op)
{
	__u32 n = op->before.v[MSG_QNUM];

	text__add(t, "the queue is gone at once");
	/* When the call began. */
	if (n) {
		text__add(t, "; it had ");
		text__count(t, n, "message");
	}
	sysv__tell_rmid(t, op);
}

/* What the error proves, because the queue's numbers are from before or after the call. */
static void no_message(struct text *t, const struct ev_op *op)
{
	char wanted[MSG_WORDS_LEN];

	msg_wanted(wanted, sizeof(wanted), op->type, op->cmd);
	/* A copy is never waited for. */
	if (!(op->cmd & MSG_COPY))
		text__add(t, "it would have to wait: ");
	if (wanted[0])
		text__add(t, "no message in the queue is %s", wanted);
	else
		text__add(t, "the queue is empty");
}

static void no_room(struct text *t, const struct ev_op *op)
{
	/* Whichever of the two states forbids it. */
	struct ev_wait w = {
	    .reason = WAIT_MSG_FULL,
	    .arg = op->bytes,
	    .state = msg_is_full(&op->before, op->bytes) ? op->before : op->after,
	};
	char why[MSG_WORDS_LEN];

	msg_wait_words(why, sizeof(why), &w);
	text__add(t, "it would have to wait: %s", why);
}

/* Why a call failed because of the state, or because the queue was removed. */
static void failed_by_cause(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;
	const struct cause *c = &f->cause;

	switch (c->kind) {
	case CAUSE_STATE:
		if (op->op == OPC_MSG_RECEIVE)
			no_message(t, op);
		else
			no_room(t, op);
		add_last(t, f, op->op == OPC_MSG_SEND);
		break;
	case CAUSE_REMOVED:
		sysv__tell_gone(t, c, "queue");
		break;
	default:
		text__add(t, "the records do not show why");
	}
}

static void get_failed(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	if (sysv__tell_limit(t, f))
		return;
	switch (op->ret) {
	case -EEXIST:
		text__add(t,
			  "there is a queue by this key already, and IPC_EXCL asks for a new one");
		break;
	case -ENOENT:
		text__add(t, "there is no queue by this key, and no IPC_CREAT to make one");
		sysv__tell_unkeyed(t, f);
		break;
	case -ENOSPC:
		text__add(t, "there are as many queues as there may be (" LIMIT("msgmni") ")");
		break;
	}
}

static void send_failed(struct text *t, const struct ev_op *op)
{
	switch (op->ret) {
	case -EINVAL:
		/* In the order in which the kernel looks. */
		if ((__s64)op->bytes < 0)
			text__add(t, "a message cannot have %lld bytes", (long long)op->bytes);
		else if (op->bits & MSGF_TOO_LONG && op->msgmax)
			text__add(
			    t,
			    "%llu bytes are more than a message may have, %u (" LIMIT("msgmax") ")",
			    (unsigned long long)op->bytes, op->msgmax);
		else if (op->bits & MSGF_TOO_LONG)
			text__add(
			    t, "%llu bytes are more than a message may have (" LIMIT("msgmax") ")",
			    (unsigned long long)op->bytes);
		else if (!(op->bits & MSGF_NO_TYPE) && op->type < 1)
			text__add(t, "a message's type is 1 or more, not %lld",
				  (long long)op->type);
		else if (op->bits & MSGF_NO_QUEUE)
			text__add(t, "no queue has this id");
		break;
	case -EFAULT:
		text__add(t, "its %s is where it may not read",
			  op->bits & MSGF_NO_TYPE ? "message" : "text");
		break;
	}
}

static void receive_failed(struct text *t, const struct ev_op *op)
{
	switch (op->ret) {
	case -E2BIG:
		text__add(t, "the message has more than ");
		text__count(t, op->bytes, "byte");
		text__add(t, ", and no MSG_NOERROR to cut it");
		/*
		 * A sleeper gets such a message only shown; the kernel then offers it to others
		 * (pipelined_send()).
		 */
		if (!(op->e.flags & EVF_SLEPT))
			text__add(t, ": it stays in the queue");
		break;
	case -EINVAL:
		if ((__s64)op->bytes < 0)
			text__add(t, "no message has %lld bytes", (long long)op->bytes);
		else if (msg_copies_wrongly(op->cmd))
			text__add(t, "MSG_COPY goes with IPC_NOWAIT, and without MSG_EXCEPT");
		else if (op->bits & MSGF_NO_QUEUE)
			text__add(t, "no queue has this id");
		else if (op->cmd & MSG_COPY && op->cmd & MSG_NOERROR &&
			 !(op->e.flags & (EVF_NO_STATE | EVF_NO_AFTER)))
			text__add(t, "the message has more than %llu bytes: a copy is not cut",
				  (unsigned long long)op->bytes);
		break;
	case -EFAULT:
		/* For a copy the kernel looks through all of it first (prepare_copy()). */
		text__add(t, op->cmd & MSG_COPY
				 ? "its room is not all where it may read and write"
				 : "the message would go where it may not write, and is lost");
		break;
	}
}

static void ctl_failed(struct text *t, const struct ev_op *op)
{
	switch (op->ret) {
	case -EINVAL:
		if (!msgctl_name(op->cmd))
			text__add(t, "msgctl has no command %d", op->cmd);
		else if (op->bits & MSGF_NO_QUEUE)
			text__add(t, "no queue has this id");
		else
			sysv__tell_owner(t, op);
		break;
	case -EPERM:
		text__add(t, "only its owner, its creator or a privileged user may do this");
		if (op->bits & MSGF_PERM)
			text__add(
			    t, ", and none but the last may set more bytes than " LIMIT("msgmnb"));
		break;
	case -EFAULT:
		text__add(t, "its argument is where it may not read or write");
		break;
	}
}

static void failed(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	if (op->ret == -EACCES)
		text__add(t, "this user may not: by the mode of the queue, or a security module");
	else if (op->ret == -ENOMEM)
		text__add(t, "the kernel has no memory for it");
	else if (op->op == OPC_MSG_GET)
		get_failed(t, f);
	else if (op->op == OPC_MSG_SEND)
		send_failed(t, op);
	else if (op->op == OPC_MSG_RECEIVE)
		receive_failed(t, op);
	else
		ctl_failed(t, op);
}

void msg__tell_op(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	if (op->op == OPC_MSG_CTL && op->cmd == IPC_RMID && !op->ret &&
	    !(op->e.flags & EVF_NO_STATE))
		explain_rmid(t, op);
	else if (f->cause.kind != CAUSE_NONE && op->op != OPC_MSG_GET)
		failed_by_cause(t, f);
	else if (op->ret < 0)
		failed(t, f);
}

/* IPC_SET of a queue sets its limit, not its size. */
bool msg__tell_wake(struct text *t, const struct fact *f)
{
	const struct cause *c = &f->cause;

	if (c->kind != CAUSE_RESIZE)
		return false;
	text__add(t, ": ");
	text__who(t, &c->by);
	text__add(t, " changed the limit of ");
	text__object(t, c->obj);
	text__by_call(t, c->nr, c->fd);
	return true;
}
