/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on SysV semaphores: their arguments, begin and end, and what exit undoes. */
#ifndef IPCTRACE_OP_SEM_BPF_H
#define IPCTRACE_OP_SEM_BPF_H

#include "op/sem_parts.bpf.h"

/* Commands of semctl (include/uapi/linux/sem.h). */
enum {
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
static __always_inline void sem_target(struct op_flight *op, __s32 id, __u32 num)
{
	__u64 ns = ipc_ns_of(bpf_get_current_task());
	__u64 set = ipc_find(ns, IPC_TABLE_SEM, id);

	ipc_name(&op->t.obj, ns, id, MECH_SEM);
	op->t.object = (void *)set;
	op->t.before.v[SEM_NUM] = num;
	if (!set)
		op->bits |= SEMF_NO_SET;
	else if (!filter.sums)
		sem_state(set, id, &op->t.before);
}

/* Whether t.before is a semaphore's state: the set has one of that number. */
static __always_inline bool sem_known(const struct op_flight *op)
{
	return op->t.object && op->t.before.v[SEM_NUM] < op->t.before.v[SEM_NSEMS];
}

static __always_inline void begin_semget(struct op_flight *op, const struct call *c)
{
	__s32 key = c->a[0], flags = c->a[2];

	op->key = key;
	op->nsems = (__s32)c->a[1];
	op->cmd = flags;
	op->t.obj.mech = MECH_SEM;
	op->user = sysv_makes(key, flags, IPC_TABLE_SEM);
}

static __always_inline void begin_semop(struct op_flight *op, const struct call *c)
{
	__u32 n = c->a[2];
	struct sembuf sop = {};

	op->nsops = n;
	op->user = c->a[1];
	if (!n || bpf_probe_read_user(&sop, sizeof(sop), (void *)c->a[1]))
		op->bits = SEMF_NO_ARG;
	if (c->op.id == SYSOP_semtimedop && c->a[3])
		op->bits |= SEMF_TIMED;
	op->change = sop.sem_op;
	op->cmd = sop.sem_flg;
	sem_target(op, c->a[0], sop.sem_num);
	if (n > 1 && op->t.object && !(op->bits & SEMF_NO_ARG))
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
		op->value = (__s32)c->a[3];
	else if (op->cmd == SEM_SETALL && op->t.object && op->t.before.v[SEM_NSEMS] > 1)
		sem_begin_more(op, 0, op->t.before.v[SEM_NSEMS]);
	else if (op->cmd == IPC_SET)
		sysv_set_asked(op, c->a[3]);
	else if (op->cmd == IPC_RMID && op->t.object)
		sysv_rmid(op, sem_asleep((__u64)op->t.object));
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

VERIFIED_ONCE int end_semget(struct op_flight *op, __s64 ret, __u32 state)
{
	__u64 ns = ipc_ns_of(bpf_get_current_task());
	struct sem_part p = {};
	__u64 set = 0;
	__s32 id;

	if (!op)
		return 0;
	/* The set that has the key, when the call failed. */
	id = ret >= 0 ? ret : ipc_by_key(ns, IPC_TABLE_SEM, op->key);
	if (id >= 0) {
		ipc_name(&op->t.obj, ns, id, MECH_SEM);
		set = ipc_find(ns, IPC_TABLE_SEM, id);
		sem_part_read(&p, set, id);
		p.known = 0; /* as it was before the call */
	}
	if (!object_wanted(state, &op->t.obj))
		return 0;
	if (id < 0) {
		op->t.obj.mech = 0;
		limit_reached(op, ret);
	}
	/* Before the call's own record, which is about what this makes. */
	if (ret >= 0 && op->user)
		emit_sysv_object(op, &p.before, OBJ_CREATED, set);
	emit_sem(op, &p, 0, ret, 0);
	return 0;
}

/*
 * Reads what could not be read when the call began: the kernel has had the page brought in since. The
 * state of the semaphore at that time is not known.
 */
static __always_inline void sem_read_late(struct op_flight *op, struct sem_part *p, __s64 ret)
{
	p->known = 0;
	if (!op->nsops || ret == -EFAULT ||
	    bpf_probe_read_user(&p->sop, sizeof(p->sop), (void *)op->user))
		return;
	op->bits &= ~SEMF_NO_ARG;
	p->before.v[SEM_NUM] = p->sop.sem_num;
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
	p.known = sem_known(op);
	p.sop = (struct sembuf){p.before.v[SEM_NUM], op->change, op->cmd};
	if (op->bits & SEMF_NO_ARG)
		sem_read_late(op, &p, ret);
	if (op->class == OPC_SEM_CTL && !semctl_has_id(op->cmd))
		op->t.obj.mech = 0;
	if (op->class == OPC_SEM_OP)
		semop_limit(op, ret);
	emit_sem(op, &p, set, ret, 0);
	if (op->class == OPC_SEM_OP && op->t.object)
		sem_end_more(op, set, ret, op->nsops);
	else if (op->cmd == SEM_SETALL && op->t.object)
		sem_end_more(op, set, ret, p.before.v[SEM_NSEMS]);
	if (op->class == OPC_SEM_CTL && op->cmd == IPC_RMID && !ret && p.known)
		emit_sysv_object(op, &p.before, OBJ_DESTROYED, 0);
	return 0;
}

static __always_inline bool op_begin_sem(struct task_ctx *tc, struct task_struct *current,
					 const struct call *c)
{
	return sem_begin(&tc->op, c, tc->trace);
}

static __always_inline void op_end_sem(struct task_ctx *tc, struct task_struct *current,
				       const struct call *c, __s64 ret)
{
	sem_end(&tc->op, ret, tc->trace);
}

#endif
