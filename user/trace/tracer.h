/* SPDX-License-Identifier: GPL-2.0 */
/* The live source: loads and attaches the BPF programs, drains the rings, counts losses. */
#ifndef IPCTRACE_TRACE_TRACER_H
#define IPCTRACE_TRACE_TRACER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <linux/types.h>

#include "abi/event.h"
#include "abi/filter.h"
#include "kern/probe.h"
#include "kern/sum_maps.h"
#include "names/watch_spec.h"

struct tracer;

typedef int (*record_fn)(void *ctx, const struct event *rec);

struct tracer_opts {
	enum backend backend;
	size_t ring_size;     /* of all rings: bytes, a power of two; 0: default */
	struct filter filter; /* all zero: everything of what is followed */
	bool adopt;	      /* tracer__adopt() will be called */
	size_t watch;	      /* tracer__watch_begin() will be called with so many words at most */
	enum watch_by watch_by;
};

/* Opens, loads and attaches what p found. NULL with errno after one message on stderr. */
struct tracer *tracer__new(const struct tracer_opts *opts, const struct probe *p, record_fn fn,
			   void *ctx);
/* Traces pid and everything it forks, from its next exec on. 0 or -errno. */
int tracer__follow(struct tracer *t, pid_t pid);
/*
 * Follows what runs already: these processes with all their threads, or with FILTER_ALL every
 * task, and from then on what they fork. What they hold and sleep on is recorded first. tasks:
 * how many there were. 0 or -errno.
 */
int tracer__adopt(struct tracer *t, const pid_t *pids, size_t n, __u64 *tasks);
/*
 * Hands every record in the rings to the callback; what comes afterwards is of after *until, but for
 * that of hooks that were at it then, who look at the clock before they take their place. Returns the
 * number of records or -errno; the callback's error ends it.
 */
int tracer__drain(struct tracer *t, __u64 *until);
/* Records the sleeps that go on now (EVF_OPEN) and lasted at least min_ns. 0 or -errno. */
int tracer__snapshot(struct tracer *t, __u64 min_ns);
/*
 * With filter.sums: first the hooks are told to fill empty maps, and to look no further if this is
 * the end; when the rings have been drained, what was summed up until then is handed over. So the
 * record of an object's birth comes before its sums. 0 or -errno, the callback's too.
 */
int tracer__turn_sums(struct tracer *t, bool end);
int tracer__take_sums(struct tracer *t, sum_op_fn op, sum_wait_fn wait, void *ctx);
/*
 * The words that are watched in a run, from its beginning to its end; they live as long. watch_fd:
 * readable when a process waits for its watchpoints; -1: no word is watched. 0 or -errno.
 */
int tracer__watch_begin(struct tracer *t, const struct watch_spec *words, size_t n);
int tracer__watch_fd(const struct tracer *t);
/* False: a watchpoint that was tried did not tell what it should. */
bool tracer__can_watch(const struct tracer *t);
/* How; WATCH_BY_ANY: no word is to be. */
enum watch_by tracer__watch_by(const struct tracer *t);
int tracer__watch_serve(struct tracer *t);
/* Takes them away. NULL, or the first word that no process mapped. */
const char *tracer__watch_end(struct tracer *t);
/* Losses so far, per cause. */
void tracer__lost(struct tracer *t, __u64 lost[LOST_CAUSES]);
void tracer__free(struct tracer *t);

#endif
