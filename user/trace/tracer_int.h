/* SPDX-License-Identifier: GPL-2.0 */
/* Internal to the live source: tracer_load.c makes it, tracer.c runs it. */
#ifndef IPCTRACE_TRACE_TRACER_INT_H
#define IPCTRACE_TRACE_TRACER_INT_H

#include "kern/rings.h"
#include "trace/sysops.h"
#include "trace/tracer.h"
#include "watch/watch.h"
#include "ipctrace.skel.h"

struct tracer {
	struct ipctrace *skel;
	struct ring_shape shape;
	struct rings *rings;
	struct kprobes *kprobes; /* NULL with other backends */
	struct sum_maps op_sums, wait_sums;
	record_fn fn;
	void *ctx;
	int fn_error;
	struct watch *watch; /* NULL: no word is watched */
	bool trying;	     /* what comes now is of watch__try() */
	bool told;	     /* why it cannot be made has been said */
};

/* A record from the rings; ctx is the tracer. */
int tracer__take(void *ctx, const struct event *rec);
/* Runs an iterator's program over every task. 0 or -errno. */
int tracer__iterate(const struct bpf_link *link);
/* Runs that the kernel skipped because the same program was running on that CPU already: in an
 * interrupt, or, where hooks can be preempted, in another task. */
__u64 tracer__skipped(const struct tracer *t, bool name_them);

#endif
