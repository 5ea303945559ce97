/* SPDX-License-Identifier: GPL-2.0 */
/* Who removed a name. */
#ifndef IPCTRACE_TIMELINE_UNLINKED_H
#define IPCTRACE_TIMELINE_UNLINKED_H

#include "timeline/state.h"

void unlinked__op(struct timeline *tl, const struct obj *o, const struct ev_op *op);
/* A name is there again. */
void unlinked__back(struct timeline *tl, const struct ev_object *ev);
/* Why a name is not found: CAUSE_NONE if its removal was not seen. */
struct cause unlinked__why(struct timeline *tl, const struct ev_object *ev);

#endif
