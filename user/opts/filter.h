/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The options that say which tasks are followed and what is recorded of them. Sets o->pids and
 * o->filter.
 */
#ifndef IPCTRACE_OPTS_FILTER_H
#define IPCTRACE_OPTS_FILTER_H

#include "opts/opts.h"

#define SIGNAL_WORD "signal" /* of --mech, besides the mechanisms' labels */

/*
 * name: pid, comm, user, cgroup, mech, pipe, mq, path or waits; arg: its argument, NULL for waits.
 * NULL, or what the argument must be.
 */
const char *opts__narrow(struct opts *o, const char *name, const char *arg);

#endif
