/* SPDX-License-Identifier: GPL-2.0 */
/* Finds what a process has mapped at an address, and whether a watched word is in it. */
#ifndef IPCTRACE_WATCH_FIND_BPF_H
#define IPCTRACE_WATCH_FIND_BPF_H

#include "mech/ipcid.bpf.h"
#include "mech/map.bpf.h"
#include "watch/watch.bpf.h"

/* A mapping of an object: len bytes at addr, from offset on. */
struct mapped {
	__u64 addr, len, offset, file;
	struct ipc_object obj;
	__u32 shared;
	__u32 key; /* SHM */
	char name[WATCH_NAME];
};

static __always_inline bool same_name(const char *a, const char *b)
{
	for (int i = 0; i < WATCH_NAME / 8; i++)
		if (((const __u64 *)a)[i] != ((const __u64 *)b)[i])
			return false;
	return true;
}

static __always_inline bool is_word_of(const struct watch_word *w, const struct mapped *m)
{
	if (w->mech != m->obj.mech)
		return false;
	if (w->mech == MECH_SHM)
		return w->by_id ? w->id == (__u32)m->obj.id : w->id == m->key;
	return w->dev == m->obj.dev && same_name(w->name, m->name);
}

/* "SYSV000004d2": the key that the segment was made with; after IPC_RMID it has no other. */
static __always_inline __u32 key_in(const char *name)
{
	__u32 key = 0;

	for (int i = 4; i < 12; i++)
		key = key << 4 | (__u32)(name[i] <= '9' ? name[i] - '0' : name[i] - 'a' + 10);
	return key;
}

static __always_inline void read_mapped(struct mapped *m, struct vm_area_struct *vma)
{
	m->file = (__u64)BPF_CORE_READ(vma, vm_file);
	m->addr = BPF_CORE_READ(vma, vm_start);
	m->len = BPF_CORE_READ(vma, vm_end) - m->addr;
	m->offset = BPF_CORE_READ(vma, vm_pgoff) << PAGE_SHIFT;
	m->shared = BPF_CORE_READ(vma, vm_flags) & VM_MAYSHARE;
}

/* Which object it is, if it is one. */
static __always_inline bool name_mapped(struct mapped *m)
{
	struct file *f = (void *)m->file;
	struct mapping memory = {};

	if (!m->shared || !memory_of(m->file, &memory))
		return false;
	m->obj = memory.obj;
	bpf_probe_read_kernel_str(m->name, sizeof(m->name),
				  BPF_CORE_READ(f, f_path.dentry, d_name.name));
	if (m->obj.mech == MECH_SHM)
		m->key = key_in(m->name);
	return true;
}

static long see_mapped(struct task_struct *t, struct vm_area_struct *vma, struct mapped *m)
{
	read_mapped(m, vma);
	return 0;
}

/* Another thread may hold the address space's lock for writing: a word may be missed then. */
static __always_inline bool find_mapped(struct mapped *m, __u64 addr)
{
	long err = bpf_find_vma(bpf_get_current_task_btf(), addr, see_mapped, m, 0);

	if (err && err != -ENOENT)
		count_lost(LOST_WATCH, 1);
	return name_mapped(m);
}

#endif
