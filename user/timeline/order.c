/* SPDX-License-Identifier: GPL-2.0 */
/* The ordering window: a heap by (time, arrival), with a list of entries for each acting task. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "timeline/order.h"

struct lane {
	struct map_node node;
	struct list entries;
};

/*
 * There are few entries before the given time: the others have come out, except those of that time.
 */
#define LOOK_AT_MOST 4096

#define CHILDREN 4 /* of a slot: a flat heap touches less memory */

static bool before(const struct order_slot *a, const struct order_slot *b)
{
	return a->key != b->key ? a->key < b->key : a->seq < b->seq;
}

static void sift_up(struct order_slot *heap, size_t pos, struct order_slot slot)
{
	while (pos && before(&slot, &heap[(pos - 1) / CHILDREN])) {
		heap[pos] = heap[(pos - 1) / CHILDREN];
		pos = (pos - 1) / CHILDREN;
	}
	heap[pos] = slot;
}

/* Puts slot where the first one was. */
static void sift_down(struct order_slot *heap, size_t n, struct order_slot slot)
{
	size_t pos = 0;

	for (;;) {
		size_t first = pos * CHILDREN + 1, least = first;

		if (first >= n)
			break;
		for (size_t c = first + 1; c < first + CHILDREN && c < n; c++)
			if (before(&heap[c], &heap[least]))
				least = c;
		if (!before(&heap[least], &slot))
			break;
		heap[pos] = heap[least];
		pos = least;
	}
	heap[pos] = slot;
}

static void pop(struct order *o)
{
	o->heap[0].e->queued = false;
	o->n--;
	if (o->n)
		sift_down(o->heap, o->n, o->heap[o->n]);
}

static struct lane *lane_of(const struct map *lanes, __u64 key)
{
	struct map_node *node = map__find(lanes, key);

	return node ? container_of(node, struct lane, node) : NULL;
}

/* The lane that item, of an entry, is in now; NULL: no memory. */
static struct lane *join_lane(struct map *lanes, __u64 key, struct list *item)
{
	struct lane *lane = lane_of(lanes, key);

	if (!lane) {
		lane = calloc(1, sizeof(*lane));
		if (!lane)
			return NULL;
		list__init(&lane->entries);
		if (map__add(lanes, &lane->node, key)) {
			free(lane);
			return NULL;
		}
	}
	list__append(&lane->entries, item);
	return lane;
}

static void leave_lane(struct map *lanes, struct lane *lane, struct list *item)
{
	list__del(item);
	if (lane->entries.next == &lane->entries) {
		map__del(lanes, &lane->node);
		free(lane);
	}
}

static void leave_lanes(struct order *o, struct entry *e)
{
	if (e->file_lane)
		leave_lane(&o->files, e->file_lane, &e->by_file);
	leave_lane(&o->lanes, e->lane, &e->by_actor);
	e->lane = e->file_lane = NULL;
}

static int join_lanes(struct order *o, struct entry *e)
{
	__u64 file = e->kind == FACT_OBJECT ? e->rec.object.file : 0;

	e->file_lane = NULL;
	e->lane = join_lane(&o->lanes, e->actor, &e->by_actor);
	if (!e->lane)
		return -ENOMEM;
	if (!file)
		return 0;
	e->file_lane = join_lane(&o->files, file, &e->by_file);
	if (e->file_lane)
		return 0;
	leave_lanes(o, e);
	return -ENOMEM;
}

static int make_room(struct order *o)
{
	size_t room = o->room ? o->room * 2 : 256;
	struct order_slot *heap;

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
	e = malloc(sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->key = key;
	e->queued = true;
	e->kind = kind;
	memcpy(&e->rec, rec, rec->e.size);
	e->actor = kind == FACT_SIGNAL ? e->rec.signal.sender.tid : e->rec.e.tid;
	if (join_lanes(o, e)) {
		free(e);
		return -ENOMEM;
	}
	o->n++;
	sift_up(o->heap, o->n - 1, (struct order_slot){key, o->seq++, e});
	return 0;
}

struct entry *order__first(struct order *o)
{
	while (o->n && !o->heap[0].e->lane) {
		struct entry *e = o->heap[0].e;

		pop(o);
		free(e);
	}
	return o->n ? o->heap[0].e : NULL;
}

void order__remove(struct order *o, struct entry *e)
{
	leave_lanes(o, e);
	if (o->heap[0].e == e)
		pop(o);
	/* Else its slot goes when it comes first. */
	if (!e->queued)
		free(e);
}

struct entry *order__by(const struct order *o, __u32 tid, __u64 since)
{
	struct lane *lane = lane_of(&o->lanes, tid);

	int looked = 0;

	if (!lane)
		return NULL;
	list_for_each(item, &lane->entries) {
		struct entry *e = container_of(item, struct entry, by_actor);

		if (e->rec.e.ts >= since)
			return e;
		if (++looked == LOOK_AT_MOST)
			break;
	}
	return NULL;
}

struct entry *order__by_next(const struct entry *e)
{
	const struct list *next = e->by_actor.next;

	return next == &e->lane->entries ? NULL : container_of(next, struct entry, by_actor);
}

struct entry *order__by_file(const struct order *o, __u64 file)
{
	struct lane *lane = lane_of(&o->files, file);

	return lane ? container_of(lane->entries.next, struct entry, by_file) : NULL;
}

struct entry *order__by_file_next(const struct entry *e)
{
	const struct list *next = e->by_file.next;

	return next == &e->file_lane->entries ? NULL : container_of(next, struct entry, by_file);
}

void order__free(struct order *o)
{
	struct entry *e;

	while ((e = order__first(o)))
		order__remove(o, e);
	free(o->heap);
	map__free(&o->lanes);
	map__free(&o->files);
}
