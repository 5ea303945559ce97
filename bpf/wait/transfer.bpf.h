/* SPDX-License-Identifier: GPL-2.0 */
/* Which pipe a task reads or writes, found in line when it sleeps there or wakes another task. */
#ifndef IPCTRACE_WAIT_TRANSFER_BPF_H
#define IPCTRACE_WAIT_TRANSFER_BPF_H

#include "fd/call.bpf.h"
#include "mech/pipe.bpf.h"

struct transfer {
	struct ipc_object obj;
	void *pipe;
	__s32 fd;
	__u8 class; /* OPC_READ or OPC_WRITE */
};

/*
 * t is in call nr, and tc its context, or NULL. An operation that is followed has looked already:
 * no need to look again. False: it does something else, or this kernel lends no types.
 */
static __always_inline bool transfer_find(struct transfer *x, const struct task_ctx *tc,
					  struct task_struct *t, long nr)
{
	struct sysop row;
	struct file *f;

	if (tc && tc->op.start && tc->op.nr == nr && tc->op.t.object && is_pipe(&tc->op.t.obj) &&
	    is_transfer(tc->op.class)) {
		x->obj = tc->op.t.obj;
		x->pipe = tc->op.t.object;
		x->fd = tc->op.t.fd;
		x->class = tc->op.class;
		return true;
	}
	row = sysop_of(nr);
	if (!can_cast || !is_transfer(row.class) || in_compat_call(t, nr))
		return false;
	x->fd = PT_REGS_PARM1_SYSCALL(user_regs(t)); /* as of every row of these classes */
	x->class = row.class;
	f = typed_file((__u64)t, x->fd);
	x->pipe = f ? typed_pipe(f, &x->obj) : NULL;
	return x->pipe;
}

#endif
