/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who holds which end of an object, by which descriptor, and what that process is doing. Each
 * holder is in the lists of its object, its description and its process, so adding or removing one
 * costs the same however many there are. The array of holders is filled in when it is needed.
 */
#include <errno.h>
#include <stdlib.h>

#include "names/opclass.h"
#include "timeline/holders.h"
#include "timeline/idle.h"
#include "timeline/tasks.h"

/* A description by which an object is held. */
struct held_file {
	struct map_node node; /* by object and description */
	const struct obj *obj;
	__u64 file;
	__u8 end;
	struct list all;  /* in the order in which they came */
	struct list sent; /* of them those in flight */
};

/* A descriptor that holds an end, or an end in flight. */
struct held {
	struct map_node node; /* by process and descriptor; in flight, by description too */
	struct list in_obj;   /* in the order in which they came */
	struct list in_file, in_sent;
	struct list in_proc;
	struct obj *obj;
	struct held_file *of;
	struct holder pub;
};

#define MIX 0x9e3779b97f4a7c15ull

static __u64 file_key(const struct obj *o, __u64 file)
{
	return o->pub.index * MIX ^ file;
}

static struct held_file *file_of(const struct timeline *tl, const struct obj *o, __u64 file)
{
	struct map_node *node = map__find(&tl->held_files, file_key(o, file));

	for (; node; node = map__again(node)) {
		struct held_file *f = container_of(node, struct held_file, node);

		if (f->obj == o && f->file == file)
			return f;
	}
	return NULL;
}

static void count_ends(struct obj *o, __u8 end, int by)
{
	for (int i = 0; i < 2; i++)
		if (end & 1 << i)
			o->held_files[i] += (unsigned int)by;
}

static struct held_file *get_file(struct timeline *tl, struct obj *o, const struct holder *h)
{
	struct held_file *f = file_of(tl, o, h->file);

	if (f)
		return f;
	f = calloc(1, sizeof(*f));
	if (!f || map__add(&tl->held_files, &f->node, file_key(o, h->file))) {
		free(f);
		return NULL;
	}
	f->obj = o;
	f->file = h->file;
	f->end = h->end;
	list__init(&f->all);
	list__init(&f->sent);
	count_ends(o, f->end, 1);
	return f;
}

static void drop_file_if_empty(struct timeline *tl, struct obj *o, struct held_file *f)
{
	if (f->all.next != &f->all)
		return;
	count_ends(o, f->end, -1);
	map__del(&tl->held_files, &f->node);
	free(f);
}

static __u64 held_key(const struct obj *o, __u32 pid, __s32 fd, __u64 file)
{
	__u64 key = (__u64)pid << 32 | (__u32)fd;

	return fd >= 0 ? key : key ^ file_key(o, file) * MIX;
}

/* The descriptor fd of pid, whatever it holds. */
static struct held *find_held(const struct timeline *tl, __u32 pid, __s32 fd)
{
	struct map_node *node = fd < 0 ? NULL : map__find(&tl->held, held_key(NULL, pid, fd, 0));

	for (; node; node = map__again(node)) {
		struct held *h = container_of(node, struct held, node);

		if (h->pub.who.pid == pid && h->pub.fd == fd)
			return h;
	}
	return NULL;
}

/* The description of o that pid has sent, and that has not arrived. */
static struct held *find_sent(const struct timeline *tl, const struct obj *o, __u32 pid, __u64 file)
{
	struct map_node *node = map__find(&tl->held, held_key(o, pid, -1, file));

	for (; node; node = map__again(node)) {
		struct held *h = container_of(node, struct held, node);

		if (h->obj == o && h->pub.who.pid == pid && h->pub.fd < 0 && h->pub.file == file)
			return h;
	}
	return NULL;
}

static void remove_held(struct timeline *tl, struct held *h)
{
	struct obj *o = h->obj;

	map__del(&tl->held, &h->node);
	list__del(&h->in_obj);
	list__del(&h->in_file);
	list__del(&h->in_sent);
	list__del(&h->in_proc);
	drop_file_if_empty(tl, o, h->of);
	free(h);
	o->pub.n_holders--;
}

static void remove_holder(struct timeline *tl, struct held *h)
{
	struct obj *o = h->obj;

	remove_held(tl, h);
	idle__look(tl, o);
}

static int append_holder(struct timeline *tl, struct obj *o, struct proc *p,
			 const struct holder *pub)
{
	struct held *h = NULL;
	struct held_file *f = NULL;

	if (!grow_array(&o->holders, o->pub.n_holders, &o->room, sizeof(*o->holders)))
		f = get_file(tl, o, pub);
	if (f)
		h = calloc(1, sizeof(*h));
	if (!h || map__add(&tl->held, &h->node, held_key(o, pub->who.pid, pub->fd, pub->file))) {
		free(h);
		if (f)
			drop_file_if_empty(tl, o, f);
		return -ENOMEM;
	}
	h->obj = o;
	h->of = f;
	h->pub = *pub;
	list__append(&o->held, &h->in_obj);
	list__append(&f->all, &h->in_file);
	list__init(&h->in_sent);
	if (pub->fd < 0)
		list__append(&f->sent, &h->in_sent);
	list__append(pub->fd < 0 ? &p->sent : &p->held, &h->in_proc);
	o->pub.n_holders++;
	idle__look(tl, o);
	return 0;
}

void holders__del(struct timeline *tl, __u32 pid, __s32 fd)
{
	struct held *h = find_held(tl, pid, fd);

	if (h)
		remove_holder(tl, h);
}

/* A received descriptor is no longer in flight. */
static void arrived(struct timeline *tl, struct obj *o, __u64 file)
{
	struct held_file *f = file_of(tl, o, file);

	if (f && f->sent.next != &f->sent)
		remove_holder(tl, container_of(f->sent.next, struct held, in_sent));
}

void holders__add(struct timeline *tl, struct obj *o, const struct ev_object *ev)
{
	struct holder h = {
	    .fd = ev->change == OBJ_SENT ? -1 : ev->fd, .end = ev->end, .file = ev->file, .nr = -1};
	struct proc *p = tasks__proc(tl, ev->e.pid);

	if (!p)
		return;
	h.who = tasks__noted(tl, ev->e.pid, ev->e.pid);
	if (!h.who.comm[0])
		copy_comm(h.who.comm, tasks__actor(tl, ev->e.pid, ev->e.tid).comm);
	if (h.fd < 0) {
		if (!find_sent(tl, o, h.who.pid, h.file) && append_holder(tl, o, p, &h))
			fail(tl, -ENOMEM);
		return;
	}
	holders__del(tl, h.who.pid, h.fd);
	if (append_holder(tl, o, p, &h)) {
		fail(tl, -ENOMEM);
		return;
	}
	if (ev->change == OBJ_RECEIVED)
		arrived(tl, o, h.file);
}

void holders__rename(const struct task *t)
{
	list_for_each(item, &t->proc->held)
		container_of(item, struct held, in_proc)->pub.who = t->who;
	list_for_each(item, &t->proc->sent)
		copy_comm(container_of(item, struct held, in_proc)->pub.who.comm, t->who.comm);
}

/* Descriptors that it has sent are still on their way. */
void holders__drop(struct timeline *tl, struct proc *p)
{
	while (p->held.next != &p->held)
		remove_holder(tl, container_of(p->held.next, struct held, in_proc));
	while (p->sent.next != &p->sent)
		list__del(p->sent.next);
}

void holders__clear(struct timeline *tl, struct obj *o)
{
	while (o->held.next != &o->held)
		remove_held(tl, container_of(o->held.next, struct held, in_obj));
}

const struct holder *holders__by_file(const struct timeline *tl, const struct obj *o, __u64 file)
{
	struct held_file *f = file_of(tl, o, file);

	return f ? &container_of(f->all.next, struct held, in_file)->pub : NULL;
}

unsigned int holders__files(const struct obj *o, __u8 end)
{
	return o->held_files[end == END_WRITE];
}

void holders__forget_file(struct timeline *tl, struct obj *o, __u64 file)
{
	struct held_file *f;

	while ((f = file_of(tl, o, file)))
		remove_holder(tl, container_of(f->all.next, struct held, in_file));
}

static __u8 ends_of(__u8 op)
{
	return (op_class__has(op, T_TAKES | T_ACCEPTS) ? END_READ : 0) |
	       (op_class__has(op, T_GIVES) ? END_WRITE : 0);
}

void object__see_holders(struct object *pub)
{
	struct obj *o = container_of(pub, struct obj, pub);
	size_t n = 0;

	list_for_each(item, &o->held) {
		const struct held *h = container_of(item, struct held, in_obj);

		o->holders[n] = h->pub;
		o->holders[n++].again = h->of->all.next != &h->in_file;
	}
	pub->holders = o->holders;
}

/* The ends that p has by holders which this look has come to before. */
static __u8 seen_before(const struct timeline *tl, struct proc *p, const struct holder *h)
{
	__u8 *ends = &p->seen_ends[h->fd < 0], before;

	if (p->seen_in != tl->looks) {
		p->seen_in = tl->looks;
		p->seen_ends[0] = p->seen_ends[1] = 0;
	}
	before = *ends;
	*ends |= h->end;
	return before;
}

/* The same for a process that is gone, and has sent them. */
static __u8 seen_among(const struct obj *o, const struct holder *h)
{
	__u8 before = 0;

	for (const struct holder *b = o->holders; b < h; b++)
		if (b->who.pid == h->who.pid && (b->fd < 0) == (h->fd < 0))
			before |= b->end;
	return before;
}

static void see_process(const struct obj *o, const struct proc *p, struct holder *h, __u64 ts)
{
	unsigned int threads = 0, asleep = 0, stopped = 0;

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

void holders__look(struct timeline *tl, struct obj *o, __u64 ts)
{
	object__see_holders(&o->pub);
	tl->looks++;
	for (size_t i = 0; i < o->pub.n_holders; i++) {
		struct holder *h = &o->holders[i];
		struct proc *p = tasks__proc(tl, h->who.pid);

		h->who.namesake = tasks__namesake(tl, &h->who);
		h->earlier = p ? seen_before(tl, p, h) : seen_among(o, h);
		if (p)
			see_process(o, p, h, ts);
	}
}
