/* SPDX-License-Identifier: GPL-2.0 */
/* The pid namespace that ipctrace is in. Records have the pids of that namespace. */
#ifndef IPCTRACE_KERN_PID_NS_H
#define IPCTRACE_KERN_PID_NS_H

#include <linux/types.h>

/* Its inode number; that of the initial one, after a warning, if /proc does not tell. */
__u32 pid_ns__inode(void);

#endif
