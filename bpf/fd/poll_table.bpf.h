/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which files a task that sleeps in poll or select waits for, from the kernel's own table. The
 * arguments are in the task's own memory, which a program in another task cannot read.
 */
#ifndef IPCTRACE_FD_POLL_TABLE_BPF_H
#define IPCTRACE_FD_POLL_TABLE_BPF_H

#include "fd/file.bpf.h"

#define STACK_WORDS 4096

struct stack_walk {
	struct task_struct *task;
	__u64 at;
	struct poll_wqueues *found;
};

static __always_inline struct poll_table_entry *inline_entry(struct poll_wqueues *pw, __u32 i)
{
	return (void *)pw + bpf_core_field_offset(struct poll_wqueues, inline_entries) +
	       (__u64)i * bpf_core_type_size(struct poll_table_entry);
}

/* The entry names its table and is on a list. An entry that is left over from an earlier call is
 * not. */
static __always_inline bool is_queued(struct poll_table_entry *e, struct poll_wqueues *pw)
{
	struct list_head *here = (void *)e + bpf_core_field_offset(struct poll_table_entry, wait) +
				 bpf_core_field_offset(struct wait_queue_entry, entry);
	struct list_head *next = BPF_CORE_READ(here, next);

	return BPF_CORE_READ(e, wait.private) == pw && next && next != here &&
	       BPF_CORE_READ(next, prev) == here;
}

static long look_at_stack(__u32 i, struct stack_walk *w)
{
	struct poll_wqueues *pw;
	__u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), (void *)w->at + (__u64)i * 8);
	if (word != (__u64)w->task)
		return 0;
	pw =
	    (void *)w->at + (__u64)i * 8 - bpf_core_field_offset(struct poll_wqueues, polling_task);
	if (BPF_CORE_READ(pw, inline_index) <= 0 || !is_queued(inline_entry(pw, 0), pw))
		return 0;
	w->found = pw;
	return 1;
}

struct poll_walk {
	struct poll_wqueues *pw;
	struct poll_table_page *page;
	struct poll_table_entry *at; /* in the page */
	__u32 i, inlined, over;
	__u32 key; /* of the file that was found: the events that it is polled for */
};

static __always_inline struct poll_table_entry *first_of(struct poll_table_page *page)
{
	return (void *)page + bpf_core_field_offset(struct poll_table_page, entries);
}

/* The next file; NULL: w->over, or a step to the next page (fs/select.c poll_get_entry). */
static __always_inline struct file *poll_table_next(struct poll_walk *w)
{
	struct poll_table_page *page = w->page;
	struct poll_table_entry *e;

	if (w->i < w->inlined) {
		e = inline_entry(w->pw, w->i);
		w->i++;
		w->key = BPF_CORE_READ(e, key);
		return BPF_CORE_READ(e, filp);
	}
	if (!page) {
		w->over = 1;
		return NULL;
	}
	e = w->at;
	if (e < BPF_CORE_READ(page, entry)) {
		w->at = (void *)e + bpf_core_type_size(struct poll_table_entry);
		w->key = BPF_CORE_READ(e, key);
		return BPF_CORE_READ(e, filp);
	}
	page = BPF_CORE_READ(page, next);
	w->page = page;
	w->at = first_of(page);
	return NULL;
}

/*
 * Finds the table: poll and select keep it on the stack of the task, which is frozen while it
 * sleeps. top: where that stack begins, the user's registers.
 */
static __always_inline bool poll_table_begin(struct poll_walk *w, __u64 task, __u64 top)
{
	struct task_struct *t = (void *)task;
	struct stack_walk s = {.task = t, .at = task_sp(t)};
	struct poll_wqueues *pw;
	__u64 n = (top - s.at) / 8;

	if (!t || s.at > top || n > STACK_WORDS)
		return false;
	bpf_loop(n, look_at_stack, &s, 0);
	pw = s.found;
	if (!pw)
		return false;
	w->pw = pw;
	w->inlined = BPF_CORE_READ(pw, inline_index);
	w->page = BPF_CORE_READ(pw, table);
	w->at = first_of(w->page);
	return true;
}

#endif
