/* SPDX-License-Identifier: GPL-2.0 */
/* Tells which pipes a task polls that falls asleep, a record each. */
#ifndef IPCTRACE_WATCHES_TOLD_BPF_H
#define IPCTRACE_WATCHES_TOLD_BPF_H

#include "epoll_tree.bpf.h"
#include "filter.bpf.h"
#include "read.bpf.h"

#define TREE_LOOKED 1024 /* edges of an epoll instance's tree that are followed */

/* The files of one sleep. */
struct watched {
	__u64 task;
	__u64 slept;
	struct ipc_object obj; /* a file's, which is a pipe */
	__s32 fd;
	__u32 events;
	__u32 item;
	__u32 files, pipes, told;
};

/* Counts a pipe, and tells of it: w has obj, fd and events. Addresses of the pipe and of the file. What a
 * whole state would take of the stack is more than is left. */
VERIFIED_ONCE int tell_watch(struct watched *w, __u64 pipe, __u64 file)
{
	struct pipe_inode_info *p = (void *)pipe;
	struct ev_watch *e;

	if (!w)
		return 0;
	w->pipes++;
	if (w->told >= WATCHES_TOLD || filter.sums || !object_wanted(TRACE_ON, &w->obj))
		return 0;
	e = record_in(record_reserve, w->slept, pid_here_at(w->task), tid_here_at(w->task),
		      EV_WATCH, struct ev_watch);
	if (!e)
		return 0;
	w->told++;
	e->obj = w->obj;
	e->fd = w->fd;
	e->events = w->events;
	e->item = w->item;
	e->end = file_ends((void *)file);
	e->used = pipe_head(p) - pipe_tail(p);
	e->slots = BPF_CORE_READ(p, max_usage);
	e->readers = BPF_CORE_READ(p, readers);
	e->writers = BPF_CORE_READ(p, writers);
	submit(e);
	return 0;
}

struct epoll_walk {
	struct tree_walk tree;
	struct watched w;
};

static long look_at_item(__u32 i, struct epoll_walk *at)
{
	struct epitem *item = tree_next(&at->tree);
	struct watched *w = &at->w;
	struct pipe_inode_info *p;
	struct file *f;

	if (!item)
		return at->tree.over & 1; /* a bound that the verifier of 6.18 sees */
	f = BPF_CORE_READ(item, ffd.file);
	w->files++;
	p = pipe_of(f, &w->obj);
	if (!p)
		return 0;
	w->fd = BPF_CORE_READ(item, ffd.fd);
	w->events = BPF_CORE_READ(item, event.events);
	tell_watch(w, (__u64)p, (__u64)f);
	return 0;
}

/* Of a task that falls asleep, at slept, in epoll_wait, as f says. */
VERIFIED_ONCE int tell_epoll(struct wait_flight *f, __u64 task, __u64 slept)
{
	struct epoll_walk at = {.w = {.task = task, .slept = slept, .item = 1}};
	struct eventpoll *ep;
	struct file *file;

	if (!f)
		return 0;
	file = file_of((void *)task, f->fd);
	ep = BPF_CORE_READ(file, private_data);
	if (!ep)
		return 0;
	tree_begin(&at.tree, (__u64)ep);
	bpf_loop(TREE_LOOKED, look_at_item, &at, 0);
	f->value = at.w.files;
	f->arg = at.w.pipes | (at.tree.over ? 0 : POLLS_CUT);
	return 0;
}

#endif
