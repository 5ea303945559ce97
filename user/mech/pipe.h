/* SPDX-License-Identifier: GPL-2.0 */
/* Pipes and FIFOs: the parts of pipe_ops. What each has to do stands in timeline/mech_ops.h. */
#ifndef IPCTRACE_MECH_PIPE_H
#define IPCTRACE_MECH_PIPE_H

#include "timeline/mech_ops.h"

/* mech/pipe_facts.c */
struct cause pipe__why(struct timeline *tl, const struct task *t, const struct obj *o,
		       const struct ev_op *op);

struct cause pipe__sigpipe(const struct timeline *tl, const struct obj *o);

/* The slots, of a page each, of a pipe that is to have so many bytes (fs/pipe.c round_pipe_size()). */
__u32 pipe_pages(__u64 bytes);
bool pipe__still_due(const struct ev_wait *w, const struct ipc_state *now);

/* mech/pipe_words.c */
void pipe__tell_op(struct text *t, const struct fact *f);
bool pipe__limit(const struct ev_op *op, struct limit *l);
bool pipe__tell_sleep(struct text *t, const struct fact *f, bool named);
bool pipe__tell_look(struct text *t, const struct ev_wait *w, const struct tell_last *last);

#endif
