/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks and their processes, from their first record until long after their exit. */
#ifndef IPCTRACE_TIMELINE_LIVES_H
#define IPCTRACE_TIMELINE_LIVES_H

#include "timeline/state.h"

/* It lives until it exits. NULL: no memory. */
struct task *lives__get(struct timeline *tl, __u32 pid, __u32 tid);
/* It is called as l says. */
void lives__name(struct timeline *tl, struct task *t, const struct ev_life *l);
/* Takes what the task is called from an EV_EXEC or EV_TASK. */
void lives__introduce(struct timeline *tl, struct task *t, const struct ev_life *l);
void lives__fork(struct timeline *tl, const struct ev_life *l);
void lives__exit(struct timeline *tl, struct task *t, const struct ev_life *l);
/* Forgets the tasks that exited long before now. */
void lives__reap(struct timeline *tl, __u64 now);
void lives__free(struct timeline *tl);

#endif
