/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A task that runs again without a hook having seen the switch to it: the kernel skips a hook that is
 * busy on the processor (7.0 and later), and some kernels hide tasks, and do not tell of switches
 * from them, nor of whom an interrupt wakes meanwhile. Its sleep is over all the same; the next hook
 * that it comes by tells so.
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
