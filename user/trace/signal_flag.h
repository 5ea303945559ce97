/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Finds out by a signal to ourselves what the hooks need to know about signals and no type tells.
 */
#ifndef IPCTRACE_TRACE_SIGNAL_FLAG_H
#define IPCTRACE_TRACE_SIGNAL_FLAG_H

#include <stdbool.h>

#include <linux/types.h>

/*
 * Calls look(), which sends the calling thread the signal that it is given, as often as it needs
 * until it returns true, but not for long. The signal has no effect. False: it never did.
 */
bool signal_flag__try(bool (*look)(void *ctx, __u32 sig), void *ctx);

#endif
