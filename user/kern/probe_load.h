/* SPDX-License-Identifier: GPL-2.0 */
/* Loads and attaches one empty program, to see what the kernel says. */
#ifndef IPCTRACE_KERN_PROBE_LOAD_H
#define IPCTRACE_KERN_PROBE_LOAD_H

#include "kern/probe.h"

struct btf;

/*
 * 0, or the errno of what refused it. The program is gone again when this returns. attach: not
 * only load it; to go again waits for an RCU grace period. Perf's tracepoints are always attached.
 */
int probe_load(const struct btf *btf, const struct hook *hook, bool attach);
/* Whether the tracepoints of system calls can be had by way of perf: that needs tracefs. */
bool probe_perf_tracepoints(void);
/* Whether tracing programs may have task storage: 0 or the errno. */
int probe_task_storage(void);
/* Whether the frames of a program's functions are rounded up to 16 bytes, not to 32. */
bool probe_small_frames(void);

#endif
