/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a call asked for, besides its object: three words and some bits of an operation's record.
 * What a word means depends on the call, so each word has a name for each meaning. Code that writes
 * or reads a word uses that name. A word without a meaning for the call is 0.
 */
#ifndef IPCTRACE_ABI_ASKED_H
#define IPCTRACE_ABI_ASKED_H

#define ASKED_ARG                                                                                  \
	union {                                                                                    \
		__u64 arg;	/* whatever it is: as JSON and .expect files have it */            \
		__u64 bytes;	/* of data, a message, its room, a segment, a pipe, a mapping */   \
		__u64 addr;	/* shmat, shmdt */                                                 \
		__s64 length;	/* ftruncate; fallocate: where its range ends */                   \
		__u64 offset;	/* futex: of the word in its object, bytes */                      \
		__s64 nsems;	/* semget */                                                       \
		__s64 change;	/* semop: by how much; 0: it waits for 0 */                        \
		__s64 value;	/* SETVAL; setsockopt: see SOCKOPT_* */                            \
		__u64 owner;	/* IPC_SET: uid | gid << 32 */                                     \
		__u64 sleepers; /* IPC_RMID: how many tasks slept on it */                         \
		__s64 maxmsg;	/* mq_open */                                                      \
		__s64 signo;	/* mq_notify: of SIGEV_SIGNAL */                                   \
		__s64 backlog;	/* listen */                                                       \
		__u64 messages; /* sendmmsg, recvmmsg: how many */                                 \
	}

#define ASKED_KEY                                                                                  \
	union {                                                                                    \
		__u32 key;    /* *get: the key; IPC_RMID: the set's or queue's */                  \
		__u32 mode;   /* IPC_SET */                                                        \
		__u32 nsops;  /* semop: how many operations; 0: that, or an older record */        \
		__s32 wanted; /* msgrcv: the type, but see MSGF_WIDE */                            \
		__u32 msgmax; /* msgsnd: see MSGF_TOO_LONG */                                      \
		__u32 val;    /* futex: what the word must be, or how many to wake */              \
		__u32 events; /* epoll_ctl */                                                      \
		__u32 file;   /* mappings, ftruncate, fallocate, F_ADD_SEALS, mq_*: KEY_* */       \
		__u32 uid;    /* F_SETPIPE_SZ: see PIPEF_SOFT */                                   \
		__u32 mounts; /* unlink: its mount namespace; mq_unlink: its IPC namespace */      \
		__u32 socket; /* accept: the number of the new one; connect: see connection */     \
	}

#define ASKED_TYPE                                                                                 \
	union {                                                                                    \
		__s64 type;	  /* of the message; msgrcv without one: what was asked for */     \
		__s64 qbytes;	  /* IPC_SET of a queue */                                         \
		__s64 limit;	  /* see LIMIT_*, PIPEF_*; semop: SEMOPM, 0: an older record */    \
		__s64 granted;	  /* mprotect: see PROTECTF_GRANTED */                             \
		__s64 second;	  /* futex: see FUTEXF_SECOND */                                   \
		__s64 epfd;	  /* epoll_ctl */                                                  \
		__u64 number;	  /* that a read has got, or a write is of: see NUMBERF_KNOWN */   \
		__s64 prio;	  /* mq_timedsend, mq_timedreceive: of the message */              \
		__s64 pid;	  /* mq_notify: which process is registered; 0: none */            \
		__s64 msgsize;	  /* mq_open */                                                    \
		__u64 moved;	  /* sendmmsg, recvmmsg: see SOCKOP_MANY */                        \
		__u64 connection; /* connect that nobody has accepted yet, and the accept of it */ \
	}

/*
 * ev_op.bits. Each class has its own bits. OPF_NO_ARG is for readv and its like: the parts could
 * not be read, or are more than a call may have.
 */
#define OPF_NO_ARG 0x01

/* epoll_ctl: epfd and events are set; but the events could not be read, or the command has none. */
#define EPOLLF_ASKED	 0x02
#define EPOLLF_NO_EVENTS 0x04

/* What reads or writes a number: number is known. */
#define NUMBERF_KNOWN 0x02

/* mprotect that failed: granted is how many bytes, from its address on, have the rights that it asks
 * for; nothing is mapped behind those. */
#define PROTECTF_GRANTED 0x02
#define PROTECTF_HOLE	 0x04

/*
 * F_SETPIPE_SZ that was refused (EPERM): which limit the call would exceed, as read when it was over.
 * For the last two, limit is how many pages the pipes of uid have << 32 | how many they may have, each
 * 0xffffffff for more.
 */
#define PIPEF_MAX_SIZE 0x02 /* fs.pipe-max-size: limit, bytes */
#define PIPEF_SOFT     0x04 /* fs.pipe-user-pages-soft */
#define PIPEF_HARD     0x08 /* fs.pipe-user-pages-hard */

/*
 * shmget, semget, msgget: which limit the call would exceed, as read when it was over; limit is how much
 * of it is used << 32 | how much there may be, each 0xffffffff for more. If the call found no object by
 * its key, obj is none, and obj.dev its IPC namespace (0: an older record).
 */
#define LIMIT_IDS 0x02 /* SHMMNI, SEMMNI, MSGMNI */
#define LIMIT_ALL 0x04 /* SHMALL (pages), SEMMNS */
#define LIMIT_ONE 0x08 /* SHMMAX, SEMMSL: limit is how much one may have */

/*
 * Semaphores. If a semaphore's state is not known (EVF_NO_STATE), before.v[SEM_NUM] is still the one
 * that was asked for, where a semop has a count or any of these is set, and SEM_NSEMS is the set's, 0
 * if that is not known.
 */
#define SEMF_NO_ARG	0x01 /* semop: its operations could not be read, or it has none */
#define SEMF_NO_SET	0x02 /* no set had that id when the call began */
#define SEMF_PERM	0x04 /* IPC_SET: owner and mode are set */
#define SEMF_ASLEEP	0x08 /* IPC_RMID: sleepers is set */
#define SEMF_TIMED	0x80 /* semtimedop: with a timeout */
#define SEMF_PART(bits) ((bits) >> 4 & 7) /* semop: which of its operations, from 0 */

/* SysV message queues. */
#define MSGF_NO_TYPE  0x01 /* type could not be read */
#define MSGF_NO_QUEUE SEMF_NO_SET
#define MSGF_PERM     SEMF_PERM /* qbytes is set, too */
#define MSGF_ASLEEP   SEMF_ASLEEP
#define MSGF_WIDE     0x10 /* msgrcv: the type that was asked for is no int: type, if it got none */
#define MSGF_TOO_LONG 0x20 /* msgsnd: more bytes than a message may have: msgmax, or 0 */

/* POSIX message queues. obj is none if the descriptor is of no queue. */
#define MQF_ATTR	0x02 /* mq_open: has a struct mq_attr */
#define MQF_NO_PRIORITY 0x04 /* mq_receive: the caller does not ask for the priority */

/* sendmmsg, recvmmsg: the result is how many messages, and moved how many bytes these had. */
#define SOCKOP_MANY 0x02

/*
 * setsockopt: OPF_NO_ARG, or value is what was asked for: bytes; ns, 0: for ever, of a timeout; of SO_LINGER ns
 * as well, SOCKOPT_NO_LINGER: it is switched off.
 */
#define SOCKOPT_NO_LINGER (-1)

/*
 * connect, accept: connection is the same for both, 0 is not known or accepted already. socket is then the number
 * of connect's listener; 0: not known.
 */

/* futex: second is the offset of the call's second word, in the same object. */
#define FUTEXF_SECOND 0x02 /* not OPF_NO_ARG */

/* file */
#define KEY_KNOWN 0x80000000u /* else nothing is said of the file */
#define KEY_ENDS  0x3	      /* END_*: what it is open for */
#define KEY_SEALS 8	      /* F_SEAL_*, shifted by that */

#endif
