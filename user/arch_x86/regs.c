/* SPDX-License-Identifier: GPL-2.0 */
/* Reads and sets the registers of a thread that its tracer has stopped. */
#include "arch_x86/regs.h"

#include <errno.h>
#include <sys/ptrace.h>

#define TRAP_FLAG 0x100ULL

bool x86_regs__read(struct x86_regs *regs, pid_t tid)
{
	return !ptrace(PTRACE_GETREGS, tid, NULL, &regs->r);
}

bool x86_regs__write(const struct x86_regs *regs, pid_t tid)
{
	return !ptrace(PTRACE_SETREGS, tid, NULL, &regs->r);
}

__u64 x86_regs__ip(const struct x86_regs *regs)
{
	return regs->r.rip;
}

__u64 x86_regs__flags(const struct x86_regs *regs)
{
	return regs->r.eflags;
}

struct x86_before x86_regs__before(const struct x86_regs *regs)
{
	const struct user_regs_struct *r = &regs->r;

	return (struct x86_before){{r->rax, r->rcx, r->rdx, r->rbx, r->rsp, r->rbp, r->rsi, r->rdi,
				    r->r8, r->r9, r->r10, r->r11, r->r12, r->r13, r->r14, r->r15},
				   r->rip,
				   r->fs_base,
				   r->gs_base};
}

long x86_regs__call(const struct x86_regs *regs)
{
	return (long)regs->r.orig_rax;
}

long x86_regs__result(const struct x86_regs *regs)
{
	return (long)regs->r.rax;
}

long x86_regs__next_call(const struct x86_regs *regs)
{
	return (long)regs->r.rax;
}

void x86_regs__args(const struct x86_regs *regs, __u64 args[X86_CALL_ARGS])
{
	args[0] = regs->r.rdi;
	args[1] = regs->r.rsi;
	args[2] = regs->r.rdx;
	args[3] = regs->r.r10;
	args[4] = regs->r.r8;
	args[5] = regs->r.r9;
}

void x86_regs__make_again(struct x86_regs *regs)
{
	regs->r.rax = regs->r.orig_rax;
	regs->r.orig_rax = (unsigned long long)-1;
	regs->r.rip -= X86_SYSCALL_CODE_LEN;
}

void x86_regs__make_call(struct x86_regs *regs, long nr, __u64 ip)
{
	regs->r.rax = (unsigned long long)nr;
	regs->r.rip = ip;
}

bool x86_regs__return(struct x86_regs *regs, pid_t tid)
{
	errno = 0;
	regs->r.rip = (unsigned long long)ptrace(PTRACE_PEEKDATA, tid, (void *)regs->r.rsp, NULL);
	regs->r.rsp += sizeof(regs->r.rip);
	return !errno;
}

void x86_regs__hide_step(const struct x86_regs *regs, pid_t tid)
{
	long flags;

	errno = 0;
	flags = ptrace(PTRACE_PEEKDATA, tid, (void *)regs->r.rsp, NULL);
	if (!errno)
		ptrace(PTRACE_POKEDATA, tid, (void *)regs->r.rsp, flags & ~(long)TRAP_FLAG);
}
