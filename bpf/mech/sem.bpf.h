/* SPDX-License-Identifier: GPL-2.0 */
/* A SysV semaphore: its state, and the proof that a task sleeps on it (ipc/sem.c). */
#ifndef IPCTRACE_MECH_SEM_BPF_H
#define IPCTRACE_MECH_SEM_BPF_H

#include "fd/call.bpf.h"
#include "mech/ipcid.bpf.h"

#define SEM_QUEUE_WALK 256  /* sleepers of one list that are looked at */
#define SEM_SET_WALK   2048 /* semaphores of a set that are looked at */

static __always_inline struct list_head *sem_list(__u64 set, __u32 n)
{
	struct sem_array *sma = (void *)set;
	__u64 sem;

	if (n == 0)
		return (void *)sma + bpf_core_field_offset(struct sem_array, pending_alter);
	if (n == 1)
		return (void *)sma + bpf_core_field_offset(struct sem_array, pending_const);
	sem = (__u64)sma + bpf_core_field_offset(struct sem_array, sems) +
	      (__u64)(n / 2 - 1) * bpf_core_type_size(struct sem);
	if (n & 1)
		return (void *)sem + bpf_core_field_offset(struct sem, pending_const);
	return (void *)sem + bpf_core_field_offset(struct sem, pending_alter);
}

static __always_inline struct sem_queue *queue_of(struct list_head *at)
{
	return (void *)at - bpf_core_field_offset(struct sem_queue, list);
}

/* The operation that cannot be done now: of several in one call the first of these. */
static __always_inline void blocking_sop(struct sem_queue *q, struct sembuf *sop)
{
	__builtin_memset(sop, 0, sizeof(*sop));
	bpf_probe_read_kernel(sop, sizeof(*sop), BPF_CORE_READ(q, blocking));
}

struct sem_count {
	__u64 set;
	struct list_head *head, *at;
	__u32 num, ncnt, zcnt;
};

static long count_sleeper(__u32 i, struct sem_count *c)
{
	struct list_head *at = c->at;
	struct sembuf sop;

	if (!at || at == c->head)
		return 1;
	blocking_sop(queue_of(at), &sop);
	if (sop.sem_num == c->num) {
		c->ncnt += sop.sem_op < 0;
		c->zcnt += sop.sem_op == 0;
	}
	c->at = BPF_CORE_READ(at, next);
	return 0;
}

/* The set's own two lists, and the semaphore's two. */
static long count_list(__u32 i, struct sem_count *c)
{
	struct list_head *head = sem_list(c->set, i < 2 ? i : 2 * c->num + i);

	c->head = head;
	c->at = BPF_CORE_READ(head, next);
	if (c->at != head)
		bpf_loop(SEM_QUEUE_WALK, count_sleeper, c, 0);
	return 0;
}

static __always_inline struct sem *sem_at(__u64 set, __u32 num)
{
	return (void *)set + bpf_core_field_offset(struct sem_array, sems) +
	       (__u64)num * bpf_core_type_size(struct sem);
}

/*
 * The state of semaphore st->v[SEM_NUM] of the set with this id. 0: the set is gone, or has no such
 * semaphore. Reads without its locks: a state that another task is changing may be one step old.
 */
VERIFIED_ONCE int sem_state(__u64 set, __s32 id, struct ipc_state *st)
{
	struct sem_array *sma = (void *)set;
	struct sem_count c = {.set = set};
	struct sem *sem;

	if (!sma || !st || BPF_CORE_READ(sma, sem_perm.id) != id ||
	    BPF_CORE_READ(sma, sem_perm.deleted))
		return 0;
	c.num = st->v[SEM_NUM];
	st->v[SEM_NSEMS] = BPF_CORE_READ(sma, sem_nsems);
	if (c.num >= st->v[SEM_NSEMS])
		return 0;
	sem = sem_at(set, c.num);
	st->v[SEM_VALUE] = BPF_CORE_READ(sem, semval);
	st->v[SEM_LASTPID] = pid_number_here((__u64)BPF_CORE_READ(sem, sempid));
	bpf_loop(4, count_list, &c, 0);
	st->v[SEM_NCNT] = c.ncnt;
	st->v[SEM_ZCNT] = c.zcnt;
	return 1;
}

struct sem_asleep {
	__u64 set;
	struct list_head *head, *at;
	__u32 n, cut;
};

static long next_asleep(__u32 i, struct sem_asleep *s)
{
	struct list_head *at = s->at;

	if (!at || at == s->head)
		return 1;
	s->n++;
	s->at = BPF_CORE_READ(at, next);
	return 0;
}

static long asleep_in_list(__u32 i, struct sem_asleep *s)
{
	struct list_head *head = sem_list(s->set, i);

	s->head = head;
	s->at = BPF_CORE_READ(head, next);
	if (s->at == head)
		return 0;
	bpf_loop(SEM_QUEUE_WALK, next_asleep, s, 0);
	s->cut |= s->at != head;
	return 0;
}

/* How many tasks sleep on the set, at whichever of its semaphores; -1: too many to count. */
VERIFIED_ONCE int sem_asleep(__u64 set)
{
	struct sem_asleep s = {.set = set};
	__u32 lists = 2 + 2 * BPF_CORE_READ((struct sem_array *)set, sem_nsems);

	if (lists > 2 * SEM_SET_WALK)
		return -1;
	bpf_loop(lists, asleep_in_list, &s, 0);
	return s.cut ? -1 : s.n;
}

struct sem_search {
	__u64 set, task;
	struct list_head *head, *at;
	__u32 first; /* list behind the set's own two, as sem_list() counts them */
	struct sem_queue *found;
};

static long look_at_sleeper(__u32 i, struct sem_search *s)
{
	struct list_head *at = s->at;
	struct sem_queue *q = queue_of(at);

	if (!at || at == s->head)
		return 1;
	if ((__u64)BPF_CORE_READ(q, sleeper) == s->task) {
		s->found = q;
		return 1;
	}
	s->at = BPF_CORE_READ(at, next);
	return 0;
}

static long look_at_list(__u32 i, struct sem_search *s)
{
	struct list_head *head = sem_list(s->set, i < 2 ? i : s->first + i - 2);

	s->head = head;
	s->at = BPF_CORE_READ(head, next);
	if (s->at != head)
		bpf_loop(SEM_QUEUE_WALK, look_at_sleeper, s, 0);
	return s->found != NULL;
}

/*
 * The place of a task in the set's lists; NULL: it is in none. num: the one semaphore that its call
 * is about, -1 if that is not known. A call for several semaphores is in the lists of the set.
 */
static __always_inline struct sem_queue *find_sleeper(__u64 set, __u64 task, __s32 num)
{
	struct sem_search s = {.set = set, .task = task, .first = num < 0 ? 2 : 2 + 2 * num};
	__u32 nsems = BPF_CORE_READ((struct sem_array *)set, sem_nsems);
	__u32 lists = num < 0 ? 2 * nsems : num < (__s32)nsems ? 2 : 0;
	bool all = lists <= 2 * SEM_SET_WALK;

	bpf_loop(2 + (all ? lists : 2 * SEM_SET_WALK), look_at_list, &s, 0);
	if (!s.found && !all)
		count_lost(LOST_WALK, 1);
	return s.found;
}

static __always_inline __u8 sem_user(__u64 set, __u32 num)
{
	return pid_user((__u64)BPF_CORE_READ(sem_at(set, num), sempid));
}

/*
 * Fills w with what task, in semop or semtimedop on the set with this id, sleeps on. num as
 * above.
 */
VERIFIED_ONCE int sem_reason(struct wait_flight *w, __u64 task, __s32 id, __s32 num)
{
	__u64 ns = ipc_ns_of(task);
	__u64 set = ipc_find(ns, IPC_TABLE_SEM, id);
	struct sem_queue *q;
	struct sembuf sop;

	if (!w || !set)
		return 0;
	q = find_sleeper(set, task, num);
	if (!q)
		return 0;
	blocking_sop(q, &sop);
	ipc_name(&w->obj, ns, id, MECH_SEM);
	w->object = (void *)set;
	w->reason = sop.sem_op < 0 ? WAIT_SEM_VALUE : WAIT_SEM_ZERO;
	w->arg = -sop.sem_op;
	w->state.v[SEM_NUM] = sop.sem_num;
	w->state_woken.v[SEM_NUM] = sop.sem_num; /* for object_state(), at the wakeup */
	if (sem_state(set, id, &w->state))
		w->last = sem_user(set, sop.sem_num);
	return 1;
}

static __always_inline void sleep_in_sem(struct wait_flight *w, struct task_struct *t,
					 const struct call *c)
{
	sem_reason(w, (__u64)t, c->a[0], -1);
}

/* Which semaphore the current task's call is about, if it is one, tells where in the set to look. */
static __always_inline void sleep_in_semop(struct wait_flight *w, struct task_struct *t,
					   const struct call *c)
{
	struct sembuf sop;
	bool one = c->a[2] == 1 && !bpf_probe_read_user(&sop, sizeof(sop), (const void *)c->a[1]);

	w->fd = -1;
	w->op = c->op.class;
	sem_reason(w, (__u64)t, c->a[0], one ? sop.sem_num : -1);
}

static __always_inline bool read_state_sem(const struct ipc_object *obj, void *at,
					   struct ipc_state *st)
{
	return sem_state((__u64)at, obj->id, st);
}

#endif
