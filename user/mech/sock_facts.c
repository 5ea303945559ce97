/* SPDX-License-Identifier: GPL-2.0 */
/* Why a call on a socket ended as it did, and what ends a sleep in one (net/unix/af_unix.c, net/ipv4/tcp.c). */
#include <errno.h>
#include <sys/socket.h>

#include "mech/sock.h"
#include "names/opclass.h"
#include "timeline/cause.h"
#include "timeline/connects.h"
#include "timeline/objects.h"
#include "timeline/peers.h"
#include "timeline/release.h"
#include "timeline/tasks.h"

bool sock__is_unix(const struct ipc_state *st)
{
	return SOCK_KIND_FAMILY(st->v[SOCK_KIND]) == AF_UNIX;
}

bool sock__is_full(const struct ipc_state *st)
{
	return st->v[SOCK_FLAGS] & SOCKF_QUEUED ? st->v[SOCK_USED] > st->v[SOCK_LIMIT]
						: st->v[SOCK_USED] >= st->v[SOCK_LIMIT];
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

/* By the client it is known who ends the connection, should no state name it: it has closed before. */
static void accepted(struct timeline *tl, const struct obj *listener, const struct ev_op *op)
{
	struct ipc_object key = listener->pub.key;

	key.id = op->socket;
	if (key.id)
		connects__accepted(tl, op->connection, &key);
}

static void did_shut(struct timeline *tl, struct obj *o, const struct ev_op *op)
{
	for (int half = SOCK_READS; half <= SOCK_WRITES; half++) {
		if ((op->cmd != SHUT_RDWR && op->cmd != (half == SOCK_READS ? SHUT_RD : SHUT_WR)) ||
		    o->shut[half].known)
			continue;
		o->shut[half] = (struct departure){.known = true,
						   .by = tasks__noted(tl, op->e.pid, op->e.tid),
						   .ts = op->e.ts,
						   .fd = op->fd,
						   .nr = op->nr};
	}
}

void sock__did(struct timeline *tl, struct obj *o, const struct ev_op *op)
{
	if (!o || op->ret < 0)
		return;
	switch (op->op) {
	case OPC_SHUTDOWN:
		did_shut(tl, o, op);
		break;
	case OPC_CONNECT:
		o->listener = op->connection ? op->socket : 0;
		if (op->connection)
			connects__made(tl, o, op->connection);
		break;
	case OPC_ACCEPT:
		accepted(tl, o, op);
		break;
	}
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
	struct cause c = sock__ended(tl, t, o, op, SOCK_WRITES);

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
	struct cause c = sock__ended(tl, t, o, op, SOCK_READS);
	bool stream = SOCK_KIND_TYPE(op->before.v[SOCK_KIND]) == SOCK_STREAM;

	if (op->op == OPC_SPLICE && c.kind == CAUSE_UNKNOWN)
		return cause__none(CAUSE_NONE);
	if (c.kind == CAUSE_UNKNOWN && !stream && !(op->e.flags & EVF_NO_STATE))
		return cause__none(CAUSE_NONE);
	return c;
}

struct cause sock__why(struct timeline *tl, const struct task *t, const struct obj *o,
		       const struct ev_op *op)
{
	if (!o)
		return cause__none(CAUSE_NONE);
	if (op->op == OPC_ACCEPT && op->ret >= 0)
		return sock__got_gone(tl, op);
	switch (op->ret) {
	case -EAGAIN:
		return would_wait(t, op);
	case -EPIPE:
		return sock__ended(tl, t, o, op, SOCK_WRITES);
	case -ECONNRESET:
		return sock__reset(tl, o, op);
	case -ECONNREFUSED:
		return sock__refused(tl, t, o, op);
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

/* Its connection went with the listener that the waker closes: the state at the wakeup says so. */
static bool listener_closed(const struct obj *o, const struct ev_wait *w)
{
	const struct ipc_state *woken = wait__state_woken(w);

	return o && o->listener && w->waker.obj.mech == MECH_SOCK &&
	       w->waker.obj.id == o->listener && op_call__has(w->waker.nr, T_CLOSES) && woken &&
	       woken->v[SOCK_FLAGS] & SOCKF_UNACCEPTED;
}

/* Who sends a datagram need not be the peer: what a send wakes on another socket reads what it sent. */
enum cause_kind sock__wakes(const struct obj *o, const struct ev_wait *w)
{
	__u8 class = (__u8)op_class_of(w->waker.nr);

	if (listener_closed(o, w))
		return CAUSE_LAST_CLOSE;
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
