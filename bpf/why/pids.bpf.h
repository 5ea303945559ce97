/* SPDX-License-Identifier: GPL-2.0 */
/* A task's numbers: as the caller's pid namespace counts, and as its own does. */
#ifndef IPCTRACE_PIDS_BPF_H
#define IPCTRACE_PIDS_BPF_H

#include "common.bpf.h"
#include "why.h"

/* The number of a pid in the namespace at a level; 0 where it has none. */
static __always_inline __u32 number_at(struct pid *pid, __u32 level, struct pid_namespace *ns)
{
	struct upid *up = (void *)pid + bpf_core_field_offset(struct pid, numbers) +
			  (__u64)level * bpf_core_type_size(struct upid);

	if (!pid || level > BPF_CORE_READ(pid, level))
		return 0;
	return ns && BPF_CORE_READ(up, ns) != ns ? 0 : BPF_CORE_READ(up, nr);
}

static __always_inline struct pid_namespace *namespace_of(struct pid *pid, __u32 *level)
{
	struct upid *up = (void *)pid + bpf_core_field_offset(struct pid, numbers);

	*level = BPF_CORE_READ(pid, level);
	up = (void *)up + (__u64)*level * bpf_core_type_size(struct upid);
	return BPF_CORE_READ(up, ns);
}

static __always_inline void fill_numbers(struct look_task *r, struct task_struct *t)
{
	struct task_struct *me = (void *)bpf_get_current_task();
	struct pid *pid = BPF_CORE_READ(t, thread_pid);
	struct pid *leader = BPF_CORE_READ(t, group_leader, thread_pid);
	struct pid_namespace *ns;
	__u32 level, inner;

	ns = namespace_of(BPF_CORE_READ(me, thread_pid), &level);
	r->seen_tid = number_at(pid, level, ns);
	r->seen_pid = number_at(leader, level, ns);
	inner = BPF_CORE_READ(pid, level);
	if (pid && inner > level) {
		r->inner_tid = number_at(pid, inner, NULL);
		r->inner_pid = number_at(leader, inner, NULL);
	}
}

#endif
