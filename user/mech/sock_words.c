/* SPDX-License-Identifier: GPL-2.0 */
/* The sentences for sockets: sleeps, wakeups, and what a close leaves behind. */
#include <sys/socket.h>

#include "mech/sock.h"
#include "names/mech.h"
#include "names/opclass.h"
#include "words/explain_text.h"

/* Who could end the sleep: whoever holds the other end. */
static void add_peer(struct text *t, const struct fact *f, __u8 end)
{
	const struct ev_wait *w = &f->rec->wait;
	__u32 flags = w->e.flags & EVF_NO_STATE ? 0 : w->state.v[SOCK_FLAGS];

	if (flags & SOCKF_PENDING)
		text__add(t, "; nobody has accepted its connection yet");
	else if (f->obj && f->obj->peer && f->obj->peer->n_holders)
		explain_other_end(t, f, f->obj, end);
	else if (flags & SOCKF_MUTUAL)
		text__add(t, "; who holds the other end is not known");
}

bool sock__tell_sleep(struct text *t, const struct fact *f, bool named)
{
	const struct ev_wait *w = &f->rec->wait;

	(void)named;
	text__reason(t, w, reason__get(w->reason));
	switch (w->reason) {
	case WAIT_SOCK_EMPTY:
		add_peer(t, f, END_WRITE);
		break;
	case WAIT_SOCK_FULL:
		add_peer(t, f, END_READ);
		break;
	case WAIT_SOCK_PEER_FULL:
	case WAIT_SOCK_BACKLOG:
		if (f->obj)
			explain_holders(t, f, f->obj, END_READ, NULL);
		break;
	}
	return true;
}

bool sock__tell_look(struct text *t, const struct ev_wait *w, const struct tell_last *last)
{
	(void)last;
	text__reason(t, w, reason__get(w->reason));
	if (!(w->e.flags & EVF_NO_STATE) && w->state.v[SOCK_FLAGS] & SOCKF_PENDING)
		text__add(t, "; nobody has accepted its connection yet");
	return true;
}

static void woken_by_bytes(struct text *t, const struct fact *f)
{
	const struct cause *c = &f->cause;
	enum op_class op = op_class_of(c->nr);
	bool in = c->kind == CAUSE_DATA, plain = op == OPC_READ || op == OPC_WRITE;

	text__add(t, ": ");
	text__who(t, &c->by);
	text__add(t, in ? plain ? " wrote " : " sent " : plain ? " read " : " received ");
	if (c->bytes > 0)
		text__count(t, (__u64)c->bytes, "byte");
	else
		text__add(t, "data");
	text__add(t, " by ");
	text__object(t, c->obj);
	text__by_call(t, plain ? -1 : c->nr, c->fd);
}

static void woken_by_shutdown(struct text *t, const struct fact *f)
{
	const struct cause *c = &f->cause;

	text__add(t, ": ");
	text__who(t, &c->by);
	text__add(t, " shut ");
	text__object(t, c->obj);
	text__add(t, f->obj && f->obj->peer == c->obj ? ", the other end, down" : " down");
	text__by_call(t, c->nr, c->fd);
}

bool sock__tell_wake(struct text *t, const struct fact *f)
{
	switch (f->cause.kind) {
	case CAUSE_DATA:
	case CAUSE_SPACE:
		woken_by_bytes(t, f);
		return true;
	case CAUSE_SHUTDOWN:
		woken_by_shutdown(t, f);
		return true;
	default:
		return false;
	}
}

/* A name that another asks for has no sentence; an end that goes with bytes in it has (unix_release_sock()). */
void sock__tell_object(struct text *t, const struct fact *f)
{
	const struct ev_object *ob = &f->rec->object;
	const __u32 *v = ob->state.v;

	if (!f->released || ob->e.flags & EVF_NO_STATE || !v[SOCK_UNREAD] ||
	    !(v[SOCK_FLAGS] & SOCKF_MUTUAL) || SOCK_KIND_TYPE(v[SOCK_KIND]) == SOCK_DGRAM)
		return;
	text__count(t, v[SOCK_UNREAD], "byte");
	text__add(t, " %s not read: the other end gets ECONNRESET",
		  v[SOCK_UNREAD] == 1 ? "was" : "were");
}
