/* SPDX-License-Identifier: GPL-2.0 */
/* The proof of why a task sleeps on a pipe. */
#ifndef IPCTRACE_PIPE_WAIT_BPF_H
#define IPCTRACE_PIPE_WAIT_BPF_H

#include "pipe.bpf.h"
#include "waitlist.bpf.h"

/* Which of the pipe's wait lists holds t; WAIT_UNKNOWN when none does. */
VERIFIED_ONCE int pipe_reason(__u64 pipe, __u64 task)
{
	struct pipe_inode_info *p = (void *)pipe;
	struct task_struct *t = (void *)task;
	int how;

	if (!p || !t)
		return WAIT_UNKNOWN;
	how = on_waitqueue((void *)p + bpf_core_field_offset(struct pipe_inode_info, rd_wait), t);
	if (how)
		return how == ON_QUEUE_POLLING ? WAIT_PIPE_POLL : WAIT_PIPE_EMPTY;
	how = on_waitqueue((void *)p + bpf_core_field_offset(struct pipe_inode_info, wr_wait), t);
	if (how)
		return how == ON_QUEUE_POLLING ? WAIT_PIPE_POLL : WAIT_PIPE_FULL;
	if (on_mutex((void *)p + bpf_core_field_offset(struct pipe_inode_info, mutex), t))
		return WAIT_PIPE_MUTEX;
	return WAIT_UNKNOWN;
}

#endif
