/* SPDX-License-Identifier: GPL-2.0 */
/* Gives a new name to all that is remembered about a task. */
#ifndef IPCTRACE_TIMELINE_NAMES_H
#define IPCTRACE_TIMELINE_NAMES_H

#include "timeline/state.h"

/* Gives t's name of now to what is remembered of it. */
void names__changed(struct timeline *tl, const struct task *t);
/* The name that w's waker has by now. */
void names__waker(const struct timeline *tl, struct ev_wait *w);

#endif
