/* SPDX-License-Identifier: GPL-2.0 */
/* Objects that nobody is known to hold, or to have mapped: first those that records named longest ago. */
#ifndef IPCTRACE_TIMELINE_IDLE_H
#define IPCTRACE_TIMELINE_IDLE_H

#include "timeline/state.h"

/* After it is made, and after its holders or its mappers have changed. */
void idle__look(struct timeline *tl, struct obj *o);
/* A record names it. */
void idle__named(struct timeline *tl, struct obj *o);
void idle__del(struct timeline *tl, struct obj *o);

#endif
