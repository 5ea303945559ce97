/* SPDX-License-Identifier: GPL-2.0 */
/* Differences between kernels: each is handled here once, with the version that made it. */
#ifndef IPCTRACE_CORE_COMPAT_BPF_H
#define IPCTRACE_CORE_COMPAT_BPF_H

#include "core/common.bpf.h"

/* 6.14 put head and tail into an anonymous union, as 16 bits each where the word is short. */
struct pipe_inode_info___flat {
	unsigned int head, tail;
} __attribute__((preserve_access_index));

static __always_inline __u32 pipe_head(struct pipe_inode_info *p)
{
	return BPF_CORE_READ((struct pipe_inode_info___flat *)p, head);
}

static __always_inline __u32 pipe_tail(struct pipe_inode_info *p)
{
	return BPF_CORE_READ((struct pipe_inode_info___flat *)p, tail);
}

static __always_inline __u32 pipe_head_offset(void)
{
	return bpf_core_field_offset(struct pipe_inode_info___flat, head);
}

static __always_inline __u32 pipe_tail_offset(void)
{
	return bpf_core_field_offset(struct pipe_inode_info___flat, tail);
}

/* Up to 6.12 struct file counts in f_count; file_ref_t (6.13) holds the count less one. */
struct file___count {
	atomic_long_t f_count;
} __attribute__((preserve_access_index));

static __always_inline __u32 file_refs(struct file *f)
{
	struct file___count *old = (void *)f;

	if (bpf_core_field_exists(old->f_count))
		return BPF_CORE_READ(old, f_count.counter);
	return BPF_CORE_READ(f, f_ref.refcnt.counter) + 1;
}

/* An int up to 6.18, a byte beside others in 7.x. */
static __always_inline bool is_on_cpu(struct task_struct *t)
{
	return BPF_CORE_READ_BITFIELD_PROBED(t, on_cpu);
}

/* 7.x replaced mutex.wait_list by first_waiter, a ring through mutex_waiter.list. */
struct mutex___ring {
	struct mutex_waiter *first_waiter;
} __attribute__((preserve_access_index));

static __always_inline struct list_head *mutex_waiters(struct mutex *m, bool *ring)
{
	struct mutex___ring *new = (void *)m;

	if (bpf_core_field_exists(new->first_waiter)) {
		struct mutex_waiter *w = BPF_CORE_READ(new, first_waiter);

		*ring = true;
		return w ? (void *)w + bpf_core_field_offset(struct mutex_waiter, list) : NULL;
	}
	*ring = false;
	return (void *)m + bpf_core_field_offset(struct mutex, wait_list);
}

/* 7.x replaced hrtimer.state, which has a bit for this, by is_queued. */
struct hrtimer___queued {
	bool is_queued;
} __attribute__((preserve_access_index));

static __always_inline bool hrtimer_armed(struct hrtimer *timer)
{
	struct hrtimer___queued *new = (void *)timer;

	if (bpf_core_field_exists(new->is_queued))
		return BPF_CORE_READ(new, is_queued);
	return BPF_CORE_READ(timer, state) & 1; /* HRTIMER_STATE_ENQUEUED */
}

/* 6.13 put the signal of a POSIX timer into the timer; before, the timer pointed at it. */
struct k_itimer___within {
	struct sigqueue sigq;
} __attribute__((preserve_access_index));

struct k_itimer___apart {
	struct sigqueue *sigq;
} __attribute__((preserve_access_index));

static __always_inline int timer_signal(struct k_itimer *timer)
{
	struct k_itimer___within *new = (void *)timer;
	struct k_itimer___apart *old = (void *)timer;

	if (bpf_core_field_exists(new->sigq.info))
		return BPF_CORE_READ(new, sigq.info.si_signo);
	return BPF_CORE_READ(old, sigq, info.si_signo);
}

/* Before 6.6 a pointer behind the array stood in place of the array. */
struct sem_undo___pointer {
	short *semadj;
} __attribute__((preserve_access_index));

static __always_inline short *undo_adjustments(struct sem_undo *un)
{
	struct sem_undo___pointer *old = (void *)un;

	if (bpf_core_field_exists(old->semadj))
		return BPF_CORE_READ(old, semadj);
	return (void *)un + bpf_core_field_offset(struct sem_undo, semadj);
}

/* 7.x keeps what a task has of futexes together. */
struct task_struct___futex {
	struct {
		void *robust_list;
	} futex;
} __attribute__((preserve_access_index));

/* An exit clears the list when it has walked it (kernel/futex/core.c futex_cleanup()). */
static __always_inline bool has_robust_list(struct task_struct *t)
{
	struct task_struct___futex *new = (void *)t;

	if (bpf_core_field_exists(t->robust_list))
		return BPF_CORE_READ(t, robust_list);
	return bpf_core_field_exists(new->futex.robust_list) &&
	       BPF_CORE_READ(new, futex.robust_list);
}

/* 6.8 made lists of a dentry's children hlists; before they were d_subdirs, linked by d_child. */
struct dentry___list {
	struct list_head d_child;
	struct list_head d_subdirs;
} __attribute__((preserve_access_index));

/* The link of a dentry's first child, of the next one; dentry_linked() makes it a dentry. 0: none. */
static __always_inline __u64 dentry_first(struct dentry *dir)
{
	struct dentry___list *old = (void *)dir;

	if (bpf_core_field_exists(dir->d_children))
		return (__u64)BPF_CORE_READ(dir, d_children.first);
	return (__u64)BPF_CORE_READ(old, d_subdirs.next);
}

/* end: of the list, where it has one. */
static __always_inline __u64 dentry_list_end(struct dentry *dir)
{
	if (bpf_core_field_exists(dir->d_children))
		return 0;
	return (__u64)dir + bpf_core_field_offset(struct dentry___list, d_subdirs);
}

static __always_inline __u64 dentry_next(__u64 link)
{
	struct hlist_node *node = (void *)link;

	/* The link to the next one is the first word in either kind of list. */
	return (__u64)BPF_CORE_READ(node, next);
}

static __always_inline struct dentry *dentry_linked(__u64 link)
{
	struct dentry *d = NULL;

	if (bpf_core_field_exists(d->d_sib))
		return (void *)link - bpf_core_field_offset(struct dentry, d_sib);
	return (void *)link - bpf_core_field_offset(struct dentry___list, d_child);
}

#endif
