/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ends the sleep of a task that runs again although no hook has seen the switch to it. The kernel
 * skips a hook that is busy on the processor (7.0 and later). Some kernels hide tasks: they report
 * neither switches from these tasks, nor whom an interrupt wakes meanwhile. The next hook that the
 * task reaches tells the end of its sleep.
 */
#ifndef IPCTRACE_CORE_UNSEEN_BPF_H
#define IPCTRACE_CORE_UNSEEN_BPF_H

#include "core/common.bpf.h"

/* The record of the current task's sleep, whose end was not seen. */
extern int ran_unseen(struct task_ctx *tc);

/* tc is of the current task. */
static __always_inline void see_awake(struct task_ctx *tc)
{
	if (tc->wait.slept)
		ran_unseen(tc);
}

#endif
