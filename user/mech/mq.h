/* SPDX-License-Identifier: GPL-2.0 */
/* POSIX message queues: the parts of mq_ops. What each has to do stands in timeline/mech_ops.h. */
#ifndef IPCTRACE_MECH_MQ_H
#define IPCTRACE_MECH_MQ_H

#include "timeline/mech_ops.h"

#define MQ_PRIORITIES 32768 /* MQ_PRIO_MAX (include/uapi/linux/mqueue.h): one less is the highest */

/* mech/mq_facts.c */
struct cause mq__why(struct timeline *tl, const struct task *t, const struct obj *o,
		     const struct ev_op *op);
bool mq__moved(const struct ev_op *op, struct move *m);
/* The message went from the sender to this receive, which slept, without being in the queue. */
bool mq__handed(const struct ev_op *op, const struct cause *c);
/* A queue in this state lets a send, or a receive, wait. */
bool mq__holds_up(const struct ipc_state *st, bool sends);

/* mech/mq_words.c */
void mq__tell_op(struct text *t, const struct fact *f);
bool mq__tell_sleep(struct text *t, const struct fact *f, bool named);

/* mech/mq_names.c */
void mq__tell_object(struct text *t, const struct fact *f); /* of a name that was refused */

/* mech/mq_lane.c */
/* "mq_timedsend 5 prio 1", "mq_notify SIGEV_SIGNAL" */
bool mq__lane_call(const struct ev_op *op, char *buf, size_t size);
/* " prio 1": of the message that was received */
void mq__lane_result(const struct ev_op *op, char *buf, size_t size);
/* "mq_timedsend sleeps: full" */
bool mq__lane_sleep(const struct ev_wait *w, const char *call, char *buf, size_t size);
/* "mq_open makes /name, 3" */
bool mq__lane_object(const struct ev_object *ob, char *buf, size_t size);
/* "SIGEV_SIGNAL"; "none": the registration is to end */
const char *mq__notify_name(int notify);

#endif
