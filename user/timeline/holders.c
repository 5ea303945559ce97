/* SPDX-License-Identifier: GPL-2.0 */
/* Who holds which end of an object, by which descriptor, and what that process is doing. */
#include <errno.h>
#include <stdlib.h>

#include "timeline/priv.h"

static const struct holder *find_holder(const struct obj *o, __u32 pid, __s32 fd, __u64 file)
{
	for (size_t i = 0; i < o->pub.n_holders; i++) {
		const struct holder *h = &o->holders[i];

		if (h->who.pid == pid && h->fd == fd && (fd >= 0 || h->file == file))
			return h;
	}
	return NULL;
}

/* Order is kept: the first holder is named first. */
static void remove_holder(struct timeline *tl, struct obj *o, const struct holder *h)
{
	size_t at = (size_t)(h - o->holders);
	bool first = !h->again;
	__u64 file = h->file;

	for (size_t i = at + 1; i < o->pub.n_holders; i++)
		o->holders[i - 1] = o->holders[i];
	o->pub.n_holders--;
	for (size_t i = at; first && i < o->pub.n_holders; i++) {
		if (o->holders[i].file != file)
			continue;
		o->holders[i].again = false;
		break;
	}
	objects__users(tl, o);
}

static int append_holder(struct timeline *tl, struct obj *o, const struct holder *h)
{
	if (grow_array(&o->holders, o->pub.n_holders, &o->room, sizeof(*h)))
		return -ENOMEM;
	o->pub.holders = o->holders;
	o->holders[o->pub.n_holders] = *h;
	o->holders[o->pub.n_holders].again = holders__by_file(o, h->file) != NULL;
	o->pub.n_holders++;
	objects__users(tl, o);
	return 0;
}

static __u64 ref_key(__u32 pid, __s32 fd)
{
	return (__u64)pid << 32 | (__u32)fd;
}

static struct ref *find_ref(const struct timeline *tl, __u32 pid, __s32 fd)
{
	struct map_node *node = map__find(&tl->refs, ref_key(pid, fd));

	return node ? container_of(node, struct ref, node) : NULL;
}

static int add_ref(struct timeline *tl, struct proc *p, __s32 fd, struct obj *o)
{
	struct ref *r = calloc(1, sizeof(*r));

	if (!r || map__add(&tl->refs, &r->node, ref_key((__u32)p->node.key, fd))) {
		free(r);
		return -ENOMEM;
	}
	r->fd = fd;
	r->obj = o;
	list__append(&p->refs, &r->same);
	return 0;
}

void holders__del(struct timeline *tl, __u32 pid, __s32 fd)
{
	struct ref *r = find_ref(tl, pid, fd);
	const struct holder *h;
	struct obj *o;

	if (!r)
		return;
	o = r->obj;
	map__del(&tl->refs, &r->node);
	list__del(&r->same);
	free(r);
	h = find_holder(o, pid, fd, 0);
	if (h)
		remove_holder(tl, o, h);
}

/* A received descriptor is no longer in flight. */
static void arrived(struct timeline *tl, struct obj *o, __u64 file)
{
	for (size_t i = 0; i < o->pub.n_holders; i++) {
		const struct holder *h = &o->holders[i];

		if (h->fd < 0 && h->file == file) {
			remove_holder(tl, o, h);
			return;
		}
	}
}

void holders__add(struct timeline *tl, struct obj *o, const struct ev_object *ev)
{
	struct holder h = {
	    .fd = ev->change == OBJ_SENT ? -1 : ev->fd, .end = ev->end, .file = ev->file, .nr = -1};
	struct task *t = tasks__get(tl, ev->e.pid, ev->e.tid);

	if (!t)
		return;
	h.who = tasks__noted(tl, ev->e.pid, ev->e.pid);
	if (!h.who.comm[0])
		copy_comm(h.who.comm, t->who.comm);
	if (h.fd < 0) {
		if (!find_holder(o, h.who.pid, -1, h.file) && append_holder(tl, o, &h))
			fail(tl, -ENOMEM);
		return;
	}
	holders__del(tl, h.who.pid, h.fd);
	if (append_holder(tl, o, &h) || add_ref(tl, t->proc, h.fd, o)) {
		fail(tl, -ENOMEM);
		return;
	}
	if (ev->change == OBJ_RECEIVED)
		arrived(tl, o, h.file);
}

void holders__rename(const struct task *t)
{
	list_for_each(item, &t->proc->refs) {
		struct obj *o = container_of(item, struct ref, same)->obj;

		for (size_t k = 0; k < o->pub.n_holders; k++) {
			if (o->holders[k].who.pid == t->who.pid && o->holders[k].fd >= 0)
				o->holders[k].who = t->who;
		}
	}
}

void holders__drop(struct timeline *tl, struct proc *p)
{
	while (p->refs.next != &p->refs)
		holders__del(tl, (__u32)p->node.key,
			     container_of(p->refs.next, struct ref, same)->fd);
}

const struct holder *holders__by_file(const struct obj *o, __u64 file)
{
	for (size_t i = 0; i < o->pub.n_holders; i++) {
		if (o->holders[i].file == file)
			return &o->holders[i];
	}
	return NULL;
}

unsigned int holders__files(const struct obj *o, __u8 end)
{
	unsigned int n = 0;

	for (size_t i = 0; i < o->pub.n_holders; i++)
		n += o->holders[i].end & end && !o->holders[i].again;
	return n;
}

void holders__forget_file(struct timeline *tl, struct obj *o, __u64 file)
{
	const struct holder *h;

	while ((h = holders__by_file(o, file))) {
		if (find_ref(tl, h->who.pid, h->fd))
			holders__del(tl, h->who.pid, h->fd);
		else
			remove_holder(tl, o, h);
	}
}

static __u8 ends_of(__u8 op)
{
	switch (op) {
	case OPC_READ:
		return END_READ;
	case OPC_WRITE:
		return END_WRITE;
	case OPC_SPLICE:
	case OPC_VMSPLICE:
		return END_READ | END_WRITE;
	default:
		return 0;
	}
}

void holders__look(struct timeline *tl, struct obj *o, __u64 ts)
{
	for (size_t i = 0; i < o->pub.n_holders; i++) {
		struct holder *h = &o->holders[i];
		struct proc *p = tasks__proc(tl, h->who.pid);
		unsigned int threads = 0, asleep = 0, stopped = 0;

		h->who.namesake = tasks__namesake(tl, &h->who);
		h->doing = 0;
		h->nr = -1;
		if (!p)
			continue;
		list_for_each(item, &p->tasks) {
			const struct task *t = container_of(item, struct task, siblings);

			if (t->exited)
				continue;
			threads++;
			asleep += t->asleep;
			stopped += t->asleep && t->stopped;
			if (t->in.index == o->pub.index && t->in.until > ts)
				h->doing |= ends_of(t->in.op);
			if (t->asleep && (t->who.tid == t->who.pid || h->nr < 0))
				h->nr = t->nr;
		}
		h->threads = threads < 255 ? (__u8)threads : 255;
		h->asleep = threads && asleep == threads;
		h->stopped = threads && stopped == threads;
		if (!h->asleep)
			h->nr = -1;
	}
}
