/* SPDX-License-Identifier: GPL-2.0 */
/* From the id of a SysV object to the object: ipc/util.c ipc_obtain_object_idr(). */
#ifndef IPCTRACE_MECH_IPCID_BPF_H
#define IPCTRACE_MECH_IPCID_BPF_H

#include "core/compat.bpf.h"

/* Places in ipc_namespace.ids (ipc/util.h). */
enum ipc_table { IPC_TABLE_SEM = 0, IPC_TABLE_MSG = 1, IPC_TABLE_SHM = 2 };

/* How many bits of an id are its index: 15, or with ipcmni_extend on the command line, 24. */
#define IPC_INDEX	   0x7fff
#define IPC_INDEX_EXTENDED 0xffffff

#define XA_CHUNK_SHIFT 6
#define XA_SLOTS       (1 << XA_CHUNK_SHIFT)
#define XA_LEVELS      4 /* of six bits each: as many as an extended index has */

/* An entry that is an inner node, not an object (include/linux/xarray.h xa_is_node()). */
static __always_inline bool xa_is_node(__u64 entry)
{
	return (entry & 3) == 2 && entry > 4096;
}

static __always_inline __u64 idr_at(struct idr *idr, __u32 index)
{
	__u64 entry = (__u64)BPF_CORE_READ(idr, idr_rt.xa_head);

	for (int i = 0; i < XA_LEVELS && xa_is_node(entry); i++) {
		struct xa_node *node = (void *)(entry - 2);
		__u32 slot = index >> (BPF_CORE_READ(node, shift) & 31) & (XA_SLOTS - 1);

		entry = 0;
		bpf_probe_read_kernel(&entry, sizeof(entry),
				      (void *)node + bpf_core_field_offset(struct xa_node, slots) +
					  (__u64)slot * sizeof(void *));
	}
	return entry & 3 ? 0 : entry;
}

VERIFIED_ONCE __u64 ipc_at(__u64 idr, __s32 id, __u32 mask)
{
	struct kern_ipc_perm *perm = (void *)idr_at((void *)idr, (__u32)id & mask);

	return perm && BPF_CORE_READ(perm, id) == id && !BPF_CORE_READ(perm, deleted) ? (__u64)perm
										      : 0;
}

/* A task's ipc namespace; 0 when it is exiting and has left it. */
static __always_inline __u64 ipc_ns_of(__u64 task)
{
	return (__u64)BPF_CORE_READ((struct task_struct *)task, nsproxy, ipc_ns);
}

/*
 * The kern_ipc_perm, with which every SysV object begins, of an id in ipc namespace ns; 0 if there
 * is none, or it is removed. It may go at any time, because nothing holds it.
 */
static __always_inline __u64 ipc_find(__u64 ns, __u32 table, __s32 id)
{
	__u64 idr = ns + bpf_core_field_offset(struct ipc_namespace, ids) +
		    (__u64)table * bpf_core_type_size(struct ipc_ids) +
		    bpf_core_field_offset(struct ipc_ids, ipcs_idr);
	__u64 found;

	if (!ns || id < 0 || table > IPC_TABLE_SHM)
		return 0;
	found = ipc_at(idr, id, IPC_INDEX);
	return found ? found : ipc_at(idr, id, IPC_INDEX_EXTENDED);
}

struct ipc_key_search {
	__u64 idr;
	__u32 key;
	__s32 id;
};

static long look_at_index(__u32 index, struct ipc_key_search *s)
{
	struct kern_ipc_perm *perm = (void *)idr_at((void *)s->idr, index);

	if (!perm || BPF_CORE_READ(perm, key) != s->key)
		return 0;
	s->id = BPF_CORE_READ(perm, id);
	return 1;
}

#define IPC_KEY_WALK 4096 /* objects that are looked at for a key; more count as LOST_WALK */

/* The id of the object by this key; -1: none was found. */
VERIFIED_ONCE int ipc_by_key(__u64 ns, __u32 table, __u32 key)
{
	struct ipc_ids *ids = (void *)ns + bpf_core_field_offset(struct ipc_namespace, ids) +
			      (__u64)table * bpf_core_type_size(struct ipc_ids);
	struct ipc_key_search s = {.idr =
				       (__u64)ids + bpf_core_field_offset(struct ipc_ids, ipcs_idr),
				   .key = key,
				   .id = -1};
	__u32 n;

	if (!ns || !key || table > IPC_TABLE_SHM)
		return -1;
	n = BPF_CORE_READ(ids, max_idx) + 1;
	if (n > IPC_KEY_WALK) {
		count_lost(LOST_WALK, 1);
		n = IPC_KEY_WALK;
	}
	bpf_loop(n, look_at_index, &s, 0);
	return s.id;
}

/* Names the object of that id: its namespace and itself, whether it exists or not. */
static __always_inline void ipc_name(struct ipc_object *obj, __u64 ns, __s32 id, __u8 mech)
{
	obj->id = (__u32)id;
	obj->dev = BPF_CORE_READ((struct ipc_namespace *)ns, ns.inum);
	obj->mech = mech;
}

#endif
