/* SPDX-License-Identifier: GPL-2.0 */
/* Tells where a signal comes from, whether it is delivered, and what it does then. */
#include <signal.h>

#include "words/explain_text.h"

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
	case CAUSE_PEER_CLOSED:
	case CAUSE_PEER_SHUT:
		text__add(t, "it writes to a socket that takes nothing more; ");
		text__peer_ended(t, f);
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
	case CAUSE_TERMINAL:
		text__add(t, "made by the terminal for its foreground processes");
		break;
	case CAUSE_KERNEL:
		text__add(t, "made by the kernel, for a reason that is not traced");
		break;
	default:
		text__add(t, "who sent it was not seen");
	}
}

static void too_late(struct text *t, const struct fact *f)
{
	text__add(t, "; too late: ");
	text__who(t, &f->who);
	text__add(t, f->rec->signal.target == TARGET_ZOMBIE
			 ? " is a zombie: it has ended, and its parent has not waited for it yet"
			 : " ends already");
}

/* It was ignored when its program began. */
static void inherited(struct text *t, const struct fact *f)
{
	if (f->ignored_by.tid) {
		text__add(t, ", which inherited that from ");
		text__process(t, &f->ignored_by);
	} else if (f->old_ignored) {
		text__add(t, ", which inherited that from before tracing began");
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
		text__add(t, f->rec->signal.target == TARGET_UNKNOWN
				 ? " ends already, or may not be killed"
				 : " may not be killed");
	} else if (sig == SIGCONT) {
		text__add(t, "; not delivered, but if ");
		text__who(t, &f->who);
		text__add(t, " was stopped, it goes on");
	} else {
		text__add(t, "; ignored by ");
		text__who(t, &f->who);
		inherited(t, f);
	}
	/* Not always EPIPE: a write that moved something returns that. */
	if (f->cause.kind == CAUSE_NO_READERS || f->cause.kind == CAUSE_PEER_CLOSED ||
	    f->cause.kind == CAUSE_PEER_SHUT)
		text__add(t, ": only what the write returns tells of it");
}

/* Who counts signals waits for one of the two children only. */
static void left_behind(struct text *t, const struct fact *f)
{
	const struct ev_signal *sig = &f->rec->signal;

	if (sig->zombie != CHILD_ZOMBIE || f->cause.kind != CAUSE_CHILD || !f->cause.by_known)
		return;
	text__add(t, "; ");
	text__process(t, &f->cause.by);
	text__add(t, " is a zombie until somebody waits for it, and has no signal of its own");
}

void explain_signal(struct text *t, const struct fact *f)
{
	const struct ev_signal *sig = &f->rec->signal;

	text__signal(t, sig->sig);
	text__add(t, ": ");
	why_signal(t, f);
	switch (signal__result(sig)) {
	case SIGNAL_TOO_LATE:
		too_late(t, f);
		break;
	case SIGNAL_IGNORED:
		ignored(t, f);
		break;
	case SIGNAL_COALESCED:
		text__add(t, "; already pending: two ");
		text__signal(t, sig->sig);
		text__add(t, " become one");
		left_behind(t, f);
		break;
	case SIGNAL_OVERFLOW:
		text__add(t, "; lost: the queue of signals is full");
		break;
	}
}

void explain_deliver(struct text *t, const struct fact *f)
{
	const struct ev_signal *sig = &f->rec->signal;

	if (!sig->fatal && sig->handler <= 1)
		return;
	text__who(t, &f->who);
	text__add(t, sig->fatal ? " dies of " : " runs its handler of ");
	text__signal(t, sig->fatal ? sig->fatal & 0x7f : sig->sig);
}
