/* SPDX-License-Identifier: GPL-2.0 */
/* Why an operation ended as it did, and why a signal was made. */
#ifndef IPCTRACE_TIMELINE_CAUSE_H
#define IPCTRACE_TIMELINE_CAUSE_H

#include "timeline/state.h"

static inline struct cause cause__none(enum cause_kind kind)
{
	return (struct cause){.kind = kind, .nr = -1, .fd = -1};
}

/* Names by as who is behind c, at ts and by the system call nr. */
void cause__by(const struct timeline *tl, struct cause *c, const struct actor *by, __s16 nr,
	       __u64 ts);
/* The last end (END_READ, END_WRITE) of o is gone: NO_READERS, NO_WRITERS. */
struct cause cause__departure(const struct timeline *tl, const struct obj *o, __u8 end);
/* By a signal, if the sleep in op was ended by one; else UNKNOWN. */
struct cause cause__interrupted(const struct task *t, const struct ev_op *op);
struct cause cause__op(struct timeline *tl, const struct task *t, const struct obj *o,
		       const struct ev_op *op);
struct cause cause__signal(struct timeline *tl, const struct ev_signal *sig);
/* Whether a key, or a break, at the terminal made the signal for its foreground processes. */
bool cause__is_terminals(const struct ev_signal *sig);
/* Names the child of a SIGCHLD that another task made, such as a tracer that waits for it. */
void cause__child(const struct timeline *tl, struct cause *c, const struct ev_signal *sig);

#endif
