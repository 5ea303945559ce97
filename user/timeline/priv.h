/* SPDX-License-Identifier: GPL-2.0 */
/* The inside of a timeline: its tables, and what its parts do for each other. */
#ifndef IPCTRACE_TIMELINE_PRIV_H
#define IPCTRACE_TIMELINE_PRIV_H

#include "timeline/timeline.h"
#include "lib/map.h"
#include "timeline/order.h"

#define NSEC_PER_MSEC 1000000ull
#define NSEC_PER_SEC  1000000000ull

/* What is gone is kept a while for records that still speak of it: this many at most. */
#define KEEP_GONE 1024

/* How the last reader, or writer, of an object went. */
struct departure {
	bool known;
	bool doubted; /* no longer known: a state read later still counted the end */
	struct actor by;
	__u64 ts;
	__u64 file;
	__s32 fd;
	__s16 nr;
	__u8 change;
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
	struct actor maker;	  /* of a SysV object; tid 0: not seen */
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

/* The names of shared memory that were removed last. */
#define UNLINKED 64

struct unlinked {
	char path[PATH_LEN]; /* "": it is there again, or none */
	__u32 mounts;	     /* its mount namespace */
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

/* timeline/sleeps.c: what is shown of a sleep, however often it is reported */
int sleeps__feed(struct timeline *tl, const struct ev_wait *w);
int sleeps__finish(struct timeline *tl);
void sleeps__forget(struct timeline *tl, __u32 tid);
void sleeps__free(struct timeline *tl);

/* timeline/watches.c: what poll, select and epoll wait for */
void watches__note(struct timeline *tl, struct task *t, const struct ev_watch *ev);
/* Fills in what the fact's sleep, if it is one of t, waits for. */
void watches__fill(struct timeline *tl, const struct task *t, struct fact *f);

/* timeline/tasks.c. A task made by tasks__get lives until it exits. NULL: unknown, or no memory. */
struct task *tasks__find(const struct timeline *tl, __u32 tid);
struct task *tasks__get(struct timeline *tl, __u32 pid, __u32 tid);
struct proc *tasks__proc(const struct timeline *tl, __u32 pid);
struct actor tasks__actor(const struct timeline *tl, __u32 pid, __u32 tid);
/* The same of one that is kept: names__changed() must find it. */
struct actor tasks__noted(const struct timeline *tl, __u32 pid, __u32 tid);
/* It is called as l says. */
void tasks__name(struct timeline *tl, struct task *t, const struct ev_life *l);
/* Whether a process other than this one, that is known, has the same name. */
bool tasks__namesake(const struct timeline *tl, const struct actor *who);
/* Of EV_EXEC, EV_TASK: what the task is called. */
void tasks__introduce(struct timeline *tl, struct task *t, const struct ev_life *l);
void tasks__fork(struct timeline *tl, const struct ev_life *l);
void tasks__exit(struct timeline *tl, struct task *t, const struct ev_life *l);
/* Forgets the tasks that exited long before now. */
void tasks__reap(struct timeline *tl, __u64 now);
void tasks__free(struct timeline *tl);

/* timeline/names.c */
/* Gives t's name of now to what is remembered of it. */
void names__changed(struct timeline *tl, const struct task *t);
/* The name that w's waker has by now. */
void names__waker(const struct timeline *tl, struct ev_wait *w);

/* timeline/sigpipe.c: since whom SIGPIPE is ignored */
void sigpipe__fork(struct timeline *tl, const struct ev_life *l);
void sigpipe__exec(struct timeline *tl, const struct ev_life *l);
/* Fills in of whom a process that ignores it has inherited that. */
void sigpipe__signal(const struct timeline *tl, struct fact *f);

/* timeline/orphans.c: whose forker has ended */
void orphans__fork(struct timeline *tl, const struct ev_life *l);
void orphans__exit(struct timeline *tl, const struct ev_life *l);
/* The process is not known any more. */
void orphans__forget(struct proc *p);
/* Fills in the mappers' orphan. */
void orphans__look(const struct timeline *tl, struct obj *o);

/* timeline/unlinked.c: who removed a name of shared memory */
void unlinked__op(struct timeline *tl, const struct obj *o, const struct ev_op *op);
/* A name is there again. */
void unlinked__back(struct timeline *tl, const struct ev_object *ev);
/* Why a name is not found: CAUSE_NONE if its removal was not seen. */
struct cause unlinked__why(struct timeline *tl, const struct ev_object *ev);

/* timeline/keys.c: SysV objects that a *get does not find, or is in want of */
void keys__op(struct timeline *tl, const struct ev_op *op);
/* Why a *get finds no object by its key: CAUSE_NONE if its removal was not seen. */
struct cause keys__why(struct timeline *tl, const struct ev_op *op);
void keys__made(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts);
/* Who made what fills the limit that a *get has reached, until the next call; NULL: nothing is known of that. */
const struct makers *keys__makers(struct timeline *tl, const struct ev_op *op);

/* timeline/objects.c. NULL: no object is named, or no memory. */
struct obj *objects__get(struct timeline *tl, const struct ipc_object *key);
/* What tells of a birth, beside END_READ and END_WRITE: the call, an object without ends. */
#define BORN_CALL  0x10
#define BORN_WHOLE 0x20
/* The object that was created at ts by pid: the known one, or the next generation. */
struct obj *objects__born(struct timeline *tl, const struct ipc_object *key, __u32 pid, __u64 ts,
			  __u8 told_by);
void objects__path(struct obj *o, const char *path);
void objects__state(struct obj *o, const struct ipc_state *st, __u64 ts);
/* A set or queue came or went. */
void objects__made_or_removed(struct timeline *tl, struct obj *o, const struct ev_object *ev,
			      __u64 ts);
/* Who departed by d is gone for sure at ts. */
bool objects__settled(const struct departure *d, __u64 ts);
/* After its holders or its mappers have changed. */
void objects__users(struct timeline *tl, struct obj *o);
void objects__reap(struct timeline *tl);
void objects__free(struct timeline *tl);

/* timeline/holders.c */
void holders__add(struct timeline *tl, struct obj *o, const struct ev_object *ev);
void holders__del(struct timeline *tl, __u32 pid, __s32 fd);
void holders__rename(const struct task *t);
/* Takes away what a process that is gone still holds. */
void holders__drop(struct timeline *tl, struct proc *p);
/* Nobody holds it any more. */
void holders__clear(struct timeline *tl, struct obj *o);
/* The first that has the object by this description; NULL: nobody. */
const struct holder *holders__by_file(const struct timeline *tl, const struct obj *o, __u64 file);
void holders__forget_file(struct timeline *tl, struct obj *o, __u64 file);
/* Fills in the holders, and what the process of each does at ts. */
void holders__look(struct timeline *tl, struct obj *o, __u64 ts);

/* How many descriptions holders have this end by: END_READ or END_WRITE. */
unsigned int holders__files(const struct obj *o, __u8 end);

/* timeline/files.c */
/* Counts the reference of an EV_OBJECT, and names its description by number from here on. */
void files__see(struct timeline *tl, struct obj *o, struct entry *e);
/* fact.left of a record that was seen. */
int files__left(const struct timeline *tl, const struct obj *o, const struct ev_object *ev);
/* The execve whose OBJ_EXEC_CLOSED ev is, is over. */
void files__exec_over(struct timeline *tl, struct obj *o, const struct ev_object *ev, bool failed);
/* The object goes. */
void files__forget(struct timeline *tl, struct obj *o);

/* timeline/release.c */
/* The first of those that go together: what went before has nothing to do with it. */
void release__begin(struct timeline *tl, const struct ev_object *ev);
/* Follows one reference; sets the state to what it is after it. */
/* True when with it the open file description ended. */
bool release__object(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts);
/* The EV_EXEC came: only what this exec drops counts from now on. */
/* None waits any more. */
void release__exec_over(struct timeline *tl, struct proc *p);
/* What goes together is over, or of no interest any more. */
void release__forget(struct timeline *tl, struct proc *p);
/* Keeps an OBJ_EXEC_CLOSED until it is known whether the execve succeeds. */
void release__exec_pending(struct timeline *tl, struct proc *p, const struct ev_object *ev);
/* A record by tid shows that an execve of its process failed. */
void release__exec_failed(struct timeline *tl, struct proc *p, __u32 tid);
/* The departure of end (END_READ, END_WRITE); NULL when it was not seen. */
const struct departure *release__of(const struct obj *o, __u8 end);
/*
 * That of tid, whose going was seen: known again if it was doubted. A closer may be preempted for
 * long between the hook and the count, and what others read meanwhile counts the end.
 */
const struct departure *release__confirm(struct obj *o, __u8 end, __u32 tid);
/* The waker of w has just taken the last one away, as the state at the wakeup proves. */
const struct departure *release__proven(const struct timeline *tl, struct obj *o, __u8 end,
					const struct ev_wait *w);
/* Fills in whose exit may not have come to its descriptors of o at ts. */
void release__look(struct obj *o, __u64 ts);

/* timeline/pieces.c: an object's mappers by their process */
/* NULL: it has none. */
struct mapped *pieces__of(const struct timeline *tl, const struct obj *o, __u32 pid);
/* 0 or -ENOMEM. */
int pieces__add(struct timeline *tl, struct obj *o, const struct mapper *m);
/* Takes away those of n pieces of p that nothing is left of; p is gone with the last of them. */
void pieces__drop_empty(struct timeline *tl, struct obj *o, struct mapped *p,
			struct piece *const *pieces, size_t n);
/* t has a new name. */
void pieces__rename(const struct timeline *tl, struct obj *o, const struct task *t);
/* Nobody has it mapped any more. */
void pieces__clear(struct timeline *tl, struct obj *o);

/* timeline/spans.c: the pieces of a process by their addresses */
void spans__add(struct timeline *tl, struct mapped *p, struct piece *piece, const struct mapper *m);
void spans__del(struct mapped *p, struct piece *piece);
/* The piece is at other addresses now. */
void spans__moved(struct mapped *p, struct piece *piece, const struct mapper *m);
/* How many pieces have an address in [from, to): they are tl->spans, in the order in which they came. */
size_t spans__find(struct timeline *tl, const struct mapped *p, __u64 from, __u64 to);

/* timeline/maps.c */
/* An access that was none. */
static inline bool is_refused(const struct ev_fault *f)
{
	return f->denied || f->beyond;
}

/* Notes the key of a segment: IPC_RMID takes it away. */
void maps__key(struct obj *o, const struct ipc_state *st);
void maps__change(struct timeline *tl, struct obj *o, const struct ev_map *ev);
/* Shared memory was made, opened, marked for removal or destroyed. */
void maps__object(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts);
/* Whether a call that was refused was one on a name of shared memory. */
bool maps__is_name(const struct ev_object *ev);
/* Who touched the same physical page of it before, if another process did. */
/* t has exited. */
void maps__exit(struct timeline *tl, const struct task *t);
struct cause maps__touch(struct timeline *tl, struct obj *o, const struct ev_fault *ev);
void maps__forget(struct timeline *tl, struct obj *o);
/* Calls rename for whoever touched pages of it. */
void maps__rename(struct obj *o, const struct task *t,
		  void (*rename)(struct actor *by, const struct task *t, __u64 ts));

/* timeline/cause.c */
struct cause cause__none(enum cause_kind kind);
/* Names by as who is behind c, at ts and by the system call nr. */
void cause__by(const struct timeline *tl, struct cause *c, const struct actor *by, __s16 nr,
	       __u64 ts);
/* The last end (END_READ, END_WRITE) of o is gone: NO_READERS, NO_WRITERS. */
struct cause cause__departure(const struct timeline *tl, const struct obj *o, __u8 end);
/* By a signal, if the sleep in op was ended by one; else UNKNOWN. */
struct cause cause__interrupted(const struct task *t, const struct ev_op *op);
/* Sets who took the last reader or writer away, when that was seen. */
void cause__departed(const struct timeline *tl, struct cause *c, const struct obj *o, __u8 end);
struct cause cause__op(struct timeline *tl, const struct task *t, const struct obj *o,
		       const struct ev_op *op);
/* Who had marked a segment that is destroyed for removal, if that was not now. */
struct cause cause__gone(const struct timeline *tl, const struct obj *o,
			 const struct ev_object *ev);
struct cause cause__signal(struct timeline *tl, const struct ev_signal *sig);
/* Names the child of a SIGCHLD that another task made, such as a tracer that waits for it. */
void cause__child(const struct timeline *tl, struct cause *c, const struct ev_signal *sig);

/* timeline/emit.c: makes the fact of an entry, at time ts, and follows what it tells */
void emit_entry(struct timeline *tl, struct entry *e, __u64 ts);
/* The FACT_BLOCK of a sleep that goes on, as things stand now. */
struct fact emit_asleep(struct timeline *tl, const union any_event *rec);

/* The last store to a watched word, as a cause; CAUSE_STATE without by where it is not known. */
struct cause words__last(const struct timeline *tl, const struct ipc_object *obj, __u64 offset);

/* timeline/watched.c: what an access tells of the accesses before it */
void words__access(struct timeline *tl, struct fact *f);
/* Accesses were lost. */
void words__doubt(struct timeline *tl);
void words__free(struct timeline *tl);

/* timeline/symbols.c. find: NULL if it was not told */
int symbols__feed(struct timeline *tl, const struct ev_symbol *rec);
const struct ev_symbol *symbols__find(const struct timeline *tl, __u32 pid, __u64 ip);
void symbols__free(struct timeline *tl);

/* timeline/wake.c */
struct cause cause__wake(struct timeline *tl, struct obj *o, const struct ev_wait *w);
/* The record of what the waker did, when it is still in the window: it comes before the wakeup. */
struct entry *cause__pending(const struct timeline *tl, const struct ev_wait *w);
/* True when the waker's record must still come, so that the wakeup has to wait for it. */
bool cause__awaited(const struct timeline *tl, const struct ev_wait *w);

#endif
