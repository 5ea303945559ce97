/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The records of a look at the whole system: those that bpf/why/ writes besides those of
 * abi/event.h.
 *
 * The iterator over tasks writes, for each task of user space, a struct look_task; behind it, if
 * the task sleeps in a system call, a struct ev_wait (EVF_OPEN); behind that, if it polls, a struct
 * look_watches. The iterator over descriptors writes a struct ev_object (OBJ_HELD) for each
 * descriptor of an object that has an FD row.
 * Not written into files: numbers and fields may change.
 */
#ifndef IPCTRACE_ABI_WHY_H
#define IPCTRACE_ABI_WHY_H

#include "abi/event.h"

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

#define LOOK_TIMED	0x01 /* the wait ends by itself: the call has a timeout */
#define LOOK_IO_WORKER	0x02 /* a thread of io_uring */
#define LOOK_TRACED	0x04 /* LOOK_STOPPED for its tracer (ptrace): SIGCONT does not end that */
#define LOOK_NO_SIGNALS 0x08 /* what signals do to it, or some of its timers, could not be read */
#define LOOK_NAMELESS	0x10 /* WAIT_FIFO_PARTNER: the FIFO was deleted */
#define LOOK_ALONE	0x20 /* on a futex that nobody but itself could wake */
#define LOOK_FORKED	0x40 /* it has made no exec since it was forked */
#define LOOK_WORD	0x80 /* on a futex that is not private: wait.arg is the word's address */

/* Whose end a wait4 or waitid waits for. */
enum child_wait {
	CHILD_NONE = 0, /* it is in another call, or that is not known */
	CHILD_ANY = 1,
	CHILD_ONE = 2, /* look_task.child */
};

enum timer_kind {
	TIMER_REAL = 1,	   /* ITIMER_REAL, alarm(2) */
	TIMER_VIRTUAL = 2, /* ITIMER_VIRTUAL: goes on only while its process runs */
	TIMER_PROF = 3,	   /* ITIMER_PROF: so does this */
	TIMER_POSIX = 4,   /* timer_create(2) */
	TIMER_CPU = 5,	   /* timer_create(2) of its own CPU time */
	TIMER_OTHER = 6,   /* timer_create(2) of another clock, which may stand still */
};

/* An armed timer that will send the task or its process a signal. */
struct look_timer {
	__u64 due; /* ns from the look on; TIMER_VIRTUAL, _PROF, _CPU, _OTHER: 0 */
	__u8 kind; /* enum timer_kind */
	__u8 sig;
	__u8 pad[6];
};

#define TIMERS_MAX 8

struct look_task {
	struct event e;
	__u32 seen_pid, seen_tid;   /* as the caller's pid namespace counts; 0: not in it */
	__u32 inner_pid, inner_tid; /* as its own counts; 0: that is the caller's */
	__u64 files;		    /* names the descriptor table; 0: none any more */
	__u64 switches;		    /* how often it was switched out: equal means it did not run */
	__u64 asleep_min, asleep_max; /* ns; min 0 and max ~0: not known */
	__u64 pinned[2]; /* open file descriptions that its call has a reference of its own to */
	__u32 owner_pid, owner_tid;   /* WAIT_PIPE_MUTEX: who has it; 0: none */
	__u32 tracer_pid, tracer_tid; /* LOOK_TRACED: who traces it */
	char comm[COMM_LEN];
	char path[PATH_LEN]; /* WAIT_FIFO_PARTNER: as it was given to open(2) */
	__u32 users;	     /* of the descriptor table: tasks */
	__u8 state;	     /* enum look_state */
	__u8 flags;	     /* LOOK_* */
	__u8 exit_signal;    /* process: the signal that its end sends to its parent; 0: none */
	__u8 n_timers;
	__u32 parent;	  /* process, as the initial pid namespace counts, like e.pid */
	__u32 ptracer;	  /* process; 0: none */
	__u32 child;	  /* process, as the task's own pid namespace counts */
	__u32 child_wait; /* enum child_wait */
	/* Signals, bit 0 for signal 1, that would interrupt its sleep now because they are not
	 * blocked: with a handler; with the default action. */
	__u64 handled, plain;
	__u64 pending; /* for it or its process, blocked or not */
	struct look_timer timers[TIMERS_MAX];
};

#define WATCH_PINS 0x01 /* the waiter has a reference of its own to the description */
#define WATCH_ITEM 0x02 /* an item of an epoll instance, not a poll's or select's */

/* One file that a task polls. */
struct look_watch {
	__u64 file; /* open file description */
	__u64 id;   /* struct ipc_object, packed; mech 0: not a pipe */
	__u32 dev;
	__u8 mech;
	__u8 end; /* END_* */
	__u8 flags;
	__u8 pad;
	__u32 events; /* EPOLL* as they were asked for; of poll and select POLL* */
	__u32 pad2;
};

#define WATCHES_MAX 1024

struct look_watches {
	struct event e;
	__u32 n;
	__u32 cut; /* there are more, or the list changed while it was read */
	struct look_watch w[];
};

#endif
