/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An object in a record: its name, and the words of its state, for each mechanism.
 *
 * Includes no types, as abi/event.h. Values are append-only: never renumber, never reuse.
 */
#ifndef IPCTRACE_ABI_OBJECT_H
#define IPCTRACE_ABI_OBJECT_H

#define STATE_WORDS 6

/* Which mechanism an object belongs to. Rows of abi/mech.def; 0 is "none" or "not known". */
enum mech_id {
	MECH_NONE = 0,
#define MECH(id, name, ...) MECH_##name = id,
#include "abi/mech.def"
};

/*
 * An object's name. Pipe, FIFO, shmem: inode and device. epoll: eventpoll address, device 0.
 * eventfd: the id of /proc/PID/fdinfo, device 0. timerfd: timerfd_ctx address, device 0.
 * Socket: inode and device.
 * SysV shm, sem and msg: the id, and in dev the inode number of its ipc namespace.
 */
struct ipc_object {
	__u64 id;
	__u32 dev; /* kernel's dev_t: major << 20 | minor */
	__u8 mech; /* enum mech_id */
	__u8 pad[3];
};

/* An object's state; the words mean what the mechanism's row in abi/mech.def says. */
struct ipc_state {
	__u32 v[STATE_WORDS];
};

/* The words of pipe and FIFO state, in abi/mech.def's order. From struct pipe_inode_info. */
enum pipe_word {
	PIPE_USED = 0,	  /* slots in use: head - tail */
	PIPE_SLOTS = 1,	  /* max_usage; "full" is used >= slots, whatever the bytes */
	PIPE_BYTES = 2,	  /* sum of the used slots' len */
	PIPE_RING = 3,	  /* ring_size */
	PIPE_READERS = 4, /* open file descriptions that can read, not descriptors */
	PIPE_WRITERS = 5,
};

/* The words of a SysV segment's state, from struct shmid_kernel. */
enum shm_word {
	SHM_NATTCH = 0, /* mappings, of all processes */
	SHM_PAGES = 1,	/* size rounded up to pages of 4096 bytes */
	SHM_SPARE = 2,	/* bytes of the last page beyond the size that was asked for */
	SHM_MODE = 3,	/* with SHM_DEST 01000 (marked for removal), SHM_LOCKED 02000 */
	SHM_KEY = 4,	/* key_t; 0 (IPC_PRIVATE) from IPC_RMID on */
	SHM_UID = 5,	/* owner, as the initial user namespace counts */
};

/* The words of the state of a file in memory: POSIX shm, memfd, shared anonymous memory. */
enum shmem_word {
	SHMEM_PAGES = 0,
	SHMEM_SPARE = 1,
	SHMEM_LINKS = 2, /* names it has; 0: unlinked, or never named */
	SHMEM_MODE = 3,	 /* permission bits */
	SHMEM_UID = 4,
};

/* The words of a SysV semaphore's state, from struct sem_array and its struct sem. */
enum sem_word {
	SEM_NSEMS = 0,
	SEM_NUM = 1,	 /* which semaphore of the set the next words are about */
	SEM_VALUE = 2,	 /* semval */
	SEM_NCNT = 3,	 /* tasks that wait for it to grow */
	SEM_ZCNT = 4,	 /* tasks that wait for it to become 0 */
	SEM_LASTPID = 5, /* process of the last semop or SETVAL */
};

/* The words of a SysV message queue's state, from struct msg_queue. */
enum msg_word {
	MSG_QNUM = 0,	/* messages in it; of this and the next two 0xffffffff: that or more */
	MSG_CBYTES = 1, /* bytes of these */
	MSG_QBYTES = 2, /* how many it takes, of bytes and of messages */
	MSG_LSPID = 3,	/* process of the last msgsnd */
	MSG_LRPID = 4,	/* process of the last msgrcv, or the thread that was given a message */
};

/* The words of an eventfd's state, from struct eventfd_ctx. */
enum eventfd_word {
	EVENTFD_COUNT = 0,     /* of this and the next 0xffffffff: that or more */
	EVENTFD_ROOM = 1,      /* how much can be added to it: up to 2^64 - 2 */
	EVENTFD_SEMAPHORE = 2, /* 1: EFD_SEMAPHORE, a read takes 1 */
	EVENTFD_KERNEL = 3,    /* references of the kernel's own: of io_uring, aio, KVM */
};

/* The words of a timerfd's state, from struct timerfd_ctx. */
enum timerfd_word {
	TIMERFD_TICKS =
	    0, /* how often it has expired since it was read or set; 0xffffffff: that or more */
	TIMERFD_CLOCK = 1,	/* CLOCK_*, as timerfd_create was given it */
	TIMERFD_INTERVAL_S = 2, /* it expires again after each of these; 0: once */
	TIMERFD_INTERVAL_NS = 3,
	TIMERFD_DUE_S =
	    4, /* in how long it expires, from when this was read; 0 both: it is not armed */
	TIMERFD_DUE_NS = 5,
};

/* The words of a POSIX message queue's state, from struct mqueue_inode_info. */
enum mq_word {
	MQ_CURMSGS = 0,
	MQ_MAXMSG = 1,
	MQ_MSGSIZE = 2, /* bytes, at most, of a message */
	MQ_QSIZE = 3,	/* bytes of all messages in it */
	MQ_WAITERS = 4, /* tasks that sleep until there is a message, or room for one */
	MQ_LINKS = 5,	/* names it has; 0: unlinked */
};

/* The words of ev_object.state where a name of such a queue is refused (EVF_NO_STATE): what was asked
 * for, if owned is set, and the limits and the queues of its IPC namespace. */
enum mq_refused {
	MQ_ASKED_MAXMSG = 0, /* 0xffffffff: that, more, or below zero */
	MQ_ASKED_MSGSIZE = 1,
	MQ_LIMIT_MAXMSG = 2,
	MQ_LIMIT_MSGSIZE = 3,
	MQ_LIMIT_QUEUES = 4,
	MQ_QUEUES = 5,
};

/*
 * The words of a socket's state, from struct sock, struct unix_sock and struct tcp_sock. used and limit
 * say what keeps others out. A stream, a UDP socket, and a datagram socket with a peer, has the memory of
 * what it has sent and nobody has read (of TCP: acknowledged; truesize, so more than its bytes), and
 * SO_SNDBUF as the kernel counts it. A listener has connections that are not accepted, and how many there
 * may be. An AF_UNIX datagram socket without a peer has messages in its queue, and how many it takes.
 */
enum sock_word {
	SOCK_UNREAD = 0, /* bytes in its receive queue */
	SOCK_USED = 1,
	SOCK_LIMIT = 2,
	SOCK_PEER = 3,	/* inode of its peer; 0: it has none, or that has no inode: see flags */
	SOCK_FLAGS = 4, /* SOCKF_* */
	SOCK_KIND = 5,	/* SOCK_KIND_*() */
};

#define SOCKF_SHUT_READ	 0x01 /* it receives no more: shutdown(2), or its peer writes no more */
#define SOCKF_SHUT_WRITE 0x02
#define SOCKF_PENDING	 0x04 /* its peer is not accepted yet: no descriptor is of it */
#define SOCKF_PEER_GONE	 0x08 /* its peer is closed */
#define SOCKF_LISTENS	 0x10
#define SOCKF_MUTUAL	 0x20  /* its peer's peer is itself */
#define SOCKF_RESET	 0x40  /* sk_err is ECONNRESET: the next read says so */
#define SOCKF_QUEUED	 0x80  /* used and limit count messages, or connections */
#define SOCKF_UNACCEPTED 0x100 /* its peer was closed with the listener, before it was accepted */

#define SOCK_KIND_FAMILY(kind) (0xff & (kind))	    /* AF_* */
#define SOCK_KIND_TYPE(kind)   ((kind) >> 8 & 0xff) /* SOCK_STREAM and its like */
#define SOCK_KIND_STATE(kind)                                                                      \
	((kind) >> 16 & 0xff) /* TCP_*, of AF_UNIX and UDP ESTABLISHED, LISTEN or CLOSE */

/*
 * What the hooks write where a record has a name, of an AF_INET or AF_INET6 socket; user space makes a
 * text of it, before anything else sees the record. Addresses are in network order, those of IPv4 mapped
 * (RFC 4291, 2.5.5.2); ports are in host order. There: to whom it is connected; port 0: to nobody.
 */
struct inet_ends {
	__u32 here[4], there[4];
	__u16 here_port, there_port;
	__u32 net; /* inode of the network namespace */
};

#endif
