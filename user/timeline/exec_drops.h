/* SPDX-License-Identifier: GPL-2.0 */
/* What an execve drops, which counts only if it succeeds. */
#ifndef IPCTRACE_TIMELINE_EXEC_DROPS_H
#define IPCTRACE_TIMELINE_EXEC_DROPS_H

#include "timeline/state.h"

/* Keeps an OBJ_EXEC_CLOSED until it is known whether the execve succeeds. */
void exec_drops__add(struct timeline *tl, struct proc *p, const struct ev_object *ev);
/* The EV_EXEC came: only what this exec drops counts from now on, and none waits any more. */
void exec_drops__over(struct timeline *tl, struct proc *p);
/* A record by tid shows that an execve of its process failed. */
void exec_drops__failed(struct timeline *tl, struct proc *p, __u32 tid);

#endif
