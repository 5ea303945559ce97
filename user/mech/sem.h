/* SPDX-License-Identifier: GPL-2.0 */
/* SysV semaphores: the parts of sem_ops. What each has to do stands in timeline/mech_ops.h. */
#ifndef IPCTRACE_MECH_SEM_H
#define IPCTRACE_MECH_SEM_H

#include "timeline/mech_ops.h"

/* mech/sem_facts.c */
struct cause sem__why(struct timeline *tl, const struct task *t, const struct obj *o,
		      const struct ev_op *op);
struct cause sem__sleeps(struct timeline *tl, const struct obj *o, const struct ev_wait *w);
enum cause_kind sem__wakes(const struct obj *o, const struct ev_wait *w);
__s64 sem__amount(const struct timeline *tl, const struct ev_wait *w, const struct obj *o);
bool sem__moved(const struct ev_op *op, struct move *m);
void sem__did(struct timeline *tl, struct obj *o, const struct ev_op *op);
void sem__forget(struct timeline *tl, struct obj *o);

/* mech/sem_words.c; mech/sem_fail.c: of a call that failed without a cause */
void sem__tell_op(struct text *t, const struct fact *f);
bool sem__tell_sleep(struct text *t, const struct fact *f, bool named);
bool sem__tell_look(struct text *t, const struct ev_wait *w, const struct tell_last *last);
bool sem__tell_wake(struct text *t, const struct fact *f);
void sem__tell_failed(struct text *t, const struct fact *f);

/* mech/sem_lane.c. [N] is semaphore N of the set. */
/* "semop [0] -1 undo", "semop 2/3 [1] +1", "semctl SETVAL [0] 1" */
bool sem__lane_call(const struct ev_op *op, char *buf, size_t size);
/* "semop sleeps: [0] is 0, needs 1" */
bool sem__lane_sleep(const struct ev_wait *w, const char *call, char *buf, size_t size);
/* "makes a set of 3, owner uid 0" */
bool sem__lane_object(const struct ev_object *ob, char *buf, size_t size);

#endif
