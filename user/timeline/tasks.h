/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks and their processes: who they are, from their first record until long after their exit. */
#ifndef IPCTRACE_TIMELINE_TASKS_H
#define IPCTRACE_TIMELINE_TASKS_H

#include "timeline/state.h"

/* A task made by tasks__get lives until it exits. NULL: unknown, or no memory. */
struct task *tasks__find(const struct timeline *tl, __u32 tid);
struct task *tasks__get(struct timeline *tl, __u32 pid, __u32 tid);
struct proc *tasks__proc(const struct timeline *tl, __u32 pid);
struct actor tasks__actor(const struct timeline *tl, __u32 pid, __u32 tid);
/* The same of one that is kept: names__changed() must find it. */
struct actor tasks__noted(const struct timeline *tl, __u32 pid, __u32 tid);
/* It is called as l says. */
void tasks__name(struct timeline *tl, struct task *t, const struct ev_life *l);
/* Whether a process other than this one, that is known, has the same name. */
bool tasks__namesake(const struct timeline *tl, const struct actor *who);
/* Takes what the task is called from an EV_EXEC or EV_TASK. */
void tasks__introduce(struct timeline *tl, struct task *t, const struct ev_life *l);
void tasks__fork(struct timeline *tl, const struct ev_life *l);
void tasks__exit(struct timeline *tl, struct task *t, const struct ev_life *l);
/* Forgets the tasks that exited long before now. */
void tasks__reap(struct timeline *tl, __u64 now);
void tasks__free(struct timeline *tl);

#endif
