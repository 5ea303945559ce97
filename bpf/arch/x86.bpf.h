/* SPDX-License-Identifier: GPL-2.0 */
/* Defines what arch/arch.bpf.h asks for, on x86_64. */
#ifndef IPCTRACE_ARCH_X86_BPF_H
#define IPCTRACE_ARCH_X86_BPF_H

#include <asm/unistd_64.h>

#define PAGE_SHIFT  12
#define THREAD_SIZE (16 << 10) /* without KASAN */
#define TS_COMPAT   0x0002     /* arch/x86/include/asm/thread_info.h */
#define X32_BIT	    0x40000000 /* arch/x86/include/uapi/asm/unistd.h */

/* i386's table, or x32's, whose numbers begin at that bit. */
static __always_inline bool in_compat_call(struct task_struct *t, long nr)
{
	return t->thread_info.status & TS_COMPAT || nr >= X32_BIT;
}

static __always_inline long regs_nr(struct pt_regs *regs)
{
	return (long)regs->orig_ax;
}

static __always_inline __u64 regs_ip(struct pt_regs *regs)
{
	return regs->ip;
}

/* The same for a task and registers that are only addresses to the verifier. */
static __always_inline bool in_compat_call_at(__u64 task, long nr)
{
	struct task_struct *t = (void *)task;

	return BPF_CORE_READ(t, thread_info.status) & TS_COMPAT || nr >= X32_BIT;
}

static __always_inline long regs_nr_at(__u64 regs)
{
	return (long)BPF_CORE_READ((struct pt_regs *)regs, orig_ax);
}

#define task_sp(t) BPF_CORE_READ(t, thread.sp)

static __always_inline __u64 trap_ip(struct bpf_perf_event_data *ctx)
{
	return ctx->regs.ip;
}

static __always_inline __u64 trap_sp(struct bpf_perf_event_data *ctx)
{
	return ctx->regs.sp;
}

/* In the order of their numbers (user/arch_x86/). */
static __always_inline void regs_copy(struct watch_hit *h, struct bpf_perf_event_data *ctx)
{
	h->regs[WATCH_AX] = ctx->regs.ax;
	h->regs[WATCH_CX] = ctx->regs.cx;
	h->regs[WATCH_DX] = ctx->regs.dx;
	h->regs[WATCH_BX] = ctx->regs.bx;
	h->regs[WATCH_SP] = ctx->regs.sp;
	h->regs[WATCH_BP] = ctx->regs.bp;
	h->regs[WATCH_SI] = ctx->regs.si;
	h->regs[WATCH_DI] = ctx->regs.di;
	h->regs[WATCH_R8] = ctx->regs.r8;
	h->regs[WATCH_R8 + 1] = ctx->regs.r9;
	h->regs[WATCH_R8 + 2] = ctx->regs.r10;
	h->regs[WATCH_R8 + 3] = ctx->regs.r11;
	h->regs[WATCH_R8 + 4] = ctx->regs.r12;
	h->regs[WATCH_R8 + 5] = ctx->regs.r13;
	h->regs[WATCH_R8 + 6] = ctx->regs.r14;
	h->regs[WATCH_R8 + 7] = ctx->regs.r15;
	h->flags = (__u32)ctx->regs.flags;
}

#define FAULT_WRITE 2 /* arch/x86/include/asm/trap_pf.h X86_PF_WRITE */

static __always_inline bool fault_is_write(__u64 error)
{
	return error & FAULT_WRITE;
}

/* As access_error() in arch/x86/mm/fault.c. */
static __always_inline bool fault_denies(__u64 rights, bool write)
{
	return !(rights & (write ? VM_WRITE : VM_READ | VM_WRITE | VM_EXEC));
}

/* The processor keeps the order of stores, the compiler need not. */
static __always_inline void stores_in_order(void)
{
	barrier();
}

#endif
