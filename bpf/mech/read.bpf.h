/* SPDX-License-Identifier: GPL-2.0 */
/* The reads of kernel memory that the hooks do all the time. */
#ifndef IPCTRACE_MECH_READ_BPF_H
#define IPCTRACE_MECH_READ_BPF_H

#include "fd/object.bpf.h"

/* Reads without the pipe's mutex: a state that another task is changing may be one step old. */
int pipe_state(__u64 pipe, struct ipc_state *st);

/* Which of the pipe's wait lists holds the task; WAIT_UNKNOWN when none does. */
int pipe_reason(__u64 pipe, __u64 task);

/* Whether a descriptor of the current task is of an open file; at what address. */
int file_find(__s32 fd, __u64 *file);

/* The same; NULL: it is not open. */
static __always_inline struct file *current_file(__s32 fd)
{
	__u64 file = 0;

	return file_find(fd, &file) ? (void *)file : NULL;
}

/*
 * The object behind a descriptor of the current task, and its state. seen: what the descriptor was
 * before. It is known again by its inode and number: pipefs gives no number twice while either
 * lives, and a FIFO, whose inode outlives its pipe, is known by that too.
 */
int target_find(struct op_target *t, struct fd_seen *seen, __s32 fd);

/* A task's name, which is two words long. */
struct comm {
	union {
		char text[COMM_LEN];
		__u64 words[2];
	};
};

/* The current task's. */
int current_comm(struct comm *to);

/*
 * The same for a task that the verifier knows, where types are lent, at a tenth of the cost of
 * bpf_get_current_comm(). It loads two words, as a list head has. The kernel pads with NULs.
 */
static __always_inline void typed_comm(struct comm *to, struct task_struct *t)
{
	struct list_head *from = typed((struct list_head *)t->comm);

	to->words[0] = (__u64)from->next;
	to->words[1] = (__u64)from->prev;
	to->text[COMM_LEN - 1] = 0;
}

#endif
