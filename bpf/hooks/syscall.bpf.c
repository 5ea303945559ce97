/* SPDX-License-Identifier: GPL-2.0 */
/* The syscall backend, and the ends of the kprobe backend: tracepoints around every system call. */
#include "op/op.bpf.h"
#include "core/perf_tp.bpf.h"
#include "core/unseen.bpf.h"

/* The kprobe backend: the beginnings come from elsewhere. */
const volatile bool ends_only = false;

#define IORING_ENTER_REGISTERED_RING 16

/* What an io_uring_enter submits; of no descriptor the kernel takes nothing. */
static __always_inline __u32 submissions(const struct call *c)
{
	return c->a[3] & IORING_ENTER_REGISTERED_RING || current_file(c->a[0]) ? c->a[1] : 0;
}

static __always_inline int enter(struct pt_regs *regs, long nr)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct sysop row = sysop_of(nr);
	bool compat = in_compat_call(t, nr);
	struct task_ctx *tc;
	struct call c = {};

	if ((!compat && !row.id) || !has_context(t))
		return 0;
	call_read_as(&c, regs, nr, row);
	tc = party_rarely(t); /* whether it has a context was asked */
	if (!tc)
		return 0;
	see_awake(tc);
	tc->op.start = 0;
	if (compat) {
		count_lost(LOST_COMPAT, 1);
		return 0;
	}
	if (row.id == SYSOP_io_uring_enter)
		count_lost(LOST_IO_URING, submissions(&c));
	else
		op_begin(tc, t, &c, c.op.class);
	return 0;
}

static __always_inline int leave(struct pt_regs *regs, long ret)
{
	struct task_struct *t = bpf_get_current_task_btf();
	long nr = regs_nr(regs);
	struct sysop row = sysop_of(nr);
	struct task_ctx *tc;
	struct call c = {};

	if (!row.id || in_compat_call(t, nr) || !has_context(t))
		return 0;
	call_read_as(&c, regs, nr, row);
	tc = party_rarely(t);
	if (!tc)
		return 0;
	see_awake(tc);
	if (!ends_only && !tc->op.start)
		return 0;
	if (tc->op.start) {
		tc->in_function = 0;
		op_end(tc, t, &c, c.op.class, ret);
	} else if (ends_only && is_transfer(c.op.class)) {
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
