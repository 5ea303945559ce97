/* SPDX-License-Identifier: GPL-2.0 */
/* Timerfds: what their files share. */
#ifndef IPCTRACE_MECH_TIMERFD_H
#define IPCTRACE_MECH_TIMERFD_H

#include "timeline/mech_ops.h"

#define TIMERFD_BYTES 8 /* of a read */

struct cause timerfd__why(struct timeline *tl, const struct task *t, const struct obj *o,
			  const struct ev_op *op);
enum cause_kind timerfd__wakes(const struct obj *o, const struct ev_wait *w);
bool timerfd__still_due(const struct ev_wait *w, const struct ipc_state *now);

void timerfd__tell_op(struct text *t, const struct fact *f);
bool timerfd__tell_sleep(struct text *t, const struct fact *f, bool named);
bool timerfd__tell_look(struct text *t, const struct ev_wait *w, const struct tell_last *last);
bool timerfd__tell_wake(struct text *t, const struct fact *f);

#endif
