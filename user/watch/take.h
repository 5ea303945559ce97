/* SPDX-License-Identifier: GPL-2.0 */
/* From a hit of a watchpoint, as it comes through the ring, to the record of an access. */
#ifndef IPCTRACE_WATCH_TAKE_H
#define IPCTRACE_WATCH_TAKE_H

#include <stdbool.h>
#include <linux/types.h>

#include "abi/event.h"
#include "abi/watchword.h"

/* What is known of a word's value: from its last store, or a load that shows that to be another. */
struct watch_last {
	struct ipc_object obj;
	bool known;
	bool read; /* by a load, or after a store: the store of another may be in it */
	bool before_known;
	__u32 tid; /* who stored, or loaded it */
	__u64 value;
	__u64 before; /* what that store replaced */
};

/* The value becomes that which the instruction moved, where its bytes prove which it is. */
void watch_take(struct ev_access *to, const struct watch_hit *hit, struct watch_last *last);

#endif
