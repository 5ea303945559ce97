/* SPDX-License-Identifier: GPL-2.0 */
/* Who exits, and has not come to its ends of a pipe yet. */
#ifndef IPCTRACE_TIMELINE_GOING_H
#define IPCTRACE_TIMELINE_GOING_H

#include "timeline/state.h"

/*
 * An exit's record tells of a description that stays until the exit comes to it. Whether a later state
 * still counts it is known only if the holders of the others are known. o has no path, so no other end
 * can have been opened meanwhile.
 */
void going__note(struct timeline *tl, struct obj *o, const struct ev_object *ev);
/* Fills in those who are on their way at ts. */
void going__see(struct obj *o, __u64 ts);

#endif
