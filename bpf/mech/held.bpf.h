/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The questions about a descriptor's object, for every mechanism with a row FD_HELD in
 * abi/mech.def.
 */
#ifndef IPCTRACE_MECH_HELD_BPF_H
#define IPCTRACE_MECH_HELD_BPF_H

#include "core/waitlist.bpf.h"
#include "fd/object.bpf.h"
#include "mech/eventfd.bpf.h"
#include "mech/mq.bpf.h"
#include "mech/pipe.bpf.h"
#include "mech/sock.bpf.h"
#include "mech/timerfd.bpf.h"

static __always_inline void held_state(const struct fd_object *o, struct ipc_state *st)
{
	switch (o->obj.mech) {
#define FD(mech, kind)                                                                             \
	case MECH_##mech:                                                                          \
		goto state_##kind;
#include "abi/mech.def"
	}
	return;
#define FD_HELD(kind)                                                                              \
	state_##kind : fd_state_##kind(o->at, st);                                                 \
	return;
#include "abi/mech.def"
}

/* The proof of why task sleeps in a call of this class, an enum wait_reason; WAIT_UNKNOWN: there is none. */
static __always_inline int held_reason(const struct fd_object *o, __u64 task, __u8 class)
{
	switch (o->obj.mech) {
#define FD(mech, kind)                                                                             \
	case MECH_##mech:                                                                          \
		goto reason_##kind;
#include "abi/mech.def"
	}
	return WAIT_UNKNOWN;
#define FD_HELD(kind) reason_##kind : return fd_reason_##kind(o->at, task, class);
#include "abi/mech.def"
}

/* The wait queue, the first or the second, of tasks that poll it; 0: it has none. */
static __always_inline __u64 held_queue(const struct fd_object *o, int which)
{
	switch (o->obj.mech) {
#define FD(mech, kind)                                                                             \
	case MECH_##mech:                                                                          \
		goto queue_##kind;
#include "abi/mech.def"
	}
	return 0;
#define FD_HELD(kind) queue_##kind : return fd_queue_##kind(o->at, which);
#include "abi/mech.def"
}

/* Whether task is on one of its queues in poll or select. */
static __always_inline bool held_polled(const struct fd_object *o, __u64 task)
{
	return on_waitqueue(held_queue(o, 0), task) == ON_QUEUE_POLLING ||
	       on_waitqueue(held_queue(o, 1), task) == ON_QUEUE_POLLING;
}

/* What an EV_WATCH says of its state: without a struct ipc_state, for which the stack has no room. */
static __always_inline void held_watch(const struct fd_object *o, struct ev_watch *e)
{
	switch (o->obj.mech) {
#define FD(mech, kind)                                                                             \
	case MECH_##mech:                                                                          \
		goto watch_##kind;
#include "abi/mech.def"
	}
	return;
#define FD_HELD(kind)                                                                              \
	watch_##kind : fd_watch_##kind(o->at, e);                                                  \
	return;
#include "abi/mech.def"
}

#endif
