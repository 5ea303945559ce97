/* SPDX-License-Identifier: GPL-2.0 */
/* Why a call on a socket ended as it did, and what ends a sleep in one (net/unix/af_unix.c, net/ipv4/tcp.c). */
#include <errno.h>
#include <sys/socket.h>

#include "mech/sock.h"
#include "names/opclass.h"
#include "timeline/cause.h"
#include "timeline/objects.h"
#include "timeline/peers.h"
#include "timeline/release.h"
#include "timeline/tasks.h"

enum half { READS = 0, WRITES = 1 }; /* of obj.shut */

bool sock__is_unix(const struct ipc_state *st)
{
	return SOCK_KIND_FAMILY(st->v[SOCK_KIND]) == AF_UNIX;
}

bool sock__is_full(const struct ipc_state *st)
{
	return st->v[SOCK_FLAGS] & SOCKF_QUEUED ? st->v[SOCK_USED] > st->v[SOCK_LIMIT]
						: st->v[SOCK_USED] >= st->v[SOCK_LIMIT];
}

/* The flags of either state: what it was at some time of the call. */
static __u32 flags_of(const struct ev_op *op)
{
	if (op->e.flags & EVF_NO_STATE)
		return 0;
	return op->before.v[SOCK_FLAGS] |
	       (op->e.flags & EVF_NO_AFTER ? 0 : op->after.v[SOCK_FLAGS]);
}

static bool either(const struct ev_op *op, bool (*is)(const struct ipc_state *st))
{
	if (op->e.flags & EVF_NO_STATE)
		return false;
	return is(&op->before) || (!(op->e.flags & EVF_NO_AFTER) && is(&op->after));
}

static bool is_empty(const struct ipc_state *st)
{
	return !st->v[SOCK_UNREAD];
}

static bool nobody_connects(const struct ipc_state *st)
{
	return !st->v[SOCK_USED];
}

static bool takes(const struct ev_op *op)
{
	return op_class__has(op->op, T_TAKES);
}

static bool gives(const struct ev_op *op)
{
	return op_class__has(op->op, T_GIVES);
}

bool sock__moved(const struct ev_op *op, struct move *m)
{
	m->bytes = (__s64)op_bytes(op);
	return moves_data(op->op) && m->bytes && !(op->e.flags & EVF_SLEPT);
}

void sock__did(struct timeline *tl, struct obj *o, const struct ev_op *op)
{
	if (!o || op->op != OPC_SHUTDOWN || op->ret)
		return;
	for (int half = READS; half <= WRITES; half++) {
		if ((op->cmd != SHUT_RDWR && op->cmd != (half == READS ? SHUT_RD : SHUT_WR)) ||
		    o->shut[half].known)
			continue;
		o->shut[half] = (struct departure){.known = true,
						   .by = tasks__noted(tl, op->e.pid, op->e.tid),
						   .ts = op->e.ts,
						   .fd = op->fd,
						   .nr = op->nr};
	}
}

static struct cause by(const struct timeline *tl, enum cause_kind kind, const struct obj *o,
		       const struct departure *d)
{
	struct cause c = cause__none(kind);

	c.obj = &o->pub;
	cause__by(tl, &c, &d->by, d->nr, d->ts);
	c.fd = d->fd;
	c.change = d->change;
	return c;
}

/* Its peer, or whom it sends datagrams to, which has no peer or another one. */
static struct obj *receiver(const struct timeline *tl, const struct obj *o)
{
	struct ipc_object key = o->pub.key;

	key.id = o->sends_to;
	if (o->pub.peer || !key.id)
		return peers__of(o);
	return objects__find(tl, &key);
}

/* Who let this half come to its end first, by shutdown(2) of this end or the other, or by the other's close; kind
 * UNKNOWN: nobody was seen. */
static struct cause first_of(const struct timeline *tl, const struct obj *o, enum half half)
{
	const struct obj *peer = half == WRITES ? receiver(tl, o) : peers__of(o), *at = NULL;
	const struct departure *first = o->shut[half].known ? &o->shut[half] : NULL;
	const struct departure *theirs = peer ? &peer->shut[!half] : NULL;
	const struct departure *closed = peer ? release__of(peer, END_WRITE) : NULL;

	if (first)
		at = o;
	if (theirs && theirs->known && (!first || theirs->ts < first->ts)) {
		first = theirs;
		at = peer;
	}
	if (closed && (!first || closed->ts < first->ts))
		return by(tl, CAUSE_PEER_CLOSED, peer, closed);
	return first ? by(tl, CAUSE_PEER_SHUT, at, first) : cause__none(CAUSE_UNKNOWN);
}

/* By the flags alone. */
static struct cause by_flags(__u32 flags, enum half half)
{
	if (flags & SOCKF_PEER_GONE)
		return cause__none(CAUSE_PEER_CLOSED);
	if (flags & (half == READS ? SOCKF_SHUT_READ : SOCKF_SHUT_WRITE))
		return cause__none(CAUSE_PEER_SHUT);
	return cause__none(CAUSE_UNKNOWN);
}

/* Its wakeup says who ended it. */
static struct cause by_wakeup(const struct task *t, const struct obj *o, const struct ev_op *op)
{
	const struct obj *peer = peers__of(o);
	struct cause c = cause__none(CAUSE_UNKNOWN);

	if (!t || !(op->e.flags & EVF_SLEPT))
		return c;
	if (t->woken.kind == CAUSE_LAST_CLOSE || t->woken.kind == CAUSE_SHUTDOWN) {
		c = t->woken;
		c.kind = c.kind == CAUSE_SHUTDOWN ? CAUSE_PEER_SHUT : CAUSE_PEER_CLOSED;
		c.obj = peer && c.kind == CAUSE_PEER_CLOSED ? &peer->pub : NULL;
	}
	return c;
}

/* No more comes, or goes: that one half has ended the flags have to say. */
static struct cause half_ended(const struct timeline *tl, const struct task *t, const struct obj *o,
			       const struct ev_op *op, enum half half)
{
	struct cause flags = by_flags(flags_of(op), half), c;

	if (flags.kind == CAUSE_UNKNOWN)
		return by_wakeup(t, o, op);
	c = first_of(tl, o, half);
	if (c.kind == CAUSE_UNKNOWN)
		c = by_wakeup(t, o, op);
	return c.kind == CAUSE_UNKNOWN ? flags : c;
}

struct cause sock__sigpipe(const struct timeline *tl, const struct obj *o)
{
	struct cause c = o ? first_of(tl, o, WRITES) : cause__none(CAUSE_UNKNOWN);

	if (o && c.kind == CAUSE_UNKNOWN && o->pub.state_known)
		return by_flags(o->pub.state.v[SOCK_FLAGS], WRITES);
	return c;
}

/* The kernel tells the survivor so if bytes were unread, or if nobody had accepted (unix_release_sock()); TCP also if
 * some came later, or SO_LINGER is 0 (tcp_close()). */
static struct cause reset(const struct timeline *tl, const struct obj *o)
{
	const struct obj *peer = peers__of(o);
	const struct departure *d = peer ? release__of(peer, END_WRITE) : NULL;
	struct cause c = cause__none(CAUSE_RESET);

	if (!d)
		return c;
	c = by(tl, CAUSE_RESET, peer, d);
	c.bytes = d->state_known ? d->state.v[SOCK_UNREAD] : 0;
	return c;
}

/* A call that waits and has slept gives up for no other reason. */
static struct cause timed_out(const struct task *t, const struct ev_op *op)
{
	bool is = t && op->e.flags & EVF_SLEPT && !(op->e.flags & EVF_NONBLOCK);

	return cause__none(is ? CAUSE_TIMEOUT : CAUSE_UNKNOWN);
}

static struct cause would_wait(const struct task *t, const struct ev_op *op)
{
	bool shown;

	switch (op->op) {
	case OPC_ACCEPT:
		shown = either(op, nobody_connects);
		break;
	case OPC_CONNECT: /* it has no other reason (unix_stream_connect()) */
		shown = !(op->e.flags & EVF_SLEPT) && sock__is_unix(&op->before);
		break;
	default:
		shown =
		    (takes(op) && either(op, is_empty)) || (gives(op) && either(op, sock__is_full));
	}
	if (timed_out(t, op).kind == CAUSE_TIMEOUT)
		return timed_out(t, op);
	return cause__none(shown ? CAUSE_STATE : CAUSE_UNKNOWN);
}

static struct cause partial(const struct timeline *tl, const struct task *t, const struct obj *o,
			    const struct ev_op *op)
{
	struct cause c = half_ended(tl, t, o, op, WRITES);

	if (c.kind != CAUSE_UNKNOWN)
		return c;
	if (op->e.flags & EVF_NONBLOCK && either(op, sock__is_full))
		return cause__none(CAUSE_STATE);
	c = timed_out(t, op);
	return c.kind == CAUSE_UNKNOWN ? cause__interrupted(t, op) : c;
}

/* Nothing came though something was asked for: the end, or of what has messages an empty one. */
static struct cause got_nothing(const struct timeline *tl, const struct task *t,
				const struct obj *o, const struct ev_op *op)
{
	struct cause c = half_ended(tl, t, o, op, READS);
	bool stream = SOCK_KIND_TYPE(op->before.v[SOCK_KIND]) == SOCK_STREAM;

	if (op->op == OPC_SPLICE && c.kind == CAUSE_UNKNOWN)
		return cause__none(CAUSE_NONE);
	if (c.kind == CAUSE_UNKNOWN && !stream && !(op->e.flags & EVF_NO_STATE))
		return cause__none(CAUSE_NONE);
	return c;
}

static struct cause refused(const struct timeline *tl, const struct task *t, const struct obj *o,
			    const struct ev_op *op)
{
	struct cause c = cause__none(CAUSE_UNKNOWN);

	/* A datagram socket that is connected has nobody but its peer to be refused by. */
	if (gives(op))
		c = half_ended(tl, t, o, op, WRITES);
	return c.kind == CAUSE_PEER_CLOSED ? c : cause__none(CAUSE_REFUSED);
}

struct cause sock__why(struct timeline *tl, const struct task *t, const struct obj *o,
		       const struct ev_op *op)
{
	if (!o)
		return cause__none(CAUSE_NONE);
	switch (op->ret) {
	case -EAGAIN:
		return would_wait(t, op);
	case -EPIPE:
		return half_ended(tl, t, o, op, WRITES);
	case -ECONNRESET:
		return reset(tl, o);
	case -ECONNREFUSED:
		return refused(tl, t, o, op);
	case 0:
		if (takes(op) && op->bytes && !(op->bits & OPF_NO_ARG))
			return got_nothing(tl, t, o, op);
		break;
	}
	if (gives(op) && !takes(op) && op->ret > 0 && !counts_messages(op) &&
	    !(op->bits & OPF_NO_ARG) && (__u64)op->ret < op->bytes)
		return partial(tl, t, o, op);
	return cause__none(CAUSE_NONE);
}

/* Who sends a datagram need not be the peer: what a send wakes on another socket reads what it sent. */
enum cause_kind sock__wakes(const struct obj *o, const struct ev_wait *w)
{
	__u8 class = (__u8)op_class_of(w->waker.nr);

	(void)o;
	if (w->reason != WAIT_SOCK_EMPTY || w->e.flags & EVF_NO_STATE ||
	    SOCK_KIND_TYPE(w->state.v[SOCK_KIND]) != SOCK_DGRAM)
		return CAUSE_NONE;
	return w->waker.obj.mech == MECH_SOCK && (class == OPC_SEND || class == OPC_WRITE)
		   ? CAUSE_DATA
		   : CAUSE_NONE;
}

/* Who reads wakes the writer when three quarters are free (unix_writable()), of TCP a third
 * (__sk_stream_is_writeable()). */
static bool stays_full(const struct ipc_state *st)
{
	__u64 used = st->v[SOCK_USED], limit = st->v[SOCK_LIMIT];

	return sock__is_unix(st) ? 4 * used >= limit : 3 * used > 2 * limit;
}

bool sock__still_due(const struct ev_wait *w, const struct ipc_state *now)
{
	__u32 flags = now->v[SOCK_FLAGS];

	switch (w->reason) {
	case WAIT_SOCK_EMPTY: /* below SO_RCVLOWAT there may be some */
		return now->v[SOCK_UNREAD] == w->state.v[SOCK_UNREAD] &&
		       !(flags & (SOCKF_SHUT_READ | SOCKF_PEER_GONE | SOCKF_RESET));
	case WAIT_SOCK_FULL:
		return stays_full(now) && !(flags & (SOCKF_SHUT_WRITE | SOCKF_PEER_GONE));
	case WAIT_SOCK_PEER_FULL:
	case WAIT_SOCK_BACKLOG:
		return sock__is_full(now);
	case WAIT_SOCK_ACCEPT:
		return !now->v[SOCK_USED];
	default:
		return true;
	}
}
