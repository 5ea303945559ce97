/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A run's story: what must be equal in two runs of the same program, lane by lane. Pure.
 *
 * Names replace what differs from run to run. A process is its last comm, with a number from the
 * second process of that name on. An object is its mechanism and its place in the order of
 * appearance. What depends on the scheduler or the machine is left out: times, ids, addresses of
 * descriptions, states, whether a call slept. Waits are compared as a set, of those with a proven
 * reason except mutex; signals as a bag, because their order is not fixed.
 */
#ifndef IPCTRACE_DIFF_STORY_H
#define IPCTRACE_DIFF_STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "timeline/timeline.h"
#include "lib/map.h"

/* Lines of a run that are compared. */
#define STORY_LINES (1U << 19)

struct story_line {
	char *text; /* escaped */
	__u64 times;
};

struct story_lane {
	char *name; /* "writer: operations"; escaped */
	struct story_line *lines;
	size_t n, room;
	bool bag, set; /* their order, and how often, says nothing */
};

struct story {
	struct story_lane *lanes; /* sorted by name once it is finished */
	size_t n, room;
	struct story_role **roles; /* in order of appearance */
	size_t n_roles, room_roles;
	struct map by_pid; /* the roles */
	size_t n_lines;	   /* of all lanes, at most STORY_LINES */
	bool cut;	   /* there were more */
	int error;	   /* -ENOMEM: something is missing */
};

/* First all records, which tell the names; then all facts; then the end. */
void story__record(struct story *st, const struct event *rec);
void story__fact(struct story *st, const struct fact *fact);
void story__finish(struct story *st);
void story__clear(struct story *st);

#endif
