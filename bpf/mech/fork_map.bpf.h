/* SPDX-License-Identifier: GPL-2.0 */
/* What a fork hands on of its parent's mappings. */
#ifndef IPCTRACE_MECH_FORK_MAP_BPF_H
#define IPCTRACE_MECH_FORK_MAP_BPF_H

#include "mech/map.bpf.h"

struct fork_walk {
	struct address_space_maps *in;
	struct task_struct *child;
	struct map_how how;
	__u64 ignored;
};

#define FORK_PIECES 4 /* of one mapping, as mprotect makes them, that are looked at in the child */

/* Where in the child what begins at m->start ends; m->start: it is not there. */
static __always_inline __u64 inherited_to(struct task_struct *child, const struct mapping *m)
{
	__u64 at = m->start, end = 0;

#pragma unroll
	for (int i = 0; i < FORK_PIECES; i++) {
		long err = at < m->end ? bpf_find_vma(child, at, see_end, &end, 0) : -ENOENT;

		if (err == -ENOENT)
			return at < m->end ? at : m->end;
		/* Not to be asked now. */
		if (err || end <= at) {
			count_lost(LOST_WALK, 1);
			return m->end;
		}
		at = end;
	}
	return at < m->end ? at : m->end;
}

static long fork_mapping(__u32 i, struct fork_walk *w)
{
	struct mapping *m = &w->in->maps[i & (MAPPINGS - 1)];
	__u64 to;

	if (!m->start)
		return 0;
	to = inherited_to(w->child, m);
	/* madvise(MADV_DONTFORK). What is behind a hole is not known. */
	if (to < m->end && !bpf_find_vma(w->child, m->end - 1, see_end, &w->ignored, 0))
		count_lost(LOST_WALK, 1);
	m->end = to;
	if (m->start == to) {
		m->end = 0;
		m->start = 0;
		return 0;
	}
	m->since =
	    bpf_ktime_get_ns(); /* the child's pages are new, its mm may be another's that was */
	w->how.start = m->start;
	w->how.end = m->end;
	emit_map(m, &w->how);
	return 0;
}

/* child has an address space of its own. */
static __always_inline void fork_maps(struct task_struct *parent, struct task_struct *child,
				      __u32 trace)
{
	__u64 from = address(loosely(parent)->mm), to = address(loosely(child)->mm);
	struct fork_walk w = {.in = from ? maps_of(from) : NULL, .child = child};

	if (!w.in || !to || from == to)
		return;
	if (bpf_map_update_elem(&mapped, &to, w.in, 0) || !(w.in = maps_of(to))) {
		count_lost(LOST_STORAGE, 1);
		return;
	}
	w.in->pid = pid_here(child);
	w.in->tid = tid_here(child);
	w.in->trace = trace;
	map_how(&w.how, -1, MAP_INHERITED, trace);
	w.how.pid = w.in->pid;
	w.how.tid = w.in->tid;
	bpf_loop(MAPPINGS, fork_mapping, &w, 0);
}

#endif
