/* SPDX-License-Identifier: GPL-2.0 */
/* What segments, semaphore sets and message queues of SysV have in common. */
#ifndef IPCTRACE_MECH_SYSV_H
#define IPCTRACE_MECH_SYSV_H

#include "timeline/mech_ops.h"

/* mech/sysv_facts.c */
/* Who removed the object that a call found gone (-EIDRM, -EINVAL). */
struct cause sysv__removed(const struct timeline *tl, const struct task *t, const struct obj *o,
			   const struct ev_op *op);
/* Did w's waker, in a call of class ctl, remove what w waits on? */
bool sysv__removes(const struct ev_wait *w, enum op_class ctl);

/* mech/sysv_words.c. noun: "set", "queue" */
void sysv__tell_gone(struct text *t, const struct cause *c, const char *noun);
void sysv__tell_rmid(struct text *t, const struct ev_op *op); /* what a removal ends */
/* False: which limit a *get has reached is not known. */
bool sysv__limit(const struct ev_op *op, struct limit *l);
bool sysv__tell_limit(struct text *t, const struct fact *f);
/* "; a removed the one that had it at 1.20 ms", of a key that is not found; nothing where that was not seen. */
void sysv__tell_unkeyed(struct text *t, const struct fact *f);
void sysv__tell_owner(struct text *t, const struct ev_op *op); /* IPC_SET to no user or group */

/* mech/sysv_fields.c */
void sysv_fields__get(struct fields *fs, const struct ev_op *op, const char *flags);
void sysv_fields__perm(struct fields *fs, const struct ev_op *op);    /* what IPC_SET asks for */
void sysv_fields__removed(struct fields *fs, const struct ev_op *op); /* what IPC_RMID takes away */

#endif
