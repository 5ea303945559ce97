/* SPDX-License-Identifier: GPL-2.0 */
/*
 * epoll instances: how a descriptor leads to one, and who waits for it. fd/epoll_tree.bpf.h has
 * what they watch.
 */
#ifndef IPCTRACE_MECH_EPOLL_BPF_H
#define IPCTRACE_MECH_EPOLL_BPF_H

#include "core/waitlist.bpf.h"
#include "fd/call.bpf.h"
#include "fd/object.bpf.h"

static __u64 epoll_ops; /* f_op of epoll instances, once one was seen; 0: none yet */

static __always_inline void *fd_find_epoll(struct file *f, struct ipc_object *obj)
{
	static const char name[] = "[eventpoll]"; /* fs/eventpoll.c */
	void *ep;

	if (!is_anonymous(f, &epoll_ops, name))
		return NULL;
	ep = BPF_CORE_READ(f, private_data);
	obj->id = cookie(ep);
	obj->dev = 0;
	obj->mech = MECH_EPOLL;
	return ep;
}

static __always_inline void sleep_in_epoll(struct wait_flight *w, struct task_struct *t,
					   const struct call *c)
{
	__s32 fd = call_fd(c);
	struct eventpoll *ep;
	struct file *f = file_of(t, fd);

	if (!f)
		return;
	ep = BPF_CORE_READ(f, private_data);
	if (!ep || !on_waitqueue((__u64)ep + bpf_core_field_offset(struct eventpoll, wq), (__u64)t))
		return;
	w->obj.id = cookie(ep);
	w->obj.mech = MECH_EPOLL;
	w->fd = fd;
	w->reason = WAIT_EPOLL_EVENT;
}

#endif
