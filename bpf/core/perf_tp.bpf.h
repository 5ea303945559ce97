/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints hooked by perf, which costs more but runs programs with preemption off. From 7.0 on a
 * tp_btf program can be preempted, and meanwhile the kernel skips it in other tasks on that
 * processor (counted as nested). Programs come in pairs: on_NAME and perf_NAME, watch_NAME and
 * watch_perf_NAME; the loader takes one of each (user/trace/programs.c).
 */
#ifndef IPCTRACE_CORE_PERF_TP_BPF_H
#define IPCTRACE_CORE_PERF_TP_BPF_H

#include "vmlinux.h"

#include "abi/lend_call.h"

struct raw_syscalls_event { /* events/raw_syscalls/sys_enter/format, sys_exit/format */
	__u64 common;
	long id;
	long ret; /* sys_exit */
};

/*
 * The task with that number in the initial pid namespace, to be released; NULL: there is none. The
 * kernel's own names are taken where bpftool writes functions into vmlinux.h (since 7.5).
 */
static struct task_struct *(*lent_task_from_pid)(__s32 pid) = (void *)(LEND_CALL +
								       LENT_bpf_task_from_pid);
static void (*lent_task_release)(struct task_struct *t) = (void *)(LEND_CALL +
								   LENT_bpf_task_release);

/* sched_process_fork hooked by perf, which has the child's number: returns what tp_btf is given. */
static __always_inline int fork_by_perf(const struct trace_event_raw_sched_process_fork *ctx,
					int (*over)(struct task_struct *parent,
						    struct task_struct *child))
{
	struct task_struct *child = lent_task_from_pid(ctx->child_pid);

	if (!child)
		return 0;
	over(bpf_get_current_task_btf(), child);
	lent_task_release(child);
	return 0;
}

#endif
