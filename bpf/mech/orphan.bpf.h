/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments that are destroyed when the task that made them exits: kernel.shm_rmid_forced (ipc/shm.c
 * exit_shm()).
 */
#ifndef IPCTRACE_MECH_ORPHAN_BPF_H
#define IPCTRACE_MECH_ORPHAN_BPF_H

#include "mech/map.bpf.h"

#define ORPHANS_WALK 256

struct orphan_walk {
	__u64 head;
	__u64 at; /* in the list of those that the task made */
	__u32 trace;
};

static long look_at_orphan(__u32 i, struct orphan_walk *w)
{
	struct list_head *at = (void *)w->at;
	struct shmid_kernel *shp =
	    (void *)at - bpf_core_field_offset(struct shmid_kernel, shm_clist);
	struct ipc_state st = {};
	struct ipc_object obj = {};
	struct object_key key;

	if (!at || w->at == w->head)
		return 1;
	w->at = (__u64)BPF_CORE_READ(at, next);
	segment_state((__u64)shp, &st);
	if (st.v[SHM_NATTCH] || !BPF_CORE_READ(shp, ns, shm_rmid_forced))
		return 0;
	ipc_name(&obj, (__u64)BPF_CORE_READ(shp, ns), BPF_CORE_READ(shp, shm_perm.id), MECH_SHM);
	key = object_key(&obj);
	if (!bpf_map_delete_elem(&segments, &key) && object_wanted(w->trace, &obj))
		emit_segment(&obj, &st, -1, OBJ_DESTROYED, true);
	return 0;
}

/* The current task exits. on_exit_mmap handles what it still has mapped (nothing up to 6.15). */
VERIFIED_ONCE int emit_orphans(__u32 trace)
{
	struct task_struct *t = (void *)bpf_get_current_task();
	struct orphan_walk w = {.trace = trace};

	w.head = (__u64)t + bpf_core_field_offset(struct task_struct, sysvshm.shm_clist);
	w.at = (__u64)BPF_CORE_READ(t, sysvshm.shm_clist.next);
	bpf_loop(ORPHANS_WALK, look_at_orphan, &w, 0);
	if (w.at && w.at != w.head)
		count_lost(LOST_WALK, 1);
	return 0;
}

#endif
