/* SPDX-License-Identifier: GPL-2.0 */
/* Who ended a connection, or what would have taken one: by a close, a shutdown, or with the listener. */
#include "mech/sock.h"
#include "names/opclass.h"
#include "timeline/cause.h"
#include "timeline/connects.h"
#include "timeline/objects.h"
#include "timeline/peers.h"
#include "timeline/release.h"

__u32 sock__flags(const struct ev_op *op)
{
	if (op->e.flags & EVF_NO_STATE)
		return 0;
	return op->before.v[SOCK_FLAGS] |
	       (op->e.flags & EVF_NO_AFTER ? 0 : op->after.v[SOCK_FLAGS]);
}

static struct obj *sock_numbered(const struct timeline *tl, const struct obj *like, __u32 number)
{
	struct ipc_object key = like->pub.key;

	key.id = number;
	return number ? objects__find(tl, &key) : NULL;
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

/* One that has closed before it was accepted no state names. */
static struct obj *other_end(const struct timeline *tl, const struct obj *o)
{
	return o->pub.peer ? peers__of(o) : connects__maker(tl, o);
}

/* Its peer, or whom it sends datagrams to, which has no peer or another one. */
static struct obj *receiver(const struct timeline *tl, const struct obj *o)
{
	struct ipc_object key = o->pub.key;

	key.id = o->sends_to;
	if (o->pub.peer || !key.id)
		return other_end(tl, o);
	return objects__find(tl, &key);
}

/* Who let this half come to its end first, by shutdown(2) of this end or the other, or by the other's close; kind
 * UNKNOWN: nobody was seen. */
static struct cause first_of(const struct timeline *tl, const struct obj *o, enum sock_half half)
{
	const struct obj *peer = half == SOCK_WRITES ? receiver(tl, o) : other_end(tl, o),
			 *at = NULL;
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
static struct cause by_flags(__u32 flags, enum sock_half half)
{
	if (flags & SOCKF_PEER_GONE)
		return cause__none(CAUSE_PEER_CLOSED);
	if (flags & (half == SOCK_READS ? SOCKF_SHUT_READ : SOCKF_SHUT_WRITE))
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

/* Its connection went with its listener, for nobody had accepted it; kind UNKNOWN: by whom was not seen. */
static struct cause by_listener(const struct timeline *tl, const struct obj *o,
				enum cause_kind kind)
{
	const struct obj *l = sock_numbered(tl, o, o->listener);
	const struct departure *d = l ? release__of(l, END_WRITE) : NULL;

	return d ? by(tl, kind, l, d) : cause__none(CAUSE_UNKNOWN);
}

struct cause sock__ended(const struct timeline *tl, const struct task *t, const struct obj *o,
			 const struct ev_op *op, enum sock_half half)
{
	struct cause flags = by_flags(sock__flags(op), half), c;

	if (flags.kind == CAUSE_UNKNOWN)
		return by_wakeup(t, o, op);
	c = sock__flags(op) & SOCKF_UNACCEPTED ? by_listener(tl, o, CAUSE_PEER_CLOSED)
					       : first_of(tl, o, half);
	if (c.kind == CAUSE_UNKNOWN)
		c = by_wakeup(t, o, op);
	return c.kind == CAUSE_UNKNOWN ? flags : c;
}

struct cause sock__sigpipe(const struct timeline *tl, const struct obj *o)
{
	__u32 flags = o && o->pub.state_known ? o->pub.state.v[SOCK_FLAGS] : 0;
	struct cause c = cause__none(CAUSE_UNKNOWN);

	if (o)
		c = flags & SOCKF_UNACCEPTED ? by_listener(tl, o, CAUSE_PEER_CLOSED)
					     : first_of(tl, o, SOCK_WRITES);
	return c.kind == CAUSE_UNKNOWN ? by_flags(flags, SOCK_WRITES) : c;
}

/* The kernel tells the survivor so if bytes were unread, or if nobody had accepted (unix_release_sock()); TCP also if
 * some came later, or SO_LINGER is 0 (tcp_close()). */
struct cause sock__reset(const struct timeline *tl, const struct obj *o, const struct ev_op *op)
{
	const struct obj *peer = peers__of(o);
	const struct departure *d = peer ? release__of(peer, END_WRITE) : NULL;
	struct cause c = cause__none(CAUSE_RESET);

	if (sock__flags(op) & SOCKF_UNACCEPTED) {
		c = by_listener(tl, o, CAUSE_RESET);
		return c.kind == CAUSE_UNKNOWN ? cause__none(CAUSE_RESET) : c;
	}
	if (!d)
		return c;
	c = by(tl, CAUSE_RESET, peer, d);
	c.bytes = d->state_known ? d->state.v[SOCK_UNREAD] : 0;
	return c;
}

/* Who shut down, or closed, what had the name that this call asks for. */
static struct cause no_listener(const struct timeline *tl, const struct obj *o)
{
	const struct obj *l = connects__of_name(tl, o->pub.wanted);
	const struct departure *shut = l && l->shut[SOCK_READS].known ? &l->shut[SOCK_READS] : NULL;
	const struct departure *closed = l ? release__of(l, END_WRITE) : NULL;

	if (!shut && !closed)
		return cause__none(CAUSE_REFUSED);
	return by(tl, CAUSE_REFUSED, l, shut ? shut : closed);
}

struct cause sock__refused(const struct timeline *tl, const struct task *t, const struct obj *o,
			   const struct ev_op *op)
{
	struct cause c = cause__none(CAUSE_UNKNOWN);

	/* A datagram socket that is connected has nobody but its peer to be refused by. */
	if (op_class__has(op->op, T_GIVES))
		c = sock__ended(tl, t, o, op, SOCK_WRITES);
	if (op->op == OPC_CONNECT)
		return no_listener(tl, o);
	return c.kind == CAUSE_PEER_CLOSED ? c : cause__none(CAUSE_REFUSED);
}

struct cause sock__got_gone(const struct timeline *tl, const struct ev_op *op)
{
	const struct obj *client = connects__client(tl, op->connection);
	const struct departure *d = client ? release__of(client, END_WRITE) : NULL;

	return d ? by(tl, CAUSE_PEER_CLOSED, client, d) : cause__none(CAUSE_NONE);
}
