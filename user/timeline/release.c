/* SPDX-License-Identifier: GPL-2.0 */
/* References that come and go: which one was the last of an end, and how many are left. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "names/opclass.h"
#include "names/mech.h"
#include "timeline/connects.h"
#include "timeline/going.h"
#include "timeline/holders.h"
#include "timeline/objects.h"
#include "timeline/peers.h"
#include "timeline/release.h"
#include "timeline/tasks.h"

#define WHOLE (~0ull) /* no description has this number */

static const enum pipe_word word_of[2] = {PIPE_READERS, PIPE_WRITERS};

__u32 release__counted(const struct ipc_object *key, const struct ipc_state *st, __u8 end)
{
	/* TCP tells who waits before the other end is gone (__tcp_close()), by what comes no more. */
	bool early = SOCK_KIND_FAMILY(st->v[SOCK_KIND]) != AF_UNIX;

	if (mech__has(key->mech, MT_PEER))
		return !(st->v[SOCK_FLAGS] & (SOCKF_PEER_GONE | (early ? SOCKF_SHUT_READ : 0)));
	return st->v[word_of[end == END_WRITE]];
}

static bool is_counted(const struct obj *o, __u64 file)
{
	for (int i = 0; file && i < COUNTED; i++) {
		if (o->counted[i] == file)
			return true;
	}
	return false;
}

static void count(struct obj *o, __u64 file)
{
	if (!is_counted(o, file))
		o->counted[o->next_counted++ % COUNTED] = file;
}

static void subtract(struct ipc_state *st, __u8 end)
{
	for (int i = 0; i < 2; i++) {
		if (end & 1 << i && st->v[word_of[i]])
			st->v[word_of[i]]--;
	}
}

/* What an OBJ_RELEASED was part of, as its context tells. */
static __u8 change_of(const struct timeline *tl, const struct ev_object *ev)
{
	const struct task *t = tasks__find(tl, ev->e.tid);

	if (ev->change != OBJ_RELEASED)
		return ev->change;
	if (t && t->exited)
		return OBJ_EXIT_CLOSED;
	if (!op_call__has(ev->nr, T_CLOSES))
		return OBJ_RELEASED;
	return op_class_of(ev->nr) == OPC_EXEC ? OBJ_EXEC_CLOSED : OBJ_CLOSED;
}

/* An end's description is gone, with state st after it, NULL if the object is gone, too: notes who it was
 * if none is left. */
static void depart(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts,
		   const struct ipc_state *st)
{
	const struct holder *h = holders__by_file(tl, o, ev->file);
	struct departure d = {.known = true,
			      .by = tasks__noted(tl, ev->e.pid, ev->e.tid),
			      .ts = ts,
			      .file = ev->file,
			      .fd = ev->fd,
			      .nr = ev->nr,
			      .change = change_of(tl, ev),
			      .state_known = !(ev->e.flags & EVF_NO_STATE),
			      .state = ev->state};

	if (d.fd < 0 && h && h->who.pid == d.by.pid)
		d.fd = h->fd;
	for (int i = 0; i < 2; i++) {
		struct departure *left = &o->left[i];

		if (!(ev->end & 1 << i))
			continue;
		if (st && st->v[word_of[i]]) {
			if (left->file == ev->file)
				left->known = false;
			continue;
		}
		/* The descriptor's own record knows the descriptor, pipe_release knows who it was.
		 */
		if (left->known && left->file == ev->file && left->by.pid == d.by.pid) {
			d.fd = left->fd;
			d.change = left->change;
		}
		*left = d;
	}
}

/* The record of the descriptor came after that of the description: it adds how it went. */
static void refine(struct obj *o, const struct ev_object *ev)
{
	for (int i = 0; i < 2; i++) {
		struct departure *left = &o->left[i];

		if (ev->end & 1 << i && left->known && left->file == ev->file &&
		    left->by.pid == ev->e.pid) {
			left->fd = ev->fd;
			left->change = ev->change;
		}
	}
}

static void description_gone(struct timeline *tl, struct obj *o, const struct ev_object *ev,
			     __u64 ts, struct ipc_state st)
{
	if (is_counted(o, ev->file) && ev->change != OBJ_RELEASED) {
		refine(o, ev);
		return;
	}
	count(o, ev->file);
	if (mech__has(o->pub.key.mech, MT_PEER))
		depart(tl, o, ev, ts, NULL);
	if (ev->e.flags & EVF_NO_STATE) {
		o->pub.state_known = false;
		return;
	}
	if (!is_pipe(&o->pub.key)) {
		objects__state(tl, o, &st, ts);
		return;
	}
	subtract(&st, ev->end);
	objects__state(tl, o, &st, ts);
	depart(tl, o, ev, ts, &st);
}

/* No other end can have been opened meanwhile, as it can for an object with a path. */
static bool stays_the_last(const struct obj *o)
{
	return is_pipe(&o->pub.key) && !mech__has(o->pub.key.mech, MT_PATH);
}

/* Takes off the ends that an exit is known to take, and that it may not have taken yet. */
static void subtract_exiting(const struct obj *o, struct ipc_state *st, __u64 ts)
{
	if (!stays_the_last(o))
		return;
	for (int i = 0; i < 2; i++) {
		const struct departure *d = &o->left[i];

		if (d->known && d->change == OBJ_EXIT_CLOSED && !objects__settled(d, ts))
			st->v[word_of[i]] = 0;
	}
}

static struct leaving *leaving_of(struct timeline *tl, struct proc *p, const struct obj *o,
				  __u64 file)
{
	__u64 key = (p->node.key << 32 ^ o->pub.index) * 0x9e3779b97f4a7c15ull ^ file;
	struct map_node *node = map__find(&tl->leaving, key);
	struct leaving *l;

	for (; node; node = map__again(node)) {
		l = container_of(node, struct leaving, in.node);
		if (l->proc == p && l->index == o->pub.index && l->file == file)
			return l;
	}
	l = calloc(1, sizeof(*l));
	if (!l || map__add_item(&tl->leaving, &l->in, key, &p->leaving)) {
		free(l);
		fail(tl, -ENOMEM);
		return NULL;
	}
	l->proc = p;
	l->index = o->pub.index;
	l->file = file;
	return l;
}

void release__forget(struct timeline *tl, struct proc *p)
{
	map__free_items(&tl->leaving, &p->leaving);
}

/* The ends that this process has dropped before are not in the state any more. */
static void subtract_gone(struct ipc_state *st, const struct leaving *whole)
{
	for (int i = 0; i < 2; i++) {
		__u32 *v = &st->v[word_of[i]], gone = whole->gone_ends[i];

		*v -= gone < *v ? gone : *v;
	}
}

/*
 * One of the descriptors that go together, in exit, exec or close_range. All their records show the
 * state and the references from before the first went, so what this process dropped before is taken
 * off.
 */
static bool closed_together(struct timeline *tl, struct obj *o, const struct ev_object *ev,
			    __u64 ts)
{
	struct proc *p = tasks__proc(tl, ev->e.pid);
	struct leaving *l = p ? leaving_of(tl, p, o, ev->file) : NULL;
	struct leaving *whole = l ? leaving_of(tl, p, o, WHOLE) : NULL;
	struct ipc_state st = ev->state;

	if (!whole)
		return false;
	if (is_pipe(&o->pub.key))
		subtract_gone(&st, whole);
	subtract_exiting(o, &st, ts);
	l->seen++;
	if (!l->gone && (ev->released || (ev->refs && l->seen >= ev->refs))) {
		l->gone = true;
		for (int i = 0; i < 2; i++)
			whole->gone_ends[i] += (ev->end >> i) & 1;
		description_gone(tl, o, ev, ts, st);
		return true;
	}
	/* What execve drops it drops long after the state was read. */
	if (!(ev->e.flags & EVF_NO_STATE) && !is_counted(o, ev->file) &&
	    ev->change != OBJ_EXEC_CLOSED)
		objects__state(tl, o, &st, ts);
	return false;
}

static void came(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts)
{
	if (!(ev->e.flags & EVF_NO_STATE))
		objects__state(tl, o, &ev->state, ts);
	if (ev->change == OBJ_OPENED || ev->change == OBJ_CREATED) {
		for (int i = 0; i < 2; i++) {
			if (ev->end & 1 << i)
				o->left[i].known = o->left[i].doubted = false;
		}
	}
	if (ev->path[0])
		objects__path(o, ev->path);
	if (ev->path[0] && ev->change == OBJ_HELD && mech__has(ev->obj.mech, MT_PEER) &&
	    ev->state.v[SOCK_FLAGS] & SOCKF_LISTENS) /* others may have its name from it */
		connects__bound(tl, o);
	holders__add(tl, o, ev);
}

void release__begin(struct timeline *tl, const struct ev_object *ev)
{
	struct proc *p;

	if (!ev->first || (ev->change != OBJ_CLOSED && ev->change != OBJ_EXIT_CLOSED))
		return;
	p = tasks__proc(tl, ev->e.pid);
	if (!p)
		return;
	release__forget(tl, p);
	p->leaving_tid = ev->e.tid;
	p->leaving_since = ev->e.ts;
}

/* Recordings from before ev_object.first do not tell what goes together in a close_range. It is
 * also not known if two threads are in one. */
static bool goes_together(const struct timeline *tl, const struct ev_object *ev)
{
	const struct task *t = tasks__find(tl, ev->e.tid);

	return t && t->proc->leaving_tid == ev->e.tid;
}

void release__look(struct timeline *tl, struct obj *o, __u64 ts)
{
	struct obj *peer = peers__of(o);

	holders__look(tl, o, ts);
	going__see(o, ts);
	if (!peer)
		return;
	holders__look(tl, peer, ts);
	going__see(peer, ts);
}

bool release__object(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts)
{
	bool released = ev->released;

	switch (ev->change) {
	case OBJ_CLOSED:
		if (op_class_of(ev->nr) == OPC_CLOSE_RANGE && goes_together(tl, ev))
			released = closed_together(tl, o, ev, ts);
		else if (ev->released)
			description_gone(tl, o, ev, ts, ev->state);
		else if (!(ev->e.flags & EVF_NO_STATE))
			objects__state(tl, o, &ev->state, ts);
		holders__del(tl, ev->e.pid, ev->fd);
		break;
	case OBJ_EXIT_CLOSED:
	case OBJ_EXEC_CLOSED:
		released = closed_together(tl, o, ev, ts);
		if (released && ev->change == OBJ_EXIT_CLOSED && stays_the_last(o))
			going__note(tl, o, ev);
		holders__del(tl, ev->e.pid, ev->fd);
		break;
	case OBJ_RELEASED:
		description_gone(tl, o, ev, ts, ev->state);
		holders__forget_file(tl, o, ev->file);
		break;
	default:
		came(tl, o, ev, ts);
	}
	return released;
}

const struct departure *release__of(const struct obj *o, __u8 end)
{
	const struct departure *d = &o->left[end == END_WRITE];

	return d->known ? d : NULL;
}

const struct departure *release__confirm(struct obj *o, __u8 end, __u32 tid)
{
	struct departure *d = &o->left[end == END_WRITE];

	if (d->by.tid != tid || !(d->known || d->doubted))
		return NULL;
	d->known = true;
	d->doubted = false;
	return d;
}

const struct departure *release__proven(const struct timeline *tl, struct obj *o, __u8 end,
					const struct ev_wait *w)
{
	struct departure *d = &o->left[end == END_WRITE];

	*d = (struct departure){.known = true,
				.by = tasks__actor(tl, w->waker.pid, w->waker.tid),
				.ts = w->woken,
				.fd = w->waker.fd,
				.nr = w->waker.nr,
				.change = w->waker.ctx == WAKE_EXIT		 ? OBJ_EXIT_CLOSED
					  : op_class_of(w->waker.nr) == OPC_EXEC ? OBJ_EXEC_CLOSED
										 : OBJ_CLOSED};
	return d;
}
