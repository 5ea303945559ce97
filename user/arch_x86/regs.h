/* SPDX-License-Identifier: GPL-2.0 */
/* The registers of a stepped thread, and how to make it do a system call, or skip one. */
#ifndef IPCTRACE_ARCH_X86_REGS_H
#define IPCTRACE_ARCH_X86_REGS_H

#include <stdbool.h>
#include <sys/types.h>
#include <sys/user.h>

#include "arch_x86/mem.h"

struct x86_regs {
	struct user_regs_struct r;
};

#define X86_CALL_ARGS 6
/* The code of the instruction that makes a system call. */
#define X86_SYSCALL_CODE     "\x0f\x05"
#define X86_SYSCALL_CODE_LEN 2

/* False: the thread does not stand still any more. */
bool x86_regs__read(struct x86_regs *regs, pid_t tid);
bool x86_regs__write(const struct x86_regs *regs, pid_t tid);

__u64 x86_regs__ip(const struct x86_regs *regs);
__u64 x86_regs__flags(const struct x86_regs *regs);
/* As the reading of instructions wants them. */
struct x86_before x86_regs__before(const struct x86_regs *regs);

/* The call in which it stopped, negative: none; its result; the call that it is about to make. */
long x86_regs__call(const struct x86_regs *regs);
long x86_regs__result(const struct x86_regs *regs);
long x86_regs__next_call(const struct x86_regs *regs);
void x86_regs__args(const struct x86_regs *regs, __u64 args[X86_CALL_ARGS]);

/* It makes the call again that it stopped in. */
void x86_regs__make_again(struct x86_regs *regs);
/* It makes call nr next, by the instruction that stands at ip. */
void x86_regs__make_call(struct x86_regs *regs, long nr, __u64 ip);
/* It has returned from its function, whose code has not run. False: its stack cannot be read. */
bool x86_regs__return(struct x86_regs *regs, pid_t tid);
/* The flags that the thread just pushed have the trap flag, which is the stepper's: takes it out. */
void x86_regs__hide_step(const struct x86_regs *regs, pid_t tid);

#endif
