/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes that are followed but were not started by ipctrace: finds out when all of them are
 * gone.
 */
#ifndef IPCTRACE_LAUNCH_TARGETS_H
#define IPCTRACE_LAUNCH_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct targets;

/* NULL after one message: a process that is not there, or no descriptors left. */
struct targets *targets__new(const pid_t *pids, size_t n);
/* Becomes readable when one of them has ended. For poll(2). */
int targets__fd(const struct targets *t);
/* Takes note of the ends; whether none is left. */
bool targets__gone(struct targets *t);
void targets__free(struct targets *t); /* NULL is fine */

#endif
