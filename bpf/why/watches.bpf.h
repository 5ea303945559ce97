/* SPDX-License-Identifier: GPL-2.0 */
/* Which files a sleeping task polls, from the kernel's own tables. This works for any task. */
#ifndef IPCTRACE_WHY_WATCHES_BPF_H
#define IPCTRACE_WHY_WATCHES_BPF_H

#include "fd/epoll_tree.bpf.h"
#include "fd/object.bpf.h"
#include "fd/poll_table.bpf.h"
#include "abi/why.h"

#define TABLE_STEPS (2 * WATCHES_MAX)
#define TREE_STEPS  (3 * WATCHES_MAX)

struct {
	struct event e;
	__u32 n;
	__u32 cut;
	struct look_watch w[WATCHES_MAX];
} watches;

static __always_inline void add_watch(struct file *f, __u8 flags, __u32 events)
{
	struct fd_object o = {};
	struct look_watch *w;
	__u32 i = watches.n;

	if (i >= WATCHES_MAX) {
		watches.cut = 1;
		return;
	}
	w = &watches.w[i];
	w->file = cookie(f);
	if (held_object((__u64)f, &o)) {
		w->id = o.obj.id;
		w->dev = o.obj.dev;
		w->mech = o.obj.mech;
	} else {
		w->id = 0;
		w->dev = 0;
		w->mech = 0;
	}
	w->end = file_ends(f);
	w->flags = flags;
	w->events = events;
	watches.n = i + 1;
}

/* One entry, or one step to the next page. */
static long look_at_table(__u32 n, struct poll_walk *w)
{
	struct file *f = poll_table_next(w);

	if (f)
		add_watch(f, WATCH_PINS, w->key);
	return w->over ? 1 : 0;
}

VERIFIED_ONCE int watch_poll(__u64 task, __u64 top)
{
	struct poll_walk w = {};

	if (!poll_table_begin(&w, task, top))
		return 0;
	bpf_loop(TABLE_STEPS, look_at_table, &w, 0);
	if (!w.over)
		watches.cut = 1;
	return 1;
}

static long look_at_tree(__u32 i, struct tree_walk *w)
{
	struct epitem *item = tree_next(w);

	if (item)
		add_watch(BPF_CORE_READ(item, ffd.file), WATCH_ITEM,
			  BPF_CORE_READ(item, event.events));
	return w->over;
}

/* What an epoll instance watches: the items of its tree. */
VERIFIED_ONCE int watch_epoll(__u64 file)
{
	struct eventpoll *ep = BPF_CORE_READ((struct file *)file, private_data);
	struct tree_walk w = {};

	if (!ep)
		return 0;
	tree_begin(&w, (__u64)ep);
	bpf_loop(TREE_STEPS, look_at_tree, &w, 0);
	if (!w.over)
		watches.cut = 1;
	return 1;
}

#endif
