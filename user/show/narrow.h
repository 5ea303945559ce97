/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is shown of the facts, by the options that narrow a run: the same when it is replayed. The
 * kernel has left out most of the rest already; what is left out here was needed to know the rest.
 */
#ifndef IPCTRACE_SHOW_NARROW_H
#define IPCTRACE_SHOW_NARROW_H

#include "opts/opts.h"
#include "timeline/timeline.h"

bool narrow__shows(const struct opts *o, const struct fact *fact);
/* --from, --to: ns since the first record. */
bool narrow__in_range(const struct opts *o, __u64 t);
/*
 * The same of a record that stat sums up: comm is the task's name then, path its object's, NULL or ""
 * where that is not known, at ns since the first record. What tells of names and births is always wanted.
 */
bool narrow__counts(const struct opts *o, const struct event *rec, const char *comm,
		    const char *path, __u64 at);

#endif
