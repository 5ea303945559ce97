/* SPDX-License-Identifier: GPL-2.0 */
/* The time, in the unit of records. */
#ifndef IPCTRACE_LIB_CLOCK_H
#define IPCTRACE_LIB_CLOCK_H

#include <time.h>
#include <linux/types.h>

/* ns of one of the clocks; records carry CLOCK_MONOTONIC's. */
static inline __u64 clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (__u64)ts.tv_sec * 1000000000ULL + (__u64)ts.tv_nsec;
}

static inline __u64 now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

#endif
