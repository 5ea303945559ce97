/* SPDX-License-Identifier: GPL-2.0 */
/* Tells a sleep once, however many records it has. */
#ifndef IPCTRACE_TIMELINE_SLEEPS_H
#define IPCTRACE_TIMELINE_SLEEPS_H

#include "timeline/state.h"

int sleeps__feed(struct timeline *tl, const struct ev_wait *w);
int sleeps__finish(struct timeline *tl);
void sleeps__forget(struct timeline *tl, __u32 tid);
void sleeps__free(struct timeline *tl);

#endif
