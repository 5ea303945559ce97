/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds where the kernel keeps its limits for pipes, because not every kernel's kallsyms has
 * variables.
 */
#include "fd/file.bpf.h"
#include "mech/read.bpf.h"
#include "abi/pipe_limits.h"

#define PROC_SUPER_MAGIC 0x9fa0

__u64 pipe_limits[PIPE_LIMIT_COUNT] = {};
/* A calibration: the loader's own descriptors of the files in /proc/sys, by enum pipe_limit. */
__s32 pipe_limit_files[PIPE_LIMIT_COUNT] = {-1, -1, -1};

static __always_inline __u64 sysctl_data(__s32 fd, int size)
{
	struct file *f = current_file(fd);
	struct inode *inode = f ? BPF_CORE_READ(f, f_inode) : NULL;
	const struct ctl_table *table;
	struct proc_inode *proc;

	if (!inode || BPF_CORE_READ(inode, i_sb, s_magic) != PROC_SUPER_MAGIC)
		return 0;
	proc = (void *)inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
	table = BPF_CORE_READ(proc, sysctl_entry);
	if (!table || BPF_CORE_READ(table, maxlen) != size)
		return 0;
	return (__u64)BPF_CORE_READ(table, data);
}

static __always_inline void learn(enum pipe_limit which, int size)
{
	__s32 fd = pipe_limit_files[which];

	pipe_limit_files[which] = -1;
	if (fd >= 0)
		pipe_limits[which] = sysctl_data(fd, size);
}

SEC("iter/task")
int learn_pipe_limits(struct bpf_iter__task *ctx)
{
	struct proc_inode *proc = NULL;

	if (!bpf_core_field_exists(proc->sysctl_entry))
		return 0;
	learn(PIPE_MAX_SIZE, sizeof(__u32));
	learn(PIPE_USER_SOFT, sizeof(__u64));
	learn(PIPE_USER_HARD, sizeof(__u64));
	return 0;
}
