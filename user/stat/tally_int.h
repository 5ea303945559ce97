/* SPDX-License-Identifier: GPL-2.0 */
/* The insides of a tally, for tally*.c only. */
#ifndef IPCTRACE_STAT_TALLY_INT_H
#define IPCTRACE_STAT_TALLY_INT_H

#include "stat/tally.h"

/* Serials below it name what is no task: enum wake_ctx. */
#define FIRST_SERIAL 16

/* A thread; of a leader also its process. */
struct tally_task {
	struct map_node node; /* by tid */
	struct list gone_item;
	__u32 serial;
	bool gone;
	bool sleeps; /* wait is not over */
	__u32 inner_pid;
	char comm[COMM_LEN];
	__u64 ran; /* when its last sleep was over: what was seen of it before is old */
	struct ev_wait wait;
};

struct tally {
	struct tally_limits limits;
	struct map tasks, objects, pairs, uses;
	struct list gone; /* tasks, the longest gone first */
	size_t n_gone;
	__u32 serial; /* the next */
	__u32 home;   /* see tally_object.home */
	__u64 first, last;
	struct tally_object others;
	struct tally_pair other_pairs;
	struct tally_rows rows;
	/* The last ones used: most records are about the same few. */
	struct tally_task *last_task;
	struct tally_object *last_object;
	struct tally_use *last_use;
	struct tally_pair *last_pair;
	/* tasks and objects that were seen to go, ever, and when the full tables were last looked through */
	__u64 ends, swept_objects, swept_pairs, swept_uses;
};

/* Made if need be, named comm (may be NULL) then. NULL without memory. */
struct tally_task *tally_tasks__get(struct tally *t, __u32 tid, const char *comm);
/* 0 or -ENOMEM. */
int tally_tasks__life(struct tally *t, const struct ev_life *ev);
struct tally_task *tally_tasks__find(const struct tally *t, __u32 tid);
void tally_tasks__free(struct tally *t);

/* The row, or that of the rest when there are too many. NULL without memory. */
struct tally_object *tally_rows__object(struct tally *t, const struct ipc_object *key, __s16 nr);
struct tally_pair *tally_rows__pair(struct tally *t, __u32 task, __u32 by);
/* NULL, too, when there are too many: obj->cut says so. */
struct tally_use *tally_rows__use(struct tally *t, struct tally_object *obj, __u32 task);
/* A descriptor of an object came or went. 0 or -ENOMEM. */
int tally_rows__ref(struct tally *t, const struct ev_object *ev);
/* The task with this serial has a new name. */
void tally_rows__rename(struct tally *t, __u32 serial, const char comm[COMM_LEN]);
void tally_rows__free(struct tally *t);

/* Puts down a sleep; each one once. 0 or -ENOMEM. */
int tally__wait(struct tally *t, const struct ev_wait *ev);

#define WAIT(id, ...) _Static_assert((id) < TALLY_REASONS, "a reason has no sum of its own");
#include "abi/mech.def"

/* Where a reason's sums are. A damaged record may have any number. */
static inline unsigned int tally__reason(unsigned int id)
{
	return id < TALLY_REASONS ? id : WAIT_UNKNOWN;
}

/* The key for a wait on no object: its system call, or that there was none. */
static inline __s16 tally__call(unsigned int reason, __s16 nr)
{
	return reason == WAIT_STOPPED ? TALLY_STOPPED : nr;
}

/* Puts the name and the number of a process down. */
void tally__name(struct tally_name *who, const struct tally_task *task, __u32 pid);

void tally_flow__merge(struct tally_flow *to, const struct tally_flow *from);

#endif
