/* SPDX-License-Identifier: GPL-2.0 */
/* A task's pids: in ipctrace's pid namespace, and in the task's own. */
#ifndef IPCTRACE_CORE_PIDS_BPF_H
#define IPCTRACE_CORE_PIDS_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#include "abi/event.h"

#define PID_NS_INITIAL	 0xEFFFFFFCU /* include/uapi/linux/nsfs.h PID_NS_INIT_INO */
#define MAX_PID_NS_LEVEL 32	     /* include/linux/pid_namespace.h */

/* The inode number of ipctrace's own; filled in by the loader. */
extern const volatile __u32 pid_ns;

static __always_inline struct upid *upid_at(struct pid *pid, __u32 level)
{
	return (void *)pid + bpf_core_field_offset(struct pid, numbers) +
	       (__u64)level * bpf_core_type_size(struct upid);
}

static __always_inline struct pid *pid_of(__u64 task, bool leader)
{
	struct task_struct *t = (void *)task;

	return leader ? BPF_CORE_READ(t, group_leader, thread_pid) : BPF_CORE_READ(t, thread_pid);
}

struct pid_walk {
	struct pid *pid;
	__u32 level;
	int nr;
};

/* From the innermost namespace out. */
static long look_at_level(__u32 i, struct pid_walk *w)
{
	struct upid *up = upid_at(w->pid, w->level - i);

	if (BPF_CORE_READ(up, ns, ns.inum) != pid_ns)
		return 0;
	w->nr = BPF_CORE_READ(up, nr);
	return 1;
}

/* The number of a struct pid in ipctrace's namespace; 0: it is not in there. */
__weak __noinline int pid_number_here(__u64 at)
{
	struct pid *pid = (void *)at;
	struct pid_walk w = {.pid = pid};

	if (!pid)
		return 0;
	w.level = BPF_CORE_READ(pid, level);
	if (w.level > MAX_PID_NS_LEVEL)
		return 0;
	bpf_loop(w.level + 1, look_at_level, &w, 0);
	return w.nr;
}

/* enum last_user of a struct pid: PIDTYPE_PID or PIDTYPE_TGID still has a task. */
static __always_inline __u8 pid_user(__u64 at)
{
	struct pid *pid = (void *)at;

	if (!pid)
		return LAST_UNKNOWN;
	return BPF_CORE_READ(pid, tasks[0].first) || BPF_CORE_READ(pid, tasks[1].first) ? LAST_LIVES
											: LAST_GONE;
}

/* The same of a task, or of its leader. */
static __always_inline int number_here(__u64 task, bool leader)
{
	return pid_number_here((__u64)pid_of(task, leader));
}

/* Its number in its own namespace; 0: that is ipctrace's. */
static __always_inline __u32 number_inside(__u64 task, bool leader)
{
	struct pid *pid = pid_of(task, leader);
	struct upid *up = upid_at(pid, BPF_CORE_READ(pid, level));

	return BPF_CORE_READ(up, ns, ns.inum) == pid_ns ? 0 : BPF_CORE_READ(up, nr);
}

/*
 * What is recorded as the pid and tid of t, a pointer that the verifier knows. Kernel numbers are
 * those of the initial namespace: there, where most run ipctrace, this is one load.
 */
#define pid_here(t) (pid_ns == PID_NS_INITIAL ? (__u32)(t)->tgid : number_here(address(t), true))
#define tid_here(t) (pid_ns == PID_NS_INITIAL ? (__u32)(t)->pid : number_here(address(t), false))

/* The same of an address. */
static __always_inline __u32 pid_here_at(__u64 task)
{
	return pid_ns == PID_NS_INITIAL ? BPF_CORE_READ((struct task_struct *)task, tgid)
					: number_here(task, true);
}

static __always_inline __u32 tid_here_at(__u64 task)
{
	return pid_ns == PID_NS_INITIAL ? BPF_CORE_READ((struct task_struct *)task, pid)
					: number_here(task, false);
}

#endif
