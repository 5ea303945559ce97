/* SPDX-License-Identifier: GPL-2.0 */
/* Writes a record for each object that a task polls when it falls asleep. */
#ifndef IPCTRACE_WAIT_WATCHES_TOLD_BPF_H
#define IPCTRACE_WAIT_WATCHES_TOLD_BPF_H

#include "fd/epoll_tree.bpf.h"
#include "core/filter.bpf.h"
#include "mech/held.bpf.h"

#define TREE_LOOKED 1024 /* edges of an epoll instance's tree that are followed */

/* The files of one sleep. */
struct watched {
	__u32 pid, tid;
	__u64 slept;
	struct fd_object o; /* a file's */
	__s32 fd;
	__u32 events;
	__u32 item;
	__u32 files, pipes, told;
};

/* Belongs to the task that this processor switches away from: the stack has no room for it. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct watched);
} watched_now SEC(".maps") __weak;

static __always_inline struct watched *watching_now(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&watched_now, &zero);
}

static __always_inline struct watched *begin_watching(__u64 task, __u64 slept)
{
	struct watched *w = watching_now();

	if (w)
		*w = (struct watched){
		    .pid = pid_here_at(task), .tid = tid_here_at(task), .slept = slept};
	return w;
}

/* Counts an object, and tells of it: w has o, fd and events. file: the address of the file. */
VERIFIED_ONCE int tell_watch(struct watched *w, __u64 file)
{
	struct ev_watch *e;

	if (!w)
		return 0;
	w->pipes++;
	if (w->told >= WATCHES_TOLD || filter.sums || !object_wanted(TRACE_ON, &w->o.obj))
		return 0;
	e = record_in(record_reserve, w->slept, w->pid, w->tid, EV_WATCH, struct ev_watch);
	if (!e)
		return 0;
	w->told++;
	e->obj = w->o.obj;
	e->fd = w->fd;
	e->events = w->events;
	e->item = w->item;
	e->end = file_ends((void *)file);
	held_watch(&w->o, e);
	submit(e);
	return 0;
}

static long look_at_item(__u32 i, struct tree_walk *tree)
{
	struct epitem *item = tree_next(tree);
	struct watched *w = watching_now();
	struct file *f;

	if (!item || !w)
		return tree->over & 1; /* a bound that the verifier of 6.18 sees */
	f = BPF_CORE_READ(item, ffd.file);
	w->files++;
	if (!held_object((__u64)f, &w->o))
		return 0;
	w->fd = BPF_CORE_READ(item, ffd.fd);
	w->events = BPF_CORE_READ(item, event.events);
	tell_watch(w, (__u64)f);
	return 0;
}

/* Tells what the epoll instance of f watches, whose task falls asleep at slept. */
VERIFIED_ONCE int tell_epoll(struct wait_flight *f, __u64 task, __u64 slept)
{
	struct watched *w = begin_watching(task, slept);
	struct tree_walk tree = {};
	struct eventpoll *ep;
	struct file *file;

	if (!f || !w)
		return 0;
	w->item = 1;
	file = file_of((void *)task, f->fd);
	ep = BPF_CORE_READ(file, private_data);
	if (!ep)
		return 0;
	tree_begin(&tree, (__u64)ep);
	bpf_loop(TREE_LOOKED, look_at_item, &tree, 0);
	f->value = w->files;
	f->arg = w->pipes | (tree.over ? 0 : POLLS_CUT);
	return 0;
}

#endif
