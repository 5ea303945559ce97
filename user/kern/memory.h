/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds out by a file of our own what the hooks need to know about memory and cannot find
 * themselves.
 */
#ifndef IPCTRACE_KERN_MEMORY_H
#define IPCTRACE_KERN_MEMORY_H

#include <linux/types.h>

/* The devices of /dev/shm and of memfds, as the kernel numbers them; 0 where there is none. */
void memory__devs(__u32 devs[2]);
/* A descriptor of a file in memory, and the number of the physical page that it begins with; -1. */
int memory__own_page(__u64 *number);

#endif
