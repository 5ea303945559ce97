/* SPDX-License-Identifier: GPL-2.0 */
/* Who woke a sleeper, and by what: read from the waker's context at the wakeup. */
#include <signal.h>
#include <sys/syscall.h>

#include "names/mech.h"
#include "timeline/mech_ops.h"
#include "names/opclass.h"
#include "timeline/cause.h"
#include "timeline/objects.h"
#include "timeline/peers.h"
#include "timeline/release.h"
#include "timeline/tasks.h"
#include "timeline/wake.h"

/* A close may be recorded when its system call is over. */
#define RECORDED_WITHIN (10 * NSEC_PER_MSEC)
/* A signal is recorded just after it woke; but the host of a virtual machine may take that long. */
#define SIGNAL_WITHIN (100 * NSEC_PER_MSEC)
#define WOKEN_BEFORE  NSEC_PER_MSEC
#define LOOK_AT_MAX   64

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Until when what woke is recorded. */
static __u64 recorded_until(const struct ev_wait *w)
{
	return w->woken + (w->waker.ctx == WAKE_SIGNAL ? SIGNAL_WITHIN : RECORDED_WITHIN);
}

static bool near_wakeup(const struct ev_wait *w, __u64 ts)
{
	return ts + WOKEN_BEFORE >= w->woken && ts <= recorded_until(w);
}

/* A group-fatal signal shows as a pending SIGKILL in every thread but the one it was for. */
static bool is_the_signal(const struct ev_wait *w, const struct ev_signal *sig)
{
	return sig->sender.tid == w->waker.tid && sig->e.pid == w->e.pid &&
	       (sig->sig == w->waker.sig || w->waker.sig == 9 || !w->waker.sig) &&
	       near_wakeup(w, sig->e.ts);
}

static bool is_waking_change(const struct ev_wait *w, const struct ev_object *ev)
{
	if (!same_object(&ev->obj, &w->obj) && !same_object(&ev->obj, &w->waker.obj) &&
	    !peers__is(NULL, w, &ev->obj))
		return false;
	switch (ev->change) {
	case OBJ_EXIT_CLOSED:
		return w->waker.ctx == WAKE_EXIT;
	case OBJ_RELEASED:
		return w->waker.ctx == WAKE_EXIT ||
		       (op_call__has(w->waker.nr, T_CLOSES) && ev->nr == w->waker.nr);
	case OBJ_CLOSED: /* of a close_range too, but those stand before what they woke */
		return ev->nr == w->waker.nr && ev->fd == w->waker.fd;
	case OBJ_OPENED:
		return ev->nr == w->waker.nr;
	default:
		return false;
	}
}

struct entry *cause__pending(const struct timeline *tl, const struct ev_wait *w)
{
	struct entry *e = NULL;

	if (w->waker.ctx != WAKE_NONE && w->woken)
		e = order__by(&tl->order, w->waker.tid, w->woken);
	for (int i = 0; e && i < LOOK_AT_MAX; i++, e = order__by_next(e)) {
		if (e->rec.e.ts > recorded_until(w))
			break;
		if (e->kind == FACT_SIGNAL && w->waker.ctx == WAKE_SIGNAL &&
		    is_the_signal(w, &e->rec.signal))
			return e;
		if (e->kind == FACT_OBJECT && w->waker.tid && is_waking_change(w, &e->rec.object))
			return e;
	}
	return NULL;
}

bool cause__awaited(const struct timeline *tl, const struct ev_wait *w)
{
	const struct task *t = w->waker.tid ? tasks__find(tl, w->waker.tid) : NULL;

	if (!t || t->exited || t->last_ts >= w->woken)
		return false;
	if (w->waker.ctx == WAKE_TASK && !w->waker.obj.mech)
		return false;
	return !order__by(&tl->order, w->waker.tid, w->woken);
}

static struct cause by_waker(enum cause_kind kind, const struct timeline *tl,
			     const struct ev_wait *w)
{
	struct cause c = cause__none(kind);

	c.by_known = w->waker.tid != 0;
	c.by.pid = w->waker.pid;
	c.by.tid = w->waker.tid;
	copy_comm(c.by.comm, w->waker.comm);
	c.nr = w->waker.nr;
	c.fd = w->waker.fd;
	c.t = since_start(tl, w->woken);
	return c;
}

/* The one whose record follows the wakeup that it made. */
static const struct ev_signal *the_signal(const struct timeline *tl, const struct ev_wait *w)
{
	unsigned int n = tl->n_signals < RECENT_SIGNALS ? tl->n_signals : RECENT_SIGNALS;
	const struct ev_signal *found = NULL;

	for (unsigned int i = 1; i <= n; i++) {
		const struct ev_signal *sig = &tl->signals[(tl->n_signals - i) % RECENT_SIGNALS];

		if (is_the_signal(w, sig) &&
		    (!found || (sig->e.ts >= w->woken &&
				(found->e.ts < w->woken || sig->e.ts < found->e.ts))))
			found = sig;
	}
	return found;
}

static bool sends_signals(int nr)
{
	return nr == SYS_kill || nr == SYS_tkill || nr == SYS_tgkill || nr == SYS_rt_sigqueueinfo ||
	       nr == SYS_rt_tgsigqueueinfo || nr == SYS_pidfd_send_signal;
}

/*
 * A thread that blocks a signal of the process, or exits, hands it on to one that does not
 * (kernel/signal.c retarget_shared_pending()): what it is doing sent no signal.
 */
static bool handed_on(const struct ev_wait *w)
{
	return w->waker.tid && w->waker.pid == w->e.pid && !sends_signals(w->waker.nr);
}

/* That which is pending: the last that was not pending already. */
static const struct ev_signal *pending_signal(const struct timeline *tl, const struct ev_wait *w)
{
	unsigned int n = tl->n_signals < RECENT_SIGNALS ? tl->n_signals : RECENT_SIGNALS;

	for (unsigned int i = 1; i <= n; i++) {
		const struct ev_signal *sig = &tl->signals[(tl->n_signals - i) % RECENT_SIGNALS];

		if (sig->e.pid == w->e.pid && sig->sig == w->waker.sig && sig->group &&
		    sig->e.ts <= w->woken && signal__result(sig) == SIGNAL_QUEUED)
			return sig;
	}
	return NULL;
}

static void sent_by(struct cause *c, const struct ev_signal *sig)
{
	c->terminal = sig && cause__is_terminals(sig);
	c->by_known = sig && sig->sender.tid && sig->sender.ctx != WAKE_TIMER &&
		      sig->sender.ctx != WAKE_IRQ && !c->terminal;
	c->by = (struct actor){0};
	c->nr = c->fd = -1;
	if (!c->by_known)
		return;
	c->by.pid = sig->sender.pid;
	c->by.tid = sig->sender.tid;
	copy_comm(c->by.comm, sig->sender.comm);
	c->nr = sig->sender.nr;
	c->fd = sig->sender.fd;
}

static struct cause by_signal(const struct timeline *tl, const struct ev_wait *w)
{
	struct cause c = by_waker(CAUSE_SIGNALLED, tl, w);
	const struct ev_signal *sig = the_signal(tl, w);

	if (sig || handed_on(w)) {
		sig = sig ? sig : pending_signal(tl, w);
		sent_by(&c, sig);
	}
	c.sig = w->waker.sig || !sig ? w->waker.sig : (__u8)sig->sig;
	if (sig && sig->sig == SIGCHLD)
		cause__child(tl, &c, sig);
	return c;
}

/* Whether the states of the sleep count the ends of this object. */
static bool counts_ends_of(const struct ev_wait *w, const struct ipc_object *key)
{
	return mech__has(key->mech, MT_PEER) ? peers__is(NULL, w, key) : same_object(&w->obj, key);
}

/*
 * Whether the last of this end went with this wakeup, by the states, or by a departure of the
 * waker's.
 */
static bool end_went(const struct ev_wait *w, const struct obj *o, __u8 end)
{
	const struct ipc_state *woken = wait__state_woken(w);
	const struct departure *d;

	if (!o || !mech__has(o->pub.key.mech, MT_ENDS | MT_PEER))
		return false;
	if (woken && counts_ends_of(w, &o->pub.key) && !release__counted(&w->obj, woken, end) &&
	    release__counted(&w->obj, &w->state, end))
		return true;
	d = release__of(o, end);
	return d && d->by.tid == w->waker.tid && near_wakeup(w, d->ts);
}

/*
 * The ends whose last close wakes this sleeper: for a reader the writers, for a writer the readers.
 */
static __u8 awaited_end(const struct ev_wait *w, const struct obj *o)
{
	enum enders by = reason__enders(w->reason);

	if (by != ENDERS_READERS && end_went(w, o, END_WRITE))
		return END_WRITE;
	if (by != ENDERS_WRITERS && end_went(w, o, END_READ))
		return END_READ;
	return 0;
}

/* o: whose going may have ended the sleep. */
static bool last_close(const struct timeline *tl, const struct ev_wait *w, struct obj *o,
		       struct cause *c)
{
	__u8 end = awaited_end(w, o);
	const struct departure *d;

	if (!end)
		return false;
	/* Within a read or a write, another task's close may have changed the state before it. */
	if (w->waker.ctx != WAKE_EXIT && !op_call__has(w->waker.nr, T_CLOSES))
		return false;
	d = release__confirm(o, end, w->waker.tid);
	if (!d)
		d = release__proven(tl, o, end, w);
	*c = by_waker(CAUSE_LAST_CLOSE, tl, w);
	c->obj = &o->pub;
	c->change = d->change;
	c->fd = d->fd;
	c->nr = d->nr;
	return true;
}

static __s64 bytes_moved(const struct timeline *tl, const struct ev_wait *w, const struct obj *o)
{
	const struct task *t = tasks__find(tl, w->waker.tid);
	unsigned int n = !t ? 0 : t->n_moves < RECENT_MOVES ? t->n_moves : RECENT_MOVES;

	for (unsigned int i = 0; o && i < n; i++) {
		const struct move *m = &t->moves[i];

		if (m->index == o->pub.index && m->start <= w->woken && m->until >= w->woken)
			return m->bytes;
	}
	return 0;
}

enum where { ANYWHERE, SAME, PEER };

#define OPC_ANY OPC_NONE

static const struct {
	enum wait_reason reason;
	enum op_class op; /* OPC_ANY: whatever the waker did */
	enum where where;
	enum cause_kind cause;
} wakes[] = {
#define WAKE(reason, class, where, cause) {WAIT_##reason, OPC_##class, where, CAUSE_##cause},
#include "abi/mech.def"
};

/* By an address a datagram goes to a socket that is not the sender's peer. */
static bool sends_there(const struct ev_wait *w)
{
	return op_call__has(w->waker.nr, T_GIVES) && mech__has(w->obj.mech, MT_PEER) &&
	       w->waker.obj.mech == w->obj.mech && w->waker.arg == w->obj.id;
}

static bool worked_there(enum where where, const struct obj *o, const struct ev_wait *w)
{
	switch (where) {
	case SAME:
		return same_object(&w->waker.obj, &w->obj);
	case PEER:
		return peers__is(o, w, &w->waker.obj) || sends_there(w);
	default:
		return true;
	}
}

static enum cause_kind kind_by_task(const struct obj *o, const struct ev_wait *w)
{
	enum op_class op = op_class_of(w->waker.nr);
	const struct mech_ops *ops = mech_ops__sleep(w);
	enum cause_kind other = ops->wakes ? ops->wakes(o, w) : CAUSE_NONE;

	if (other)
		return other;
	if (wait__polls(w))
		return mech__has(w->waker.obj.mech, MT_EVENTS) && !op_class__has(op, T_CLOSES)
			   ? CAUSE_EVENT
			   : CAUSE_TASK;
	for (size_t i = 0; i < ARRAY_SIZE(wakes); i++) {
		if (wakes[i].reason == w->reason && (wakes[i].op == OPC_ANY || wakes[i].op == op) &&
		    worked_there(wakes[i].where, o, w))
			return wakes[i].cause;
	}
	return CAUSE_TASK;
}

/* What the sleeper waits to see the end of, or else to do something; NULL: it is not known. */
static struct obj *awaited(struct timeline *tl, const struct ev_wait *w, struct obj *o)
{
	struct ipc_object key = peers__key(&w->obj, &w->state);
	struct obj *peer = peers__of(o);

	if (!reason__by_peer(w->reason))
		return o;
	if (peer || w->e.flags & EVF_NO_STATE)
		return peer;
	if (peers__names(&w->obj, &w->state, &key))
		return objects__get(tl, &key);
	key.id = o && w->state.v[SOCK_FLAGS] & SOCKF_PENDING ? o->listener : 0;
	return key.id ? objects__find(tl, &key) : NULL;
}

/* What an object's part in an interrupt was: its own timer expired, or a packet came to it. */
static struct cause by_interrupt(struct timeline *tl, const struct ev_wait *w)
{
	struct cause c = cause__none(CAUSE_INTERRUPT);
	const struct obj *o = objects__get(tl, &w->waker.obj);

	if (o && mech__has(w->waker.obj.mech, MT_PEER))
		c.kind = CAUSE_NETWORK;
	switch (o ? w->waker.obj.mech : MECH_NONE) {
#define TIMER(mech, owner, cause)                                                                  \
	case MECH_##mech:                                                                          \
		c.kind = CAUSE_##cause;                                                            \
		break;
#include "abi/mech.def"
	default:
		return c;
	}
	c.obj = &o->pub;
	c.t = since_start(tl, w->woken);
	return c;
}

struct cause cause__wake(struct timeline *tl, struct obj *o, const struct ev_wait *w)
{
	const struct mech_ops *ops = mech_ops__sleep(w);
	struct obj *worked_on;
	struct cause c;

	switch (w->e.flags & EVF_OPEN ? WAKE_NONE : w->waker.ctx) {
	case WAKE_SIGNAL:
		return by_signal(tl, w);
	case WAKE_TIMER:
		return cause__none(CAUSE_TIMEOUT);
	case WAKE_IRQ:
		return by_interrupt(tl, w);
	case WAKE_TASK:
	case WAKE_EXIT:
		break;
	default:
		return cause__none(w->e.flags & EVF_OPEN ? CAUSE_NONE : CAUSE_UNKNOWN);
	}
	if (!w->waker.tid)
		return cause__none(CAUSE_UNKNOWN);
	worked_on = objects__get(tl, &w->waker.obj);
	if (reason__enders(w->reason) != ENDERS_OWNER && last_close(tl, w, awaited(tl, w, o), &c))
		return c;
	if (wait__polls(w) && last_close(tl, w, worked_on, &c))
		return c;
	c = by_waker(kind_by_task(o, w), tl, w);
	c.obj = worked_on ? &worked_on->pub : NULL;
	if (c.kind == CAUSE_DATA || c.kind == CAUSE_SPACE)
		c.bytes = bytes_moved(tl, w, worked_on ? worked_on : o);
	else if (ops->amount)
		c.amount = ops->amount(tl, w, o);
	return c;
}
