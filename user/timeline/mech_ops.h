/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A mechanism as the stages see it: one constant each, in user/mech/, where mechs.def lists all.
 *
 * A stage gets the constant of a record and calls its members. A member that is NULL adds nothing
 * to what the stage does for every mechanism. Types of later stages are only named, so no stage
 * depends on them.
 */
#ifndef IPCTRACE_TIMELINE_MECH_OPS_H
#define IPCTRACE_TIMELINE_MECH_OPS_H

#include "timeline/timeline.h"

struct fields;
struct move;
struct obj;
struct task;
struct text;

#define CLASS(name) (1ULL << OPC_##name)

/* Tells who operated on an object last, as the kernel notes it by a number. */
struct tell_last {
	/* did: "the last to send was"; of what the number is: "process" */
	void (*tell)(const struct tell_last *last, struct text *t, const char *did, const char *of,
		     __u32 pid);
	const void *ctx;
};

/* A limit that a call has reached. */
struct limit {
	const char *name; /* "SEMMNI", "pipe-max-size" */
	bool of_one;	  /* of how much a single thing may have: none of it is used */
	__u64 most;
	__u32 used;   /* unless of_one */
	bool of_user; /* what belongs to the caller's user counts, ev_op.uid */
};

static inline void limit__fill(struct limit *l, const struct ev_op *op, const char *name,
			       bool of_one)
{
	l->name = name;
	l->of_one = of_one;
	l->most = of_one ? (__u64)op->limit : (__u32)op->limit;
	l->used = of_one ? 0 : (__u32)((__u64)op->limit >> 32);
	l->of_user = false;
}

/* A shared mapping, as a line of /proc/PID/maps has it. */
struct map_path {
	const char *path;
	size_t len; /* of path, without the " (deleted)" behind it */
	__u64 inode;
	__u32 ipc_ns; /* of the process; 0: not known */
	__u32 home;   /* our own */
};

struct mech_ops {
	/* CLASS(): calls that are about it whatever their object is, and if they have none. */
	__u64 classes;

	/* Facts: user/timeline/. o: NULL if the record names no object. */
	/* Why an operation ended as it did. */
	struct cause (*why)(struct timeline *tl, const struct task *t, const struct obj *o,
			    const struct ev_op *op);
	/* Why a task sleeps. */
	struct cause (*sleeps)(struct timeline *tl, const struct obj *o, const struct ev_wait *w);
	/* What a wakeup by a task means that the WAKE rows do not say; CAUSE_NONE: they do. What one by an
	 * interrupt means TIMER rows say. */
	enum cause_kind (*wakes)(const struct obj *o, const struct ev_wait *w);
	/* By how much the waker changed it: struct cause, amount. */
	__s64 (*amount)(const struct timeline *tl, const struct ev_wait *w, const struct obj *o);
	/* Why a write to it made SIGPIPE. NULL: it is not known by the object. */
	struct cause (*sigpipe)(const struct timeline *tl, const struct obj *o);
	/* The limit that a failed call has reached. False: none, or not known. */
	bool (*limit)(const struct ev_op *op, struct limit *l);
	/* Whether the result is a pid, another one in each run. */
	bool (*gives_pid)(const struct ev_op *op);
	/* What the operation moved: m->bytes, num and until are to be set. False: nothing. */
	bool (*moved)(const struct ev_op *op, struct move *m);
	/* The key of the object that a call removes; 0: none, or not known. NULL: ev_op.key. */
	__u32 (*had_key)(const struct ev_op *op);
	/* Why it is gone. NULL: that is what its records say. */
	struct cause (*gone)(const struct timeline *tl, const struct obj *o,
			     const struct ev_object *ev);
	/* Whether a fact about such an object tells who has it mapped. NULL: none does. */
	bool (*tells_attached)(const struct fact *f);
	/* Whether a name that was refused may have been one of its objects'. NULL: it was. */
	bool (*is_name)(const struct ev_object *ev);
	/* Keeps of the operation what later causes need; and forgets it with its object. */
	void (*did)(struct timeline *tl, struct obj *o, const struct ev_op *op);
	void (*forget)(struct timeline *tl, struct obj *o);

	/* Judging a look: user/why/. */
	/* Whether a sleep is still due, by its object's state now. NULL: if that has not changed. */
	bool (*still_due)(const struct ev_wait *w, const struct ipc_state *now);
	/* Whether the kernel itself has the object, without a descriptor. NULL: it has not. */
	bool (*kernel_has)(const struct ipc_state *now);
	/* The name of the object that a process has mapped. False: it is none of these. */
	bool (*mapped_name)(const struct map_path *m, char *buf, size_t size);

	/* Sentences: user/words/. */
	void (*tell_op)(struct text *t, const struct fact *f);
	/* False: its WAIT row's sentence is all. named: with the object's name, if it has one. */
	bool (*tell_sleep)(struct text *t, const struct fact *f, bool named);
	/* What `why` tells of a sleep. False: its WAIT row's sentence is all. */
	bool (*tell_look)(struct text *t, const struct ev_wait *w, const struct tell_last *last);
	/* Tells a cause that only it has, or that it tells otherwise. False: it is none. */
	bool (*tell_wake)(struct text *t, const struct fact *f);
	void (*tell_object)(struct text *t, const struct fact *f);

	/* Fields: user/words/. */
	/* Whether ev_op.arg is a number worth a field. NULL: unless OPF_NO_ARG is set. */
	bool (*has_arg)(const struct ev_op *op);
	void (*call_fields)(struct fields *fs, const struct fact *f); /* what the call asked for */
	void (*sleep_fields)(struct fields *fs, const struct ev_wait *w);
	/* What the words of a state stand for, beside the words themselves. */
	void (*state_fields)(struct fields *fs, const struct ipc_state *st);
	/* Makes a state of which state_fields tells all that it can. NULL: it tells the same of each. */
	void (*full_state)(struct ipc_state *st);

	/* A lane's words: user/text/. False: those that every call, sleep or object has. */
	bool (*lane_call)(const struct ev_op *op, char *buf, size_t size);
	bool (*lane_sleep)(const struct ev_wait *w, const char *call, char *buf, size_t size);
	bool (*lane_object)(const struct ev_object *ob, char *buf, size_t size);
	/* Behind the call that made it. NULL: what lane_object says. */
	void (*lane_made)(const struct ipc_state *st, char *buf, size_t size);
	/* Behind a result: what the call got, or made of it. */
	void (*lane_result)(const struct ev_op *op, char *buf, size_t size);
};

/* None of these returns NULL: a record without a mechanism has a constant without members. */
const struct mech_ops *mech_ops__get(unsigned int mech); /* of an object */
const struct mech_ops *mech_ops__call(const struct ev_op *op);
const struct mech_ops *mech_ops__sleep(const struct ev_wait *w);

#endif
