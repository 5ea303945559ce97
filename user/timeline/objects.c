/* SPDX-License-Identifier: GPL-2.0 */
/* The objects: their names, generations and last seen state. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names/mech.h"
#include "timeline/mech_ops.h"
#include "timeline/files.h"
#include "timeline/holders.h"
#include "timeline/idle.h"
#include "timeline/maps.h"
#include "timeline/objects.h"
#include "timeline/peers.h"
#include "timeline/pieces.h"
#include "timeline/tasks.h"

/* Both ends of one pipe(2), and the call itself, are recorded within this time, however slowly. */
#define SAME_BIRTH NSEC_PER_SEC

static __u64 key_hash(const struct ipc_object *key)
{
	return key->id ^ (__u64)key->dev << 32 ^ (__u64)key->mech << 56;
}

struct obj *objects__find(const struct timeline *tl, const struct ipc_object *key)
{
	struct map_node *node = map__find(&tl->objects, key_hash(key));
	struct obj *newest = NULL;

	for (; node; node = map__again(node)) {
		struct obj *o = container_of(node, struct obj, node);

		if (!same_object(&o->pub.key, key))
			continue;
		if (!newest || o->pub.generation > newest->pub.generation)
			newest = o;
	}
	return newest;
}

static void free_object(struct timeline *tl, struct obj *o)
{
	idle__del(tl, o);
	map__del(&tl->objects, &o->node);
	files__forget(tl, o);
	peers__forget(o);
	holders__clear(tl, o);
	free(o->holders);
	if (mech_ops__get(o->pub.key.mech)->forget)
		mech_ops__get(o->pub.key.mech)->forget(tl, o);
	maps__forget(tl, o);
	free(o);
}

static struct obj *new_object(struct timeline *tl, const struct ipc_object *key, unsigned int gen)
{
	struct obj *o = calloc(1, sizeof(*o));

	if (!o || map__add(&tl->objects, &o->node, key_hash(key))) {
		free(o);
		fail(tl, -ENOMEM);
		return NULL;
	}
	o->pub.key = *key;
	o->pub.generation = gen;
	o->pub.index = ++tl->n_objects;
	if (!tl->ipc_ns)
		tl->ipc_ns = mech__ipc_ns(key);
	mech__object_name_in(o->pub.name, sizeof(o->pub.name), key, tl->ipc_ns);
	list__init(&o->held);
	list__init(&o->touches);
	list__init(&o->losing);
	list__init(&o->files);
	list__init(&o->ended);
	list__init(&o->sems);
	idle__look(tl, o);
	return o;
}

struct obj *objects__get(struct timeline *tl, const struct ipc_object *key)
{
	struct obj *o;

	if (!key->mech)
		return NULL;
	o = objects__find(tl, key);
	if (!o)
		return new_object(tl, key, 0);
	idle__named(tl, o);
	return o;
}

/* Each end, and the call, are told once a birth. */
static bool same_birth(const struct obj *o, __u32 pid, __u64 ts, __u8 told_by)
{
	__u64 apart = o->born_ts > ts ? o->born_ts - ts : ts - o->born_ts;

	return o->born && o->born_pid == pid && apart <= SAME_BIRTH && !(o->born_by & told_by);
}

/*
 * A set's or queue's id has a sequence number in it. The same id can come again in an IPC namespace
 * that has the number of one that is gone. Another process may find it by its key before its birth
 * is told.
 */
static bool is_another(const struct obj *o, __u32 pid, __u64 ts, __u8 told_by)
{
	return is_set_or_queue(&o->pub.key) ? o->born : !same_birth(o, pid, ts, told_by);
}

/* A new generation began: holders that the old one still seems to have were not seen to go. */
static void retire(struct timeline *tl, struct obj *o)
{
	holders__clear(tl, o);
	pieces__clear(tl, o);
	idle__look(tl, o);
}

struct obj *objects__born(struct timeline *tl, const struct ipc_object *key, __u32 pid, __u64 ts,
			  __u8 told_by)
{
	struct obj *o = key->mech ? objects__find(tl, key) : NULL;

	if (!o) {
		o = objects__get(tl, key);
	} else if (is_another(o, pid, ts, told_by)) {
		unsigned int gen = o->pub.generation + 1;

		retire(tl, o);
		o = new_object(tl, key, gen);
	}
	if (o && !o->born) {
		o->born = true;
		o->born_pid = pid;
		o->born_ts = ts;
	}
	if (o)
		o->born_by |= told_by;
	return o;
}

void objects__path(struct obj *o, const char path[PATH_LEN])
{
	const struct mech *m = mech__get(o->pub.key.mech);

	if (mech__has(o->pub.key.mech, MT_PEER))
		memcpy(o->pub.bound, path, PATH_LEN);
	if (mech__has(o->pub.key.mech, MT_PATH) && path[0] && strstr(o->pub.name, ":["))
		snprintf(o->pub.name, sizeof(o->pub.name), "%s:%.*s", m->name, PATH_LEN, path);
}

/* A state that was read this long after a departure, and still counts that end: another one
 * came. An exit is recorded when it begins, and its memory is torn down before its files. */
bool objects__settled(const struct departure *d, __u64 ts)
{
	return ts > d->ts + (d->change == OBJ_EXIT_CLOSED ? NSEC_PER_SEC : NSEC_PER_MSEC);
}

void objects__state(struct timeline *tl, struct obj *o, const struct ipc_state *st, __u64 ts)
{
	static const enum pipe_word word[2] = {PIPE_READERS, PIPE_WRITERS};
	struct ipc_object peer;

	o->pub.state = *st;
	o->pub.state_known = true;
	if (!mech__has(o->pub.key.mech, MT_ENDS | MT_PEER))
		return;
	for (int i = 0; i < 2; i++) {
		struct departure *d = &o->left[i];

		/*
		 * An object without ends cannot be read any more when its only description is gone.
		 */
		if (d->known && (!is_pipe(&o->pub.key) || st->v[word[i]]) &&
		    objects__settled(d, ts)) {
			d->known = false;
			d->doubted = true;
			peers__forget(o);
		}
	}
	if (mech__has(o->pub.key.mech, MT_PEER)) {
		peer = peers__key(&o->pub.key, st);
		peers__note(o, st, objects__find(tl, &peer));
	}
}

void objects__named(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts)
{
	if (ev->change == OBJ_CONNECTS)
		memcpy(o->pub.wanted, ev->path, PATH_LEN);
	else
		objects__path(o, ev->path);
	if (ev->change == OBJ_OPENING)
		return;
	if (!(ev->e.flags & EVF_NO_STATE))
		objects__state(tl, o, &ev->state, ts);
}

void objects__made_or_removed(struct timeline *tl, struct obj *o, const struct ev_object *ev,
			      __u64 ts)
{
	if (!(ev->e.flags & EVF_NO_STATE))
		objects__state(tl, o, &ev->state, ts);
	o->removed.known = ev->change == OBJ_DESTROYED;
	if (!o->removed.known)
		return;
	o->removed.by = tasks__noted(tl, ev->e.pid, ev->e.tid);
	o->removed.ts = ts;
	o->removed.fd = -1;
	o->removed.nr = ev->nr;
}

void objects__reap(struct timeline *tl)
{
	while (tl->n_idle > KEEP_GONE)
		free_object(tl, container_of(tl->idle.next, struct obj, idle));
}

void objects__free(struct timeline *tl)
{
	struct map_node *node;

	while ((node = map__any(&tl->objects)))
		free_object(tl, container_of(node, struct obj, node));
	map__free(&tl->objects);
	map__free(&tl->held);
	map__free(&tl->held_files);
	map__free(&tl->touches);
	map__free(&tl->mapped);
	free(tl->spans);
	map__free(&tl->files);
	map__free(&tl->numbers);
	map__free(&tl->sems);
}
