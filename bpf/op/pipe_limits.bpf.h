/* SPDX-License-Identifier: GPL-2.0 */
/* Which limit of pipes a call has reached, by the kernel's own rules, and how far it is used. */
#ifndef IPCTRACE_OP_PIPE_LIMITS_BPF_H
#define IPCTRACE_OP_PIPE_LIMITS_BPF_H

#include "op/emit.bpf.h"
#include "abi/pipe_limits.h"

#define F_SETPIPE_SZ 1031
#define PIPE_EPERM   1

/* Where the kernel keeps them; 0: not known. */
extern __u64 pipe_limits[PIPE_LIMIT_COUNT];

/* A limit as it is now; 0: none, or not known. */
static __always_inline __u64 pipe_limit(enum pipe_limit which)
{
	__u64 at = pipe_limits[which], pages = 0;
	__u32 bytes = 0;

	if (!at)
		return 0;
	if (which == PIPE_MAX_SIZE) {
		bpf_probe_read_kernel(&bytes, sizeof(bytes), (void *)at);
		return bytes;
	}
	bpf_probe_read_kernel(&pages, sizeof(pages), (void *)at);
	return pages;
}

/* fs/pipe.c round_pipe_size(), in pages */
static __always_inline __u64 pipe_pages(__u32 bytes)
{
	__u64 last = bytes ? (bytes - 1) >> PAGE_SHIFT : 0;

	last |= last >> 1;
	last |= last >> 2;
	last |= last >> 4;
	last |= last >> 8;
	last |= last >> 16;
	return last + 1;
}

/* more: the pages that would come to those which a user's pipes have. */
static __always_inline void pipe_user_limit(struct op_flight *op, struct user_struct *user,
					    __s64 more)
{
	__s64 used = BPF_CORE_READ(user, pipe_bufs.counter);
	__u64 hard = pipe_limit(PIPE_USER_HARD), soft = pipe_limit(PIPE_USER_SOFT);

	if (used < 0 || used + more < 0)
		return;
	if (hard && (__u64)(used + more) > hard)
		op_limit(op, PIPEF_HARD, used, hard);
	else if (soft && (__u64)(used + more) > soft)
		op_limit(op, PIPEF_SOFT, used, soft);
	else
		return;
	op->uid = BPF_CORE_READ(user, uid.val);
}

/* op, fcntl(F_SETPIPE_SZ), returned ret (fs/pipe.c pipe_set_size()). */
VERIFIED_ONCE int pipe_size_limit(struct op_flight *op, __s64 ret)
{
	struct pipe_inode_info *p;
	__u64 most, pages;

	if (!op || ret != -PIPE_EPERM || op->cmd != F_SETPIPE_SZ ||
	    (op->t.obj.mech != MECH_PIPE && op->t.obj.mech != MECH_FIFO) || !op->t.object ||
	    !target_stands(&op->t, bpf_get_current_task_btf()))
		return 0;
	most = pipe_limit(PIPE_MAX_SIZE);
	if (!most)
		return 0;
	pages = pipe_pages(op->bytes);
	if (pages << PAGE_SHIFT > most) {
		op->bits = PIPEF_MAX_SIZE;
		op->limit = most;
		return 0;
	}
	p = (void *)number_in(&op->t.object);
	pipe_user_limit(op, BPF_CORE_READ(p, user), pages - BPF_CORE_READ(p, nr_accounted));
	return 0;
}

#endif
