/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device number of a file in the kernel's encoding, which records use; stat() has another one.
 */
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
