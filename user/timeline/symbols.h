/* SPDX-License-Identifier: GPL-2.0 */
/* The function and line of each instruction that accessed a watched word. */
#ifndef IPCTRACE_TIMELINE_SYMBOLS_H
#define IPCTRACE_TIMELINE_SYMBOLS_H

#include "timeline/state.h"

/* symbols__find: NULL if it was not told. */
int symbols__feed(struct timeline *tl, const struct ev_symbol *rec);
const struct ev_symbol *symbols__find(const struct timeline *tl, __u32 pid, __u64 ip);
void symbols__free(struct timeline *tl);

#endif
