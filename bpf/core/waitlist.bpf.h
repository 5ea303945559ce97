/* SPDX-License-Identifier: GPL-2.0 */
/* Is this task on that wait list? Membership is the proof of why it sleeps. */
#ifndef IPCTRACE_CORE_WAITLIST_BPF_H
#define IPCTRACE_CORE_WAITLIST_BPF_H

#include "core/compat.bpf.h"

#define WAITLIST_WALK 128 /* entries looked at, from the youngest */

enum on_queue { ON_QUEUE_NOT, ON_QUEUE_ASLEEP, ON_QUEUE_POLLING };

/*
 * The newest entry of a wait queue is often the task's own. Then no other entry must be read. Only
 * where can_cast is true.
 */
static __always_inline bool is_youngest(__u64 wqh, __u64 task)
{
	struct wait_queue_head *head = (void *)wqh;
	struct list_head *at = typed(head)->head.prev;
	struct wait_queue_entry *e =
	    (void *)at - bpf_core_field_offset(struct wait_queue_entry, entry);

	return at != &head->head && (__u64)typed(e)->private == task;
}

struct queue_walk {
	struct list_head *head, *at;
	struct task_struct *task;
	__u32 found;
};

/* A sleeper's entry has the task itself; poll's and select's has its poll_wqueues (fs/select.c). */
static long look_at_entry(__u32 i, struct queue_walk *w)
{
	struct list_head *at = w->at;
	struct wait_queue_entry *e;
	struct poll_wqueues *pw;
	void *priv;

	if (!at || at == w->head)
		return 1;
	e = (void *)at - bpf_core_field_offset(struct wait_queue_entry, entry);
	priv = BPF_CORE_READ(e, private);
	pw = priv;
	if (priv == w->task)
		w->found = ON_QUEUE_ASLEEP;
	else if (priv && BPF_CORE_READ(pw, polling_task) == w->task)
		w->found = ON_QUEUE_POLLING;
	if (w->found)
		return 1;
	w->at = BPF_CORE_READ(at, prev);
	return 0;
}

/* enum on_queue. wqh is the address of a struct wait_queue_head. */
VERIFIED_ONCE int on_waitqueue(__u64 wqh, __u64 task)
{
	struct queue_walk w = {.task = (void *)task};
	struct list_head *head;

	if (!wqh || !task)
		return ON_QUEUE_NOT;
	if (can_cast && is_youngest(wqh, task))
		return ON_QUEUE_ASLEEP;
	head = (void *)wqh + bpf_core_field_offset(struct wait_queue_head, head);
	w.head = head;
	w.at = BPF_CORE_READ(head, prev);
	bpf_loop(WAITLIST_WALK, look_at_entry, &w, 0);
	return w.found;
}

/*
 * A task that wakes those on a queue holds its lock. False if locks have another layout
 * (PREEMPT_RT).
 */
static __always_inline bool queue_is_locked(__u64 wqh)
{
	struct wait_queue_head *q = (void *)wqh;

	if (!bpf_core_field_exists(q->lock.rlock.raw_lock.locked))
		return false;
	return can_cast ? typed(q)->lock.rlock.raw_lock.locked
			: BPF_CORE_READ(q, lock.rlock.raw_lock.locked);
}

struct mutex_walk {
	struct list_head *head, *at;
	struct task_struct *task;
	__u32 found;
};

/* Both shapes, a list with a head and a ring without one, are followed back to their begin. */
static long look_at_waiter(__u32 i, struct mutex_walk *w)
{
	struct list_head *at = w->at;
	struct mutex_waiter *waiter;

	if (!at)
		return 1;
	waiter = (void *)at - bpf_core_field_offset(struct mutex_waiter, list);
	if (BPF_CORE_READ(waiter, task) == w->task)
		w->found = 1;
	w->at = BPF_CORE_READ(at, next);
	return w->found || w->at == w->head;
}

static __always_inline int on_mutex(struct mutex *m, struct task_struct *t)
{
	struct mutex_walk w = {.task = t};
	struct list_head *head;
	bool ring;

	head = mutex_waiters(m, &ring);
	w.head = head;
	w.at = ring ? head : BPF_CORE_READ(head, next);
	if (!ring && w.at == head)
		return 0;
	bpf_loop(WAITLIST_WALK, look_at_waiter, &w, 0);
	return w.found;
}

#endif
