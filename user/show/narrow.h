/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which facts are shown, by the options that narrow a run, live and in a replay. The kernel has
 * already left out most of the others. Those left out here were needed for the facts that are
 * shown.
 */
#ifndef IPCTRACE_SHOW_NARROW_H
#define IPCTRACE_SHOW_NARROW_H

#include "opts/opts.h"
#include "timeline/timeline.h"

bool narrow__shows(const struct opts *o, const struct fact *fact);
/* --from, --to: ns since the first record. */
bool narrow__in_range(const struct opts *o, __u64 t);
/*
 * The same of a record that stat sums up: comm is the task's name then, path its object's, NULL or
 * "" where that is not known, at ns since the first record. Records about names and births are
 * always wanted.
 */
bool narrow__counts(const struct opts *o, const struct event *rec, const char *comm,
		    const char *path, __u64 at);

#endif
