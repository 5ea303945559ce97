/* SPDX-License-Identifier: GPL-2.0 */
/* The mappers of an object, by process. */
#ifndef IPCTRACE_TIMELINE_PIECES_H
#define IPCTRACE_TIMELINE_PIECES_H

#include "timeline/state.h"

/* NULL: it has none. */
struct mapped *pieces__of(const struct timeline *tl, const struct obj *o, __u32 pid);
/* 0 or -ENOMEM. */
int pieces__add(struct timeline *tl, struct obj *o, const struct mapper *m);
/* Takes away those of n pieces of p that nothing is left of; p is gone with the last of them. */
void pieces__drop_empty(struct timeline *tl, struct obj *o, struct mapped *p,
			struct piece *const *pieces, size_t n);
/* t has a new name. */
void pieces__rename(const struct timeline *tl, struct obj *o, const struct task *t);
/* No process has it mapped any more. */
void pieces__clear(struct timeline *tl, struct obj *o);

#endif
