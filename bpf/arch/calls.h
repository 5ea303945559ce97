/* SPDX-License-Identifier: GPL-2.0 */
/* The names of the kernel's functions of system calls, for the hooks and the loader. */
#ifndef IPCTRACE_ARCH_CALLS_H
#define IPCTRACE_ARCH_CALLS_H

#if defined(__TARGET_ARCH_x86) || defined(__x86_64__)
/* CONFIG_ARCH_HAS_SYSCALL_WRAPPER: the one argument is user regs. */
#define SYSCALL_FUNCTION "__x64_sys_"
#else
#error "only x86_64's names of system call functions are known"
#endif

#endif
