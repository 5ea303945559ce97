/* SPDX-License-Identifier: GPL-2.0 */
/* Makes the fact of a record, and updates tasks and objects by it. */
#ifndef IPCTRACE_TIMELINE_EMIT_H
#define IPCTRACE_TIMELINE_EMIT_H

#include "timeline/state.h"

/* Makes the fact of an entry, at time ts, and follows what it tells. */
void emit_entry(struct timeline *tl, struct entry *e, __u64 ts);
/* The FACT_BLOCK of a sleep that goes on, as things stand now. */
struct fact emit_asleep(struct timeline *tl, const union any_event *rec);

#endif
