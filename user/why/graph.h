/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The wait-for graph: who could end which wait, and which waits nobody can end.
 * Pure: no I/O, no clock, no libbpf.
 *
 * A wait for data can be ended by whoever holds a write end (by writing, or by closing the last
 * one), a wait for space by whoever holds a read end, and by F_SETPIPE_SZ on any descriptor of
 * the pipe; a poll by any of its files; a mutex by its owner; a wait at a socket by whoever holds its
 * peer, and by shutdown(2) on any descriptor of the socket itself. A timer that is armed runs out by
 * itself, one that is not whoever has it open can set. Whoever shares the descriptor
 * table holds it, so it is every thread of the process. A wait that a signal with a handler would
 * interrupt can be ended by whoever will send one: a child, by its end; a timer of its own. A wait for
 * a child can be ended by each of its threads, and by those of every child if any will do.
 *
 * A deadlock is a set of tasks, all asleep without a timeout, in which every task that could end
 * a wait is itself in the set. It is claimed only if every reference to every end in question
 * was found, and if no task and no pipe in it moved between two looks. A signal that somebody
 * thinks of sending, or somebody who gets hold of an end from outside (a FIFO or /proc/PID/fd/N
 * opened anew), can still end it.
 */
#ifndef IPCTRACE_WHY_GRAPH_H
#define IPCTRACE_WHY_GRAPH_H

#include "why/look.h"

enum verdict {
	VERDICT_NONE,	  /* it does not wait in a system call */
	VERDICT_DEADLOCK, /* nobody can end it who is not blocked for ever, too */
	VERDICT_STOPPED,  /* only tasks that are stopped could end it: see node.stops */
	VERDICT_OPEN,	  /* somebody could end it, or its timeout will */
	VERDICT_UNKNOWN,  /* see doubts */
};

#define DOUBT_ELSEWHERE 0x01 /* it waits for something that is not followed */
#define DOUBT_CHAIN	0x02 /* so does everybody who could end it */
#define DOUBT_UNSEEN	0x04 /* an end, or a reference to one, has no holder that was found */
#define DOUBT_MOVED	0x08 /* it ran, or the object changed, between the two looks */
#define DOUBT_WATCH	0x10 /* it also polls files that are not followed */
#define DOUBT_CUT	0x20 /* it polls more files than were read */
#define DOUBT_ANYBODY	0x40 /* whoever may operate on the semaphore set could end it */
#define DOUBT_SIGNAL                                                                               \
	0x80 /* a signal that it handles could end it, and nothing is known to send one */
#define DOUBT_OPENER 0x100 /* whoever opens the FIFO could end it, and nobody is known who will */
#define DOUBT_WORD   0x200 /* whoever has the futex's word mapped could wake it */
#define DOUBT_PEER   0x400 /* the socket's peer is not known, or not accepted yet */

#define STOP_PLAIN  0x01 /* by SIGSTOP and its like, or the freezer */
#define STOP_TRACER 0x02 /* for its tracer, who alone can let it go on */

#define NOBODY ((size_t)-1)

/* How a holder could end the wait. */
enum way {
	WAY_NONE = 0,
	WAY_WRITE = 1,	 /* write, or close the last write end */
	WAY_READ = 2,	 /* read, or close the last read end */
	WAY_SIZE = 3,	 /* F_SETPIPE_SZ; it holds no read end */
	WAY_CONTROL = 4, /* epoll_ctl */
	WAY_SET = 5,	 /* timerfd_settime */
	/* shutdown of the waiter's own end; of the other end it is WAY_READ, WAY_WRITE */
	WAY_SHUTDOWN = 6,
};

/* A descriptor by which the wait could be ended. */
struct hold {
	size_t held; /* in look.held */
	enum way way;
};

/* One task, in the order of look.tasks. */
struct node {
	const struct seen_task *task;
	enum verdict verdict;
	unsigned int doubts; /* DOUBT_* */
	bool borrowed;	     /* holds and enders are another node's, which waits for the same */
	struct hold *holds;
	size_t n_holds;
	/* Tasks that could end the wait: indices, each once. The first n_direct could by the other
	 * end, or the mutex; from there to n_held only by F_SETPIPE_SZ, epoll_ctl or shutdown; the others only
	 * by a signal: a child's end sends it, or a timer that counts the CPU time of its process. */
	size_t *enders;
	size_t n_enders, n_direct, n_held;
	/* VERDICT_OPEN, _UNKNOWN: the ender that is most likely to, or NOBODY, and through how many
	 * others it must be woken first. */
	size_t best, steps;
	/* How some are stopped (STOP_*): the task itself, those who could end its wait, those who
	 * could wake those. traced: one of STOP_TRACER. */
	unsigned int stops;
	size_t traced;
	/* VERDICT_DEADLOCK: the way from here round to here again (in_cycle), or into a cycle. The
	 * first is this task, each next one could end the wait of the one before. */
	size_t *path;
	size_t n_path;
	bool in_cycle;
};

struct graph {
	const struct look *look;
	struct node *nodes; /* one for each of look.tasks */
};

/*
 * The graph of the look now. before is an earlier look, to see what has moved. refs_known: whether
 * the counts of references in the look can be relied on. Both must outlive the graph. NULL with
 * errno on failure.
 */
struct graph *graph__new(const struct look *now, const struct look *before, bool refs_known);
void graph__free(struct graph *g);
/* No task could end its wait, and none can open the object by a name any more. */
bool node__abandoned(const struct node *nd);
/* Whether the task, one of the enders, is a direct one. */
bool node__is_direct(const struct node *nd, size_t task);
/* Whether a task could end the wait in this way. */
bool node__has_way(const struct node *nd, enum way way);
/* Whether the task, one of the enders, could end the wait by a signal alone. */
bool node__by_signal(const struct node *nd, size_t task);

/* In graph_link.c: fills holds, enders and doubts of all nodes. 0 or -ENOMEM. */
int graph__link(struct graph *g, const struct look *before, bool refs_known);
/* In graph_path.c: fills path and in_cycle. 0 or -ENOMEM. */
int graph__find_paths(struct graph *g);

/*
 * In graph_peer.c: what the object, of this state, talks to. 0: it is *peer, and nobody but who holds that one could make
 * something come; else DOUBT_*.
 */
unsigned int peer__find(const struct look *l, const struct ipc_object *obj,
			const struct ipc_state *st, struct ipc_object *peer);
/*
 * In graph_peer.c: whether who holds the peer alone could make room for more to send: 0 or DOUBT_ANYBODY. sendto(2) may
 * have filled the memory of a datagram socket with messages that others are to receive.
 */
unsigned int peer__receives(const struct ipc_state *st);

/* In graph_signal.c. */

/* Whether the wait ends by itself: by its timeout, by what it waits for, or by task__timer(). */
bool task__timed(const struct seen_task *t);
/* Its own timer that is due next of those whose signal it handles; NULL: none. */
const struct look_timer *task__timer(const struct seen_task *t);
/* The same of those whose signal kills it. */
const struct look_timer *task__killer(const struct seen_task *t);
/* Whether it is in a call that only a signal ends: pause, sigsuspend. */
bool task__awaits_signal(const struct seen_task *t);
/* Those signals that have a handler, are not blocked, and may come from others: bit 0 is 1. */
__u64 task__signals(const struct seen_task *t);
/* DOUBT_SIGNAL or 0; after holds are known. */
unsigned int node__signal_doubts(const struct graph *g, const struct node *nd);

/* Who is whose child. To be freed; NULL without memory. */
struct senders *senders__new(const struct look *now);
/* Calls fn, unless it is NULL, for each task that will send t a signal that it handles: living
 * children and tracees; if a timer counts its CPU time, its other threads. How many there are. */
size_t senders__each(const struct senders *s, const struct seen_task *t,
		     void (*fn)(void *ctx, size_t task), void *ctx);
/* The same for whom t waits in wait4 or waitid: threads of those children and tracees that live,
 * and if any child will do its own other threads, which may fork one. */
size_t senders__children(const struct senders *s, const struct seen_task *t,
			 void (*fn)(void *ctx, size_t task), void *ctx);

#define ENDS_STILL 0x80

/*
 * In graph_ends.c: for the first row of each object in now.held the ends (END_*) whose every
 * reference was found (of an epoll instance: both or none), and ENDS_STILL if neither its holders
 * nor its state changed between the looks. To be freed; NULL without memory.
 */
__u8 *ends__check(const struct look *now, const struct look *before);
/* In graph_ends.c: whether the task did not run between the looks. */
bool task__still(const struct seen_task *now, const struct look *before);

#endif
