/* SPDX-License-Identifier: GPL-2.0 */
/* FIFOs that are being opened. A FIFO with both ends open is a pipe (mech/pipe.bpf.h). */
#ifndef IPCTRACE_MECH_FIFO_BPF_H
#define IPCTRACE_MECH_FIFO_BPF_H

#include "fd/call.bpf.h"
#include "mech/pipe.bpf.h"

/* open(2) of a FIFO waits for its partner before there is a descriptor (fs/pipe.c fifo_open). */
static __always_inline void sleep_in_open(struct wait_flight *w, struct task_struct *t,
					  const struct call *c)
{
	struct inode *inode = BPF_CORE_READ(t, nameidata, path.dentry, d_inode);
	struct pipe_inode_info *p;
	int how;

	if (!inode || (BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFIFO)
		return;
	p = BPF_CORE_READ(inode, i_pipe);
	how = p ? pipe_reason((__u64)p, (__u64)t) : WAIT_UNKNOWN;
	if (!how)
		return;
	w->obj.id = BPF_CORE_READ(inode, i_ino);
	w->obj.dev = BPF_CORE_READ(inode, i_sb, s_dev);
	w->obj.mech = MECH_FIFO;
	w->object = p;
	/* After that it takes the mutex, which its partner may still have. */
	w->reason = how == WAIT_PIPE_MUTEX ? WAIT_PIPE_MUTEX : WAIT_FIFO_PARTNER;
	pipe_state((__u64)p, &w->state);
}

#endif
