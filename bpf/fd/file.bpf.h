/* SPDX-License-Identifier: GPL-2.0 */
/* From a descriptor to the object behind it. */
#ifndef IPCTRACE_FD_FILE_BPF_H
#define IPCTRACE_FD_FILE_BPF_H

#include "core/compat.bpf.h"

static __always_inline struct file *file_at(struct fdtable *fdt, __u32 fd)
{
	struct file *f = NULL;

	if (fd < BPF_CORE_READ(fdt, max_fds))
		bpf_probe_read_kernel(&f, sizeof(f), BPF_CORE_READ(fdt, fd) + fd);
	return f;
}

/*
 * What is behind a descriptor of a task, by its address. Only where can_cast is true. For a pointer
 * that it trusts, 6.18 searches all types for the name of each pointer's type. A slot of the table
 * is a pointer, and so is what a list's head begins with.
 */
static __always_inline struct file *typed_file(__u64 task, __s32 fd)
{
	struct files_struct *files = typed((struct task_struct *)task)->files;
	struct fdtable *fdt;
	struct file *f;

	if (fd < 0 || !files)
		return NULL;
	fdt = files->fdt;
	if (!fdt || (__u32)fd >= fdt->max_fds)
		return NULL;
	f = (void *)typed((struct list_head *)(fdt->fd + fd))->next;
	return f ? typed(f) : NULL;
}

static __always_inline struct fdtable *fdtable_of(struct task_struct *t)
{
	return BPF_CORE_READ(t, files, fdt);
}

static __always_inline struct file *file_of(struct task_struct *t, __s32 fd)
{
	return fd < 0 ? NULL : file_at(fdtable_of(t), fd);
}

/* No other task can close the current one's descriptors. */
static __always_inline bool files_are_own(struct task_struct *current)
{
	struct files_struct *files = loosely(current)->files;

	return files && files->count.counter == 1;
}

struct file_head {
	struct inode *inode;
	__u32 flags;
};

#define FILE_HEAD 48

/* f_flags is a few words behind f_inode: both are read at once, if this kernel has them so. */
static __always_inline struct file_head file_head(struct file *f)
{
	__u32 inode = bpf_core_field_offset(struct file, f_inode);
	__u32 flags = bpf_core_field_offset(struct file, f_flags);
	struct file_head h = {};
	char buf[FILE_HEAD] __attribute__((aligned(8)));

	if (flags > inode && flags + sizeof(h.flags) <= inode + FILE_HEAD) {
		if (!bpf_probe_read_kernel(buf, sizeof(buf), (void *)f + inode)) {
			h.inode = *(struct inode **)buf;
			h.flags = *(__u32 *)(buf + (flags - inode));
		}
	} else {
		h.inode = BPF_CORE_READ(f, f_inode);
		h.flags = BPF_CORE_READ(f, f_flags);
	}
	return h;
}

/* The file systems where objects are found: s_magic of their super blocks. */
#define FS_ANY		    0
#define ANON_INODE_FS_MAGIC 0x09041934
#define PIPEFS_MAGIC	    0x50495045
#define MQUEUE_MAGIC	    0x19800202
#define SOCKFS_MAGIC	    0x534f434b

/*
 * Whether f, a file of the file system of anonymous inodes, is one that the kernel calls by this name.
 * ops: their f_op, once one was seen.
 */
#define is_anonymous(f, ops, name)                                                                 \
	({                                                                                         \
		char have_[sizeof(name)] = {};                                                     \
		__u64 is_ = (__u64)BPF_CORE_READ(f, f_op);                                         \
		bool same_ = is_ && is_ == *(ops);                                                 \
                                                                                                   \
		if (is_ && !*(ops)) {                                                              \
			bpf_probe_read_kernel_str(have_, sizeof(have_),                            \
						  BPF_CORE_READ(f, f_path.dentry, d_name.name));   \
			same_ = !bpf_strncmp(have_, sizeof(have_), name);                          \
			if (same_)                                                                 \
				*(ops) = is_;                                                      \
		}                                                                                  \
		same_;                                                                             \
	})

/* END_READ | END_WRITE of an open file. */
static __always_inline __u8 file_ends(struct file *f)
{
	return BPF_CORE_READ(f, f_mode) & 3; /* FMODE_READ 1, FMODE_WRITE 2 */
}

#endif
