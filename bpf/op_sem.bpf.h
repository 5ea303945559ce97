/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on SysV semaphores: their arguments, what begins and ends them, and what exit undoes. */
#ifndef IPCTRACE_OP_SEM_BPF_H
#define IPCTRACE_OP_SEM_BPF_H

#include "op_emit.bpf.h"
#include "sem.bpf.h"

#define IPC_PRIVATE 0
#define IPC_CREAT   001000
#define IPC_EXCL    002000
#define IPC_NOWAIT  004000

/* Commands of semctl (include/uapi/linux/ipc.h, sem.h). */
enum {
	IPC_RMID = 0,
	IPC_INFO = 3,
	SEM_GETPID = 11,
	SEM_GETVAL = 12,
	SEM_GETNCNT = 14,
	SEM_GETZCNT = 15,
	SEM_SETVAL = 16,
	SEM_SETALL = 17,
	SEM_STAT = 18,
	SEM_INFO = 19,
	SEM_STAT_ANY = 20,
};

/* One semaphore of a call. */
struct sem_part {
	struct ipc_state before;
	struct sembuf sop;
	__u16 known; /* before was read */
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

static __always_inline bool sem_part_read(struct sem_part *p, __u64 set, __s32 id)
{
	__builtin_memset(&p->before, 0, sizeof(p->before));
	p->before.v[SEM_NUM] = p->sop.sem_num;
	if (filter.sums) /* they need no states */
		return set;
	p->known = sem_state(set, id, &p->before);
	return p->known;
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
	if (n - 1 > SEM_MORE)
		count_lost(LOST_WALK, n - 1 - SEM_MORE);
	for (__u32 i = 0; i < SEM_MORE && i + 1 < n; i++) {
		struct sem_part *p = &more->part[i];

		__builtin_memset(&p->sop, 0, sizeof(p->sop));
		p->sop.sem_num = i + 1;
		if (sops && bpf_probe_read_user(&p->sop, sizeof(p->sop),
						(void *)sops + (__u64)(i + 1) * sizeof(p->sop)))
			break;
		sem_part_read(p, (__u64)op->t.object, op->t.obj.id);
		more->n = i + 1;
	}
	op->refs = more->n;
	return 0;
}

static __always_inline bool semctl_has_id(__s32 cmd)
{
	return cmd != IPC_INFO && cmd != SEM_INFO && cmd != SEM_STAT && cmd != SEM_STAT_ANY;
}

static __always_inline bool semctl_has_num(__s32 cmd)
{
	return cmd == SEM_GETPID || cmd == SEM_GETVAL || cmd == SEM_GETNCNT || cmd == SEM_GETZCNT ||
	       cmd == SEM_SETVAL;
}

/* Notes the set, and its semaphore num as it stands. */
static __always_inline void sem_target(struct op_flight *op, __s32 id, __u16 num)
{
	__u64 ns = ipc_ns_of(bpf_get_current_task());
	struct sem_part p = {.sop.sem_num = num};
	__u64 set = ipc_find(ns, IPC_TABLE_SEM, id);

	ipc_name(&op->t.obj, ns, id, MECH_SEM);
	if (!set || !sem_part_read(&p, set, id))
		return;
	op->t.object = (void *)set;
	op->t.before = p.before;
}

static __always_inline void begin_semget(struct op_flight *op, const struct call *c)
{
	__s32 key = c->a[0], flags = c->a[2];

	op->key = key;
	op->arg = (__u32)c->a[1];
	op->cmd = flags;
	op->t.obj.mech = MECH_SEM;
	/* Whether the call makes the set: for sure, or if there is none by that key now. */
	if (key == IPC_PRIVATE)
		op->user = 1;
	else if (flags & IPC_CREAT)
		op->user = flags & IPC_EXCL ||
			   ipc_by_key(ipc_ns_of(bpf_get_current_task()), IPC_TABLE_SEM, key) < 0;
}

static __always_inline void begin_semop(struct op_flight *op, const struct call *c)
{
	__u32 n = c->a[2];
	struct sembuf sop = {};

	bpf_probe_read_user(&sop, sizeof(sop), (void *)c->a[1]);
	op->arg = (__s64)sop.sem_op;
	op->cmd = sop.sem_flg;
	sem_target(op, c->a[0], sop.sem_num);
	if (n > 1 && op->t.object)
		sem_begin_more(op, c->a[1], n);
}

static __always_inline void begin_semctl(struct op_flight *op, const struct call *c)
{
	op->cmd = c->a[2];
	op->t.obj.mech = MECH_SEM;
	if (!semctl_has_id(op->cmd))
		return;
	sem_target(op, c->a[0], semctl_has_num(op->cmd) ? c->a[1] : 0);
	if (op->cmd == SEM_SETVAL)
		op->arg = (__s64)(__s32)c->a[3];
	else if (op->cmd == SEM_SETALL && op->t.object && op->t.before.v[SEM_NSEMS] > 1)
		sem_begin_more(op, 0, op->t.before.v[SEM_NSEMS]);
}

/* A call on semaphores begins. 0: it is of no interest. */
VERIFIED_ONCE int sem_begin(struct op_flight *op, const struct call *c, __u32 state)
{
	if (!op || !c)
		return 0;
	op->t.fd = -1;
	if (c->op.class == OPC_SEM_GET) {
		begin_semget(op, c);
		return 1;
	}
	if (c->op.class == OPC_SEM_OP)
		begin_semop(op, c);
	else
		begin_semctl(op, c);
	return object_wanted(state, &op->t.obj);
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
		e->arg = (__u64)(__s64)p->sop.sem_op;
		e->cmd = p->sop.sem_flg;
		if (p->sop.sem_flg & IPC_NOWAIT)
			e->e.flags |= EVF_NONBLOCK;
	}
	e->before = p->before;
	e->after.v[SEM_NUM] = p->sop.sem_num;
	if (!p->known)
		e->e.flags |= EVF_NO_STATE;
	else if (!set || !sem_state(set, op->t.obj.id, &e->after))
		e->e.flags |= EVF_NO_AFTER;
	submit(e);
	return 0;
}

/*
 * The set came, or is gone: st as it is, or was. As it was when the call began, for whom that wakes
 * comes after it.
 */
static __always_inline void emit_sem_object(struct op_flight *op, const struct ipc_state *st,
					    __u8 change)
{
	struct ev_object *e = new_record(bpf_get_current_task_btf(), EV_OBJECT, struct ev_object);

	if (!e)
		return;
	e->e.ts = op->start;
	e->obj = op->t.obj;
	e->state = *st;
	e->fd = -1;
	e->nr = op->nr;
	e->change = change;
	submit(e);
}

VERIFIED_ONCE int end_semget(struct op_flight *op, __s64 ret, __u32 state)
{
	__u64 ns = ipc_ns_of(bpf_get_current_task());
	struct sem_part p = {};
	__s32 id;

	if (!op)
		return 0;
	/* Of a call that failed: the set that has the key. */
	id = ret >= 0 ? ret : ipc_by_key(ns, IPC_TABLE_SEM, op->key);
	if (id >= 0) {
		ipc_name(&op->t.obj, ns, id, MECH_SEM);
		sem_part_read(&p, ipc_find(ns, IPC_TABLE_SEM, id), id);
		p.known = 0; /* as it was before the call */
	}
	if (!object_wanted(state, &op->t.obj))
		return 0;
	if (id < 0)
		op->t.obj.mech = 0;
	/* Before the call's own record, which is about what this makes. */
	if (ret >= 0 && op->user)
		emit_sem_object(op, &p.before, OBJ_CREATED);
	emit_sem(op, &p, 0, ret, 0);
	return 0;
}

VERIFIED_ONCE int sem_end_more(struct op_flight *op, __u64 set, __s64 ret)
{
	struct sem_parts *more = bpf_task_storage_get(&sem_more, bpf_get_current_task_btf(), 0, 0);

	if (!op || !more)
		return 0;
	for (__u32 i = 0; i < SEM_MORE && i < more->n; i++)
		emit_sem(op, &more->part[i], set, ret, EVF_SECOND);
	return 0;
}

/* A call on semaphores is over. */
VERIFIED_ONCE int sem_end(struct op_flight *op, __s64 ret, __u32 state)
{
	struct sem_part p = {};
	__u64 set;

	if (!op)
		return 0;
	if (op->class == OPC_SEM_GET)
		return end_semget(op, ret, state);
	set = ipc_find(ipc_ns_of(bpf_get_current_task()), IPC_TABLE_SEM, op->t.obj.id);
	if (set != (__u64)op->t.object)
		set = 0;
	p.before = op->t.before;
	p.known = op->t.object != NULL && !filter.sums;
	p.sop = (struct sembuf){p.before.v[SEM_NUM], op->arg, op->cmd};
	if (op->class == OPC_SEM_CTL && !semctl_has_id(op->cmd))
		op->t.obj.mech = 0;
	emit_sem(op, &p, set, ret, 0);
	if (op->refs)
		sem_end_more(op, set, ret);
	if (op->class == OPC_SEM_CTL && op->cmd == IPC_RMID && !ret && p.known)
		emit_sem_object(op, &p.before, OBJ_DESTROYED);
	return 0;
}

#endif
