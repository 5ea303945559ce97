/* SPDX-License-Identifier: GPL-2.0 */
/* eventfds: a counter behind a descriptor, and one wait queue for all who wait for it (fs/eventfd.c). */
#ifndef IPCTRACE_MECH_EVENTFD_BPF_H
#define IPCTRACE_MECH_EVENTFD_BPF_H

#include "core/waitlist.bpf.h"
#include "fd/object.bpf.h"

#define EFD_SEMAPHORE 1
#define EVENTFD_MAX   (~0ULL - 1)

static __u64 eventfd_ops; /* f_op of eventfds, once one was seen; 0: none yet */

/* All anonymous inodes have the same inode number; /proc/PID/fdinfo has this one. */
static __always_inline void *fd_find_eventfd(struct file *f, struct ipc_object *obj)
{
	static const char name[] = "[eventfd]";
	struct eventfd_ctx *ctx;

	if (!is_anonymous(f, &eventfd_ops, name))
		return NULL;
	ctx = BPF_CORE_READ(f, private_data);
	obj->id = BPF_CORE_READ(ctx, id);
	obj->dev = 0;
	obj->mech = MECH_EVENTFD;
	return ctx;
}

VERIFIED_ONCE int eventfd_state(__u64 at, struct ipc_state *st)
{
	struct eventfd_ctx *ctx = (void *)at;
	__u64 count;

	if (!st)
		return 0;
	count = BPF_CORE_READ(ctx, count);
	st->v[EVENTFD_COUNT] = no_more_than_word(count);
	st->v[EVENTFD_ROOM] = count > EVENTFD_MAX ? 0 : no_more_than_word(EVENTFD_MAX - count);
	st->v[EVENTFD_SEMAPHORE] = BPF_CORE_READ(ctx, flags) & EFD_SEMAPHORE;
	/* The file has one reference itself, io_uring, KVM and their like have the others. */
	st->v[EVENTFD_KERNEL] = BPF_CORE_READ(ctx, kref.refcount.refs.counter) - 1;
	return 1;
}

static __always_inline void fd_state_eventfd(__u64 at, struct ipc_state *st)
{
	eventfd_state(at, st);
}

static __always_inline int fd_reason_eventfd(__u64 at, __u64 task, __u8 class)
{
	int how = on_waitqueue(at + bpf_core_field_offset(struct eventfd_ctx, wqh), task);

	if (how == ON_QUEUE_POLLING)
		return WAIT_PIPE_POLL;
	if (how == ON_QUEUE_NOT)
		return WAIT_UNKNOWN;
	return class == OPC_WRITE ? WAIT_EVENTFD_FULL : WAIT_EVENTFD_ZERO;
}

static __always_inline __u64 fd_queue_eventfd(__u64 at, int which)
{
	return which ? 0 : at + bpf_core_field_offset(struct eventfd_ctx, wqh);
}

static __always_inline void fd_watch_eventfd(__u64 at, struct ev_watch *e)
{
	struct eventfd_ctx *ctx = (void *)at;

	e->used = no_more_than_word(BPF_CORE_READ(ctx, count));
}

static __always_inline bool read_state_eventfd(const struct ipc_object *obj, void *at,
					       struct ipc_state *st)
{
	return eventfd_state((__u64)at, st);
}

#endif
