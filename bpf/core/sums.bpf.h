/* SPDX-License-Identifier: GPL-2.0 */
/* Sums in place of records, where the filter asks for them. */
#ifndef IPCTRACE_CORE_SUMS_BPF_H
#define IPCTRACE_CORE_SUMS_BPF_H

#include "core/common.bpf.h"
#include "abi/sums.h"

/* Set at the end: a task that sleeps then stays asleep for the snapshot. */
extern __u64 sums_over;

static __always_inline bool sums_end(void)
{
	return filter.sums && sums_over;
}

/* The current task's operation on obj is over. 0: it has to be recorded. */
extern int sum_op(const struct ipc_object *obj, __u32 class, __s64 ret);

/* The sleep of a task of process pid is over. 0: it has to be recorded. */
extern int sum_wait(const struct wait_flight *w, __u64 task, __u32 pid);

#endif
