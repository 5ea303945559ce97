/* SPDX-License-Identifier: GPL-2.0 */
/* Chooses the processes that `why` is about: those that were asked for, or every one that waits. */
#ifndef IPCTRACE_CMD_WHY_WHO_H
#define IPCTRACE_CMD_WHY_WHO_H

#include "why/graph.h"
#include "opts/opts.h"

/* A word of the command line: a number is a process id, anything else the name of processes. -1, or
 * EXIT_USAGE after one message. */
int why_who__take(struct opts *o, char *word);
/* Fills shown, which has room for every task of the look: deadlocks first, waits for what is not
 * followed last; a single process in the order of its threads. Returns their number. */
size_t why_who__choose(const struct graph *g, const struct opts *o, size_t *shown);
/* Says for each pid and name without a process why none was found. Returns their number. */
size_t why_who__tell_missing(const struct graph *g, const struct opts *o);

#endif
