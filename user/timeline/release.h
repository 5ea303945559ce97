/* SPDX-License-Identifier: GPL-2.0 */
/* How the last reader or writer of an object went. */
#ifndef IPCTRACE_TIMELINE_RELEASE_H
#define IPCTRACE_TIMELINE_RELEASE_H

#include "timeline/state.h"

/* The first of those that go together: earlier departures have nothing to do with it. */
void release__begin(struct timeline *tl, const struct ev_object *ev);
/* Follows one reference; sets the state to what it is after it. True when the open file description ended
 * with it. */
bool release__object(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts);
/* What goes together is over, or of no interest any more. */
void release__forget(struct timeline *tl, struct proc *p);
/* How much of that end a state of the object counts; of what has a peer, whether that is still there. */
__u32 release__counted(const struct ipc_object *key, const struct ipc_state *st, __u8 end);
/* The departure of end (END_READ, END_WRITE); NULL when it was not seen. */
const struct departure *release__of(const struct obj *o, __u8 end);
/*
 * The departure of tid, which was seen: known again if it was doubted. A closer may be preempted
 * for long between the hook and the count, and states that others read meanwhile still count the
 * end.
 */
const struct departure *release__confirm(struct obj *o, __u8 end, __u32 tid);
/* The waker of w has just taken the last one away, as the state at the wakeup proves. */
const struct departure *release__proven(const struct timeline *tl, struct obj *o, __u8 end,
					const struct ev_wait *w);
/* Fills in who holds o and its peer at ts, and whose exit may not have come to its descriptors of them. */
void release__look(struct timeline *tl, struct obj *o, __u64 ts);

#endif
