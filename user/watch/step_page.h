/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory that ipctrace and the process that steps share: requests of the former, and records of
 * the latter. Neither ever waits for room: a record without room is lost, and counted.
 */
#ifndef IPCTRACE_WATCH_STEP_PAGE_H
#define IPCTRACE_WATCH_STEP_PAGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <linux/types.h>

#include "abi/event.h"
#include "kern/rings.h"

#define STEP_ROOM 32768 /* records; a power of two */

union step_record {
	struct event e;
	struct ev_access access;
	struct ev_symbol symbol;
};

enum step_ask {
	STEP_NOTHING,
	STEP_BEGIN, /* a run begins: nothing is known of any word */
	STEP_END,   /* it is over: let everybody go */
	STEP_QUIT,  /* the same, and end */
};

struct step_page {
	_Atomic __u32 pid;   /* of the process that steps; 0: not yet; -1: it could not begin */
	_Atomic __u32 asked; /* how often something was asked; done: how often that was done */
	_Atomic __u32 done;
	_Atomic __u32 ask; /* enum step_ask */
	_Atomic __u64 lost;
	_Atomic __u64 steps;   /* ever */
	_Atomic __u32 refused; /* errno of the last process that may not be traced */
	_Atomic __u32 refused_pid;
	_Atomic __u64 head, tail;
	union step_record records[STEP_ROOM];
};

/* NULL with errno. */
struct step_page *step_page__new(void);
void step_page__free(struct step_page *p); /* NULL is fine */
/* The end that writes. */
void step_page__put(struct step_page *p, const struct event *rec);
/* The end that reads: hands over what is there. How many, or what fn returned that was not 0. */
int step_page__take(struct step_page *p, rings_fn fn, void *ctx);

#endif
