/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the followed tasks have mapped: from an address to the object and the offset in it.
 *
 * It is our own table, which the hooks of mech/map.bpf.h update. So it can be read anywhere, even
 * where no lock of the address space may be tried (in the scheduler, in an interrupt).
 */
#ifndef IPCTRACE_MECH_VMA_BPF_H
#define IPCTRACE_MECH_VMA_BPF_H

#include "core/common.bpf.h"

#define VM_MAYSHARE 0x80 /* MAP_SHARED; VM_SHARED goes where the file is open for reading only */

#define ENOENT 2 /* bpf_find_vma(): nothing is mapped there */

#define MAPPINGS       32 /* of one address space, a power of two; more are counted as lost */
#define ADDRESS_SPACES 4096

/* A stretch of addresses; the object's memory behind it is contiguous too. */
struct mapping {
	__u64 start; /* 0: the slot is free */
	__u64 end;
	__u64 offset; /* of start in the object, bytes */
	struct ipc_object obj;
	__u64 at;    /* what object_state() reads: an ipc namespace, or an inode */
	__u64 inode; /* the file in memory whose pages these are */
	__u64 since; /* ns: an address can be mapped again */
	__u32 prot;
	__u32 pad;
};

struct address_space_maps {
	__u32 pid; /* whose it is */
	__u32 tid;
	__u32 trace; /* enum trace_state */
	__u32 pad;
	struct mapping maps[MAPPINGS];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, ADDRESS_SPACES);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64); /* struct mm_struct */
	__type(value, struct address_space_maps);
} mapped SEC(".maps") __weak;

static __always_inline struct address_space_maps *maps_of(__u64 mm)
{
	return bpf_map_lookup_elem(&mapped, &mm);
}

static __always_inline __u64 mm_of(__u64 task)
{
	return (__u64)BPF_CORE_READ((struct task_struct *)task, mm);
}

struct mapping_walk {
	struct address_space_maps *in;
	__u64 addr;
	__s32 found; /* -1: none */
};

static long match_mapping(__u32 i, struct mapping_walk *w)
{
	struct mapping *m = &w->in->maps[i & (MAPPINGS - 1)];

	if (!m->start || w->addr < m->start || w->addr >= m->end)
		return 0;
	w->found = i;
	return 1;
}

/* The mapping of addr in mm; NULL if it is none of an IPC object. */
static __always_inline struct mapping *mapping_at(__u64 mm, __u64 addr)
{
	struct mapping_walk w = {.in = maps_of(mm), .addr = addr, .found = -1};

	if (!w.in)
		return NULL;
	bpf_loop(MAPPINGS, match_mapping, &w, 0);
	return w.found < 0 ? NULL : &w.in->maps[w.found & (MAPPINGS - 1)];
}

/*
 * Which object a user address of mm is in, and at which offset. Returns what object_state() takes
 * for it, 0: none that is known.
 */
VERIFIED_ONCE __u64 address_find(__u64 mm, __u64 addr, struct ipc_object *obj, __u64 *offset)
{
	struct mapping *m;

	if (!obj || !offset)
		return 0;
	m = mapping_at(mm, addr);
	if (!m)
		return 0;
	*obj = m->obj;
	*offset = m->offset + (addr - m->start);
	return m->at;
}

#endif
