/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes as /proc shows them now: the descendants of a process, their names, whether they are
 * stopped.
 */
#ifndef IPCTRACE_LAUNCH_PTREE_H
#define IPCTRACE_LAUNCH_PTREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * All living descendants of root, parents before children, zombies left out. Returns how many were
 * found (at most max are stored), or -errno.
 */
int ptree__descendants(pid_t root, pid_t *pids, size_t max);
/* "name (pid)", escaped. Returns the length; 0, and an empty text, if it is gone or a zombie. */
size_t ptree__describe(pid_t pid, char *buf, size_t size);
/* Every thread of it is stopped by a signal, or it is gone. */
bool ptree__stopped(pid_t pid);

#endif
