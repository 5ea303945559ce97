/* SPDX-License-Identifier: GPL-2.0 */
/* Which limit of SysV IPC a *get has reached, by the kernel's own rules, and how far it is used. */
#ifndef IPCTRACE_OP_LIMITS_BPF_H
#define IPCTRACE_OP_LIMITS_BPF_H

#include "mech/ipcid.bpf.h"
#include "op/emit.bpf.h"

#define LIMIT_ENOSPC 28
#define LIMIT_EINVAL 22
#define LIMIT_E2BIG  7

static __always_inline void limit_note(struct op_flight *op, __u8 which, __u64 used, __u64 most)
{
	if (which == LIMIT_ONE) {
		op->bits = which;
		op->limit = most;
	} else {
		op_limit(op, which, used, most);
	}
}

/* ipc/shm.c newseg() */
static __always_inline void shm_limit(struct op_flight *op, struct ipc_namespace *ns, __s64 ret)
{
	__u64 pages = (op->bytes >> PAGE_SHIFT) + !!(op->bytes & (PAGE_SIZE - 1));
	__u64 most = BPF_CORE_READ(ns, shm_ctlall), used = BPF_CORE_READ(ns, shm_tot);
	__u64 ids = BPF_CORE_READ(ns, ids[IPC_TABLE_SHM].in_use);
	__u64 max = BPF_CORE_READ(ns, shm_ctlmax);

	if (ret == -LIMIT_EINVAL && op->bytes > max)
		limit_note(op, LIMIT_ONE, 0, max);
	if (ret != -LIMIT_ENOSPC)
		return;
	if (used + pages < used || used + pages > most)
		limit_note(op, LIMIT_ALL, used, most);
	else if (ids >= BPF_CORE_READ(ns, shm_ctlmni))
		limit_note(op, LIMIT_IDS, ids, BPF_CORE_READ(ns, shm_ctlmni));
}

/* ipc/sem.c ksys_semget(), newary() */
static __always_inline void sem_limit(struct op_flight *op, struct ipc_namespace *ns, __s64 ret)
{
	__s64 asked = op->nsems, most = BPF_CORE_READ(ns, sem_ctls[1]);
	__s64 used = BPF_CORE_READ(ns, used_sems), max = BPF_CORE_READ(ns, sem_ctls[0]);
	__s64 ids = BPF_CORE_READ(ns, ids[IPC_TABLE_SEM].in_use);

	if (ret == -LIMIT_EINVAL && asked > max)
		limit_note(op, LIMIT_ONE, 0, max);
	if (ret != -LIMIT_ENOSPC)
		return;
	if (used + asked > most)
		limit_note(op, LIMIT_ALL, used, most);
	else if (ids >= BPF_CORE_READ(ns, sem_ctls[3]))
		limit_note(op, LIMIT_IDS, ids, BPF_CORE_READ(ns, sem_ctls[3]));
}

/* ipc/msg.c newque() */
static __always_inline void msg_limit(struct op_flight *op, struct ipc_namespace *ns, __s64 ret)
{
	__u64 ids = BPF_CORE_READ(ns, ids[IPC_TABLE_MSG].in_use);

	if (ret == -LIMIT_ENOSPC && ids >= BPF_CORE_READ(ns, msg_ctlmni))
		limit_note(op, LIMIT_IDS, ids, BPF_CORE_READ(ns, msg_ctlmni));
}

/* The *get op returned ret, and found no object by its key. */
VERIFIED_ONCE int limit_reached(struct op_flight *op, __s64 ret)
{
	struct ipc_namespace *ns = (void *)ipc_ns_of(bpf_get_current_task());

	if (!op || !ns || ret >= 0)
		return 0;
	ipc_name(&op->t.obj, (__u64)ns, 0, MECH_NONE); /* where there is none */
	switch (op->class) {
	case OPC_SHM_GET:
		shm_limit(op, ns, ret);
		break;
	case OPC_SEM_GET:
		sem_limit(op, ns, ret);
		break;
	case OPC_MSG_GET:
		msg_limit(op, ns, ret);
		break;
	}
	return 0;
}

/* op, a semop, returned ret (ipc/sem.c do_semtimedop()). */
static __always_inline void semop_limit(struct op_flight *op, __s64 ret)
{
	struct ipc_namespace *ns = (void *)ipc_ns_of(bpf_get_current_task());

	if (ret == -LIMIT_E2BIG)
		op->limit = BPF_CORE_READ(ns, sem_ctls[2]);
}

#endif
