/* SPDX-License-Identifier: GPL-2.0 */
/* Which files a task that is asleep polls, from the kernel's own tables: any task may be asked. */
#ifndef IPCTRACE_WATCHES_BPF_H
#define IPCTRACE_WATCHES_BPF_H

#include "file.bpf.h"
#include "why.h"

#define STACK_WORDS 4096
#define TABLE_STEPS (2 * WATCHES_MAX)
#define TREE_STEPS  (3 * WATCHES_MAX)

struct {
	struct event e;
	__u32 n;
	__u32 cut;
	struct look_watch w[WATCHES_MAX];
} watches;

static __always_inline void add_watch(struct file *f, __u8 flags)
{
	struct ipc_object obj = {};
	struct look_watch *w;
	__u32 i = watches.n;

	if (i >= WATCHES_MAX) {
		watches.cut = 1;
		return;
	}
	w = &watches.w[i];
	pipe_of(f, &obj);
	w->file = cookie(f);
	w->id = obj.id;
	w->dev = obj.dev;
	w->mech = obj.mech;
	w->end = file_ends(f);
	w->flags = flags;
	watches.n = i + 1;
}

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

/* The entry names its table, and stands on a list: one that is left over from an earlier call
 * does not. */
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

struct table_walk {
	struct poll_wqueues *pw;
	struct poll_table_page *page;
	struct poll_table_entry *at; /* in the page */
	__u32 i, inlined, over;
};

static __always_inline struct poll_table_entry *first_of(struct poll_table_page *page)
{
	return (void *)page + bpf_core_field_offset(struct poll_table_page, entries);
}

/* One entry, or one step to the next page (fs/select.c poll_get_entry). */
static long look_at_table(__u32 n, struct table_walk *w)
{
	struct poll_table_page *page = w->page;
	struct poll_table_entry *e;

	if (w->i < w->inlined) {
		e = inline_entry(w->pw, w->i);
		add_watch(BPF_CORE_READ(e, filp), WATCH_PINS);
		w->i++;
		return 0;
	}
	if (!page) {
		w->over = 1;
		return 1;
	}
	e = w->at;
	if (e < BPF_CORE_READ(page, entry)) {
		add_watch(BPF_CORE_READ(e, filp), WATCH_PINS);
		w->at = (void *)e + bpf_core_type_size(struct poll_table_entry);
		return 0;
	}
	page = BPF_CORE_READ(page, next);
	w->page = page;
	w->at = first_of(page);
	return 0;
}

/* poll and select keep their table on the stack of the task, which is frozen while it sleeps. */
VERIFIED_ONCE int watch_poll(__u64 task, __u64 top)
{
	struct task_struct *t = (void *)task;
	struct stack_walk s = {.task = t, .at = BPF_CORE_READ(t, thread.sp)};
	struct table_walk w = {};
	struct poll_wqueues *pw;
	__u64 n = (top - s.at) / 8;

	if (!t || s.at > top || n > STACK_WORDS)
		return 0;
	bpf_loop(n, look_at_stack, &s, 0);
	pw = s.found;
	if (!pw)
		return 0;
	w.pw = pw;
	w.inlined = BPF_CORE_READ(pw, inline_index);
	w.page = BPF_CORE_READ(pw, table);
	w.at = first_of(w.page);
	bpf_loop(TABLE_STEPS, look_at_table, &w, 0);
	if (!w.over)
		watches.cut = 1;
	return 1;
}

struct tree_walk {
	struct rb_node *at, *from;
	__u32 over;
};

static __always_inline struct rb_node *parent_of(struct rb_node *n)
{
	return (void *)(BPF_CORE_READ(n, __rb_parent_color) & ~3UL);
}

/* One edge of the tree: down to the left, down to the right, or up. */
static long look_at_tree(__u32 i, struct tree_walk *w)
{
	struct rb_node *at = w->at, *left, *right, *up;
	struct epitem *item;

	if (!at) {
		w->over = 1;
		return 1;
	}
	left = BPF_CORE_READ(at, rb_left);
	right = BPF_CORE_READ(at, rb_right);
	up = parent_of(at);
	if (w->from == up) {
		item = (void *)at - bpf_core_field_offset(struct epitem, rbn);
		add_watch(BPF_CORE_READ(item, ffd.file), 0);
	}
	if (w->from == up && left)
		w->at = left;
	else if (w->from != right && right)
		w->at = right;
	else
		w->at = up;
	w->from = at;
	return 0;
}

/* What an epoll instance watches: the items of its tree. */
VERIFIED_ONCE int watch_epoll(__u64 file)
{
	struct eventpoll *ep = BPF_CORE_READ((struct file *)file, private_data);
	struct tree_walk w = {};

	if (!ep)
		return 0;
	w.at = BPF_CORE_READ(ep, rbr.rb_root.rb_node);
	bpf_loop(TREE_STEPS, look_at_tree, &w, 0);
	if (!w.over)
		watches.cut = 1;
	return 1;
}

#endif
