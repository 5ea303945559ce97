/* SPDX-License-Identifier: GPL-2.0 */
/* epoll instances: found by a descriptor. What they watch says fd/epoll_tree.bpf.h. */
#ifndef IPCTRACE_MECH_EPOLL_BPF_H
#define IPCTRACE_MECH_EPOLL_BPF_H

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

#endif
