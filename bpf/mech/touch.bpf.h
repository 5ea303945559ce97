/* SPDX-License-Identifier: GPL-2.0 */
/* A first touch that waits for its page: writes its record when the page is there. */
#ifndef IPCTRACE_MECH_TOUCH_BPF_H
#define IPCTRACE_MECH_TOUCH_BPF_H

#include "mech/page.bpf.h"

#define TOUCH_WAIT 100000000 /* ns: less than the timeline's window */

/*
 * A task may be switched out inside its fault, before there is a page: then the touch waits on,
 * unless this is the last look at it. Several hooks may find it: only the one that takes its time
 * away tells it.
 */
VERIFIED_ONCE int touch_over(__u64 task, struct touch_flight *flight, bool last)
{
	struct touch_flight f;
	struct ev_fault *e;
	__u64 pfn = 0;
	bool refused;

	if (!flight)
		return 0;
	f = *flight;
	if (!f.ts)
		return 0;
	refused = f.denied || f.beyond;
	if (!refused)
		pfn = page_number(f.inode, f.obj.id, f.offset);
	if (!pfn && !refused && !last && bpf_ktime_get_ns() - f.ts < TOUCH_WAIT)
		return 0;
	if (__sync_val_compare_and_swap(&flight->ts, f.ts, 0) != f.ts)
		return 0;
	e = record(pid_here_at(task), tid_here_at(task), EV_FAULT, struct ev_fault);
	if (!e)
		return 0;
	e->e.ts = f.ts;
	e->obj = f.obj;
	e->addr = f.addr;
	e->offset = f.offset;
	e->ip = f.ip;
	e->nr = f.nr;
	e->write = f.write;
	e->denied = f.denied;
	e->beyond = f.beyond;
	e->pfn = pfn;
	submit(e);
	return 1;
}

#endif
