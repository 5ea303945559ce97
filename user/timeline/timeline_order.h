/* SPDX-License-Identifier: GPL-2.0 */
/* The ordering window: facts to come, sorted by time, and findable by the task that acts. */
#ifndef IPCTRACE_TIMELINE_ORDER_H
#define IPCTRACE_TIMELINE_ORDER_H

#include "timeline.h"
#include "timeline_map.h"

struct entry {
	__u64 key;  /* time it is ordered by */
	__u64 seq;  /* arrival, for ties */
	size_t pos; /* in the heap */
	enum fact_kind kind;
	__u32 actor; /* tid that acts: of a signal the sender */
	struct lane *lane;
	struct list by_actor;
	union any_event rec;
};

struct order {
	struct entry **heap;
	size_t n, room;
	__u64 seq;
	struct map lanes; /* by tid: its entries as they arrived */
};

/* Copies rec (of rec->size bytes) into a new entry. 0 or -ENOMEM. */
int order__push(struct order *o, enum fact_kind kind, __u64 key, const union any_event *rec);
/* The first entry; NULL when there is none. */
struct entry *order__first(const struct order *o);
/* Takes an entry out; the caller frees it. */
void order__take(struct order *o, struct entry *e);
/* The first entry by this task that was over at since or later, and the one after it. */
struct entry *order__by(const struct order *o, __u32 tid, __u64 since);
struct entry *order__by_next(const struct entry *e);
void order__free(struct order *o);

#endif
