/* SPDX-License-Identifier: GPL-2.0 */
/* The tables of a timeline, which its parts share: objects, tasks, descriptors, words. */
#ifndef IPCTRACE_TIMELINE_STATE_H
#define IPCTRACE_TIMELINE_STATE_H

#include "timeline/timeline.h"
#include "lib/map.h"
#include "timeline/order.h"

#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_SEC  1000000000ull

/* How many gone ones are kept at most, for records that are still about them. */
#define KEEP_GONE 1024

/* How the last reader, or writer, of an object went; or all of it, if it has no ends. */
struct departure {
	bool known;
	bool doubted; /* no longer known: a state read later still counted the end */
	struct actor by;
	__u64 ts;
	__u64 file;
	__s32 fd;
	__s16 nr;
	__u8 change;
	bool state_known;
	struct ipc_state state; /* just before it */
};

/* The last operation on a semaphore that was seen to succeed. */
struct sem_last {
	struct map_item in; /* by set and num; of one set */
	struct actor by;
	__u64 ts;
	__s64 amount;
	__s16 nr;
};

/* A call on a futex that moved sleepers from one word of its object to another. */
struct requeue {
	__u64 from, to; /* offsets */
	__u64 ts;	/* when the call was over; 0: none */
};

/* A description that goes with its only process. */
struct going {
	struct holder holder;
	__u64 ts; /* when the exit began */
};

#define GOING	 4
#define REQUEUES 8
#define COUNTED	 8

struct obj {
	struct object pub;
	struct map_node node;
	struct list idle; /* linked while nobody is known to hold it, or to have it mapped */
	bool is_idle;
	struct list held;	    /* struct held */
	unsigned int held_files[2]; /* descriptions of them that read, that write */
	struct holder *holders;	    /* pub.holders */
	size_t room;
	struct mapper *mappers;
	struct piece **pieces; /* beside them; NULL beside a hole */
	size_t mappers_room, pieces_room;
	size_t n_holes;
	struct list touches; /* pages that somebody has touched */
	struct list losing;  /* linked while the process losing_pid, which had it mapped, ends */
	__u32 losing_pid;
	bool born;
	__u32 born_pid;
	__u64 born_ts;
	__u8 born_by;	   /* records that have told of it: END_*, BORN_* */
	struct list files; /* descriptions of it */
	struct list ended; /* those that have ended, the first first */
	unsigned int n_ended;
	struct going going[GOING];
	unsigned int n_going;		/* ever */
	struct holder gone_soon[GOING]; /* pub.going */
	struct departure left[2];	/* of readers, of writers; of a segment: its name */
	__u64 counted[COUNTED];		/* descriptions whose end is in state already */
	unsigned int next_counted;
	struct list sems;	  /* struct sem_last */
	struct departure removed; /* of a semaphore set or message queue */
	__u64
	    sends_to; /* MT_PEER: the number of whom its states name as its peer, who may have another */
	__u32 listener; /* of a socket: whose backlog its connection came into; 0: not known */
	struct departure
	    shut[2];	    /* of a socket: by whom it was shut down, for reading, for writing */
	struct actor maker; /* of a SysV object; tid 0: not seen */
	__u64 made;
	struct requeue requeues[REQUEUES];
	unsigned int n_requeues; /* ever */
};

/* Where one of an object's mappers stands. */
struct piece {
	struct list same; /* of one process, in the same order */
	size_t at;
	/* As a node of spans.c */
	__u64 from, to;	    /* addresses */
	__u64 last;	    /* the greatest to of it and what is below it */
	__u64 number, rank; /* 1, 2, ... as they came; a random number */
	struct piece *left, *right;
};

/* What a process has mapped of an object: one piece or more. */
struct mapped {
	struct map_node node; /* by object and process */
	struct list pieces;
	struct piece *root; /* the same by their addresses */
};

/*
 * A description that a process drops by exit, exec or close_range, with the descriptors seen so far;
 * or, with file WHOLE, all of those of an object.
 */
struct leaving {
	struct map_item in; /* of one process */
	const struct proc *proc;
	unsigned int index; /* of the object */
	__u64 file;
	__u32 seen;
	__u32 gone_ends[2]; /* WHOLE: so many of readers, of writers are gone */
	bool gone;
};

/* An OBJ_EXEC_CLOSED that waits for the EV_EXEC. */
struct exec_drop {
	struct map_item in; /* by process and descriptor; of one process */
	struct ev_object ev;
};

struct proc {
	struct map_node node;
	struct list tasks;
	struct list held, sent; /* struct held: its descriptors, and what of it is in flight */
	__u64 seen_in;		/* the last look at holders that came to it, */
	__u8 seen_ends[2];	/* and the ends that it held there, and had sent */
	struct list leaving;	/* what goes together now, or went last */
	__u32 leaving_tid;	/* in whose exit or close_range */
	__u64 leaving_since;
	struct list execs; /* struct exec_drop */
	__u32 execs_tid;
	struct list children, sibling; /* forked by it, while it lives */
	struct orphan orphan;
	bool forked;	  /* its fork was seen */
	bool old_ignored; /* SIGPIPE is ignored since before tracing began */
	struct actor
	    chose; /* it was ignored when it was forked, and when its program began: since it
			     * was chosen by this one; tid 0: not so */
};

/* An operation that a task is, or was last, inside of. */
struct inside {
	unsigned int index; /* of the object; 0: none */
	__u8 op;
	__s32 cmd;
	__u64 until;
};

/* An operation that moved bytes, or changed a semaphore, at one go. */
struct move {
	unsigned int index;
	__u32 num; /* which semaphore */
	__u64 start, until;
	__s64 bytes; /* or the semaphore's change */
};

/* A woken task may run long after its waker has gone on to further operations. */
#define RECENT_MOVES 32

/* How many processes have a name. */
struct name {
	struct map_node node; /* by a hash of it */
	char comm[COMM_LEN];
	size_t n;
};

struct task {
	struct map_node node;
	struct name *name; /* of a process's first thread; NULL: none yet */
	struct list siblings;
	struct list gone; /* linked once it has exited */
	struct proc *proc;
	struct actor who;
	__u64 born;    /* 0: not seen */
	__u64 renamed; /* when it got the name that it has */
	bool noted;    /* it stands elsewhere as an actor, by its name */
	bool exited;
	__u64 exit_ts;
	int exit_code;
	bool asleep;
	bool stopped; /* asleep: by a signal */
	__s16 nr;
	struct inside in;
	struct move moves[RECENT_MOVES];
	unsigned int n_moves;	 /* ever */
	struct cause woken;	 /* of its last wakeup; kind NONE once the operation is over */
	__u64 woken_in;		 /* when that operation began; 0: it is not over */
	__u64 last_ts;		 /* of its last record */
	struct ev_fault refused; /* an access that a signal must follow; ts 0: none */
	struct watches *watches; /* of its last sleep that had any; NULL: none */
};

/* The pipes that a task polls in one sleep. */
struct watches {
	__u64 slept;
	size_t n;
	struct watch w[WATCHES_TOLD];
};

/* A sleep that a snapshot showed, or that was over last. */
struct sleep {
	struct map_node node;
	__u64 slept;
	bool open;
	union any_event rec;
};

/* What is kept of a watched word: stores that a load may have seen, and threads that loaded it last. */
#define WORDS	    64
#define WORD_STORES 4096 /* as many as others make while one is preempted before its trap */
#define WORD_LOADS  32

struct word_store {
	struct actor by;
	__u64 t;
	__u64 value;
	__u64 serial; /* 1, 2, ... */
	__u64 depth;  /* how many stores, this one included, its value was made by; from the base */
	bool exact;   /* it is the value that was stored */
};

struct word_load {
	__u32 tid; /* 0: unused */
	__u64 t;
	__u64 value;
	__u64 serial, depth; /* of the store that it saw; 0: what was there before */
	bool seen;	     /* that is known */
	bool hidden;	     /* it may have been one whose value is not known */
	bool exact;
	bool fresh; /* nothing was stored by the thread since */
	bool mixed; /* nor between it and one before it, of another store */
};

struct word {
	struct ipc_object obj;
	__u64 offset;
	__u8 len;
	__u64 used;
	__u64 stores;
	__u64 base;    /* serial of the last store that was made from no load; 0: none */
	__u64 blurred; /* serial of the last store whose value is not known; 0: none */
	__u64 first;
	bool first_known; /* value before all stores */
	bool counted;	  /* the depth of the last store is known */
	bool crowded;	  /* more threads than loads */
	bool doubted;	  /* accesses were lost before: what was loaded for a store is not known */
	struct word_load loads[WORD_LOADS];
	struct word_store *recent; /* WORD_STORES, what stores counts is valid; from the first on */
};

#define RECENT_SIGNALS 16

/* The names that were removed last. */
#define UNLINKED 64

struct unlinked {
	char path[PATH_LEN]; /* "": it is there again, or none */
	__u32 mounts;	     /* its namespace, as the records have it */
	struct actor by;
	__u64 ts;
	__s16 nr;
};

/* The keys that SysV objects lost last, with IPC_RMID. */
#define UNKEYED 64

struct unkeyed {
	__u32 key; /* 0: it is taken again, or none */
	__u32 ipc_ns;
	__u8 mech;
	struct actor by;
	__u64 ts;
	__s16 nr;
};

/* An object, as long as it is known and its number not another one's. */
struct obj_ref {
	struct ipc_object key;
	unsigned int index;
};

/* The sockets that were bound last, and those whose connections had to wait for an accept. */
#define RECENT_BOUND	   64
#define RECENT_CONNECTIONS 256

struct connection {
	struct obj_ref client;
	struct ipc_object accepted; /* its other end; mech 0: not yet */
	__u64 id;
};

struct timeline {
	struct timeline_opts opts;
	fact_fn fn;
	void *ctx;
	int error; /* first failure inside a callback chain, reported by the next return */
	struct order order;
	struct map sleeps;
	struct map tasks, procs;
	struct map names;
	struct list gone;
	size_t n_gone;
	struct map objects;
	struct list idle;
	size_t n_idle;
	struct list losing;
	unsigned int n_objects; /* ever */
	__u32 ipc_ns;		/* of the first SysV object; 0: none yet */
	struct map files;	/* open file descriptions by their addresses */
	struct map numbers;	/* the same by their numbers */
	__u64 n_files;		/* ever */
	struct map held;	/* by process and descriptor */
	struct map held_files;	/* by object and description */
	__u64 looks;		/* at holders, ever */
	struct map leaving;	/* by process and object */
	struct map execs;	/* by process and descriptor */
	struct map sems;
	struct map touches;
	struct map mapped;
	__u64 n_pieces;	      /* ever */
	struct piece **spans; /* what spans__find() found */
	size_t spans_room;
	struct ev_signal signals[RECENT_SIGNALS];
	unsigned int n_signals;	 /* ever */
	struct ev_fault refused; /* of the last CAUSE_FAULT */
	struct unlinked unlinked[UNLINKED];
	unsigned int n_unlinked; /* ever */
	struct unkeyed unkeyed[UNKEYED];
	unsigned int n_unkeyed; /* ever */
	struct obj_ref bound[RECENT_BOUND];
	unsigned int n_bound; /* ever */
	struct connection connections[RECENT_CONNECTIONS];
	unsigned int n_connections; /* ever */
	struct makers makers;
	struct word words[WORDS];
	bool accesses_lost;
	bool words_forgotten; /* there were more than WORDS: some began before they are known */
	struct map symbols;
	struct list symbol_ages;
};

static inline __u64 since_start(const struct timeline *tl, __u64 ts)
{
	return ts > tl->opts.start ? ts - tl->opts.start : 0;
}

static inline void fail(struct timeline *tl, int error)
{
	if (!tl->error)
		tl->error = error;
}

/* Grows an array to hold one more. 0 or -ENOMEM. */
int grow_array(void *array, size_t n, size_t *room, size_t item);
void copy_comm(char dst[COMM_LEN], const char *src);
bool is_pipe(const struct ipc_object *key);
bool is_memory(const struct ipc_object *key);
bool is_sysv(const struct ipc_object *key);
bool is_set_or_queue(const struct ipc_object *key);
bool same_object(const struct ipc_object *a, const struct ipc_object *b);

#endif
