/* SPDX-License-Identifier: GPL-2.0 */
/* Objects, from their first record until nobody holds them any more. */
#ifndef IPCTRACE_TIMELINE_OBJECTS_H
#define IPCTRACE_TIMELINE_OBJECTS_H

#include "timeline/state.h"

/* The newest generation; NULL: no record has named it. */
struct obj *objects__find(const struct timeline *tl, const struct ipc_object *key);
/* The same, made if need be. NULL: no object is named, or no memory. */
struct obj *objects__get(struct timeline *tl, const struct ipc_object *key);
/* What tells of a birth, beside END_READ and END_WRITE: the call, an object without ends. */
#define BORN_CALL  0x10
#define BORN_WHOLE 0x20
/* The object that was created at ts by pid: the known one, or the next generation. */
struct obj *objects__born(struct timeline *tl, const struct ipc_object *key, __u32 pid, __u64 ts,
			  __u8 told_by);
void objects__path(struct obj *o, const char path[PATH_LEN]);
/* A name was given to it, or is asked for: OBJ_OPENING, OBJ_NAMED, OBJ_CONNECTS. */
void objects__named(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts);
void objects__state(struct timeline *tl, struct obj *o, const struct ipc_state *st, __u64 ts);
/* A set or queue came or went. */
void objects__made_or_removed(struct timeline *tl, struct obj *o, const struct ev_object *ev,
			      __u64 ts);
/* Who departed by d is gone for sure at ts. */
bool objects__settled(const struct departure *d, __u64 ts);
void objects__reap(struct timeline *tl);
void objects__free(struct timeline *tl);

#endif
