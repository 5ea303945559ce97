/* SPDX-License-Identifier: GPL-2.0 */
/* The place of a record in the order of records, by the record alone: no timeline is asked. */
#ifndef IPCTRACE_TIMELINE_PLACE_H
#define IPCTRACE_TIMELINE_PLACE_H

#include <stdbool.h>
#include <linux/types.h>

#include "abi/event.h"

/*
 * When a record's fact takes place, CLOCK_MONOTONIC ns; only an operation that slept, failed, or
 * moved no byte, and woke a task has an earlier place, where it woke it.
 */
__u64 record_place(const struct event *rec);
/*
 * Whether time 0 can be the record's. A loss or a symbol is no event of the run: a symbol has no
 * time, and that of a loss in a damaged file is not known.
 */
bool record_starts(const struct event *rec);

#endif
