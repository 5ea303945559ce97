/* SPDX-License-Identifier: GPL-2.0 */
/* Keeps a hook from being preempted. Only one object may name the kfuncs: libbpf 1.1 cannot link two. */
#ifndef IPCTRACE_HOLD_CPU_BPF_H
#define IPCTRACE_HOLD_CPU_BPF_H

#include "common.bpf.h"

/*
 * Hooks around system calls and functions can be preempted, and then every run of the same program
 * on that CPU is skipped until the task is back. So they hold the CPU, where that is allowed: the
 * kfuncs came with 6.10, calling a function VERIFIED_ONCE between them with 6.15.
 */
extern void bpf_preempt_disable(void) __ksym __weak;
extern void bpf_preempt_enable(void) __ksym __weak;
extern const volatile bool hold_cpu;

static __always_inline void hook_begin(void)
{
	if (hold_cpu && bpf_preempt_disable)
		bpf_preempt_disable();
}

static __always_inline void hook_end(void)
{
	if (hold_cpu && bpf_preempt_enable)
		bpf_preempt_enable();
}

#endif
