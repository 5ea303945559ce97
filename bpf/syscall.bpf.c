/* SPDX-License-Identifier: GPL-2.0 */
/* The syscall backend, and the ends of the kprobe backend: tracepoints around every system call. */
#include "op.bpf.h"

/* The kprobe backend: the beginnings come from elsewhere. */
const volatile bool ends_only = false;

static __always_inline int enter(struct pt_regs *regs, long nr)
{
	struct task_ctx *tc = party(bpf_get_current_task_btf());
	struct call c = {};

	if (!tc)
		return 0;
	tc->op.start = 0;
	if (in_compat_call(bpf_get_current_task_btf())) {
		count_lost(LOST_COMPAT, 1);
		return 0;
	}
	if (!sysop_of(nr).id)
		return 0;
	call_read(&c, regs, nr);
	if (c.op.id == SYSOP_io_uring_enter)
		count_lost(LOST_IO_URING, (__u32)c.a[1]);
	else
		op_begin(tc, &c);
	return 0;
}

static __always_inline int leave(struct pt_regs *regs, long ret)
{
	struct task_ctx *tc = party(bpf_get_current_task_btf());
	struct call c = {};
	__u8 class;

	if (!tc)
		return 0;
	if (!ends_only && !tc->op.start)
		return 0;
	if (in_compat_call(bpf_get_current_task_btf()))
		return 0;
	call_read(&c, regs, regs_nr(regs));
	class = c.op.class;
	if (tc->op.start) {
		tc->in_function = 0;
		op_end(tc, &c, ret);
	} else if (ends_only && (class == OPC_READ || class == OPC_WRITE)) {
		op_refused(tc, &c, ret);
	}
	return 0;
}

SEC("?tp_btf/sys_enter")
int BPF_PROG(on_sys_enter, struct pt_regs *regs, long nr)
{
	return enter(regs, nr);
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	return leave(regs, ret);
}

/*
 * The same by way of perf, which costs more but runs with preemption off. A tp_btf program of 7.0
 * and later can be preempted, and the kernel skips it in whatever task runs there meanwhile.
 */
struct raw_syscalls_event { /* events/raw_syscalls/sys_enter/format, sys_exit/format */
	__u64 common;
	long id;
	long ret; /* sys_exit */
};

SEC("?tp/raw_syscalls/sys_enter")
int perf_sys_enter(struct raw_syscalls_event *ctx)
{
	return enter(user_regs(bpf_get_current_task_btf()), ctx->id);
}

SEC("?tp/raw_syscalls/sys_exit")
int perf_sys_exit(struct raw_syscalls_event *ctx)
{
	return leave(user_regs(bpf_get_current_task_btf()), ctx->ret);
}
