/* SPDX-License-Identifier: GPL-2.0 */
/* The semaphores of one call: what is noted about each, and its record. */
#ifndef IPCTRACE_OP_SEM_PARTS_BPF_H
#define IPCTRACE_OP_SEM_PARTS_BPF_H

#include "op/sysv.bpf.h"
#include "mech/sem.bpf.h"

#define E2BIG  7
#define EACCES 13
#define EFAULT 14
#define EINVAL 22
#define EFBIG  27

/* One semaphore of a call. */
struct sem_part {
	struct ipc_state before;
	struct sembuf sop;
	__u8 known; /* before was read */
	__u8 part;  /* which of the call, from 0 */
};

/* The semaphores of a call beyond the first. Further ones count as LOST_WALK. */
#define SEM_MORE 7

struct sem_parts {
	__u32 n;
	struct sem_part part[SEM_MORE];
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct sem_parts);
} sem_more SEC(".maps") __weak;

static __always_inline void sem_part_read(struct sem_part *p, __u64 set, __s32 id)
{
	__builtin_memset(&p->before, 0, sizeof(p->before));
	p->before.v[SEM_NUM] = p->sop.sem_num;
	p->known = !filter.sums && sem_state(set, id, &p->before); /* sums need no states */
}

/* The semaphores beyond the first of a semop (sops: a user address) or, with sops 0, of a SETALL. */
VERIFIED_ONCE int sem_begin_more(struct op_flight *op, __u64 sops, __u32 n)
{
	struct sem_parts *more = bpf_task_storage_get(&sem_more, bpf_get_current_task_btf(), 0,
						      BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!op)
		return 0;
	if (!more) {
		count_lost(LOST_STORAGE, 1);
		return 0;
	}
	more->n = 0;
	for (__u32 i = 0; i < SEM_MORE && i + 1 < n; i++) {
		struct sem_part *p = &more->part[i];

		__builtin_memset(&p->sop, 0, sizeof(p->sop));
		p->sop.sem_num = i + 1;
		if (sops && bpf_probe_read_user(&p->sop, sizeof(p->sop),
						(void *)sops + (__u64)(i + 1) * sizeof(p->sop)))
			break;
		sem_part_read(p, (__u64)op->t.object, op->t.obj.id);
		p->part = i + 1;
		more->n = i + 1;
	}
	op->refs = more->n;
	return 0;
}

/* The record of op at one semaphore. set: 0 if it is gone, or never was. */
VERIFIED_ONCE int emit_sem(struct op_flight *op, const struct sem_part *p, __u64 set, __s64 ret,
			   __u8 flags)
{
	struct ev_op *e;

	e = op && p ? op_record(op, &op->t, ret, flags) : NULL;
	if (!e)
		return 0;
	e->fd = -1;
	if (op->class == OPC_SEM_OP) {
		e->change = p->sop.sem_op;
		e->cmd = p->sop.sem_flg;
		if (p->sop.sem_flg & IPC_NOWAIT)
			e->e.flags |= EVF_NONBLOCK;
	}
	e->bits |= p->part << 4;
	e->before = p->before;
	e->after.v[SEM_NUM] = p->sop.sem_num;
	if (!p->known)
		e->e.flags |= EVF_NO_STATE;
	else if (!set || !sem_state(set, op->t.obj.id, &e->after))
		e->e.flags |= EVF_NO_AFTER;
	submit(e);
	return 0;
}

/* The semaphores beyond the first of all n. The kernel looked at none of a semop that had too many. */
VERIFIED_ONCE int sem_end_more(struct op_flight *op, __u64 set, __s64 ret, __u32 n)
{
	struct sem_parts *more = bpf_task_storage_get(&sem_more, bpf_get_current_task_btf(), 0, 0);

	if (!op || ret == -E2BIG || ret == -EFAULT)
		return 0;
	/* The kernel looked at no operation of a call that it refuses as a whole. */
	if (n > 1 + op->refs && ret != -EINVAL && ret != -EFBIG && ret != -EACCES)
		count_lost(LOST_WALK, n - 1 - op->refs);
	for (__u32 i = 0; more && i < SEM_MORE && i < op->refs; i++)
		emit_sem(op, &more->part[i], set, ret, EVF_SECOND);
	return 0;
}

#endif
