/* SPDX-License-Identifier: GPL-2.0 */
/* The processes below a process, as /proc shows them now. */
#ifndef IPCTRACE_PTREE_H
#define IPCTRACE_PTREE_H

#include <stddef.h>
#include <sys/types.h>

/*
 * All living descendants of root, parents before children, zombies left out. Returns how many were
 * found (at most max are stored), or -errno.
 */
int ptree__descendants(pid_t root, pid_t *pids, size_t max);
/* "name (pid)", escaped; "?" for a process that is gone. Returns the length. */
size_t ptree__describe(pid_t pid, char *buf, size_t size);

#endif
