/* SPDX-License-Identifier: GPL-2.0 */
/* Shared memory as the kernel keeps it: SysV segments, and files in memory. Names and states. */
#ifndef IPCTRACE_MECH_SHM_BPF_H
#define IPCTRACE_MECH_SHM_BPF_H

#include "mech/ipcid.bpf.h"
#include "mech/vma.bpf.h"

#define HUGETLBFS_MAGIC 0x958458f6
#define S_IFREG		0100000

/* The devices of the tmpfs at /dev/shm, and of the kernel's own: memfd, shared anonymous memory, segments. */
extern const volatile __u32 shmem_devs[2];

static __always_inline __u64 page_align(__u64 bytes)
{
	return (bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

#define SHM_DIR_LEN 9 /* "/dev/shm/" */

/* path has at least as many bytes, and a NUL. */
static __always_inline bool in_dev_shm(const char *path)
{
	__u64 head;

	__builtin_memcpy(&head, path, sizeof(head));
	return head == 0x6d68732f7665642f /* "/dev/shm" */ && path[sizeof(head)] == '/';
}

static __always_inline void size_words(__u64 size, __u32 *pages, __u32 *spare)
{
	*pages = page_align(size) >> PAGE_SHIFT;
	*spare = page_align(size) - size;
}

static __always_inline int segment_state(__u64 segment, struct ipc_state *st)
{
	struct shmid_kernel *shp = (void *)segment;

	if (!st || !shp)
		return 0;
	size_words(BPF_CORE_READ(shp, shm_segsz), &st->v[SHM_PAGES], &st->v[SHM_SPARE]);
	st->v[SHM_NATTCH] = BPF_CORE_READ(shp, shm_nattch);
	st->v[SHM_MODE] = BPF_CORE_READ(shp, shm_perm.mode);
	st->v[SHM_KEY] = BPF_CORE_READ(shp, shm_perm.key);
	st->v[SHM_UID] = BPF_CORE_READ(shp, shm_perm.uid.val);
	return 1;
}

/* The state of segment id of ipc namespace ns. 0: there is none. */
VERIFIED_ONCE int shm_state(__u64 ns, __s32 id, struct ipc_state *st)
{
	return segment_state(ipc_find(ns, IPC_TABLE_SHM, id), st);
}

VERIFIED_ONCE int shmem_state(__u64 at, struct ipc_state *st)
{
	struct inode *inode = (void *)at;

	if (!st || !inode)
		return 0;
	size_words(BPF_CORE_READ(inode, i_size), &st->v[SHMEM_PAGES], &st->v[SHMEM_SPARE]);
	st->v[SHMEM_LINKS] = BPF_CORE_READ(inode, i_nlink);
	st->v[SHMEM_MODE] = BPF_CORE_READ(inode, i_mode) & 07777;
	st->v[SHMEM_UID] = BPF_CORE_READ(inode, i_uid.val);
	return 1;
}

/* The same of either; at: a segment's ipc namespace, a file's inode. */
static __always_inline bool memory_state(const struct ipc_object *obj, __u64 at,
					 struct ipc_state *st)
{
	return obj->mech == MECH_SHM ? shm_state(at, obj->id, st) : shmem_state(at, st);
}

static __always_inline struct inode *shm_inode(__u64 segment)
{
	return BPF_CORE_READ((struct shmid_kernel *)segment, shm_file, f_inode);
}

/*
 * Which followed memory a file is, if any: fills in obj, at, inode. A mapped segment has its own
 * file over the segment's file, with a struct shm_file_data (ipc/shm.c) that tells the segment.
 * That the pointer leads to such a struct is proven by the file in it, which has the same inode.
 */
VERIFIED_ONCE int memory_of(__u64 file, struct mapping *m)
{
	struct file *f = (void *)file;
	struct inode *inode;
	struct shm_file_data *sfd;
	__u32 dev;

	if (!f || !m)
		return 0;
	inode = BPF_CORE_READ(f, f_inode);
	dev = BPF_CORE_READ(inode, i_sb, s_dev);
	if (dev != shmem_devs[0] && dev != shmem_devs[1] &&
	    BPF_CORE_READ(inode, i_sb, s_magic) != HUGETLBFS_MAGIC)
		return 0;
	m->inode = (__u64)inode;
	sfd = BPF_CORE_READ(f, private_data);
	if (sfd && BPF_CORE_READ(sfd, file, f_inode) == inode) {
		m->at = (__u64)BPF_CORE_READ(sfd, ns);
		ipc_name(&m->obj, m->at, BPF_CORE_READ(sfd, id), MECH_SHM);
		return 1;
	}
	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFREG ||
	    (dev != shmem_devs[0] && dev != shmem_devs[1]))
		return 0;
	m->at = (__u64)inode;
	m->obj.id = BPF_CORE_READ(inode, i_ino);
	m->obj.dev = dev;
	m->obj.mech = MECH_SHMEM;
	return 1;
}

static __always_inline bool read_state_memory(const struct ipc_object *obj, void *at,
					      struct ipc_state *st)
{
	return memory_state(obj, (__u64)at, st);
}

#endif
