/* SPDX-License-Identifier: GPL-2.0 */
/* Shared memory: who has which part of it mapped, its name, and how it ends. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "names/mech.h"
#include "timeline/cause.h"
#include "timeline/maps.h"
#include "timeline/idle.h"
#include "timeline/pieces.h"
#include "timeline/spans.h"
#include "timeline/tasks.h"

/* Takes ev's addresses from the piece: what is left behind them becomes the last. */
static void cut_one(struct timeline *tl, struct obj *o, struct mapped *p, struct piece *piece,
		    const struct ev_map *ev)
{
	struct mapper *m = &o->mappers[piece->at], rest = *m;
	__u64 from = ev->addr, to = ev->addr + ev->len, end = m->addr + m->len;
	bool in_place;

	rest.offset += to - m->addr;
	rest.addr = to;
	rest.len = to < end ? end - to : 0;
	m->len = from > m->addr ? from - m->addr : 0;
	in_place = m->len;
	if (!in_place)
		*m = rest;
	spans__moved(p, piece, m);
	if (in_place && rest.len && pieces__add(tl, o, &rest))
		fail(tl, -ENOMEM);
}

typedef void (*piece_fn)(struct timeline *tl, struct obj *o, struct mapped *p, struct piece *piece,
			 const struct ev_map *ev);

/* Calls fn for each of the pieces of ev's process that are in ev; it may add some. */
static void for_each_piece(struct timeline *tl, struct obj *o, const struct ev_map *ev, piece_fn fn)
{
	struct mapped *p = pieces__of(tl, o, ev->e.pid);
	size_t n = p ? spans__find(tl, p, ev->addr, ev->addr + ev->len) : 0;

	for (size_t i = 0; i < n; i++)
		fn(tl, o, p, tl->spans[i], ev);
	if (n)
		pieces__drop_empty(tl, o, p, tl->spans, n);
}

/* Addresses of a process are mapped anew: removes them from the pieces that it had there. */
static void cut(struct timeline *tl, struct obj *o, const struct ev_map *ev)
{
	for_each_piece(tl, o, ev, cut_one);
}

static __u64 min_u64(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

/* The part of m that is in ev. */
static struct mapper common_part(const struct mapper *m, const struct ev_map *ev)
{
	struct mapper part = *m;

	part.addr = m->addr > ev->addr ? m->addr : ev->addr;
	part.len = min_u64(m->addr + m->len, ev->addr + ev->len) - part.addr;
	part.offset += part.addr - m->addr;
	return part;
}

static void protect_one(struct timeline *tl, struct obj *o, struct mapped *p, struct piece *piece,
			const struct ev_map *ev)
{
	struct mapper part = common_part(&o->mappers[piece->at], ev);

	if (part.prot == ev->prot)
		return;
	part.prot = ev->prot;
	if (pieces__add(tl, o, &part))
		fail(tl, -ENOMEM);
	else
		cut_one(tl, o, p, piece, ev);
}

/* As in the kernel: a part with other rights is a separate piece, behind the others. */
static void protect(struct timeline *tl, struct obj *o, const struct ev_map *ev)
{
	for_each_piece(tl, o, ev, protect_one);
}

/* mremap made it longer where it is: still one mapping, as the kernel counts. */
static bool grow(struct timeline *tl, struct obj *o, const struct ev_map *ev)
{
	struct mapped *p = ev->nr == SYS_mremap ? pieces__of(tl, o, ev->e.pid) : NULL;
	size_t n = p && ev->addr ? spans__find(tl, p, ev->addr - 1, ev->addr) : 0;

	for (size_t i = 0; i < n; i++) {
		struct mapper *m = &o->mappers[tl->spans[i]->at];

		if (m->addr + m->len != ev->addr || m->offset + m->len != ev->offset)
			continue;
		m->len += ev->len;
		spans__moved(p, tl->spans[i], m);
		return true;
	}
	return false;
}

/* It has exited with the object mapped: its locks stay locked. */
static void lost(struct timeline *tl, struct obj *o, const struct task *t)
{
	o->pub.lost = tasks__noted(tl, t->who.pid, t->who.pid);
	o->pub.lost_at = since_start(tl, t->exit_ts);
	o->pub.lost_code = t->exit_code;
}

/* Before Linux 6.16 a process drops its memory before its exit is told (kernel/exit.c
 * do_exit()). */
static void lose(struct timeline *tl, struct obj *o, const struct ev_map *ev)
{
	const struct task *t = tasks__find(tl, ev->e.pid);

	list__del(&o->losing);
	if (t && t->exited) {
		lost(tl, o, t);
		return;
	}
	o->losing_pid = ev->e.pid;
	list__append(&tl->losing, &o->losing);
}

void maps__exit(struct timeline *tl, const struct task *t)
{
	struct list *next;

	for (struct list *pos = tl->losing.next; pos != &tl->losing; pos = next) {
		struct obj *o = container_of(pos, struct obj, losing);

		next = pos->next;
		if (t->who.tid != o->losing_pid)
			continue;
		lost(tl, o, t);
		list__del(pos);
	}
}

void maps__change(struct timeline *tl, struct obj *o, const struct ev_map *ev)
{
	struct mapper m = {.who = tasks__noted(tl, ev->e.pid, ev->e.pid),
			   .addr = ev->addr,
			   .len = ev->len,
			   .offset = ev->offset,
			   .prot = ev->prot};

	switch (ev->change) {
	case MAP_ATTACHED:
	case MAP_HELD:
	case MAP_INHERITED:
		if (!m.who.comm[0])
			m.who = tasks__noted(tl, ev->e.pid, ev->e.tid);
		m.who.tid = m.who.pid;
		if (!grow(tl, o, ev) && pieces__add(tl, o, &m))
			fail(tl, -ENOMEM);
		break;
	case MAP_PROTECTED:
		protect(tl, o, ev);
		break;
	case MAP_EXIT_GONE:
		lose(tl, o, ev);
		/* fallthrough */
	default:
		cut(tl, o, ev);
	}
	idle__look(tl, o);
}

static void name(struct obj *o, const struct ev_object *ev)
{
	if (!mech__has(o->pub.key.mech, MT_SYSV) && ev->path[0])
		mech__memory_name(o->pub.name, sizeof(o->pub.name), ev->path,
				  strnlen(ev->path, PATH_LEN), ev->nr == SYS_memfd_create);
}

void maps__key(struct obj *o, const struct ipc_state *st)
{
	if (mech__has(o->pub.key.mech, MT_SYSV) && st->v[SHM_KEY])
		o->pub.keyed = st->v[SHM_KEY];
}

void maps__object(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts)
{
	struct departure *d = &o->left[0];

	name(o, ev);
	if (ev->change == OBJ_DESTROYED) {
		o->pub.gone = true;
		return;
	}
	maps__key(o, &ev->state);
	if (ev->change == OBJ_MARKED)
		*d = (struct departure){.known = true,
					.by = tasks__noted(tl, ev->e.pid, ev->e.tid),
					.ts = ts,
					.fd = -1,
					.nr = ev->nr};
}

/*
 * Pages that are remembered, for all objects together; for others it is not told who came before.
 */
#define TOUCHES_MAX (1 << 16)

struct touch {
	struct map_item in; /* of one object */
	const struct obj *obj;
	__u64 offset;
	__u64 pfn;
	__u64 ts;
	struct actor who;
	__u8 write;
};

static __u64 touch_hash(const struct obj *o, __u64 offset)
{
	return (__u64)o->pub.index << 40 ^ offset;
}

static struct touch *find_touch(const struct timeline *tl, const struct obj *o, __u64 offset)
{
	struct map_node *node = map__find(&tl->touches, touch_hash(o, offset));

	for (; node; node = map__again(node)) {
		struct touch *t = container_of(node, struct touch, in.node);

		if (t->obj == o && t->offset == offset)
			return t;
	}
	return NULL;
}

static void remember(struct timeline *tl, struct obj *o, const struct ev_fault *ev)
{
	struct touch *t;

	if (tl->touches.n >= TOUCHES_MAX || !ev->pfn)
		return;
	t = calloc(1, sizeof(*t));
	if (!t || map__add_item(&tl->touches, &t->in, touch_hash(o, ev->offset), &o->touches)) {
		free(t);
		fail(tl, -ENOMEM);
		return;
	}
	t->obj = o;
	t->offset = ev->offset;
	t->pfn = ev->pfn;
	t->ts = ev->e.ts;
	t->who = tasks__noted(tl, ev->e.pid, ev->e.tid);
	t->write = ev->write;
}

struct cause maps__touch(struct timeline *tl, struct obj *o, const struct ev_fault *ev)
{
	struct touch *t = is_refused(ev) ? NULL : find_touch(tl, o, ev->offset);
	struct cause c = cause__none(CAUSE_NONE);

	if (!t) {
		if (!is_refused(ev))
			remember(tl, o, ev);
		return c;
	}
	/* It was swapped out, or is another's since the file was cut. */
	if (ev->pfn && t->pfn != ev->pfn) {
		t->pfn = ev->pfn;
		t->who = tasks__noted(tl, ev->e.pid, ev->e.tid);
		t->ts = ev->e.ts;
		t->write = ev->write;
		return c;
	}
	if (!ev->pfn || t->who.pid == ev->e.pid)
		return c;
	c.kind = CAUSE_SAME_PAGE;
	c.by_known = true;
	c.by = t->who;
	c.t = since_start(tl, t->ts);
	return c;
}

void maps__rename(struct obj *o, const struct task *t,
		  void (*rename)(struct actor *by, const struct task *t, __u64 ts))
{
	list_for_each(item, &o->touches) {
		struct touch *touch = container_of(item, struct touch, in.same);

		rename(&touch->who, t, touch->ts);
	}
}

void maps__forget(struct timeline *tl, struct obj *o)
{
	list__del(&o->losing);
	pieces__clear(tl, o);
	free(o->mappers);
	free(o->pieces);
	map__free_items(&tl->touches, &o->touches);
}
