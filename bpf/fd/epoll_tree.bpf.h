/* SPDX-License-Identifier: GPL-2.0 */
/* Which files an epoll instance watches: the items of its tree, read without its lock. */
#ifndef IPCTRACE_FD_EPOLL_TREE_BPF_H
#define IPCTRACE_FD_EPOLL_TREE_BPF_H

#include "fd/file.bpf.h"

struct tree_walk {
	struct rb_node *at, *from;
	__u32 over;
};

static __always_inline struct rb_node *parent_of(struct rb_node *n)
{
	return (void *)(BPF_CORE_READ(n, __rb_parent_color) & ~3UL);
}

/* ep: the address of a struct eventpoll. */
static __always_inline void tree_begin(struct tree_walk *w, __u64 ep)
{
	w->at = BPF_CORE_READ((struct eventpoll *)ep, rbr.rb_root.rb_node);
}

/* One edge of the tree: down to the left, down to the right, or up. The item that was reached for the
 * first time, or NULL. */
static __always_inline struct epitem *tree_next(struct tree_walk *w)
{
	struct rb_node *at = w->at, *left, *right, *up;
	struct epitem *item = NULL;

	if (!at) {
		w->over = 1;
		return NULL;
	}
	left = BPF_CORE_READ(at, rb_left);
	right = BPF_CORE_READ(at, rb_right);
	up = parent_of(at);
	if (w->from == up)
		item = (void *)at - bpf_core_field_offset(struct epitem, rbn);
	if (w->from == up && left)
		w->at = left;
	else if (w->from != right && right)
		w->at = right;
	else
		w->at = up;
	w->from = at;
	return item;
}

#endif
