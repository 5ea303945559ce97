/* SPDX-License-Identifier: GPL-2.0 */
/* What calls on semaphore sets and message queues have in common: creation, removal, IPC_SET. */
#ifndef IPCTRACE_OP_SYSV_BPF_H
#define IPCTRACE_OP_SYSV_BPF_H

#include "mech/ipcid.bpf.h"
#include "op/limits.bpf.h"
#include "op/emit.bpf.h"

/* include/uapi/linux/ipc.h */
#define IPC_PRIVATE 0
#define IPC_CREAT   001000
#define IPC_EXCL    002000
#define IPC_NOWAIT  004000
#define IPC_RMID    0
#define IPC_SET	    1
#define IPC_INFO    3

/* The beginning of struct ipc64_perm (include/uapi/asm-generic/ipcbuf.h), and of *id64_ds. */
struct sysv_perm_asked {
	__u32 key, uid, gid, cuid, cgid, mode;
};

/* What an IPC_SET asks for, at from in the caller's memory. */
VERIFIED_ONCE int sysv_set_asked(struct op_flight *op, __u64 from)
{
	struct sysv_perm_asked asked;

	if (!op || bpf_probe_read_user(&asked, sizeof(asked), (void *)from))
		return 0;
	op->owner = asked.uid | (__u64)asked.gid << 32;
	op->mode = asked.mode & 0777;
	op->bits |= SEMF_PERM;
	return 0;
}

/* Whether the call makes the object: always, or if there is none with that key now. */
static __always_inline bool sysv_makes(__s32 key, __s32 flags, enum ipc_table table)
{
	if (key == IPC_PRIVATE)
		return true;
	return flags & IPC_CREAT &&
	       (flags & IPC_EXCL || ipc_by_key(ipc_ns_of(bpf_get_current_task()), table, key) < 0);
}

/* An IPC_RMID that will wake asleep tasks; -1: they were too many to count. */
static __always_inline void sysv_rmid(struct op_flight *op, int asleep)
{
	struct kern_ipc_perm *perm = op->t.object;

	op->key = BPF_CORE_READ(perm, key);
	if (asleep < 0)
		return;
	op->sleepers = asleep;
	op->bits |= SEMF_ASLEEP;
}

/*
 * The object was made or, if perm (its struct kern_ipc_perm) is 0, removed: st is its state now, or
 * before. The record has the time of the call's begin, because the tasks that it wakes come after
 * it.
 */
VERIFIED_ONCE int emit_sysv_object(struct op_flight *op, const struct ipc_state *st, __u8 change,
				   __u64 perm)
{
	struct ev_object *e;

	if (!op || !st)
		return 0;
	e = new_record(bpf_get_current_task_btf(), EV_OBJECT, struct ev_object);
	if (!e)
		return 0;
	e->e.ts = op->start;
	e->obj = op->t.obj;
	e->state = *st;
	e->fd = -1;
	e->nr = op->nr;
	e->change = change;
	if (perm) {
		e->refs = BPF_CORE_READ((struct kern_ipc_perm *)perm, uid.val);
		e->owned = 1;
	}
	submit(e);
	return 0;
}

#endif
