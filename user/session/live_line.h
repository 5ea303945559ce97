/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One line on the terminal, renewed while processes that run already are traced and no rows come.
 */
#ifndef IPCTRACE_SESSION_LIVE_LINE_H
#define IPCTRACE_SESSION_LIVE_LINE_H

#include <stdbool.h>
#include <linux/types.h>

#include "opts/opts.h"

struct live_line {
	bool on;
	__u64 begin, next; /* ns */
};

/* Whether there is one: standard error is the terminal, and rows go elsewhere, or none do. */
void live_line__begin(struct live_line *l, const struct opts *o, __u64 now);
/* records: so many came so far. Never waits for the terminal. */
void live_line__renew(struct live_line *l, __u64 now, __u64 records);
/* Leaves no trace of it. */
void live_line__end(struct live_line *l);

#endif
