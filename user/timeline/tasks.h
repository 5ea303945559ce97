/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks and their processes: who they are. */
#ifndef IPCTRACE_TIMELINE_TASKS_H
#define IPCTRACE_TIMELINE_TASKS_H

#include "timeline/state.h"

/* NULL: not known. */
struct task *tasks__find(const struct timeline *tl, __u32 tid);
struct proc *tasks__proc(const struct timeline *tl, __u32 pid);
struct actor tasks__actor(const struct timeline *tl, __u32 pid, __u32 tid);
/* The same of one that is kept: names__changed() must find it. */
struct actor tasks__noted(const struct timeline *tl, __u32 pid, __u32 tid);
/* Whether a process other than this one, that is known, has the same name. */
bool tasks__namesake(const struct timeline *tl, const struct actor *who);
/* Counts t among those that have its name, or no longer. */
void tasks__take_name(struct timeline *tl, struct task *t);
void tasks__drop_name(struct timeline *tl, struct task *t);

#endif
