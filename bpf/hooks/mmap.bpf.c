/* SPDX-License-Identifier: GPL-2.0 */
/* The end of an address space, by exit, exec or a signal, and with it the end of its mappings. */
#include "fd/call.bpf.h"
#include "mech/map.bpf.h"
#include "core/perf_tp.bpf.h"

struct end_walk {
	struct address_space_maps *in;
	struct map_how how;
	bool recorded; /* the second pass: when all have gone, whether their objects have */
};

static long end_mapping(__u32 i, struct end_walk *w)
{
	struct mapping *m = &w->in->maps[i & (MAPPINGS - 1)];

	if (!m->start)
		return 0;
	w->how.start = m->start;
	w->how.end = m->end;
	if (!w->recorded) {
		emit_map(m, &w->how);
		return 0;
	}
	segment_settle(&m->obj, m->at, w->how.nr, w->how.trace);
	return 0;
}

/* The address space at mm has ended. */
static __always_inline int maps_end(__u64 mm)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct end_walk w = {.in = maps_of(mm)};

	if (!w.in)
		return 0;
	map_how(&w.how, -1, MAP_EXIT_GONE, w.in->trace);
	/*
	 * The last reference to an address space may be that of another process that has looked
	 * into it.
	 */
	if (pid_here(t) == w.in->pid && !(t->flags & PF_EXITING)) {
		w.how.change = MAP_EXEC_GONE;
		w.how.nr = call_nr(t);
	}
	w.how.pid = w.in->pid;
	w.how.tid = w.in->tid;
	bpf_loop(MAPPINGS, end_mapping, &w, 0);
	w.recorded = true;
	bpf_loop(MAPPINGS, end_mapping, &w, 0);
	bpf_map_delete_elem(&mapped, &mm);
	return 0;
}

/* Runs when the last mapping is gone (mm/mmap.c exit_mmap()). */
SEC("?tp_btf/exit_mmap")
int BPF_PROG(on_exit_mmap, struct mm_struct *mm)
{
	return maps_end(arg_address(ctx, 0));
}

SEC("?tp/mmap/exit_mmap")
int perf_exit_mmap(struct trace_event_raw_exit_mmap *ctx)
{
	return maps_end((__u64)ctx->mm);
}
