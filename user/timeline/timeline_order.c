/* SPDX-License-Identifier: GPL-2.0 */
/* The ordering window: a heap by (time, arrival), with a list of entries for each acting task. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timeline_order.h"

struct lane {
	struct map_node node;
	struct list entries;
};

static bool before(const struct entry *a, const struct entry *b)
{
	return a->key != b->key ? a->key < b->key : a->seq < b->seq;
}

static void put(struct order *o, struct entry *e, size_t pos)
{
	o->heap[pos] = e;
	e->pos = pos;
}

static void sift_up(struct order *o, struct entry *e, size_t pos)
{
	while (pos && before(e, o->heap[(pos - 1) / 2])) {
		put(o, o->heap[(pos - 1) / 2], pos);
		pos = (pos - 1) / 2;
	}
	put(o, e, pos);
}

static void sift_down(struct order *o, struct entry *e, size_t pos)
{
	for (;;) {
		size_t child = pos * 2 + 1;

		if (child + 1 < o->n && before(o->heap[child + 1], o->heap[child]))
			child++;
		if (child >= o->n || !before(o->heap[child], e))
			break;
		put(o, o->heap[child], pos);
		pos = child;
	}
	put(o, e, pos);
}

static struct lane *lane_of(const struct order *o, __u32 tid)
{
	struct map_node *node = map__find(&o->lanes, tid);

	return node ? container_of(node, struct lane, node) : NULL;
}

static int join_lane(struct order *o, struct entry *e)
{
	struct lane *lane = lane_of(o, e->actor);

	if (!lane) {
		lane = calloc(1, sizeof(*lane));
		if (!lane)
			return -ENOMEM;
		list__init(&lane->entries);
		if (map__add(&o->lanes, &lane->node, e->actor)) {
			free(lane);
			return -ENOMEM;
		}
	}
	list__append(&lane->entries, &e->by_actor);
	e->lane = lane;
	return 0;
}

static void leave_lane(struct order *o, struct entry *e)
{
	list__del(&e->by_actor);
	if (e->lane->entries.next == &e->lane->entries) {
		map__del(&o->lanes, &e->lane->node);
		free(e->lane);
	}
	e->lane = NULL;
}

static int make_room(struct order *o)
{
	size_t room = o->room ? o->room * 2 : 256;
	struct entry **heap;

	if (o->n < o->room)
		return 0;
	heap = realloc(o->heap, room * sizeof(*heap));
	if (!heap)
		return -ENOMEM;
	o->heap = heap;
	o->room = room;
	return 0;
}

int order__push(struct order *o, enum fact_kind kind, __u64 key, const union any_event *rec)
{
	struct entry *e;

	if (make_room(o))
		return -ENOMEM;
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->key = key;
	e->seq = o->seq++;
	e->kind = kind;
	memcpy(&e->rec, rec, rec->e.size);
	e->actor = kind == FACT_SIGNAL ? e->rec.signal.sender.tid : e->rec.e.tid;
	if (join_lane(o, e)) {
		free(e);
		return -ENOMEM;
	}
	o->n++;
	sift_up(o, e, o->n - 1);
	return 0;
}

struct entry *order__first(const struct order *o)
{
	return o->n ? o->heap[0] : NULL;
}

void order__take(struct order *o, struct entry *e)
{
	struct entry *last = o->heap[--o->n];

	leave_lane(o, e);
	if (last == e)
		return;
	if (e->pos && before(last, o->heap[(e->pos - 1) / 2]))
		sift_up(o, last, e->pos);
	else
		sift_down(o, last, e->pos);
}

struct entry *order__by(const struct order *o, __u32 tid, __u64 since)
{
	struct lane *lane = lane_of(o, tid);

	if (!lane)
		return NULL;
	list_for_each(item, &lane->entries) {
		struct entry *e = container_of(item, struct entry, by_actor);

		if (e->rec.e.ts >= since)
			return e;
	}
	return NULL;
}

struct entry *order__by_next(const struct entry *e)
{
	const struct list *next = e->by_actor.next;

	return next == &e->lane->entries ? NULL : container_of(next, struct entry, by_actor);
}

void order__free(struct order *o)
{
	while (o->n) {
		struct entry *e = o->heap[o->n - 1];

		order__take(o, e);
		free(e);
	}
	free(o->heap);
	map__free(&o->lanes);
}
