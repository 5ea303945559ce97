/* SPDX-License-Identifier: GPL-2.0 */
/* The calls of SysV shared memory: their begin and end. */
#ifndef IPCTRACE_OP_SHM_BPF_H
#define IPCTRACE_OP_SHM_BPF_H

#include "mech/map.bpf.h"
#include "op/sysv.bpf.h"

#define SHM_LOCK   11
#define SHM_UNLOCK 12
#define SHM_DEST   01000
#define SHM_RDONLY 010000
#define SHM_REMAP  040000
#define SHM_EXEC   0100000

/* Whether a call that names no segment, or none that exists, is to be recorded. */
static __always_inline bool shm_wanted(void)
{
	return !filter.n_objects && (!filter.mechs || filter.mechs & 1U << MECH_SHM);
}

/* The segment with that id in the current task's namespace, with its current state. */
static __always_inline bool shm_target(struct op_target *t, __s32 id)
{
	__u64 ns = ipc_ns_of(bpf_get_current_task());

	if (!ns || id < 0)
		return false;
	ipc_name(&t->obj, ns, id, MECH_SHM);
	t->object = shm_state(ns, id, &t->before) ? (void *)ns : NULL;
	if (t->object)
		segment_seen(&t->obj);
	return t->object;
}

/* How much an attach of it maps: with huge pages more than its size. */
static __always_inline __u64 shm_mapped(__s32 id)
{
	struct inode *inode =
	    shm_inode(ipc_find(ipc_ns_of(bpf_get_current_task()), IPC_TABLE_SHM, id));

	return page_align(BPF_CORE_READ(inode, i_size));
}

/* IPC_INFO and its like are about all segments, SHM_STAT takes an index. */
static __always_inline bool names_id(__s32 cmd)
{
	return cmd <= 2 || cmd == SHM_LOCK || cmd == SHM_UNLOCK;
}

/* False: of no interest. */
VERIFIED_ONCE int begin_shm(struct op_flight *op, const struct call *c, __u32 trace)
{
	struct task_struct *task;
	__u64 offset;

	if (!op || !c)
		return 0;
	task = (void *)bpf_get_current_task();
	op->t.fd = -1;
	switch (c->op.class) {
	case OPC_SHM_GET:
		op->key = c->a[0];
		op->bytes = c->a[1];
		op->cmd = c->a[2];
		op->user = (__u64)BPF_CORE_READ(task, sysvshm.shm_clist.next);
		return 1;
	case OPC_SHM_AT:
		op->addr = c->a[1];
		op->cmd = c->a[2];
		if (shm_target(&op->t, c->a[0]))
			op->user = shm_mapped(c->a[0]);
		break;
	case OPC_SHM_CTL:
		op->cmd = c->a[1];
		if (names_id(op->cmd))
			shm_target(&op->t, c->a[0]);
		break;
	case OPC_SHM_DT:
		op->addr = c->a[0];
		op->t.object = (void *)address_find((__u64)BPF_CORE_READ(task, mm), c->a[0],
						    &op->t.obj, &offset);
		if (op->t.obj.mech != MECH_SHM || offset) {
			__builtin_memset(&op->t.obj, 0, sizeof(op->t.obj));
			op->t.object = NULL;
		} else if (!memory_state(&op->t.obj, (__u64)op->t.object, &op->t.before)) {
			op->t.object = NULL;
		}
		break;
	}
	return op->t.object ? object_wanted(trace, &op->t.obj) : shm_wanted();
}

/* A new segment is the first on its creator's own list, to which only the creator's calls add. */
static __always_inline bool made_by(struct task_struct *t, const struct op_flight *op, __u64 ns,
				    __s32 id)
{
	__u64 shp = ipc_find(ns, IPC_TABLE_SHM, id);
	__u64 first = (__u64)BPF_CORE_READ(t, sysvshm.shm_clist.next);

	return shp && first != op->user &&
	       first == shp + bpf_core_field_offset(struct shmid_kernel, shm_clist);
}

VERIFIED_ONCE int end_shmget(struct op_flight *op, __s64 ret, __u32 trace)
{
	struct task_struct *t = (void *)bpf_get_current_task();
	__u64 ns = ipc_ns_of((__u64)t);
	struct ev_object *e;
	bool found;
	__s32 id;

	if (!op)
		return 0;
	id = ret >= 0 ? ret : ipc_by_key(ns, IPC_TABLE_SHM, op->key);
	found = id >= 0 && shm_target(&op->t, id);
	if (found ? !object_wanted(trace, &op->t.obj) : !shm_wanted())
		return 0;
	if (ret >= 0 && found && made_by(t, op, ns, id)) {
		e = new_record(bpf_get_current_task_btf(), EV_OBJECT, struct ev_object);
		if (e) {
			/* Before the call's own record, which is about what this makes. */
			e->e.ts = op->start;
			e->obj = op->t.obj;
			e->state = op->t.before;
			e->fd = -1;
			e->nr = op->nr;
			e->change = OBJ_CREATED;
			submit(e);
		}
		__builtin_memset(&op->t.before, 0, sizeof(op->t.before));
	}
	if (!found)
		limit_reached(op, ret);
	return emit_op(op, &op->t, ret, 0);
}

VERIFIED_ONCE int end_shmat(struct op_flight *op, __u64 addr, __u32 trace)
{
	struct map_how how = {};
	struct mapping m = {};

	if (!op)
		return 0;
	m.obj = op->t.obj;
	m.at = ipc_ns_of(bpf_get_current_task());
	m.inode = (__u64)shm_inode(ipc_find(m.at, IPC_TABLE_SHM, m.obj.id));
	m.start = addr;
	m.end = addr + op->user;
	m.prot =
	    VM_READ | (op->cmd & SHM_RDONLY ? 0 : VM_WRITE) | (op->cmd & SHM_EXEC ? VM_EXEC : 0);
	map_how(&how, op->nr, MAP_ATTACHED, trace);
	return map_add(mm_of(bpf_get_current_task()), &m, &how);
}

VERIFIED_ONCE int end_rmid(struct op_flight *op, __u32 trace)
{
	struct ipc_state st = {};
	__u64 ns;

	if (!op)
		return 0;
	ns = (__u64)op->t.object;
	if (segment_settle(&op->t.obj, ns, op->nr, trace))
		return 0;
	if (shm_state(ns, op->t.obj.id, &st) && st.v[SHM_MODE] & SHM_DEST &&
	    !(op->t.before.v[SHM_MODE] & SHM_DEST))
		emit_segment(&op->t.obj, &st, op->nr, OBJ_MARKED, false);
	return 0;
}

static __always_inline void end_shm(struct op_flight *op, __s64 ret, __u32 trace)
{
	emit_op(op, &op->t, ret, 0);
	if (ret < 0 && ret >= -4095) {
		if (op->class == OPC_SHM_AT && op->cmd & SHM_REMAP) {
			__u64 addr = op->addr & ~(PAGE_SIZE - 1); /* SHM_RND */

			map_lost(addr, addr + op->user, op->nr, ret, trace);
		}
		return;
	}
	if (op->class == OPC_SHM_AT) {
		map_cut(ret, ret + op->user, op->nr, trace, CUT_GONE); /* SHM_REMAP */
		end_shmat(op, ret, trace);
	} else if (op->class == OPC_SHM_DT) {
		map_cut(op->addr, 0, op->nr, trace, CUT_SHMDT);
	}
	if (op->class == OPC_SHM_CTL && op->cmd == IPC_RMID && op->t.object)
		end_rmid(op, trace);
}

static __always_inline bool op_begin_shm(struct task_ctx *tc, struct task_struct *current,
					 const struct call *c)
{
	return begin_shm(&tc->op, c, tc->trace);
}

static __always_inline void op_end_shmget(struct task_ctx *tc, struct task_struct *current,
					  const struct call *c, __s64 ret)
{
	end_shmget(&tc->op, ret, tc->trace);
}

static __always_inline void op_end_shm(struct task_ctx *tc, struct task_struct *current,
				       const struct call *c, __s64 ret)
{
	end_shm(&tc->op, ret, tc->trace);
}

#endif
