/* SPDX-License-Identifier: GPL-2.0 */
/* SEM_UNDO: what an exit is about to give back (ipc/sem.c exit_sem(), which runs after the hook). */
#ifndef IPCTRACE_MECH_SEM_UNDO_BPF_H
#define IPCTRACE_MECH_SEM_UNDO_BPF_H

#include "core/filter.bpf.h"
#include "mech/sem.bpf.h"

#define UNDO_SETS 64  /* of a process */
#define UNDO_SEMS 512 /* of a set */

struct undo_walk {
	struct list_head *head, *at;
	__u64 ns, set, adjust;
	__s32 id;
	__u32 state;
};

/* One adjustment of a set, if it is any. */
static long emit_adjustment(__u32 num, struct undo_walk *w)
{
	struct ev_op *e;
	__s16 by = 0;

	bpf_probe_read_kernel(&by, sizeof(by), (void *)w->adjust + num * sizeof(by));
	if (!by)
		return 0;
	e = new_record(bpf_get_current_task_btf(), EV_OP, struct ev_op);
	if (!e)
		return 0;
	e->start = e->e.ts;
	e->arg = (__s64)by;
	ipc_name(&e->obj, w->ns, w->id, MECH_SEM);
	e->before.v[SEM_NUM] = num;
	e->e.flags = sem_state(w->set, w->id, &e->before) ? EVF_NO_AFTER : EVF_NO_STATE;
	e->fd = -1;
	e->nr = -1;
	e->op = OPC_SEM_UNDO;
	submit(e);
	return 0;
}

static long undo_set(__u32 i, struct undo_walk *w)
{
	struct list_head *at = w->at;
	struct sem_undo *un = (void *)at - bpf_core_field_offset(struct sem_undo, list_proc);
	struct ipc_object obj = {};
	struct sem_array *sma;
	__u32 n;

	if (!at || at == w->head)
		return 1;
	w->at = BPF_CORE_READ(at, next);
	w->id = BPF_CORE_READ(un, semid); /* -1: the set was removed */
	sma = (void *)ipc_find(w->ns, IPC_TABLE_SEM, w->id);
	if (!sma)
		return 0;
	w->set = (__u64)sma;
	ipc_name(&obj, w->ns, w->id, MECH_SEM);
	if (!object_wanted(w->state, &obj))
		return 0;
	w->adjust = (__u64)undo_adjustments(un);
	n = BPF_CORE_READ(sma, sem_nsems);
	if (n > UNDO_SEMS) {
		count_lost(LOST_WALK, 1);
		n = UNDO_SEMS;
	}
	bpf_loop(n, emit_adjustment, w, 0);
	return 0;
}

/* A record for each semaphore that the current task's exit adjusts. Threads share one list. */
static __always_inline void emit_undo(__u32 state)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct sem_undo_list *list = BPF_CORE_READ(t, sysvsem.undo_list);
	struct undo_walk w = {.state = state};
	struct list_head *head;

	if (!list || filter.waits_only || filter.min_wait || filter.sums ||
	    BPF_CORE_READ(list, refcnt.refs.counter) != 1)
		return;
	w.ns = ipc_ns_of(bpf_get_current_task());
	head = (void *)list + bpf_core_field_offset(struct sem_undo_list, list_proc);
	w.head = head;
	w.at = BPF_CORE_READ(head, next);
	bpf_loop(UNDO_SETS, undo_set, &w, 0);
}

#endif
