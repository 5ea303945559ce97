/* SPDX-License-Identifier: GPL-2.0 */
/* Cuts a run's records at the moment at which its story ends, for example by a timeout. */
#ifndef IPCTRACE_SESSION_CUTOFF_H
#define IPCTRACE_SESSION_CUTOFF_H

#include <linux/types.h>

#include "abi/event.h"

/*
 * The record as it stood at over (ns, CLOCK_MONOTONIC): rec itself, or a copy in *buf of a sleep
 * that went on then, or of a loss. NULL: it is from later.
 */
const struct event *cutoff__record(const struct event *rec, __u64 over, union any_event *buf);

#endif
