/* SPDX-License-Identifier: GPL-2.0 */
/* How long a task has been asleep, as far as the scheduler's own data proves it. */
#ifndef IPCTRACE_WHY_ASLEEP_BPF_H
#define IPCTRACE_WHY_ASLEEP_BPF_H

#include "core/common.bpf.h"
#include "abi/why.h"

/*
 * Between which times it fell asleep. The scheduler noted both when it last began to run
 * (sched_info.last_arrival, in the processor's clock) and when it stopped (exec_start, in the
 * clock of tasks, which lacks the time of interrupts and of the hypervisor: at most as much as
 * that clock is behind by now). A sleeping task keeps its processor, and both notes.
 */
static __always_inline void fill_asleep(struct look_task *r, struct task_struct *t)
{
	struct task_struct *me = (void *)bpf_get_current_task();
	struct rq *its;
	__u64 now, from, to;

	r->asleep_min = 0;
	r->asleep_max = ~0ULL;
	if (!bpf_core_field_exists(struct cfs_rq, rq))
		return;
	its = BPF_CORE_READ(t, se.cfs_rq, rq);
	now = BPF_CORE_READ(me, se.cfs_rq, rq, clock);
	if (!its || !now)
		return;
	from = BPF_CORE_READ(t, se.exec_start);
	if (!from)
		return;
	to = from + BPF_CORE_READ(its, clock) - BPF_CORE_READ(its, clock_task);
	if (bpf_core_field_exists(t->sched_info.last_arrival) &&
	    BPF_CORE_READ(t, sched_info.last_arrival) > from)
		from = BPF_CORE_READ(t, sched_info.last_arrival);
	r->asleep_max = now > from ? now - from : 0;
	r->asleep_min = now > to ? now - to : 0;
}

#endif
