/* SPDX-License-Identifier: GPL-2.0 */
/* Says why: the sentences for operations and signals, and the way to those for waits. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>

#include "explain.h"
#include "explain_text.h"
#include "mech.h"
#include "names.h"

static void outcome(struct text *t, const struct ev_op *op)
{
	const char *name = op->ret < 0 ? errno_name((int)-op->ret) : NULL;

	if (name)
		text__add(t, "%s", name);
	else if (op->ret < 0 || op->op == OPC_OPEN)
		text__add(t, "returned %lld", (long long)op->ret);
	else if (op->ret == 0)
		text__add(t, "nothing was read");
	else
		text__add(t, "partial: %lld of %llu bytes", (long long)op->ret,
			  (unsigned long long)op->arg); /* two at least */
}

static void no_writers(struct text *t, const struct cause *c)
{
	if (!c->by_known) {
		text__add(t, "end of file: no writer is left; who closed the last was not seen");
		return;
	}
	text__add(t, "end of file: the last writer is gone since ");
	text__departure(t, c, 0);
}

static void no_readers(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	outcome(t, op);
	if (op->ret > 0)
		text__add(t, " were taken before the last reader left");
	else
		text__add(t, ": no reader is left");
	if (!f->cause.by_known) {
		text__add(t, "; who it was, was not seen");
		return;
	}
	text__add(t, op->ret > 0 ? "; " : " since ");
	text__departure(t, &f->cause, 0);
}

static void by_state(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;
	const struct ipc_state *st = &op->after;
	char why[128];

	if (op->op == OPC_CONTROL) {
		outcome(t, op);
		text__add(t, ": ");
		text__count(t, op->before.v[PIPE_USED], "slot");
		text__add(t, "%s in use, too many for ",
			  op->before.v[PIPE_USED] == 1 ? " is" : " are");
		text__count(t, op->arg, "byte");
		return;
	}
	if (op->op == OPC_READ || (op->op != OPC_WRITE && !op->before.v[PIPE_USED])) {
		mech__sentence(why, sizeof(why), reason__get(WAIT_PIPE_EMPTY)->sentence,
			       mech__get(op->obj.mech), st);
	} else {
		if (st->v[PIPE_USED] < st->v[PIPE_SLOTS])
			st = &op->before;
		mech__sentence(why, sizeof(why), reason__get(WAIT_PIPE_FULL)->sentence,
			       mech__get(op->obj.mech), st);
	}
	if (op->ret < 0) {
		text__add(t, "it would have to wait: %s", why);
		return;
	}
	outcome(t, op);
	text__add(t, " were taken, then %s", why);
}

static void by_signal(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	if (op->ret > 0) {
		outcome(t, op);
		text__add(t, " were taken before ");
	} else {
		text__add(t, "interrupted by ");
	}
	text__sent_signal(t, &f->cause);
}

static void explain_op(struct text *t, const struct fact *f)
{
	if (f->cause.kind == CAUSE_SIGNALLED) {
		by_signal(t, f);
		return;
	}
	switch (f->rec->op.op) {
	case OPC_SEM_GET:
	case OPC_SEM_OP:
	case OPC_SEM_CTL:
	case OPC_SEM_UNDO:
		explain_sem_op(t, f);
		return;
	case OPC_MSG_GET:
	case OPC_MSG_SEND:
	case OPC_MSG_RECEIVE:
	case OPC_MSG_CTL:
		explain_msg_op(t, f);
		return;
	case OPC_FUTEX:
		explain_futex_op(t, f);
		return;
	case OPC_SHM_GET:
	case OPC_SHM_AT:
	case OPC_SHM_DT:
	case OPC_SHM_CTL:
		explain_shm(t, f);
		return;
	case OPC_MAP:
	case OPC_TRUNCATE:
	case OPC_UNLINK:
		explain_shmem(t, f);
		return;
	case OPC_CONTROL:
		if (f->rec->op.obj.mech != MECH_SHMEM)
			break;
		explain_shmem(t, f);
		return;
	}
	switch (f->cause.kind) {
	case CAUSE_NO_WRITERS:
		no_writers(t, &f->cause);
		break;
	case CAUSE_NO_READERS:
		no_readers(t, f);
		break;
	case CAUSE_STATE:
		by_state(t, f);
		break;
	case CAUSE_UNKNOWN:
		outcome(t, &f->rec->op);
		text__add(t, ": the records do not show why");
		break;
	default:
		break;
	}
}

static const char *child_did(int code)
{
	switch (code) {
	case CLD_EXITED:
		return "exited";
	case CLD_KILLED:
	case CLD_DUMPED:
		return "was killed";
	case CLD_STOPPED:
		return "stopped";
	case CLD_CONTINUED:
		return "goes on";
	default:
		return "changed its state";
	}
}

static void why_signal(struct text *t, const struct fact *f)
{
	const struct cause *c = &f->cause;

	switch (c->kind) {
	case CAUSE_NO_READERS:
		text__add(t, "it writes to a pipe without readers; ");
		if (c->by_known) {
			text__add(t, "the last reader left when ");
			text__departure(t, c, 1);
		} else {
			text__add(t, "how the last reader left was not seen");
		}
		break;
	case CAUSE_SENT:
		text__add(t, "sent by ");
		if (c->by.tid == f->who.tid || c->by.pid == f->who.pid)
			text__add(t, "itself");
		else
			text__who(t, &c->by);
		text__by_call(t, c->nr, -1);
		break;
	case CAUSE_CHILD:
		text__add(t, "its child ");
		text__who(t, &c->by);
		text__add(t, " %s", child_did(f->rec->signal.code));
		break;
	case CAUSE_TIMER:
		text__add(t, "a timer expired");
		break;
	case CAUSE_FAULT:
		explain_fault_signal(t, c);
		break;
	case CAUSE_KERNEL:
		text__add(t, "made by the kernel, for a reason that is not traced");
		break;
	default:
		text__add(t, "who sent it was not seen");
	}
}

/* What the kernel calls ignored (kernel/signal.c prepare_signal()), it also says of a target that
 * ends already; and of SIGCONT whose work is done before anything is delivered. */
static void ignored(struct text *t, const struct fact *f)
{
	int sig = f->rec->signal.sig;

	if (sig == SIGKILL) {
		text__add(t, "; not delivered: ");
		text__who(t, &f->who);
		text__add(t, " ends already, or may not be killed");
	} else if (sig == SIGCONT) {
		text__add(t, "; not delivered, but if ");
		text__who(t, &f->who);
		text__add(t, " was stopped, it goes on");
	} else {
		text__add(t, "; ignored by ");
		text__who(t, &f->who);
	}
	/* Not always EPIPE: a write that moved something returns that. */
	if (f->cause.kind == CAUSE_NO_READERS)
		text__add(t, ": only what the write returns tells of it");
}

static void explain_signal(struct text *t, const struct fact *f)
{
	const struct ev_signal *sig = &f->rec->signal;

	text__signal(t, sig->sig);
	text__add(t, ": ");
	why_signal(t, f);
	switch (sig->result) {
	case 1:
		ignored(t, f);
		break;
	case 2:
		text__add(t, "; already pending: two ");
		text__signal(t, sig->sig);
		text__add(t, " become one");
		break;
	case 3:
		text__add(t, "; lost: the queue of signals is full");
		break;
	}
}

static void explain_deliver(struct text *t, const struct fact *f)
{
	const struct ev_signal *sig = &f->rec->signal;

	if (!sig->fatal && sig->handler <= 1)
		return;
	text__who(t, &f->who);
	text__add(t, sig->fatal ? " dies of " : " runs its handler of ");
	text__signal(t, sig->fatal ? sig->fatal & 0x7f : sig->sig);
}

static void explain_access(struct text *t, const struct fact *f)
{
	const struct ev_access *a = &f->rec->access;
	const struct access_story *s = &f->access;

	if (f->cause.kind != CAUSE_LOST_STORE)
		return;
	text__who(t, &f->who);
	text__add(t, " stores %llu", (unsigned long long)a->after);
	if (a->known)
		text__add(t, " on top of %llu", (unsigned long long)a->before);
	text__add(t, ": it had loaded %llu at ", (unsigned long long)s->loaded);
	text__at(t, s->loaded_at);
	if (s->unseen > 1)
		text__add(t, "; %llu stores in between, the last by ",
			  (unsigned long long)s->unseen);
	else
		text__add(t, "; what ");
	text__process(t, &f->cause.by);
	text__add(t, s->unseen > 1 ? " at " : " stored in between, at ");
	text__at(t, f->cause.t);
	/* They may be in again, when the next store is made by who has not seen this one. */
	text__add(t, s->unseen > 1 ? ", are not in it" : ", is not in it");
	if (s->lost_known)
		text__add(t, "; %llu of %llu stores %s lost by now", (unsigned long long)s->lost,
			  (unsigned long long)s->stores, s->lost == 1 ? "is" : "are");
	else
		text__add(t, "; how many are lost by now is not known");
}

size_t explain(const struct fact *fact, char *buf, size_t size)
{
	struct text t = {.buf = buf, .size = size};

	if (!size)
		return 0;
	buf[0] = '\0';
	switch (fact->kind) {
	case FACT_OP:
		explain_op(&t, fact);
		break;
	case FACT_BLOCK:
		explain_block(&t, fact);
		break;
	case FACT_WAKE:
		explain_wake(&t, fact);
		break;
	case FACT_SIGNAL:
		explain_signal(&t, fact);
		break;
	case FACT_DELIVER:
		explain_deliver(&t, fact);
		break;
	case FACT_OBJECT:
		explain_object(&t, fact);
		break;
	case FACT_MAP:
		explain_map(&t, fact);
		break;
	case FACT_ACCESS:
		explain_access(&t, fact);
		break;
	case FACT_FAULT:
		explain_fault(&t, fact);
		break;
	default:
		break;
	}
	return t.used;
}
