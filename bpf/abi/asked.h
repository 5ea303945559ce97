/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a call asked for, beside its object: four words of an operation's record. Which calls there are
 * decides what a word means, so each word has a name for each meaning, and who writes or reads one
 * uses the name. A word that a call has no meaning for is 0.
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
		__s64 value;	/* SETVAL */                                                       \
		__u64 owner;	/* IPC_SET: uid | gid << 32 */                                     \
		__u64 sleepers; /* IPC_RMID: how many tasks slept on it */                         \
		__s64 maxmsg;	/* mq_open */                                                      \
		__s64 signo;	/* mq_notify: of SIGEV_SIGNAL */                                   \
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
	}

#define ASKED_TYPE                                                                                 \
	union {                                                                                    \
		__s64 type;    /* of the message; msgrcv without one: what was asked for */        \
		__s64 qbytes;  /* IPC_SET of a queue */                                            \
		__s64 limit;   /* see LIMIT_*, PIPEF_*; semop: SEMOPM, 0: an older record */       \
		__s64 granted; /* mprotect: see PROTECTF_GRANTED */                                \
		__s64 second;  /* futex: see FUTEXF_SECOND */                                      \
		__s64 epfd;    /* epoll_ctl */                                                     \
		__u64 number;  /* that a read has got, or a write is of: see NUMBERF_KNOWN */      \
		__s64 prio;    /* mq_timedsend, mq_timedreceive: of the message */                 \
		__s64 pid;     /* mq_notify: which process is registered; 0: none */               \
		__s64 msgsize; /* mq_open */                                                       \
	}

#endif
