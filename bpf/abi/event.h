/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record: what a hook writes, what the timeline reads, what a trace file holds.
 *
 * Includes no types; whoever includes it provides __u8 ... __s64 (vmlinux.h, <linux/types.h>).
 * Values and fields are append-only: never renumber, never reuse. docs/FILE.md says what a reader
 * does with values that it does not know. In a field that was added later, 0 means "not known".
 * Times are ns of CLOCK_MONOTONIC. pid is the thread group, tid the thread, both as numbered in the
 * pid namespace of ipctrace; 0 for a task that is not in it.
 */
#ifndef IPCTRACE_ABI_EVENT_H
#define IPCTRACE_ABI_EVENT_H

#include "abi/asked.h"
#include "abi/object.h"

#define COMM_LEN 16
#define PATH_LEN 48

enum event_kind {
	EV_OP = 1,	       /* an operation finished: struct ev_op */
	EV_WAIT = 2,	       /* a sleep finished, or is still going on: struct ev_wait */
	EV_SIGNAL_GEN = 3,     /* a signal was generated: struct ev_signal */
	EV_SIGNAL_DELIVER = 4, /* a signal was delivered: struct ev_signal */
	EV_FORK = 5,	       /* struct ev_life, child_* set */
	EV_EXEC = 6,	       /* struct ev_life, path set */
	EV_EXIT = 7,	       /* struct ev_life, code set; one per thread */
	EV_OBJECT = 8,	       /* a reference to an object came or went: struct ev_object */
	EV_FAULT = 9,	       /* a process touched a page of an object first: struct ev_fault */
	EV_ACCESS = 10,	       /* a watched word was loaded or stored: struct ev_access */
	EV_LOST = 11,	       /* made by the source, not by a hook: struct ev_lost */
	EV_RENAME = 12,	       /* prctl(PR_SET_NAME) and its like: struct ev_life */
	EV_TASK = 13,	       /* a task that was there before: struct ev_life, last: a partner */
	EV_MAP = 14,	       /* a mapping of an object came or went: struct ev_map */
	EV_SYMBOL = 15,	       /* what an instruction is called, by the source: struct ev_symbol */
	EV_WATCH = 16,	       /* a pipe that a task polls as it falls asleep: struct ev_watch */
};

/* Why a task sleeps, as its place on a wait list proves it. Rows of abi/mech.def. */
enum wait_reason {
	WAIT_UNKNOWN = 0, /* on no list we know: the system call is all that can be said */
#define WAIT(id, name, ...) WAIT_##name = id,
#include "abi/mech.def"
};

/* What an operation does to its object; which system call did it is ev_op.nr. */
enum op_class {
	OPC_NONE = 0,
#define SYSOP_CLASS(id, name, ...) OPC_##name = id,
#include "abi/sysop.def"
};

struct event {
	__u64 ts;  /* when the recorded thing was over; for a close and OBJ_SENT: when it began */
	__u32 pid; /* the task the record is about */
	__u32 tid;
	__u16 size; /* of the whole record, bytes */
	__u8 kind;  /* enum event_kind */
	__u8 flags; /* EVF_* */
	__u16 cpu;
	/* In a trace file: the id of the call nr in abi/sysop.def, of a signal that of the sender's.
	 * 0: it has none, or an older record. Hooks and memory know it by nr alone. */
	__u16 call;
};

#define EVF_NONBLOCK 0x01 /* EV_OP: O_NONBLOCK is set on the file, or the call asked for it */
#define EVF_PACKET   0x02 /* EV_OP: O_DIRECT, packet mode */
#define EVF_IO_URING 0x04 /* EV_OP: came by io_uring, nr is not its system call */
#define EVF_SECOND   0x08 /* EV_OP: the same call again, as seen at its second object */
#define EVF_SLEPT    0x10 /* EV_OP: it slept; an EV_WAIT lies inside, unless a filter left it out */
#define EVF_OPEN     0x20 /* EV_WAIT: not over; ts is when the in-flight state was read */
#define EVF_COMPAT   0x40 /* EV_WAIT: a 32-bit call, nr is of another table */
#define EVF_NO_STATE 0x80 /* before/after/state could not be read */
/* For EV_OP, where EVF_OPEN has no meaning. */
#define EVF_NO_AFTER 0x20 /* before is known, after is not: the object is gone, or to be changed */
/* For EV_WAIT, where EVF_NONBLOCK has no meaning. */
#define EVF_BEFORE   0x02 /* asleep before tracing began: slept is when it was found so */
#define EVF_LATE     0x08 /* no hook saw it run again: ts is when it was next seen running */
#define EVF_NO_WORD  0x04 /* FUTEX: value is not known */
#define EVF_NO_WOKEN 0x01 /* state_woken was not read: woken while still on its way to sleep */

/* Where a wakeup came from. */
enum wake_ctx {
	WAKE_NONE = 0,	 /* not seen */
	WAKE_TASK = 1,	 /* from a task, in its own context: waker is that task */
	WAKE_SIGNAL = 2, /* from a task that made a signal, or from a timer that did */
	WAKE_TIMER = 3,	 /* from a timer's expiry: the sleep's own timeout */
	WAKE_IRQ = 4,	 /* from another interrupt; the task below it is innocent: only obj may be
			  * set, the one whose own timer ran out */
	WAKE_EXIT = 5,	 /* from a task that is exiting: its ends are being closed */
};

/* Who woke a sleeper, and doing what. */
struct ev_waker {
	__u32 pid;
	__u32 tid;
	struct ipc_object obj; /* of the waker's operation; mech 0: none, or not known */
	__s32 fd;
	__s16 nr; /* its system call, -1 none */
	__u8 ctx; /* enum wake_ctx */
	/* WAKE_SIGNAL: the pending signal that is not blocked; 0: there are several. Older records
	 * have the lowest. */
	__u8 sig;
	char comm[COMM_LEN];
	/* futex: the word's offset in obj; semctl, msgctl: the command; send: the number of the socket
	 * through whose queue it woke who reads there, 0: not known; WAKE_EXIT: 1 while it gives up its
	 * robust mutexes. */
	__u64 arg;
};

/* One finished operation. */
struct ev_op {
	struct event e;
	__u64 start;
	__s64 ret; /* as the kernel returns it: -errno, also -512 and its like */
	ASKED_ARG;
	struct ipc_object obj;
	struct ipc_state before;
	struct ipc_state after;
	__s32 fd; /* -1: not by a descriptor */
	/* fcntl, ioctl, *ctl: the command; setsockopt: the option; shmget, shmat, msg*: the flags; mmap: PROT_*; fallocate:
	 * the mode */
	__s32 cmd;
	__s16 nr;  /* system call */
	__u8 op;   /* enum op_class */
	__u8 bits; /* OPF_*, SEMF_* and their like, by the class */
	ASKED_KEY;
	ASKED_TYPE;
};

/*
 * One sleep inside a system call (preemption and page faults are no sleeps), or the time for which
 * a signal stops a task (WAIT_STOPPED: nr is -1). A stop for a tracer is no sleep.
 */
struct ev_wait {
	struct event e; /* ts: when it ran again, but see EVF_LATE */
	__u64 slept;
	__u64 woken; /* 0: not yet */
	struct ipc_object obj;
	struct ipc_state state;	      /* when it fell asleep */
	struct ipc_state state_woken; /* when it was woken, read in the waker's context;
				       * unset with EVF_NO_WOKEN */
	__s32 fd;
	__s16 nr;
	__u8 op;     /* enum op_class */
	__u8 reason; /* enum wait_reason */
	struct ev_waker waker;
	/* SEM_VALUE: how much it takes; FUTEX: the word's offset in obj, bytes; MSG_NONE: the type that
	 * it asks for; MSG_FULL: the bytes of its message; PIPE_POLL, EPOLL_EVENT: POLLS_* */
	__u64 arg;
	/* FUTEX: the word, when it fell asleep; STOPPED: by which signal; MSG_*: the call's flags;
	 * PIPE_POLL, EPOLL_EVENT: how many files it polls, 0: not known */
	__u32 value;
	__u8 last; /* SEM_*, MSG_*: enum last_user, of who operated last as state says */
	__u8 pad;
	__u16 waker_call; /* as e.call, of waker.nr */
};

/* Whether a number that the kernel noted is still that of a process, or a thread; a zombie is one. */
enum last_user {
	LAST_UNKNOWN = 0, /* an older record, or nobody */
	LAST_LIVES = 1,
	LAST_GONE = 2,
};

#define POLLS_PIPES 0xffffffffu	 /* how many of the files are pipes or FIFOs */
#define POLLS_CUT   (1ULL << 32) /* there are files that were not looked at */

#define WATCHES_TOLD 16

/*
 * One of the objects that a task polls (poll, select, epoll); the first WATCHES_TOLD of a sleep
 * have one. e.ts is ev_wait.slept of that sleep. The task is on the object's wait queue, or the
 * object is an item of the epoll instance.
 */
struct ev_watch {
	struct event e;
	struct ipc_object obj;
	__u32 used, slots; /* as PIPE_USED and its like, at that time */
	__u32 readers, writers;
	__u32 events; /* EPOLL* or POLL* as they were asked for */
	__s32 fd;     /* -1: not known */
	__u8 end;     /* END_* of the file that is polled */
	__u8 item;    /* of an epoll instance */
	__u8 pad[6];
};

/* What a signal will do to the process, or thread, that it is for, when it is made. */
enum signal_target {
	TARGET_UNKNOWN = 0, /* an older record */
	TARGET_LIVES = 1,
	TARGET_ENDS = 2, /* a fatal signal or exit_group ends it */
	TARGET_GONE = 3, /* its last thread, or that which it is for, exits: nothing is delivered */
	TARGET_ZOMBIE = 4,
};

/* What happens with a child that has ended, until its parent waits for it. */
enum child_left {
	CHILD_UNKNOWN = 0, /* an older record, or no end of a child */
	CHILD_ZOMBIE = 1,
	CHILD_REAPED = 2, /* nothing is left: its parent has set SA_NOCLDWAIT */
};

/* e.pid/e.tid is the task the signal is for. */
struct ev_signal {
	struct event e;
	__s32 sig;     /* delivered: as the kernel says, 9 for any fatal default */
	__s32 code;    /* si_code; SI_KERNEL (128) when the kernel made it */
	__s32 result;  /* generated: 0 queued, 1 ignored, 2 already pending, 3, 4 lost info */
	__s32 fatal;   /* delivered: signal the whole group dies of, else 0 */
	__u64 handler; /* delivered: 0 SIG_DFL, 1 SIG_IGN, else a handler */
	__u8 group;    /* generated: for the process, not the thread */
	__u8 target;   /* generated: enum signal_target */
	__u8 zombie;   /* generated, SIGCHLD of a child's end: enum child_left */
	/* generated by the kernel (SI_KERNEL): 1 for a process of the foreground group of its terminal;
	 * 0 for any other, and in older records */
	__u8 foreground;
	__u32 child;		/* generated, SIGCHLD: the process that it tells of; 0: not known */
	struct ev_waker sender; /* generated: current, and what it was doing */
	char comm[COMM_LEN];	/* generated: of the task that it is for, which may not be traced */
};

struct ev_life {
	struct event e;
	__u32 child_pid; /* fork; equal to e.pid for a new thread */
	__u32 child_tid;
	__s32 code;	     /* exit: as wait(2) reports it: signal | core 0x80 | status << 8;
			      * exec, and of a fork the child: LIFE_* */
	__u32 last;	     /* exit: the last thread of its process. task: it is only followed
			      * in what it does with the objects of others */
	char comm[COMM_LEN]; /* fork: the child's; exec, rename: the new one; task: its own */
	char path[PATH_LEN]; /* exec: the tail of the file name that was asked for */
	/* task, exec, and of a fork the child: as its own pid namespace counts; 0: that is ipctrace's */
	__u32 inner_pid;
	__u32 inner_tid;
};

#define LIFE_KNOWN	     0x1 /* else an older record */
#define LIFE_IGNORES_SIGPIPE 0x2

enum object_change {
	OBJ_CREATED = 1,     /* pipe(2): one record an end */
	OBJ_OPENED = 2,	     /* open(2) of a FIFO */
	OBJ_HELD = 3,	     /* held before tracing began */
	OBJ_INHERITED = 4,   /* by fork; e is the child */
	OBJ_DUPLICATED = 5,  /* dup, fcntl(F_DUPFD) */
	OBJ_RECEIVED = 6,    /* SCM_RIGHTS, pidfd_getfd */
	OBJ_CLOSED = 7,	     /* close, close_range, or replaced by dup2 */
	OBJ_EXEC_CLOSED = 8, /* close-on-exec; only if an EV_EXEC of the pid follows */
	OBJ_EXIT_CLOSED = 9, /* by exit, normal or by a signal */
	OBJ_RELEASED = 10,   /* pipe_release: an open file description ended; function backends */
	OBJ_SENT = 11,	     /* put into an SCM_RIGHTS message: a reference without a descriptor */
	OBJ_MARKED = 12,     /* IPC_RMID while it is attached: removed with the last detach */
	OBJ_DESTROYED = 13,  /* removed: the task of the record let go of it last */
	OBJ_REFUSED = 14,    /* shm_open, shm_unlink, memfd_create failed: fd is -errno */
	OBJ_OPENING = 15, /* open(2) of a FIFO waits for a partner: no descriptor yet, fd is -1 */
	OBJ_NAMED = 16,	  /* bind(2): path is its name; a NUL in an abstract one is '@' */
	OBJ_CONNECTS =
	    17, /* connect(2) begins: path is the name of whom it wants; sendto as well */
};

#define END_READ  1
#define END_WRITE 2

/*
 * A descriptor, or a description, of an object came or went. state is the object's just before
 * a close and just after anything else; released is set when this reference was the last one
 * of its open file description, so that readers or writers fall by one with it.
 */
struct ev_object {
	struct event e;
	struct ipc_object obj;
	struct ipc_state state;
	__u64 file; /* names the open file description: same value, same description */
	/* References to it: before a close, after anything else. A semaphore set: its owner, as the
	 * initial user namespace counts, where owned says so. OBJ_REFUSED, and ev_op.key of an
	 * unlink: the mount namespace. */
	__u32 refs;
	__s32 fd;
	__s16 nr;    /* by which system call */
	__u8 change; /* enum object_change */
	__u8 end;    /* END_READ | END_WRITE */
	__u8 released;
	__u8 owned;
	__u8 forced; /* OBJ_DESTROYED: kernel.shm_rmid_forced is set */
	/* exit, close_range: the first of those that go together. In `why`, of a POSIX queue that is
	 * unlinked, how many descriptions it has, 255: or more */
	__u8 first;
	/* OBJ_OPENED, OBJ_REFUSED, OBJ_OPENING: as it was given to the call. OBJ_HELD of a FIFO: the tail of
	 * what user space found in /proc */
	char path[PATH_LEN];
};

enum map_change {
	MAP_ATTACHED = 1,  /* shmat, mmap */
	MAP_HELD = 2,	   /* mapped before tracing began */
	MAP_INHERITED = 3, /* by fork; e is the child */
	MAP_DETACHED = 4,  /* shmdt, or munmap of all that was left of it */
	MAP_CUT = 5, /* munmap, or another mapping over it, of a part: addr and len say which */
	MAP_EXEC_GONE = 6,
	MAP_EXIT_GONE = 7,
	MAP_PROTECTED = 8, /* mprotect: prot is what it made of that part */
};

/* A mapping of an object into a process came or went. state is the object's after it. */
struct ev_map {
	struct event e;
	struct ipc_object obj;
	struct ipc_state state;
	__u64 addr;   /* of the part that came or went */
	__u64 len;    /* bytes */
	__u64 offset; /* of addr in the object, bytes */
	__s32 fd;     /* mmap: of which descriptor, else -1 */
	__s16 nr;     /* by which system call, -1: exit */
	__u8 change;  /* enum map_change */
	__u8 prot;    /* PROT_READ | PROT_WRITE | PROT_EXEC */
	__u32 err; /* MAP_DETACHED, MAP_CUT: as what the call failed that did it, 0: it did not */
	__u32 pad;
};

/* A process touched a page of an object that it had not touched before. */
struct ev_fault {
	struct event e;
	struct ipc_object obj;
	__u64 addr;
	__u64 offset; /* of the page in the object, bytes */
	__u64 pfn;    /* page frame number behind it after the fault; 0: not known */
	__u64 ip;     /* user instruction */
	__s16 nr;     /* inside this system call, -1: in user code, or in a 32-bit call */
	__u8 write;
	__u8 denied; /* it may not do that there: no touch, a SIGSEGV follows */
	__u8 beyond; /* the object ends before that page: no touch, a SIGBUS follows */
	__u8 pad[3];
};

enum access_kind {
	ACCESS_LOAD = 1,
	ACCESS_STORE = 2,   /* also read-modify-write */
	ACCESS_UNKNOWN = 3, /* a load, or a store of the value that was there */
};

enum access_from {
	FROM_NOTHING = 0, /* it could not be read */
	FROM_MEMORY = 1,  /* from the word, when the instruction was over: others may have stored
			     * in between */
	FROM_MOVE = 2,	  /* from the register that the instruction moved */
	FROM_ALONE = 3,	  /* as FROM_MEMORY, and no other thread had it mapped then */
	FROM_NUMBER = 4,  /* a store: it is the instruction's own number */
	FROM_STEP = 5,	  /* as FROM_MEMORY, while all who have it mapped stood still */
};

/* The instruction's bytes prove the value. */
#define FROM_INSTRUCTION(from) ((from) == FROM_MOVE || (from) == FROM_NUMBER)
/* It is the value that was moved: no other store can have come in between. */
#define FROM_IS_EXACT(from) ((from) >= FROM_MOVE)

/* Whether the instruction of an ACCESS_STORE loaded the word first; only where it is known. */
enum access_update {
	UPDATE_NONE = 0,
	UPDATE_PLAIN = 1,  /* others may store in between */
	UPDATE_ATOMIC = 2, /* locked: they may not */
};

/* A load or store of a watched word. */
struct ev_access {
	struct event e;
	struct ipc_object obj;
	__u64 addr;
	__u64 offset; /* of the word in the object, bytes */
	__u64 ip;     /* the instruction after the one that did it; 0: the kernel's */
	__u64 before; /* a store: the value that it replaced; see known */
	__u64 after;  /* value that was loaded or stored; see from */
	__u8 len;     /* bytes: 1, 2, 4, 8 */
	__u8 kind;    /* enum access_kind */
	__u8 word;    /* which of the words that are watched, from 0 */
	__u8 known;   /* before is known */
	__u8 from;    /* enum access_from: what tells it */
	__u8 update;  /* enum access_update */
	__s16 nr;     /* by the kernel, inside this system call; -1: in user code */
};

#define SYMBOL_LEN 64

/* The symbol at the ip of accesses of this process; it comes before the first of them. */
struct ev_symbol {
	struct event e;
	__u64 ip;
	__u32 line;		 /* 0: not known */
	__u32 offset;		 /* of ip from the symbol, bytes */
	char symbol[SYMBOL_LEN]; /* a function; "": not known */
	char file[PATH_LEN];	 /* without directories; "": not known */
};

enum lost_cause {
	LOST_RING = 0,	   /* the processor's ring buffer was full, or it has none */
	LOST_STORAGE = 1,  /* no task storage could be made */
	LOST_NESTED = 2,   /* the kernel skipped a hook that ran inside itself */
	LOST_COMPAT = 3,   /* 32-bit system calls are not decoded */
	LOST_IO_URING = 4, /* submissions that the syscall backend cannot see into */
	LOST_WALK = 5,	   /* a list or table was longer than a hook may walk */
	LOST_FILE = 6,	   /* damaged in a trace file, beyond its greatest size, no room on disk */
	LOST_WATCH = 7,	   /* accesses of watched words, or words that could not be watched */
	LOST_CAUSES = 8,
};

struct ev_lost {
	struct event e;
	__u64 count;
	__u32 cause; /* enum lost_cause */
	__u32 pad;
};

union any_event {
	struct event e;
	struct ev_op op;
	struct ev_wait wait;
	struct ev_signal signal;
	struct ev_life life;
	struct ev_object object;
	struct ev_lost lost;
	struct ev_map map;
	struct ev_fault fault;
	struct ev_access access;
	struct ev_symbol symbol;
	struct ev_watch watch;
};

#endif
