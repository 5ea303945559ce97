/* SPDX-License-Identifier: GPL-2.0 */
/* Why a call on a socket ended as it did, in sentences (unix(7), tcp(7), udp(7)). */
#include <errno.h>
#include <sys/socket.h>

#include "mech/sock.h"
#include "names/ipc_names.h"
#include "names/mech.h"
#include "names/opclass.h"
#include "words/explain_text.h"

static const struct ipc_state *state_of(const struct ev_op *op)
{
	return op->e.flags & EVF_NO_STATE ? NULL : &op->before;
}

static bool is_type(const struct ev_op *op, __u32 type)
{
	const struct ipc_state *st = state_of(op);

	return st && SOCK_KIND_TYPE(st->v[SOCK_KIND]) == type;
}

/* "EPIPE: ", "end of file: ", "partial: 5 of 10 bytes were taken; " */
static void add_outcome(struct text *t, const struct ev_op *op)
{
	if (!op->ret) {
		text__add(t, "end of file: ");
		return;
	}
	text__outcome(t, op);
	text__add(t, op->ret > 0 ? " were taken; " : ": ");
}

/* A socket of AF_UNIX, or one that is not known to be another. */
static bool is_unix(const struct ev_op *op)
{
	const struct ipc_state *st = state_of(op);

	return !st || sock__is_unix(st);
}

/* With bytes that it had not read, or with the listener, before it was accepted. */
static void was_reset(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;
	const struct cause *c = &f->cause;

	text__add(t, "ECONNRESET: ");
	if (sock__flags(op) & SOCKF_UNACCEPTED) {
		text__add(t, "nobody had accepted the connection when its listener was closed");
		text__add(t, c->by_known ? ": " : "; by whom was not seen");
		if (c->by_known)
			text__departure(t, c, 0);
		return;
	}
	if (!c->by_known) {
		text__add(t, is_unix(op)
				 ? "the other end was closed with bytes that it had not read, or "
				   "before it was accepted; by whom was not seen"
				 : "the other end has answered with a reset; why was not seen");
		return;
	}
	if (!is_unix(op) && !c->bytes) {
		text__add(t, "the other end, which is closed, has answered with a reset: ");
		text__departure(t, c, 0);
		return;
	}
	text__add(t, "the other end was closed with ");
	if (c->bytes)
		text__count(t, (__u64)c->bytes, "byte");
	else
		text__add(t, "bytes");
	text__add(t, " that it had not read: ");
	text__departure(t, c, 0);
}

static void add_reason(struct text *t, enum wait_reason reason, const struct ipc_state *st)
{
	char why[192];

	mech__sentence(why, sizeof(why), reason__get(reason)->sentence, mech__get(MECH_SOCK), st);
	text__add(t, "%s", why);
}

/* The state in which the socket of a call that sends is full. */
static void is_full(struct text *t, const struct ev_op *op)
{
	const struct ipc_state *st = sock__is_full(&op->after) ? &op->after : &op->before;

	add_reason(t, st->v[SOCK_FLAGS] & SOCKF_QUEUED ? WAIT_SOCK_PEER_FULL : WAIT_SOCK_FULL, st);
}

static void by_state(struct text *t, const struct ev_op *op)
{
	bool sends = op_class__has(op->op, T_GIVES);

	if (op->ret > 0) {
		add_outcome(t, op);
		is_full(t, op);
		return;
	}
	text__add(t, "it would have to wait: ");
	if (op->op == OPC_ACCEPT)
		add_reason(t, WAIT_SOCK_ACCEPT, NULL);
	else if (op->op == OPC_CONNECT)
		text__add(t, "the listener's backlog is full");
	else if (sends && (sock__is_full(&op->before) || sock__is_full(&op->after)))
		is_full(t, op);
	else
		add_reason(t, WAIT_SOCK_EMPTY, NULL);
}

static void timed_out(struct text *t, const struct ev_op *op)
{
	add_outcome(t, op);
	text__add(t, "its time was up (%s)",
		  op_class__has(op->op, T_GIVES) || op->op == OPC_CONNECT ? "SO_SNDTIMEO"
									  : "SO_RCVTIMEO");
}

/* change: of a close; a shutdown has none. */
static void had_the_name(struct text *t, const struct ev_op *op, const struct cause *c)
{
	text__add(t, is_type(op, SOCK_DGRAM) ? "no socket has that name any more: "
					     : "nobody listens there any more: ");
	if (!c->change) {
		text__who(t, &c->by);
		text__add(t, " shut ");
		text__object(t, c->obj);
		text__add(t, ", which has that name, down");
		text__by_call(t, c->nr, c->fd);
		text__add(t, " at ");
		text__at(t, c->t);
		return;
	}
	text__object(t, c->obj);
	text__add(t, ", which had that name, is closed since ");
	text__departure(t, c, 0);
}

static void was_refused(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	text__add(t, "ECONNREFUSED: ");
	if (!is_unix(op)) {
		text__add(t, is_type(op, SOCK_DGRAM)
				 ? "a datagram that was sent before was answered: port unreachable"
				 : "its SYN was answered with a refusal, as where nobody listens");
		return;
	}
	if (f->cause.by_known) {
		had_the_name(t, op, &f->cause);
		return;
	}
	text__add(t, is_type(op, SOCK_DGRAM)
			 ? "no socket has that name any more, or its peer is closed"
			 : "nobody listens there");
}

static void failed_bind(struct text *t, const struct ev_op *op)
{
	switch (op->ret) {
	case -EADDRINUSE:
		text__add(t, is_unix(op)
				 ? "EADDRINUSE: that name is there already; one in the file system "
				   "stays when its socket is closed, until it is unlinked"
				 : "EADDRINUSE: another socket has that port, or a connection has "
				   "ended so lately that it keeps it (SO_REUSEADDR)");
		break;
	case -EADDRNOTAVAIL:
		text__add(t, "EADDRNOTAVAIL: this machine does not have that address");
		break;
	case -EINVAL:
		text__add(t, "EINVAL: the socket has a name already, or the address is none");
		break;
	}
}

static void failed_connect(struct text *t, const struct ev_op *op)
{
	switch (op->ret) {
	case -ENOENT:
		text__add(t, "ENOENT: no socket has that name");
		break;
	case -EPROTOTYPE:
		text__add(t, "EPROTOTYPE: the socket of that name is of another type");
		break;
	case -EISCONN:
		text__add(t, "EISCONN: it is connected already");
		break;
	case -EINPROGRESS:
		text__add(t,
			  "EINPROGRESS: the answer to its SYN is to come; the socket is ready to "
			  "be written to then");
		break;
	case -EALREADY:
		text__add(t, "EALREADY: the answer to its SYN is still to come");
		break;
	case -ETIMEDOUT:
		text__add(t, "ETIMEDOUT: nobody has answered its SYN");
		break;
	case -EADDRNOTAVAIL:
		text__add(t, "EADDRNOTAVAIL: no port is left that it could have itself");
		break;
	case -ENETUNREACH:
		text__add(t, "ENETUNREACH: there is no route to that address");
		break;
	case -EHOSTUNREACH:
		text__add(t, "EHOSTUNREACH: the way to that address ends before it");
		break;
	}
}

static void failed_transfer(struct text *t, const struct ev_op *op)
{
	switch (op->ret) {
	case -ENOTCONN:
		text__add(t, "ENOTCONN: the socket is not connected");
		break;
	case -EDESTADDRREQ:
		text__add(t, "EDESTADDRREQ: the socket is not connected, and no address is given");
		break;
	case -EMSGSIZE:
		text__add(t, "EMSGSIZE: a message has to fit into the send buffer (SO_SNDBUF), and "
			     "this one does not");
		break;
	case -EISCONN:
		text__add(t, "EISCONN: an address is given, and the socket is connected");
		break;
	case -ETIMEDOUT:
		text__add(
		    t, "ETIMEDOUT: the other end has not answered for too long (TCP_USER_TIMEOUT, "
		       "SO_KEEPALIVE, or what was sent was sent again too often)");
		break;
	case -EPERM:
		text__add(t, "EPERM: the receiver is connected to another socket");
		break;
	}
}

static void failed(struct text *t, const struct ev_op *op)
{
	switch (op->op) {
	case OPC_BIND:
		failed_bind(t, op);
		break;
	case OPC_CONNECT:
		failed_connect(t, op);
		break;
	case OPC_LISTEN:
		if (op->ret == -EINVAL)
			text__add(t, "EINVAL: the socket has no name, or is connected");
		else if (op->ret == -EADDRINUSE)
			text__add(t, "EADDRINUSE: another socket listens at that port");
		break;
	case OPC_ACCEPT:
		if (op->ret == -EINVAL)
			text__add(t, "EINVAL: the socket does not listen, or was shut down");
		break;
	case OPC_SHUTDOWN:
		if (op->ret == -EINVAL && !shutdown_name(op->cmd))
			text__add(t, "EINVAL: there is no such half");
		break;
	default:
		failed_transfer(t, op);
	}
}

void sock__tell_op(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	switch (f->cause.kind) {
	case CAUSE_PEER_CLOSED:
	case CAUSE_PEER_SHUT:
		if (op->op != OPC_ACCEPT)
			add_outcome(t, op);
		text__peer_ended(t, f);
		break;
	case CAUSE_RESET:
		was_reset(t, f);
		break;
	case CAUSE_STATE:
		by_state(t, op);
		break;
	case CAUSE_TIMEOUT:
		timed_out(t, op);
		break;
	case CAUSE_REFUSED:
		was_refused(t, f);
		break;
	case CAUSE_UNKNOWN:
		text__not_shown(t, op);
		break;
	default:
		if (op->ret < 0)
			failed(t, op);
		else if (!op->ret && op_class__has(op->op, T_TAKES) && op->bytes &&
			 (is_type(op, SOCK_DGRAM) || is_type(op, SOCK_SEQPACKET)))
			text__add(t, "a message without a byte");
	}
}
