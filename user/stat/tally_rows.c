// SPDX-License-Identifier: GPL-2.0
/* The rows of a tally, found by their keys. Their number has a limit; the rest is in one row. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "names/mech.h"
#include "stat/tally_int.h"

/* Both ends of one pipe(2) are recorded within this time. */
#define SAME_BIRTH 1000000

static __u64 object_hash(const struct ipc_object *key, __s16 nr)
{
	if (!key->mech)
		return (__u64)(__u16)nr;
	return key->id ^ (__u64)key->dev << 32 ^ (__u64)key->mech << 56;
}

static bool same_key(const struct tally_object *o, const struct ipc_object *key, __s16 nr)
{
	if (o->key.mech != key->mech)
		return false;
	return key->mech ? o->key.id == key->id && o->key.dev == key->dev : o->nr == nr;
}

/* The newest generation; the last one used is of that kind, for birth() forgets it. */
static struct tally_object *find_object(struct tally *t, const struct ipc_object *key, __s16 nr)
{
	struct tally_object *newest = NULL;
	struct map_node *node;

	if (t->last_object && same_key(t->last_object, key, nr))
		return t->last_object;
	for (node = map__find(&t->objects, object_hash(key, nr)); node; node = map__again(node)) {
		struct tally_object *o = container_of(node, struct tally_object, node);

		if (same_key(o, key, nr) && (!newest || o->generation > newest->generation))
			newest = o;
	}
	if (newest)
		t->last_object = newest;
	return newest;
}

const char *tally__path(struct tally *t, const struct ipc_object *key)
{
	const struct tally_object *o = key->mech ? find_object(t, key, -1) : NULL;

	return o ? o->path : NULL;
}

void tally_flow__merge(struct tally_flow *to, const struct tally_flow *from)
{
	to->ops += from->ops;
	to->reads += from->reads;
	to->read_bytes += from->read_bytes;
	to->writes += from->writes;
	to->write_bytes += from->write_bytes;
	to->splices += from->splices;
	to->splice_bytes += from->splice_bytes;
}

static int merge_waits(struct tally_waits *to, const struct tally_waits *from)
{
	to->open += from->open;
	to->earlier += from->earlier;
	if (dist__merge(&to->wait, &from->wait) || dist__merge(&to->delay, &from->delay))
		return -ENOMEM;
	return 0;
}

static void free_object(struct tally *t, struct tally_object *o)
{
	if (t->last_object == o)
		t->last_object = NULL;
	map__del(&t->objects, &o->node);
	dist__clear(&o->w.wait);
	dist__clear(&o->w.delay);
	free(o);
}

static void free_pair(struct tally *t, struct tally_pair *p)
{
	if (t->last_pair == p)
		t->last_pair = NULL;
	map__del(&t->pairs, &p->node);
	dist__clear(&p->w.wait);
	dist__clear(&p->w.delay);
	free(p);
}

static void free_use(struct tally *t, struct tally_use *u)
{
	if (t->last_use == u)
		t->last_use = NULL;
	map__del(&t->uses, &u->node);
	free(u);
}

/* Calls fn for every node of a map; fn may free it. */
#define for_each_node(m, name)                                                                     \
	for (size_t slot_ = 0; slot_ < (m)->n_slots; slot_++)                                      \
		for (struct map_node *name = (m)->slots[slot_], *next_ = name ? name->next : NULL; \
		     name; name = next_, next_ = name ? name->next : NULL)

static int put_away_object(struct tally *t, struct tally_object *o)
{
	struct tally_object *rest = &t->others;

	rest->cut = true;
	tally_flow__merge(&rest->flow, &o->flow);
	for (size_t i = 0; i < TALLY_REASONS; i++) {
		rest->reasons[i].n += o->reasons[i].n;
		rest->reasons[i].ns += o->reasons[i].ns;
	}
	if (merge_waits(&rest->w, &o->w))
		return -ENOMEM;
	free_object(t, o);
	return 0;
}

/* Whether a search through a full table is worth it: it must find some rows to free. */
static bool may_sweep(const struct tally *t, __u64 *swept, size_t limit)
{
	if (t->ends - *swept <= limit / 256)
		return false;
	*swept = t->ends;
	return true;
}

static bool is_gone(const struct tally *t, __u32 pid, __u32 serial)
{
	const struct tally_task *task = tally_tasks__find(t, pid);

	return serial >= FIRST_SERIAL && (!task || task->serial != serial || task->gone);
}

/* Their sums stand in their objects' rows, too. */
static void drop_uses(struct tally *t)
{
	t->swept_uses = t->ends;
	for_each_node(&t->uses, node)
	{
		struct tally_use *u = container_of(node, struct tally_use, node);

		if (!u->obj->gone && !is_gone(t, u->who.pid, u->task))
			continue;
		u->obj->cut = true;
		free_use(t, u);
	}
}

static int put_away_objects(struct tally *t)
{
	drop_uses(t);
	for_each_node(&t->objects, node)
	{
		struct tally_object *o = container_of(node, struct tally_object, node);

		if (o->gone && put_away_object(t, o))
			return -ENOMEM;
	}
	return 0;
}

static int put_away_pairs(struct tally *t)
{
	for_each_node(&t->pairs, node)
	{
		struct tally_pair *p = container_of(node, struct tally_pair, node);

		if (!is_gone(t, p->who.pid, p->task) && !is_gone(t, p->by.pid, p->by_task))
			continue;
		if (merge_waits(&t->other_pairs.w, &p->w))
			return -ENOMEM;
		free_pair(t, p);
	}
	return 0;
}

static struct tally_object *new_object(struct tally *t, const struct ipc_object *key, __s16 nr)
{
	struct tally_object *o;

	if (t->objects.n >= t->limits.objects &&
	    may_sweep(t, &t->swept_objects, t->limits.objects) && put_away_objects(t))
		return NULL;
	if (t->objects.n >= t->limits.objects)
		return &t->others;
	o = calloc(1, sizeof(*o));
	if (!o || map__add(&t->objects, &o->node, object_hash(key, nr))) {
		free(o);
		return NULL;
	}
	o->serial = t->serial++;
	o->key = *key;
	o->nr = nr;
	if (!t->home)
		t->home = mech__ipc_ns(key);
	o->home = t->home;
	t->last_object = o;
	return o;
}

struct tally_object *tally_rows__object(struct tally *t, const struct ipc_object *key, __s16 nr)
{
	struct tally_object *o = find_object(t, key, nr);

	return o ? o : new_object(t, key, nr);
}

struct tally_pair *tally_rows__pair(struct tally *t, __u32 task, __u32 by)
{
	__u64 key = (__u64)task << 32 | by;
	struct map_node *node;
	struct tally_pair *p;

	if (t->last_pair && t->last_pair->node.key == key)
		return t->last_pair;
	node = map__find(&t->pairs, key);
	if (node)
		return t->last_pair = container_of(node, struct tally_pair, node);
	if (t->pairs.n >= t->limits.pairs && may_sweep(t, &t->swept_pairs, t->limits.pairs) &&
	    put_away_pairs(t))
		return NULL;
	if (t->pairs.n >= t->limits.pairs)
		return &t->other_pairs;
	p = calloc(1, sizeof(*p));
	if (!p || map__add(&t->pairs, &p->node, key)) {
		free(p);
		return NULL;
	}
	p->task = task;
	p->by_task = by;
	return t->last_pair = p;
}

struct tally_use *tally_rows__use(struct tally *t, struct tally_object *obj, __u32 task)
{
	__u64 key = (__u64)obj->serial << 32 | task;
	struct map_node *node;
	struct tally_use *u;

	if (t->last_use && t->last_use->node.key == key)
		return t->last_use;
	node = map__find(&t->uses, key);
	if (node)
		return t->last_use = container_of(node, struct tally_use, node);
	if (t->uses.n >= t->limits.uses && may_sweep(t, &t->swept_uses, t->limits.uses))
		drop_uses(t);
	u = obj == &t->others || t->uses.n >= t->limits.uses ? NULL : calloc(1, sizeof(*u));
	if (!u || map__add(&t->uses, &u->node, key)) {
		free(u);
		obj->cut = true;
		return NULL;
	}
	u->obj = obj;
	u->task = task;
	return t->last_use = u;
}

/* The number is used again: what has the name so far is another object. */
static bool is_new_birth(const struct tally_object *o, const struct ev_object *ev)
{
	__u64 apart = o->born_ts > ev->e.ts ? o->born_ts - ev->e.ts : ev->e.ts - o->born_ts;

	return !o->born || o->born_pid != ev->e.pid || apart > SAME_BIRTH;
}

static void set_gone(struct tally *t, struct tally_object *o, bool gone)
{
	t->ends += gone && !o->gone;
	o->gone = gone;
}

static int birth(struct tally *t, const struct ev_object *ev)
{
	struct tally_object *old = find_object(t, &ev->obj, -1), *o = old;

	if (!old || is_new_birth(old, ev)) {
		unsigned int generation = old ? old->generation + 1 : 0;

		if (old)
			set_gone(t, old, true);
		t->last_object = NULL;
		/* Making room may free the old one. */
		o = new_object(t, &ev->obj, -1);
		if (!o)
			return -ENOMEM;
		if (o == &t->others)
			return 0;
		o->generation = generation;
	}
	if (mech__has(ev->obj.mech, MT_PATH) && ev->path[0])
		memcpy(o->path, ev->path, PATH_LEN);
	o->born = true;
	o->born_pid = ev->e.pid;
	o->born_ts = ev->e.ts;
	return 0;
}

/* Whether nothing holds the object any more once this reference is gone. */
static bool was_the_last(const struct ev_object *ev)
{
	__u32 ends = !!(ev->end & END_READ) + !!(ev->end & END_WRITE);

	if (mech__has(ev->obj.mech, MT_PEER))
		return ev->released;
	if (!mech__has(ev->obj.mech, MT_ENDS))
		return false;
	if (!ev->released || ev->e.flags & EVF_NO_STATE)
		return false;
	return ev->state.v[PIPE_READERS] + ev->state.v[PIPE_WRITERS] <= ends;
}

int tally_rows__ref(struct tally *t, const struct ev_object *ev)
{
	struct tally_object *o;

	if (ev->change == OBJ_CREATED)
		return birth(t, ev);
	if (!ev->obj.mech || ev->change == OBJ_REFUSED)
		return 0;
	o = find_object(t, &ev->obj, -1);
	if (!o && (ev->change == OBJ_OPENED || ev->path[0]))
		o = new_object(t, &ev->obj, -1);
	if (!o || o == &t->others)
		return 0;
	if ((ev->change == OBJ_OPENED || !o->path[0]) && mech__has(ev->obj.mech, MT_PATH) &&
	    ev->path[0])
		memcpy(o->path, ev->path, PATH_LEN);
	set_gone(t, o, was_the_last(ev));
	return 0;
}

void tally_rows__rename(struct tally *t, __u32 serial, const char comm[COMM_LEN])
{
	for_each_node(&t->uses, node)
	{
		struct tally_use *u = container_of(node, struct tally_use, node);

		if (u->task == serial)
			memcpy(u->who.comm, comm, COMM_LEN);
	}
	for_each_node(&t->pairs, node)
	{
		struct tally_pair *p = container_of(node, struct tally_pair, node);

		if (p->task == serial)
			memcpy(p->who.comm, comm, COMM_LEN);
		if (p->by_task == serial)
			memcpy(p->by.comm, comm, COMM_LEN);
	}
}

void tally_rows__free(struct tally *t)
{
	for_each_node(&t->uses, node) free_use(t, container_of(node, struct tally_use, node));
	for_each_node(&t->pairs, node) free_pair(t, container_of(node, struct tally_pair, node));
	for_each_node(&t->objects, node)
	    free_object(t, container_of(node, struct tally_object, node));
	map__free(&t->uses);
	map__free(&t->pairs);
	map__free(&t->objects);
	dist__clear(&t->others.w.wait);
	dist__clear(&t->others.w.delay);
	dist__clear(&t->other_pairs.w.wait);
	dist__clear(&t->other_pairs.w.delay);
}
