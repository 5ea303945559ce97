/* SPDX-License-Identifier: GPL-2.0 */
/* SysV objects that a *get does not find, or has no room for. */
#ifndef IPCTRACE_TIMELINE_KEYS_H
#define IPCTRACE_TIMELINE_KEYS_H

#include "timeline/state.h"

void keys__op(struct timeline *tl, const struct ev_op *op);
/* Why a *get finds no object by its key: CAUSE_NONE if its removal was not seen. */
struct cause keys__why(struct timeline *tl, const struct ev_op *op);
void keys__made(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts);
/* Who made what fills the limit that a *get has reached, until the next call; NULL: nothing is known of that. */
const struct makers *keys__makers(struct timeline *tl, const struct ev_op *op);

#endif
