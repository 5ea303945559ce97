/* SPDX-License-Identifier: GPL-2.0 */
/* Why a task was woken, and by which action of its waker. */
#ifndef IPCTRACE_TIMELINE_WAKE_H
#define IPCTRACE_TIMELINE_WAKE_H

#include "timeline/state.h"

struct cause cause__wake(struct timeline *tl, struct obj *o, const struct ev_wait *w);
/* The record of what the waker did, when it is still in the window: it comes before the wakeup. */
struct entry *cause__pending(const struct timeline *tl, const struct ev_wait *w);
/* True when the waker's record must still come, so that the wakeup has to wait for it. */
bool cause__awaited(const struct timeline *tl, const struct ev_wait *w);

#endif
