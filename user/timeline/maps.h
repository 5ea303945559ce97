/* SPDX-License-Identifier: GPL-2.0 */
/* Who has shared memory mapped, and who touched its pages. */
#ifndef IPCTRACE_TIMELINE_MAPS_H
#define IPCTRACE_TIMELINE_MAPS_H

#include "timeline/state.h"

/* An access that was none. */
static inline bool is_refused(const struct ev_fault *f)
{
	return f->denied || f->beyond;
}

/* Notes the key of a segment: IPC_RMID takes it away. */
void maps__key(struct obj *o, const struct ipc_state *st);
void maps__change(struct timeline *tl, struct obj *o, const struct ev_map *ev);
/* Shared memory was made, opened, marked for removal or destroyed. */
void maps__object(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts);
/* t has exited. */
void maps__exit(struct timeline *tl, const struct task *t);
/* Who touched the same physical page of it before, if another process did. */
struct cause maps__touch(struct timeline *tl, struct obj *o, const struct ev_fault *ev);
void maps__forget(struct timeline *tl, struct obj *o);
/* Calls rename for each that touched pages of it. */
void maps__rename(struct obj *o, const struct task *t,
		  void (*rename)(struct actor *by, const struct task *t, __u64 ts));

#endif
