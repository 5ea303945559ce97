/* SPDX-License-Identifier: GPL-2.0 */
/* The mapped pieces of a process by their addresses. */
#ifndef IPCTRACE_TIMELINE_SPANS_H
#define IPCTRACE_TIMELINE_SPANS_H

#include "timeline/state.h"

void spans__add(struct timeline *tl, struct mapped *p, struct piece *piece, const struct mapper *m);
void spans__del(struct mapped *p, struct piece *piece);
/* The piece is at other addresses now. */
void spans__moved(struct mapped *p, struct piece *piece, const struct mapper *m);
/* How many pieces have an address in [from, to): they are tl->spans, in the order in which they came. */
size_t spans__find(struct timeline *tl, const struct mapped *p, __u64 from, __u64 to);

#endif
