/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One look at the whole system, as the records of bpf/abi/why.h describe it, put in order.
 * Pure: no I/O, no clock, no libbpf.
 */
#ifndef IPCTRACE_WHY_LOOK_H
#define IPCTRACE_WHY_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "abi/why.h"
#include "names/mech.h"

/* An object in whose memory a task waits on a word, as shared_word.h reads it. */
struct shared_object {
	char name[PATH_LEN + 16]; /* not escaped */
	__u64 dev, inode;	  /* as /proc/PID/maps has them */
	size_t *users;		  /* processes that have it mapped: their first tasks */
	size_t n_users;
	bool users_known; /* these are all */
};

struct shared_word {
	size_t object; /* in look.shared */
	__u64 offset;  /* in the object, bytes */
	__u32 value;   /* in it, while the task still slept */
	bool known;    /* object and offset are */
	bool value_known;
};

/* A task as it was found. */
struct seen_task {
	struct look_task rec;
	bool waits;		    /* asleep in a system call: wait is set */
	struct ev_wait wait;	    /* reason WAIT_UNKNOWN: on nothing that is followed */
	struct look_watch *watches; /* poll, select, epoll: what it would be woken by */
	size_t n_watches;
	bool watches_cut;	 /* not all of them are known */
	struct shared_word word; /* of LOOK_WORD */
	/* The first timer to run out of those that it waits for or polls: one that is an object of its own.
	 * due 0: there is none, or it is not armed. */
	struct expiry expiry;
	struct ipc_object timer; /* that object */
};

/* Tasks are in the order of their tids, held in that of their objects, descriptor tables and
 * fds; each descriptor of a shared table is there once. */
struct look {
	struct seen_task *tasks;
	size_t n_tasks, room_tasks;
	struct ev_object *held;
	size_t n_held, room_held;
	__u32
	    ipc_ns; /* of the caller: SysV objects of others are called by theirs, too; 0: not known */
	__u64 *tables; /* of held[i]: the descriptor table that it is in, as look_task.files */
	struct shared_object *shared;
	size_t n_shared;
};

/* Takes a record, which it copies. 0, -ENOMEM, or -EPROTO for one that is not well formed. */
int look__feed(struct look *l, const struct event *rec);
/* All records were fed: orders them. 0 or -ENOMEM. */
int look__finish(struct look *l);
/* Frees what l points to; l itself is the caller's. */
void look__clear(struct look *l);

/* NULL: no such task. tid as the initial pid namespace counts. */
const struct seen_task *look__task(const struct look *l, __u32 tid);
bool look__same_object(const struct ipc_object *a, const struct ipc_object *b);
/* The first of the object's rows in held, and how many there are. */
size_t look__holds(const struct look *l, const struct ipc_object *obj, size_t *n);
/* The descriptor by which the task has the object; -1: it has none. */
__s32 look__fd(const struct look *l, const struct seen_task *t, const struct ipc_object *obj);
/* Whether it is asleep in an open of a FIFO, until a task opens the other end. */
bool task__opens_fifo(const struct seen_task *t);
/* The object of a watch; mech 0: not one that is followed. */
struct ipc_object look__watched(const struct look_watch *w);
/* An item of an epoll instance that tells of no event more: EPOLLONESHOT, and its event came. */
bool look__disarmed(const struct look_watch *w);
/* Whether what it is of has a timer that will make the event that it is polled for. */
bool look__expires(const struct look *l, const struct look_watch *w, struct expiry *e);

#endif
