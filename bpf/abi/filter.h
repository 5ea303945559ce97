/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The filter of the hooks: which tasks are followed, and what is recorded of them. The loader fills
 * it in before the programs are loaded, so what is not asked for costs nothing.
 *
 * Includes nothing; whoever includes it provides __u8 ... __u64, COMM_LEN and PATH_LEN of abi/event.h.
 */
#ifndef IPCTRACE_ABI_FILTER_H
#define IPCTRACE_ABI_FILTER_H

#define FILTER_OBJECTS 8
#define FILTER_NAME    112 /* sun_path of struct sockaddr_un is 108 bytes */

#define FILTER_ALL	0x01 /* every task of the system, not only those that are named, and theirs */
#define FILTER_COMM	0x02 /* of those, the ones with this comm */
#define FILTER_USER	0x04 /* whose effective user is uid */
#define FILTER_CGROUP	0x08 /* in this cgroup v2, or below it */
#define FILTER_PARTNERS 0x10 /* others that hold an end of their objects are followed there */
#define FILTER_CHILDREN 0x20 /* what those that are named have forked is followed, too */
#define FILTER_TASKS	(FILTER_COMM | FILTER_USER | FILTER_CGROUP)

/*
 * In filter.mechs: signals. A bit that no object has: if it is the only one, no object is wanted.
 */
#define MECHS_SIGNALS (1U << 31)

#define FILTER_NO_ID (~0ULL)	  /* of an object that is asked for by its name */
#define FILTER_PORT  (1ULL << 48) /* of a socket: this and a port, which one end of it has */

struct filter_object {
	__u64 id;   /* as in struct ipc_object */
	__u32 dev;  /* 0: of any device, or IPC namespace */
	__u32 mech; /* enum mech_id */
};

/* A POSIX queue's name, without its slash; or a socket's sun_path, where an abstract name begins with a NUL. */
struct filter_name {
	char text[FILTER_NAME]; /* zeroes behind it */
	__u32 len;
};

struct filter {
	__u32 flags; /* FILTER_* */
	__u32 uid;
	__u64 cgroup; /* the inode of its directory */
	char comm[COMM_LEN];
	__u64 min_wait; /* ns; only waits of this length, and no operations without one */
	__u32 mechs;	/* 1 << enum mech_id, MECHS_SIGNALS; 0: all of them */
	__u32 n_objects;
	struct filter_object objects[FILTER_OBJECTS]; /* only these */
	__u8 no_signals; /* they are not among the mechanisms asked for */
	__u8 waits_only;
	__u8 sums;    /* operations and waits are summed up, not recorded: abi/sums.h */
	__u8 by_name; /* there are names */
	__u8 by_port; /* there are ports */
	__u8 pad[3];
	struct filter_name names[FILTER_OBJECTS]; /* of objects[i], if its id is FILTER_NO_ID */
};

/* How a task is followed. */
enum trace_state {
	TRACE_OFF = 0,
	TRACE_ARMED = 1,   /* from its next exec on */
	TRACE_MUTED = 2,   /* followed, but the filter does not want its records */
	TRACE_PARTNER = 3, /* only what it does with the followed tasks' objects */
	TRACE_ON = 4,
};

/* The begin of what the hooks keep with each traced task; user space writes only this part. */
struct task_head {
	__u32 trace; /* enum trace_state */
};

#endif
