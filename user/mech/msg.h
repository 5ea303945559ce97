/* SPDX-License-Identifier: GPL-2.0 */
/* SysV message queues: the parts of msg_ops. What each has to do stands in timeline/mech_ops.h. */
#ifndef IPCTRACE_MECH_MSG_H
#define IPCTRACE_MECH_MSG_H

#include "timeline/mech_ops.h"

/* mech/msg_facts.c */
struct cause msg__why(struct timeline *tl, const struct task *t, const struct obj *o,
		      const struct ev_op *op);
struct cause msg__sleeps(struct timeline *tl, const struct obj *o, const struct ev_wait *w);
enum cause_kind msg__wakes(const struct obj *o, const struct ev_wait *w);
bool msg__moved(const struct ev_op *op, struct move *m);

/* mech/msg_words.c */
void msg__tell_op(struct text *t, const struct fact *f);
bool msg__tell_sleep(struct text *t, const struct fact *f, bool named);
bool msg__tell_look(struct text *t, const struct ev_wait *w, const struct tell_last *last);
bool msg__tell_wake(struct text *t, const struct fact *f);

/* mech/msg_lane.c */
/* "msgsnd 5 type 1", "msgrcv type -3 nowait", "msgctl IPC_RMID" */
bool msg__lane_call(const struct ev_op *op, char *buf, size_t size);
/* " type 1": of the message that a msgrcv got, where the call did not name it; else "" */
void msg__lane_result(const struct ev_op *op, char *buf, size_t size);
/* "msgsnd sleeps: no room for 8192", "msgrcv sleeps: none of type 2" */
bool msg__lane_sleep(const struct ev_wait *w, const char *call, char *buf, size_t size);
/* "makes a queue, owner uid 0" */
bool msg__lane_object(const struct ev_object *ob, char *buf, size_t size);

#endif
