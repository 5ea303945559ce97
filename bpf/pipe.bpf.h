/* SPDX-License-Identifier: GPL-2.0 */
/* A pipe: which is behind a descriptor, its state, and the proof of why a task sleeps on it. */
#ifndef IPCTRACE_PIPE_BPF_H
#define IPCTRACE_PIPE_BPF_H

#include "file.bpf.h"

/* Reads without the pipe's mutex: a state that another task is changing may be one step old. */
int pipe_state(__u64 pipe, struct ipc_state *st);

/* Which of the pipe's wait lists holds the task; WAIT_UNKNOWN when none does. */
int pipe_reason(__u64 pipe, __u64 task);

/*
 * The object behind a descriptor of the current task, and its state. seen: what the descriptor was
 * before. It is known again by its inode and number: pipefs gives no number twice while either
 * lives, and a FIFO, whose inode outlives its pipe, is known by that too.
 */
int target_find(struct op_target *t, struct fd_seen *seen, __s32 fd);

#endif
