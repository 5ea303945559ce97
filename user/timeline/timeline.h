/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The timeline: records in, facts out. Pure: no I/O, no clock, no libbpf.
 *
 * Records arrive in the order of the source: nearly in time order, an operation when it is over.
 * The timeline keeps them until timeline__advance() says that nothing older can come. It orders
 * them so that a cause stands before its effect, keeps track of tasks and objects, and calls back
 * once for each fact. Memory grows with live tasks and objects, not with records.
 */
#ifndef IPCTRACE_TIMELINE_TIMELINE_H
#define IPCTRACE_TIMELINE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "abi/event.h"

/* Who did something: by value, so that it outlives the task. tid 0: not known. */
struct actor {
	__u32 pid;
	__u32 tid;
	char comm[COMM_LEN]; /* as read from the task, not escaped */
	__u32 inner_pid;     /* in its own pid namespace; 0: that of ipctrace, or not known */
	__u32 inner_tid;
	bool namesake; /* of a fact: another process has that name, or had it a moment ago */
};

/* One descriptor that holds an end of an object. */
struct holder {
	struct actor who; /* the process; tid is its leader's */
	__s32 fd;	  /* -1: in flight in an SCM_RIGHTS message */
	__u8 end;	  /* END_READ | END_WRITE */
	__u64 file;	  /* open file description */
	bool again;	  /* an earlier holder has the same description */
	__u8 earlier; /* END_*: earlier holders are of the same process, in flight or not as this */
	/* What its process did when a FACT_BLOCK on the object was made; stale at any other fact.
	 */
	bool asleep;  /* all its threads that are known sleep, or are stopped */
	bool stopped; /* by a signal, all of them */
	__s16 nr;     /* asleep: the leader's system call; -1: not known, or in none */
	__u8 doing;   /* END_*: a thread is inside a read, a write of the object */
	__u8 threads; /* how many are known, at most 255 */
};

/* Who forked a process, and has ended; forker.tid 0: it lives, or its end was not seen. */
struct orphan {
	struct actor forker;
	__u64 at; /* ns since start */
};

/* A stretch of shared memory in a process's address space. */
struct mapper {
	struct actor who;     /* the process; tid is its leader's */
	__u64 addr, len;      /* len 0: a hole in the array, to be passed over */
	__u64 offset;	      /* of addr in the object, bytes */
	__u8 prot;	      /* PROT_READ | PROT_WRITE | PROT_EXEC */
	bool again;	      /* an earlier one is of the same process */
	struct orphan orphan; /* of a fact that fact__tells_attached(); stale at any other */
};

struct object {
	struct ipc_object key;
	unsigned int generation; /* inode numbers recycle: 0, 1, ... */
	char name[64];		 /* "pipe:[5123]", "fifo:/tmp/f"; not escaped */
	unsigned int index;	 /* 1, 2, ... in the order they were first seen */
	struct ipc_state state;	 /* last seen */
	bool state_known;
	/* Among traced processes. How many is always true; who they are is as of the last FACT_BLOCK, or
	 * object__see_holders(). */
	const struct holder *holders;
	size_t n_holders;
	/* Those whose exit has begun and, at the time of a FACT_BLOCK, may not have come to its
	 * descriptors; stale at any other fact. */
	const struct holder *going;
	size_t n_going;
	const struct mapper *mappers; /* the same, of shared memory */
	size_t n_mappers;
	/* Shared memory: the last that ended with it mapped; tid 0: none was seen. */
	struct actor lost;
	__u64 lost_at; /* ns since start */
	int lost_code; /* as wait(2) reports it */
	bool gone;     /* shared memory: destroyed */
	__u32 keyed;   /* of a segment: the key that it has or had; 0: none, or not seen */
	/* MT_PEER: what it talks to, or talked to last; NULL: nothing, or not known */
	const struct object *peer;
	/* A socket's name, and the name that it wanted to connect to last: the tail of longer ones; "": none,
	 * or not seen */
	char bound[PATH_LEN], wanted[PATH_LEN];
};

enum fact_kind {
	FACT_OP,      /* an operation is over */
	FACT_BLOCK,   /* a task fell asleep; t is when */
	FACT_WAKE,    /* it ran again, or (EVF_OPEN) had not when the run ended; t is when */
	FACT_SIGNAL,  /* generated */
	FACT_DELIVER, /* delivered */
	FACT_FORK,
	FACT_EXEC,
	FACT_RENAME,
	FACT_EXIT,
	FACT_OBJECT, /* a descriptor or description came or went */
	FACT_LOST,
	FACT_TASK,   /* a task that was there before tracing began; last: a partner */
	FACT_MAP,    /* a mapping of shared memory came or went */
	FACT_FAULT,  /* a process touched a page of shared memory first */
	FACT_ACCESS, /* a watched word was loaded or stored */
	FACT_WATCH,  /* inside the timeline only: see fact.watches */
};

/*
 * Why. Everything here is read from records; what they do not show is CAUSE_UNKNOWN.
 *   FACT_BLOCK    STATE (the object's state and who holds its other end; of a semaphore by is who
 *                 changed it last, of a message queue who sent, or received, last), or SYSCALL
 *   FACT_WAKE     DATA .. TASK, RAISED .. OWNER_DIED
 *   FACT_OP       NO_WRITERS (end of file), NO_READERS (-EPIPE, a partial write), STATE (-EAGAIN,
 *                 -EBUSY), SIGNALLED (-EINTR and its like), TIMEOUT (-EAGAIN of a call that
 *                 slept), REMOVED (-EIDRM, and -EINVAL of an id that was there)
 *   FACT_FAULT    SAME_PAGE (another process touched it before)
 *   FACT_OBJECT   LAST_DETACH (a marked segment is destroyed)
 *   FACT_ACCESS   LOST_STORE, of a store
 *   FACT_SIGNAL   NO_READERS (the kernel's SIGPIPE), SENT (kill and its like), CHILD, TIMER,
 *                 TERMINAL, KERNEL, FAULT (its own access to shared memory)
 */
enum cause_kind {
#define CAUSE(name, ...) CAUSE_##name,
#include "timeline/cause.def"
};

struct cause {
	enum cause_kind kind;
	bool by_known;
	struct actor by;
	__s16 nr;      /* by's system call; -1: none, or not known */
	__s32 fd;      /* by's descriptor; -1: none, or not known */
	__u8 sig;      /* SIGNALLED */
	bool terminal; /* SIGNALLED: as TERMINAL of the signal; by is not known */
	__u8 change;   /* LAST_CLOSE, NO_*: enum object_change, how the end went; 0 not known */
	__u64 t;       /* ns since start, when by did it; 0: not known */
	const struct object
	    *obj;    /* the object by worked on; may differ from the fact's; may be NULL */
	__s64 bytes; /* DATA, SPACE: how many by moved; 0: not known */
	/* RAISED, LOWERED, UNDONE, STATE: by how much `by` changed the semaphore; 0: not known. */
	__s64 amount;
	const struct ev_fault *fault; /* FAULT; valid during the callback */
};

/* What tells a watched word from those that were accessed before. */
enum among { AMONG_NONE, AMONG_OFFSETS, AMONG_OBJECTS };

/* FACT_ACCESS: where it was done, and what the accesses before tell of a store. */
struct access_story {
	const struct ev_symbol *symbol; /* of its instruction; NULL: not known */
	enum among among;
	bool loaded_known;
	bool lost_known; /* stores, lost */
	bool judged;	 /* whether it is LOST_STORE, of a store */
	__u64 loaded;	 /* the value that its thread loaded last, and stores what it made of */
	__u64 loaded_at; /* ns since start */
	__u64 unseen;	 /* LOST_STORE: how many stores came since that load */
	bool over_known;
	__u64 over;   /* LOST_STORE: what the last of them stored */
	__u64 stores; /* so far, since the count began */
	__u64 lost;   /* of them are not in the value that was loaded or stored */
};

/* A pipe that a task polls while it sleeps. */
struct watch {
	const struct object *obj;
	struct ev_watch rec;
};

#define MAKERS_NAMED 3

/* Who made SysV objects that were not seen to be removed. */
struct makers {
	size_t made, gone; /* objects; those whose makers have ended */
	struct actor who[MAKERS_NAMED];
	size_t named;
	bool others; /* there are makers that are not named */
};

struct fact {
	enum fact_kind kind;
	__u64 t; /* ns since timeline_opts.start */
	struct actor who;
	const struct object *obj; /* NULL: none. Valid during the callback */
	__u32 ipc_ns; /* the first SysV object's: those of others are called by it, too */
	const union any_event *rec; /* the record it came from. Valid during the callback */
	bool released;		    /* FACT_OBJECT: its open file description ended with it */
	/* FACT_OBJECT, a reference that went: how many its description has left; -1: not known, as
	 * others went at the same time. ev_object.file is the description's number by now. */
	int left;
	struct access_story access; /* FACT_ACCESS, else zero */
	__s32 at_flags;		    /* FACT_MAP by shmat: its flags; 0 also where not known */
	/* FACT_BLOCK, FACT_WAKE of poll, select, epoll: the pipes, the first of them at least; of
	 * all files ev_wait.arg and value tell. Valid during the callback. */
	const struct watch *watches;
	size_t n_watches;
	/* FACT_SIGNAL, an ignored SIGPIPE: since whom it is inherited; tid 0: not so. old_ignored: since
	 * before tracing began. */
	struct actor ignored_by;
	bool old_ignored;
	/* FACT_OP, a *get that has reached a limit; NULL: nothing is known of them. Valid during the
	 * callback. */
	const struct makers *makers;
	struct cause cause;
};

/* An object's state at the wakeup; NULL where it was not read, or before there was one. */
static inline const struct ipc_state *wait__state_woken(const struct ev_wait *w)
{
	bool read = w->woken && !(w->e.flags & (EVF_NO_STATE | EVF_NO_WOKEN | EVF_OPEN));

	return read ? &w->state_woken : NULL;
}

static inline bool wait__polls(const struct ev_wait *w)
{
	return w->reason == WAIT_PIPE_POLL || w->reason == WAIT_EPOLL_EVENT;
}

/* What became of a signal: ev_signal.result, and what that does not tell. */
enum signal_result {
	SIGNAL_QUEUED = 0,
	SIGNAL_IGNORED = 1,
	SIGNAL_COALESCED = 2,
	SIGNAL_OVERFLOW = 3,
	SIGNAL_LOST_INFO = 4,
	SIGNAL_TOO_LATE = 5, /* whom it is for ends already: nothing is delivered */
};

/* The kernel also calls it ignored, or queued, if its target takes no more signals. */
static inline int signal__result(const struct ev_signal *sig)
{
	if (sig->target >= TARGET_GONE ||
	    (sig->target == TARGET_ENDS && sig->result == SIGNAL_IGNORED))
		return SIGNAL_TOO_LATE;
	return sig->result;
}

/* Fills in who holds a fact's object, without what they do. */
void object__see_holders(struct object *o);

/* Whether a fact about a segment tells who has it attached: EEXIST, IPC_STAT, a mark for removal. */
bool fact__tells_attached(const struct fact *f);

struct timeline;

typedef void (*fact_fn)(void *ctx, const struct fact *fact);

/* Time 0 is that of the first record that record_starts(). */
#define START_AT_FIRST (~0ULL)

struct timeline_opts {
	__u64 start; /* ns, CLOCK_MONOTONIC: time 0 of all facts, or START_AT_FIRST */
};

/* NULL with errno on failure. */
struct timeline *timeline__new(const struct timeline_opts *opts, fact_fn fn, void *ctx);
/* Copies the record. 0, -ENOMEM, or -EPROTO for a record that is not well formed. */
int timeline__feed(struct timeline *tl, const struct event *rec);
/* Everything recorded before ts (CLOCK_MONOTONIC ns) has been fed: facts up to ts come out. */
int timeline__advance(struct timeline *tl, __u64 ts);
/* No more records: the rest comes out. */
int timeline__finish(struct timeline *tl);
/*
 * After timeline__finish(): who was still asleep, a FACT_BLOCK each, longest first, with the holders
 * as they were at the end. *facts is to be freed; what it points to lives until the next call of the
 * timeline. 0 or -ENOMEM.
 */
int timeline__asleep(struct timeline *tl, struct fact **facts, size_t *n);
void timeline__free(struct timeline *tl);

#endif
