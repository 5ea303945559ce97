/* SPDX-License-Identifier: GPL-2.0 */
/* What an access to a watched word tells of the accesses before it. */
#ifndef IPCTRACE_TIMELINE_WATCHED_H
#define IPCTRACE_TIMELINE_WATCHED_H

#include "timeline/state.h"

/* The last store to a watched word, as a cause; CAUSE_STATE without by where it is not known. */
struct cause words__last(const struct timeline *tl, const struct ipc_object *obj, __u64 offset);
void words__access(struct timeline *tl, struct fact *f);
/* Accesses were lost. */
void words__doubt(struct timeline *tl);
void words__free(struct timeline *tl);

#endif
