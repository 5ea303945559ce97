/* SPDX-License-Identifier: GPL-2.0 */
/* The ordering window: records that are not told yet, sorted by time, which can be found by the
 * acting task and by the open file description. */
#ifndef IPCTRACE_TIMELINE_ORDER_H
#define IPCTRACE_TIMELINE_ORDER_H

#include <stdbool.h>

#include "timeline/timeline.h"
#include "lib/map.h"

struct entry {
	__u64 key;   /* time it is ordered by */
	bool queued; /* a slot of the heap points to it */
	enum fact_kind kind;
	__u32 actor; /* tid that acts: of a signal the sender */
	struct lane *lane;
	struct list by_actor;
	struct lane *file_lane; /* NULL: it is about no description */
	struct list by_file;
	union any_event rec;
};

/* What the heap compares stands in the heap itself: it is walked far more than entries are. */
struct order_slot {
	__u64 key;
	__u64 seq; /* arrival, for ties */
	struct entry *e;
};

struct order {
	struct order_slot *heap;
	size_t n, room;
	__u64 seq;
	struct map lanes; /* by tid: its entries as they arrived */
	struct map files; /* the same by description */
};

/* Copies rec (of rec->size bytes) into a new entry. 0 or -ENOMEM. */
int order__push(struct order *o, enum fact_kind kind, __u64 key, const union any_event *rec);
/* The first entry; NULL when there is none. */
struct entry *order__first(struct order *o);
/* Takes any entry out, and frees it. */
void order__remove(struct order *o, struct entry *e);
/* The first entry by this task that was over at since or later, and the one after it. */
struct entry *order__by(const struct order *o, __u32 tid, __u64 since);
struct entry *order__by_next(const struct entry *e);
/* The first entry about this description, as records name it, and the one after it. */
struct entry *order__by_file(const struct order *o, __u64 file);
struct entry *order__by_file_next(const struct entry *e);
void order__free(struct order *o);

#endif
