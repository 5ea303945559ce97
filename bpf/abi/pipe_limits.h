/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's limits of pipes. */
#ifndef IPCTRACE_ABI_PIPE_LIMITS_H
#define IPCTRACE_ABI_PIPE_LIMITS_H

enum pipe_limit {
	PIPE_MAX_SIZE = 0,  /* /proc/sys/fs/pipe-max-size: bytes, an unsigned int */
	PIPE_USER_SOFT = 1, /* pipe-user-pages-soft: an unsigned long */
	PIPE_USER_HARD = 2, /* pipe-user-pages-hard */
	PIPE_LIMIT_COUNT = 3,
};

#endif
