/* SPDX-License-Identifier: GPL-2.0 */
/* When a timer of the kernel expires. */
#ifndef IPCTRACE_CORE_TIMER_BPF_H
#define IPCTRACE_CORE_TIMER_BPF_H

#include "core/compat.bpf.h"

/*
 * In how many ns: 0 if it is not armed, at least 1 if it is. It is set in the clock of its base, which is ahead
 * of CLOCK_MONOTONIC by the base's offset.
 */
static __always_inline __u64 hrtimer_due(struct hrtimer *timer)
{
	__s64 due;

	if (!hrtimer_armed(timer))
		return 0;
	due = BPF_CORE_READ(timer, node.expires) - BPF_CORE_READ(timer, base, offset) -
	      (__s64)bpf_ktime_get_ns();
	return due > 0 ? due : 1;
}

#endif
