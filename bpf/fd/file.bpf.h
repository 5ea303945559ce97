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

/* f_flags stands a few words behind f_inode: one read for both, if this kernel has them so. */
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

#define PIPEFS_MAGIC 0x50495045

/* The pipe behind a file, and its name; NULL when the file is none, or is only an O_PATH name of
 * one. */
static __always_inline struct pipe_inode_info *pipe_of(struct file *f, struct ipc_object *obj)
{
	struct inode *inode;
	struct pipe_inode_info *p;

	if (!f)
		return NULL;
	inode = BPF_CORE_READ(f, f_inode);
	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFIFO)
		return NULL;
	p = BPF_CORE_READ(f, private_data);
	if (!p)
		return NULL;
	obj->id = BPF_CORE_READ(inode, i_ino);
	obj->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	/* pipefs inodes have the super block's magic; a FIFO lives in a real file system. */
	obj->mech = BPF_CORE_READ(inode, i_sb, s_magic) == PIPEFS_MAGIC ? MECH_PIPE : MECH_FIFO;
	return p;
}

#define ANON_INODE_FS_MAGIC 0x09041934

static __u64 epoll_ops; /* f_op of epoll instances, once one was seen; 0: none yet */

/* The name is the kernel's own (fs/eventpoll.c) where the file system is that of anonymous inodes. */
static __always_inline bool is_epoll(struct file *f)
{
	static const char name[] = "[eventpoll]";
	char have[sizeof(name)] = {};
	__u64 ops;

	if (!f)
		return false;
	ops = (__u64)BPF_CORE_READ(f, f_op);
	if (ops && ops == epoll_ops)
		return true;
	if (BPF_CORE_READ(f, f_inode, i_sb, s_magic) != ANON_INODE_FS_MAGIC)
		return false;
	bpf_probe_read_kernel_str(have, sizeof(have), BPF_CORE_READ(f, f_path.dentry, d_name.name));
	if (bpf_strncmp(have, sizeof(have), name))
		return false;
	epoll_ops = ops;
	return true;
}

/* END_READ | END_WRITE of an open file. */
static __always_inline __u8 file_ends(struct file *f)
{
	return BPF_CORE_READ(f, f_mode) & 3; /* FMODE_READ 1, FMODE_WRITE 2 */
}

#endif
