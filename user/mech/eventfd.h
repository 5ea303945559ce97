/* SPDX-License-Identifier: GPL-2.0 */
/* Eventfds: what their files share. */
#ifndef IPCTRACE_MECH_EVENTFD_H
#define IPCTRACE_MECH_EVENTFD_H

#include "timeline/mech_ops.h"

#define EVENTFD_BYTES 8 /* of a read or write */

/* Whether there is no room for that much. Where neither fits into a word of the state it is not known. */
static inline bool eventfd__is_full(const struct ipc_state *st, __u64 adds)
{
	return st->v[EVENTFD_ROOM] != ~0u && adds > st->v[EVENTFD_ROOM];
}

void eventfd__tell_op(struct text *t, const struct fact *f);
bool eventfd__tell_sleep(struct text *t, const struct fact *f, bool named);
bool eventfd__tell_wake(struct text *t, const struct fact *f);

#endif
