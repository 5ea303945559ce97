/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a fact that must be equal in two runs. What not every backend or kernel sees, what
 * depends on the order of turns, and the numbers of a run are left out.
 */
#ifndef IPCTRACE_DIFF_TOLD_H
#define IPCTRACE_DIFF_TOLD_H

#include <stdbool.h>

#include "timeline/timeline.h"

/* The lanes of a process; STREAMS: none. */
enum told_stream { LIFE, DESCRIPTORS, OPERATIONS, WAITS, SIGNALS, STREAMS };

bool told__fact(const struct fact *fact);
enum told_stream told__stream(const struct fact *fact);
/* name: a field of a fact that is told; kind: of the fact, as in JSON. */
bool told__field(const struct fact *fact, const char *kind, const char *name);
/* "pid" and "cause.pid" end with "pid". */
bool name_ends_with(const char *name, const char *end);

#endif
