/* SPDX-License-Identifier: GPL-2.0 */
/* Who holds an object by which descriptor. */
#ifndef IPCTRACE_TIMELINE_HOLDERS_H
#define IPCTRACE_TIMELINE_HOLDERS_H

#include "timeline/state.h"

void holders__add(struct timeline *tl, struct obj *o, const struct ev_object *ev);
void holders__del(struct timeline *tl, __u32 pid, __s32 fd);
void holders__rename(const struct task *t);
/* Takes away what a process that is gone still holds. */
void holders__drop(struct timeline *tl, struct proc *p);
/* No task holds it any more. */
void holders__clear(struct timeline *tl, struct obj *o);
/* The first that has the object by this description; NULL: none. */
const struct holder *holders__by_file(const struct timeline *tl, const struct obj *o, __u64 file);
void holders__forget_file(struct timeline *tl, struct obj *o, __u64 file);
/* Fills in the holders, and what the process of each does at ts. */
void holders__look(struct timeline *tl, struct obj *o, __u64 ts);

/* How many descriptions holders have this end by: END_READ or END_WRITE. */
unsigned int holders__files(const struct obj *o, __u8 end);

#endif
