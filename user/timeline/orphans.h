/* SPDX-License-Identifier: GPL-2.0 */
/* Processes whose forker has ended. */
#ifndef IPCTRACE_TIMELINE_ORPHANS_H
#define IPCTRACE_TIMELINE_ORPHANS_H

#include "timeline/state.h"

void orphans__fork(struct timeline *tl, const struct ev_life *l);
void orphans__exit(struct timeline *tl, const struct ev_life *l);
/* The process is not known any more. */
void orphans__forget(struct proc *p);
/* Fills in the mappers' orphan. */
void orphans__look(const struct timeline *tl, struct obj *o);

#endif
