/* SPDX-License-Identifier: GPL-2.0 */
/* A recording: all records of one run in memory, and the way from there to facts. */
#ifndef TESTS_RECORDING_H
#define TESTS_RECORDING_H

#include <stddef.h>

#include "timeline/timeline.h"

struct recording {
	union any_event *rec;
	size_t n, room;
};

/* The records of a trace file. 0 or -errno; -EPROTO: it is none, cut short or damaged. */
int recording__read(struct recording *r, const char *path);
void recording__append(struct recording *r, const union any_event *rec);
void recording__copy(struct recording *to, const struct recording *from);
void recording__free(struct recording *r);

/* Every record through a new timeline; 0 or -errno. */
int recording__play(const struct recording *r, fact_fn fn, void *ctx);

#endif
