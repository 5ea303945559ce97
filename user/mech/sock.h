/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets: the parts of sock_ops. What each has to do stands in timeline/mech_ops.h. */
#ifndef IPCTRACE_MECH_SOCK_H
#define IPCTRACE_MECH_SOCK_H

#include "timeline/mech_ops.h"

/* mech/sock_facts.c */
struct cause sock__why(struct timeline *tl, const struct task *t, const struct obj *o,
		       const struct ev_op *op);
struct cause sock__sigpipe(const struct timeline *tl, const struct obj *o);
enum cause_kind sock__wakes(const struct obj *o, const struct ev_wait *w);
bool sock__moved(const struct ev_op *op, struct move *m);
void sock__did(struct timeline *tl, struct obj *o, const struct ev_op *op);
bool sock__still_due(const struct ev_wait *w, const struct ipc_state *now);
bool sock__is_unix(const struct ipc_state *st);
/* Which half of a connection; of obj.shut. */
enum sock_half { SOCK_READS = 0, SOCK_WRITES = 1 };
/* A socket in this state lets who sends by it wait. */
bool sock__is_full(const struct ipc_state *st);

/* mech/sock_ends.c */
/* The flags of either state: what it was at some time of the call. */
__u32 sock__flags(const struct ev_op *op);
/* No more comes, or goes: who ended that. Kind UNKNOWN: neither the flags nor the wakeup say that it has ended. */
struct cause sock__ended(const struct timeline *tl, const struct task *t, const struct obj *o,
			 const struct ev_op *op, enum sock_half half);
struct cause sock__reset(const struct timeline *tl, const struct obj *o, const struct ev_op *op);
struct cause sock__refused(const struct timeline *tl, const struct task *t, const struct obj *o,
			   const struct ev_op *op);
/* An accept: whose connection it was, if that one has closed before. */
struct cause sock__got_gone(const struct timeline *tl, const struct ev_op *op);

/* mech/sock_words.c, and for operations mech/sock_fail.c */
void sock__tell_op(struct text *t, const struct fact *f);
bool sock__tell_sleep(struct text *t, const struct fact *f, bool named);
bool sock__tell_look(struct text *t, const struct ev_wait *w, const struct tell_last *last);
bool sock__tell_wake(struct text *t, const struct fact *f);
void sock__tell_object(struct text *t, const struct fact *f);

/* mech/sock_names.c */
const char *sock__family_name(__u32 family);		 /* "unix", "inet"; NULL */
const char *sock__type_name(const struct ipc_state *st); /* "stream"; NULL */
const char *sock__shut_name(const struct ipc_state *st); /* "read", "both"; NULL: it is not */
/* "MSG_DONTWAIT|MSG_NOSIGNAL", "0" */
#define SOCK_FLAGS_LEN 160
void sock__msg_flags(char *buf, size_t size, int flags);

/* "SO_RCVTIMEO"; NULL: an option that is not told */
const char *sock__option_name(int option);
bool sock__option_is_time(int option); /* else it is a number of bytes */

/* mech/sock_lane.c */
/* "shutdown SHUT_WR", "listen 128" */
bool sock__lane_call(const struct ev_op *op, char *buf, size_t size);
/* " messages" */
void sock__lane_result(const struct ev_op *op, char *buf, size_t size);
/* "bind /run/x" */
bool sock__lane_object(const struct ev_object *ob, char *buf, size_t size);

#endif
