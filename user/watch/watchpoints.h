/* SPDX-License-Identifier: GPL-2.0 */
/* Hardware watchpoints: perf events on words of threads, as many as the processor has room for. */
#ifndef IPCTRACE_WATCH_WATCHPOINTS_H
#define IPCTRACE_WATCH_WATCHPOINTS_H

#include <stddef.h>
#include <sys/types.h>
#include <linux/types.h>

#include "names/watch_spec.h"
#include "abi/watchword.h"

/* Two events on one word of one thread; its children inherit both. */
struct armed {
	pid_t tid;
	__u64 addr;
	int store; /* leads the group, so that its program is called first; -1: none */
	int any;
};

struct watchpoints {
	int store, any; /* the programs of either event */
	int processes;	/* the map of who has words where, struct watch_process by pid */
	const struct watch_spec *words;
	size_t n_words;
	struct armed *armed;
	size_t n, room;
	__u64 counted[2]; /* hits of stores, of any access, by the events that are closed */
	__u64 lost;	  /* words that could not be armed */
	int told;	  /* -errno of the last refusal that was told */
};

/*
 * Arms one word of one thread, tid 0: the caller's. 0 or -errno: ENOSPC when all of the processor
 * are in use, EOPNOTSUPP when it has none.
 */
int armed__open(struct armed *a, const struct watchpoints *wp, pid_t tid, __u64 addr, __u8 len);
void armed__close(const struct armed *a);

/*
 * Arms the words of a request in every thread of its process. A word that cannot be armed is told
 * once, and counted. Watchpoints at addresses without a word are removed to make room.
 */
void watchpoints__arm(struct watchpoints *wp, const struct watch_request *r);
/* Stops all, and then closes them. */
void watchpoints__close(struct watchpoints *wp);

/* Tries one on the caller, without a program. 0, -EIO: it was set, and did not trap; or -errno. */
int watchpoints__trap(void);

#endif
