/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The tally: records in, sums out, for each object and for each pair of a sleeper and who woke it.
 * Pure: no I/O, no clock.
 *
 * Every figure is a sum over single records, so records need no other order than the source's, and
 * no timeline. Memory grows with live tasks and with rows. The number of rows has a limit; what has
 * no row is added to one row for the rest.
 */
#ifndef IPCTRACE_STAT_TALLY_H
#define IPCTRACE_STAT_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "stat/dist.h"
#include "abi/event.h"
#include "abi/sums.h"
#include "lib/map.h"

#define TALLY_REASONS 32 /* ids of abi/mech.def are below */

/* A process by its last name, not escaped. */
struct tally_name {
	__u32 pid;
	__u32 inner_pid; /* in its own pid namespace; 0: that of ipctrace, or not known */
	char comm[COMM_LEN];
};

/* What was done, by finished calls. */
struct tally_flow {
	__u64 ops;		     /* all, also the failed ones and the ones below */
	__u64 reads, read_bytes;     /* read and its like; bytes: of those that returned some */
	__u64 writes, write_bytes;   /* write and its like */
	__u64 splices, splice_bytes; /* splice, tee, vmsplice: bytes in or out */
};

struct tally_waits {
	struct dist wait;  /* asleep until woken; of one that goes on, until it was last seen */
	struct dist delay; /* woken until it ran: the run queue */
	__u64 open;	   /* of them, go on */
	__u64 earlier;	   /* of them, began before tracing: they took longer */
};

#define TALLY_COMPAT  (-1) /* a 32-bit call, whose number is not ours */
#define TALLY_STOPPED (-2) /* no call: stopped by a signal */

struct tally_object {
	struct map_node node;
	__u32 serial;
	struct ipc_object key;	 /* mech 0: no object, but sleeps in system call nr */
	unsigned int generation; /* as the timeline counts them */
	__s16 nr;		 /* mech 0: or TALLY_COMPAT, TALLY_STOPPED */
	bool born, gone;	 /* its creation, its end was seen */
	bool cut;		 /* some of its users have no row */
	__u32 home;    /* the ipc namespace of the first SysV object: see mech__object_name_in() */
	bool narrowed; /* some of its operations were left out on purpose */
	__u32 born_pid;
	__u64 born_ts;
	char path[PATH_LEN]; /* of a FIFO; not escaped */
	struct tally_flow flow;
	struct tally_waits w;
	struct {
		__u64 n, ns;
	} reasons[TALLY_REASONS]; /* by enum wait_reason */
};

/* What a process did with an object. */
struct tally_use {
	struct map_node node;
	struct tally_object *obj;
	__u32 task; /* serial */
	struct tally_name who;
	struct tally_flow flow;
	__u64 waits, ns;
};

/* A process that slept, and what ended its sleeps. */
struct tally_pair {
	struct map_node node;
	__u32 task, by_task;	   /* serials */
	struct tally_name who, by; /* by.pid 0: no task, ctx says what */
	__u8 ctx;		   /* enum wake_ctx, of the last sleep */
	/*
	 * What who read of what by wrote, and the reads: known of objects whose birth was seen
	 * and that one process alone wrote to.
	 */
	__u64 reads, bytes;
	struct tally_waits w;
};

struct tally_limits {
	size_t objects, pairs, uses; /* rows; 0: what suits a person's patience */
};

struct tally_rows {
	struct tally_object **objects; /* longest wait first */
	struct tally_pair **pairs;     /* likewise, those whom nobody has woken last */
	struct tally_use **uses;       /* by object, busiest first */
	size_t n_objects, n_pairs, n_uses;
	const struct tally_object *other_objects; /* NULL: every object has its row */
	const struct tally_pair *other_pairs;
	__u64 span; /* ns from the first to the last record */
};

struct tally;

/* NULL with errno. */
struct tally *tally__new(const struct tally_limits *limits);
/* The name of a task at the records fed last; "": not known. Lives until the next. */
const char *tally__comm(const struct tally *t, __u32 tid);
/* The path of an object, PATH_LEN bytes at most, at the records fed last; NULL or "": not known. */
const char *tally__path(struct tally *t, const struct ipc_object *key);
/* 0 or -ENOMEM. The record is well formed, as a source gives it. */
int tally__feed(struct tally *t, const struct event *rec);
/* This record is left out, because it was not asked for. 0 or -ENOMEM. */
int tally__leave_out(struct tally *t, const struct event *rec);
/* The same of what was summed up already; *n grows by how many operations, waits they are. */
int tally__feed_ops(struct tally *t, const struct sum_op_key *key, const struct sum_op *sum,
		    __u64 *n);
int tally__feed_waits(struct tally *t, const struct sum_wait_key *key, const struct sum_wait *sum,
		      __u64 *n);
/* No more records: sleeps that go on are put down. The rows live as long as t. 0 or -ENOMEM. */
int tally__finish(struct tally *t, struct tally_rows *rows);
/* The uses of an object stand together in rows->uses: the first one's index. */
size_t tally_rows__uses(const struct tally_rows *rows, const struct tally_object *o, size_t *n);
void tally__free(struct tally *t); /* NULL is fine */

#endif
