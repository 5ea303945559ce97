/* SPDX-License-Identifier: GPL-2.0 */
/* The device of a file as the kernel numbers it, and records do: not as stat() does. */
#ifndef IPCTRACE_LIB_KERNEL_DEV_H
#define IPCTRACE_LIB_KERNEL_DEV_H

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <linux/types.h>

static inline __u32 kernel_dev(const struct stat *st)
{
	return major(st->st_dev) << 20 | minor(st->st_dev);
}

#endif
