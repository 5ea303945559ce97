/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the hooks know about the processor. Each machine has a file that defines all of it. The
 * arguments of a call are libbpf's (PT_REGS_PARM1_SYSCALL ...), the user's registers
 * bpf_task_pt_regs()'s.
 *
 * SYSCALL_FUNCTION	what the kernel's function of a call is named before its name (arch/calls.h)
 * __NR_*		the calls' numbers; a call that the machine lacks has none
 * regs_nr()		the call that registers are in, negative: none
 * in_compat_call()	the task is in a call of another table of numbers (32 bits); nr: as regs_nr() has it
 * regs_ip()		the next instruction
 * task_sp()		where the kernel stack of a task that is switched out ends
 * trap_ip(), trap_sp()	the next instruction, and the stack, of a watchpoint's trap
 * regs_copy()		the registers that user/arch_* needs to decode the instruction
 * fault_is_write()	of a page fault's error code, as the tracepoint has it
 * fault_denies()	whether a mapping's rights refuse an access, as the fault handler decides
 * THREAD_SIZE		bytes of a kernel stack; an interrupt in kernel mode must not run on it, and one
 *			in user mode must find regs_nr() negative
 * PAGE_SHIFT		of a page
 * stores_in_order()	what was stored before is seen before what is stored behind
 */
#ifndef IPCTRACE_ARCH_ARCH_BPF_H
#define IPCTRACE_ARCH_ARCH_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include "abi/event.h"
#include "abi/watchword.h"
#include "arch/calls.h"

/* The rights of a mapping (include/linux/mm.h); PROT_* are the same. */
#define VM_READ	 1
#define VM_WRITE 2
#define VM_EXEC	 4

#if defined(__TARGET_ARCH_x86)
#include "arch/x86.bpf.h"
#else
#error "this machine has no file in bpf/arch/"
#endif

#define PAGE_SIZE (1ULL << PAGE_SHIFT)

#endif
