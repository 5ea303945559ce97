/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An open of a FIFO that waits for its partner: tells which FIFO, and by which name, when the task
 * falls asleep.
 */
#ifndef IPCTRACE_WAIT_OPENING_BPF_H
#define IPCTRACE_WAIT_OPENING_BPF_H

#include "core/filter.bpf.h"

/*
 * Which FIFO a task waits to open, by which name, and which end: it is counted already, its partner
 * is not (fs/pipe.c fifo_open()). ts: before the sleep's own record.
 */
VERIFIED_ONCE int emit_opening(__u64 task, const struct wait_flight *w, __u64 ts)
{
	struct task_struct *t = (void *)task;
	struct ev_object *e;

	if (!w || w->reason != WAIT_FIFO_PARTNER || !object_wanted(TRACE_ON, &w->obj))
		return 0;
	e = record_in(record_reserve, ts, pid_here_at(task), tid_here_at(task), EV_OBJECT,
		      struct ev_object);
	if (!e)
		return 0;
	e->obj = w->obj;
	e->state = w->state;
	e->fd = -1;
	e->nr = w->nr;
	e->change = OBJ_OPENING;
	if (!w->state.v[PIPE_READERS] != !w->state.v[PIPE_WRITERS])
		e->end = w->state.v[PIPE_READERS] ? END_READ : END_WRITE;
	bpf_probe_read_kernel_str(e->path, sizeof(e->path),
				  BPF_CORE_READ(t, nameidata, name, name));
	submit(e);
	return 0;
}

#endif
