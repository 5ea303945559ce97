/* SPDX-License-Identifier: GPL-2.0 */
/* Why an operation ended as it did, and why a signal was made. */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>

#include "timeline/mech_ops.h"
#include "names/opclass.h"
#include "timeline/cause.h"
#include "timeline/objects.h"
#include "timeline/release.h"
#include "timeline/tasks.h"

void cause__by(const struct timeline *tl, struct cause *c, const struct actor *by, __s16 nr,
	       __u64 ts)
{
	c->by_known = true;
	c->by = *by;
	c->nr = nr;
	c->t = since_start(tl, ts);
}

struct cause cause__departure(const struct timeline *tl, const struct obj *o, __u8 end)
{
	struct cause c = cause__none(end == END_READ ? CAUSE_NO_READERS : CAUSE_NO_WRITERS);
	const struct departure *d = o ? release__of(o, end) : NULL;

	c.obj = o ? &o->pub : NULL;
	if (!d)
		return c;
	cause__by(tl, &c, &d->by, d->nr, d->ts);
	c.fd = d->fd;
	c.change = d->change;
	return c;
}

struct cause cause__interrupted(const struct task *t, const struct ev_op *op)
{
	if (t && op->e.flags & EVF_SLEPT && t->woken.kind == CAUSE_SIGNALLED)
		return t->woken;
	return cause__none(CAUSE_UNKNOWN);
}

struct cause cause__op(struct timeline *tl, const struct task *t, const struct obj *o,
		       const struct ev_op *op)
{
	const struct mech_ops *ops = mech_ops__call(op);

	switch (op->ret) {
	case -EINTR:
	case -512: /* ERESTARTSYS */
	case -513: /* ERESTARTNOINTR */
	case -514: /* ERESTARTNOHAND */
	case -516: /* ERESTART_RESTARTBLOCK */
		return cause__interrupted(t, op);
	}
	return ops->why ? ops->why(tl, t, o, op) : cause__none(CAUSE_NONE);
}

/* Only a write can make a signal for its own task: kill and its like are other calls. */
static bool made_by_write(const struct ev_signal *sig)
{
	const struct ev_waker *s = &sig->sender;

	return sig->sig == SIGPIPE && s->ctx == WAKE_TASK && s->tid == sig->e.tid &&
	       moves_data(op_class_of(s->nr));
}

static struct cause by_sender(enum cause_kind kind, const struct ev_signal *sig)
{
	const struct ev_waker *s = &sig->sender;
	struct cause c = cause__none(kind);

	c.by_known = s->tid != 0;
	c.by.pid = s->pid;
	c.by.tid = s->tid;
	copy_comm(c.by.comm, s->comm);
	c.nr = s->nr;
	c.fd = s->fd;
	return c;
}

/* alarm and setitimer (these three), timer_create (SI_TIMER). */
static bool is_timer_signal(const struct ev_signal *sig)
{
	return sig->code == SI_TIMER || sig->sig == SIGALRM || sig->sig == SIGVTALRM ||
	       sig->sig == SIGPROF;
}

/*
 * The signal of an access that was refused. One access makes one signal: nothing else by the thread
 * lies in between.
 */
static bool made_by_access(const struct task *t, const struct ev_signal *sig)
{
	const struct ev_fault *f = &t->refused;

	if (!f->e.ts || t->last_ts > f->e.ts)
		return false;
	return f->denied ? sig->sig == SIGSEGV && sig->code == SEGV_ACCERR
			 : sig->sig == SIGBUS && sig->code == BUS_ADRERR;
}

/*
 * For the foreground group of a terminal the kernel itself makes these three only when the terminal
 * asks for it (drivers/tty/n_tty.c isig(), pty.c pty_signal()). A BPF program may make any, but
 * only for the running process.
 */
bool cause__is_terminals(const struct ev_signal *sig)
{
	return sig->foreground && sig->code == SI_KERNEL && sig->sender.pid != sig->e.pid &&
	       (sig->sig == SIGINT || sig->sig == SIGQUIT || sig->sig == SIGTSTP);
}

static struct cause by_kernel(struct timeline *tl, const struct ev_signal *sig)
{
	struct task *t = tasks__find(tl, sig->e.tid);
	struct cause c = cause__none(CAUSE_KERNEL);
	const struct obj *o;

	if (cause__is_terminals(sig))
		return cause__none(CAUSE_TERMINAL);
	if (!t || !made_by_access(t, sig))
		return c;
	o = objects__get(tl, &t->refused.obj);
	if (!o)
		return c;
	c.kind = CAUSE_FAULT;
	c.obj = &o->pub;
	c.t = since_start(tl, t->refused.e.ts);
	tl->refused = t->refused;
	c.fault = &tl->refused;
	t->refused.e.ts = 0;
	return c;
}

static bool is_wait(int nr)
{
	return nr == SYS_wait4 || nr == SYS_waitid;
}

void cause__child(const struct timeline *tl, struct cause *c, const struct ev_signal *sig)
{
	if (sig->child == sig->sender.pid)
		return;
	/* Older recordings do not tell: only the child itself exits. */
	if (!sig->child && (sig->sender.ctx != WAKE_TASK || !is_wait(sig->sender.nr)))
		return;
	c->by_known = sig->child;
	c->by = sig->child ? tasks__actor(tl, sig->child, sig->child) : (struct actor){0};
	c->nr = c->fd = -1;
}

static struct cause by_child(const struct timeline *tl, const struct ev_signal *sig)
{
	struct cause c = by_sender(CAUSE_CHILD, sig);

	cause__child(tl, &c, sig);
	return c;
}

struct cause cause__signal(struct timeline *tl, const struct ev_signal *sig)
{
	const struct ev_waker *s = &sig->sender;
	const struct mech_ops *ops = mech_ops__get(s->obj.mech);

	if (made_by_write(sig) && ops->sigpipe)
		return ops->sigpipe(tl, objects__get(tl, &s->obj));
	if (sig->sig == SIGCHLD && sig->code >= CLD_EXITED && sig->code <= CLD_CONTINUED)
		return by_child(tl, sig);
	/* In an interrupt: a timer's, unless it is an exception such as the fault behind SIGSEGV.
	 */
	if (s->ctx == WAKE_TIMER || s->ctx == WAKE_IRQ)
		return is_timer_signal(sig) ? cause__none(CAUSE_TIMER) : by_kernel(tl, sig);
	if (made_by_write(sig) || sig->code > 0)
		return by_kernel(tl, sig);
	return by_sender(s->tid ? CAUSE_SENT : CAUSE_UNKNOWN, sig);
}
