/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a look at the whole system yields: the records of bpf/why/, beside those of event.h.
 *
 * The iterator over tasks writes, for each task of user space, a struct look_task; behind it, if
 * the task sleeps in a system call, a struct ev_wait (EVF_OPEN); behind that, if it polls, a
 * struct look_watches. The iterator over descriptors writes a struct ev_object (OBJ_HELD) for
 * each of a pipe's and each of an epoll instance's.
 * Not written into files: numbers and fields may change.
 */
#ifndef IPCTRACE_WHY_H
#define IPCTRACE_WHY_H

#include "event.h"

/* Beyond every enum event_kind. */
enum look_kind {
	LOOK_TASK = 200,
	LOOK_WATCHES = 201,
};

enum look_state {
	LOOK_RUNS = 0,	  /* on a processor, or would be if there were one */
	LOOK_SLEEPS = 1,  /* in a system call, or in a kernel thread of io_uring */
	LOOK_STOPPED = 2, /* by SIGSTOP and its like, for its tracer, or by the freezer */
	LOOK_FAULTS = 3,  /* asleep outside of a system call: a page fault */
	LOOK_EXITS = 4,	  /* its files may be still open */
	LOOK_ZOMBIE = 5,  /* its files are closed */
};

#define LOOK_TIMED     0x01 /* the wait ends by itself: the call has a timeout */
#define LOOK_IO_WORKER 0x02 /* a thread of io_uring */
#define LOOK_TRACED    0x04 /* LOOK_STOPPED for its tracer (ptrace): SIGCONT does not end that */

struct look_task {
	struct event e;
	__u32 seen_pid, seen_tid;   /* as the caller's pid namespace counts; 0: not in it */
	__u32 inner_pid, inner_tid; /* as its own counts; 0: that is the caller's */
	__u64 files;		    /* names the descriptor table; 0: none any more */
	__u64 switches;		    /* how often it was switched out: equal means it did not run */
	__u64 asleep_min, asleep_max; /* ns; min 0 and max ~0: not known */
	__u64 pinned[2]; /* open file descriptions that its call has a reference of its own to */
	__u32 owner_pid, owner_tid;   /* WAIT_PIPE_MUTEX: who has it; 0: nobody */
	__u32 tracer_pid, tracer_tid; /* LOOK_TRACED: who traces it */
	char comm[COMM_LEN];
	char path[PATH_LEN]; /* WAIT_FIFO_PARTNER: as it was given to open(2) */
	__u32 users;	     /* of the descriptor table: tasks */
	__u8 state;	     /* enum look_state */
	__u8 flags;	     /* LOOK_* */
	__u8 pad[2];
};

#define WATCH_PINS 0x01 /* the waiter has a reference of its own to the description */

/* One file that a task polls. */
struct look_watch {
	__u64 file; /* open file description */
	__u64 id;   /* struct ipc_object, packed; mech 0: not a pipe */
	__u32 dev;
	__u8 mech;
	__u8 end; /* END_* */
	__u8 flags;
	__u8 pad;
};

#define WATCHES_MAX 1024

struct look_watches {
	struct event e;
	__u32 n;
	__u32 cut; /* there are more, or the list changed while it was read */
	struct look_watch w[];
};

#endif
