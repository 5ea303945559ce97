/* SPDX-License-Identifier: GPL-2.0 */
/* What is told of a run whose story ends at a moment, although its records go on: a timeout kills. */
#ifndef IPCTRACE_SESSION_CUTOFF_H
#define IPCTRACE_SESSION_CUTOFF_H

#include <linux/types.h>

#include "abi/event.h"

/*
 * The record as it stood at over (ns, CLOCK_MONOTONIC): rec itself, or a copy in *buf of a sleep
 * that went on then, or of a loss. NULL: it is of later.
 */
const struct event *cutoff__record(const struct event *rec, __u64 over, union any_event *buf);

#endif
