/* SPDX-License-Identifier: GPL-2.0 */
/* Futexes in shared memory: the parts of futex_ops (timeline/mech_ops.h). */
#ifndef IPCTRACE_MECH_FUTEX_H
#define IPCTRACE_MECH_FUTEX_H

#include "timeline/mech_ops.h"

/* mech/futex_facts.c */
struct cause futex__why(struct timeline *tl, const struct task *t, const struct obj *o,
			const struct ev_op *op);
struct cause futex__sleeps(struct timeline *tl, const struct obj *o, const struct ev_wait *w);
enum cause_kind futex__wakes(const struct obj *o, const struct ev_wait *w);
void futex__did(struct timeline *tl, struct obj *o, const struct ev_op *op);

/* mech/futex_words.c */
void futex__tell_op(struct text *t, const struct fact *f);
bool futex__tell_sleep(struct text *t, const struct fact *f, bool named);
bool futex__tell_wake(struct text *t, const struct fact *f);

#endif
