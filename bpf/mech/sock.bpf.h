/* SPDX-License-Identifier: GPL-2.0 */
/* AF_UNIX sockets: the socket of a file, its state and its peer, and the proof that a task sleeps on it (net/unix/af_unix.c). */
#ifndef IPCTRACE_MECH_SOCK_BPF_H
#define IPCTRACE_MECH_SOCK_BPF_H

#include "core/waitlist.bpf.h"
#include "fd/object.bpf.h"
#include "mech/sock_name.bpf.h"

#define ECONNRESET     104
#define RCV_SHUTDOWN   1	/* include/net/sock.h, and the next */
#define SOCK_DEAD_FLAG (1 << 0) /* SOCK_DEAD in enum sock_flags */
#define TCP_LISTEN     10	/* include/net/tcp_states.h */
#define SOCK_STREAM    1	/* include/linux/net.h, and the next */
#define SOCK_DGRAM     2

#define SKB_WALK 1024 /* packets of a queue that are looked at */

/* Where types are lent a load costs a tenth: what is sent and received is frequent. */
#define sock_read(p, field) (can_cast ? typed(p)->field : BPF_CORE_READ(p, field))

static __always_inline struct inode *inode_of_socket(struct socket *s)
{
	return (void *)s - bpf_core_field_offset(struct socket_alloc, socket) +
	       bpf_core_field_offset(struct socket_alloc, vfs_inode);
}

static __always_inline __u64 number_of_socket(struct socket *s)
{
	struct socket_alloc *both = (void *)s - bpf_core_field_offset(struct socket_alloc, socket);

	return sock_read(both, vfs_inode.i_ino);
}

/* The socket behind a file; of another family: NULL. */
static __always_inline void *fd_find_sock(struct file *f, struct ipc_object *obj)
{
	struct socket_alloc *both =
	    (void *)sock_read(f, private_data) - bpf_core_field_offset(struct socket_alloc, socket);
	struct unix_sock *u = (void *)sock_read(both, socket.sk);

	/* CONFIG_UNIX may be a module, whose types the kernel's own BTF lacks. */
	if (!bpf_core_type_exists(struct unix_sock) || !u ||
	    sock_read(u, sk.__sk_common.skc_family) != AF_UNIX)
		return NULL;
	obj->id = sock_read(both, vfs_inode.i_ino);
	obj->dev = can_cast ? typed(both)->vfs_inode.i_sb->s_dev
			    : BPF_CORE_READ(both, vfs_inode.i_sb, s_dev);
	obj->mech = MECH_SOCK;
	return u;
}

struct skb_walk {
	__u64 head, at;
	__u32 bytes;
};

static long add_packet(__u32 i, struct skb_walk *w)
{
	struct sk_buff *skb = (void *)w->at;
	struct unix_skb_parms *cb = (void *)skb + bpf_core_field_offset(struct sk_buff, cb);

	/* One that is taken out meanwhile has no next. */
	if (!w->at || w->at == w->head)
		return 1;
	w->bytes += BPF_CORE_READ(skb, len) - BPF_CORE_READ(cb, consumed);
	w->at = (__u64)BPF_CORE_READ(skb, next);
	return 0;
}

static __always_inline __u32 bytes_unread(struct unix_sock *u)
{
	struct sk_buff_head *queue = &u->sk.sk_receive_queue;
	struct skb_walk w = {.head = (__u64)queue};

	/* 6.17 counts those of a stream. */
	if (bpf_core_field_exists(u->inq_len) && sock_read(u, sk.sk_type) == SOCK_STREAM)
		return sock_read(u, inq_len);
	w.at = (__u64)BPF_CORE_READ(queue, next);
	bpf_loop(SKB_WALK, add_packet, &w, 0);
	if (w.at && w.at != w.head)
		count_lost(LOST_WALK, 1);
	return w.bytes;
}

/* Number and flags of its peer. */
static __always_inline void peer_state(__u64 at, struct ipc_state *st)
{
	struct unix_sock *u = (void *)at, *peer = (void *)sock_read(u, peer);
	struct socket *s;

	if (!peer)
		return;
	s = sock_read(peer, sk.sk_socket);
	if (s)
		st->v[SOCK_PEER] = number_of_socket(s);
	else if (sock_read(peer, sk.__sk_common.skc_flags) & SOCK_DEAD_FLAG)
		st->v[SOCK_FLAGS] |= SOCKF_PEER_GONE;
	else
		st->v[SOCK_FLAGS] |= SOCKF_PENDING;
	if ((__u64)sock_read(peer, peer) == at)
		st->v[SOCK_FLAGS] |= SOCKF_MUTUAL;
}

/* The socket's number; 0: no descriptor is of it any more, or yet. */
static __always_inline __u64 sock_number(__u64 at)
{
	struct unix_sock *u = (void *)at;
	struct socket *s = sock_read(u, sk.sk_socket);

	return s ? number_of_socket(s) : 0;
}

/* Reads without its locks: a state that another task is changing may be one step old. 0: it is gone. */
VERIFIED_ONCE int sock_state(__u64 at, __u64 id, struct ipc_state *st)
{
	struct unix_sock *u = (void *)at;
	__u8 state, shut;
	__u16 type;

	if (!bpf_core_type_exists(struct unix_sock) || !at || !st || sock_number(at) != id)
		return 0;
	state = sock_read(u, sk.__sk_common.skc_state);
	shut = sock_read(u, sk.sk_shutdown);
	type = sock_read(u, sk.sk_type);
	st->v[SOCK_UNREAD] = bytes_unread(u);
	st->v[SOCK_PEER] = 0;
	st->v[SOCK_FLAGS] = shut & 3; /* SOCKF_SHUT_* are the kernel's */
	st->v[SOCK_KIND] = AF_UNIX | type << 8 | state << 16;
	peer_state(at, st);
	if (sock_read(u, sk.sk_err) == ECONNRESET)
		st->v[SOCK_FLAGS] |= SOCKF_RESET;
	if (state == TCP_LISTEN)
		st->v[SOCK_FLAGS] |= SOCKF_LISTENS;
	if (state == TCP_LISTEN || (type == SOCK_DGRAM && !sock_read(u, peer))) {
		st->v[SOCK_FLAGS] |= SOCKF_QUEUED;
		st->v[SOCK_USED] = sock_read(u, sk.sk_receive_queue.qlen);
		st->v[SOCK_LIMIT] = sock_read(u, sk.sk_max_ack_backlog);
	} else {
		/* The socket has one itself. */
		st->v[SOCK_USED] = sock_read(u, sk.sk_wmem_alloc.refs.counter) - 1;
		st->v[SOCK_LIMIT] = sock_read(u, sk.sk_sndbuf);
	}
	return 1;
}

static __always_inline void fd_state_sock(__u64 at, struct ipc_state *st)
{
	sock_state(at, sock_number(at), st);
}

static __always_inline bool read_state_sock(const struct ipc_object *obj, void *at,
					    struct ipc_state *st)
{
	return sock_state((__u64)at, obj->id, st);
}

/* Those who wait for something to read, or for room to write, stand on one queue: the call tells. */
static __always_inline __u64 fd_queue_sock(__u64 at, int which)
{
	return which ? 0
		     : (__u64)BPF_CORE_READ((struct sock *)at, sk_wq) +
			   bpf_core_field_offset(struct socket_wq, wait);
}

VERIFIED_ONCE int sock_reason(__u64 at, __u64 task, __u8 class)
{
	struct unix_sock *u = (void *)at;
	int how;

	if (!bpf_core_type_exists(struct unix_sock) || !at || !task)
		return WAIT_UNKNOWN;
	how = on_waitqueue(fd_queue_sock(at, 0), task);
	if (how == ON_QUEUE_POLLING)
		return WAIT_PIPE_POLL;
	switch (class) {
	case OPC_READ:
	case OPC_RECEIVE:
		if (how)
			return WAIT_SOCK_EMPTY;
		return on_mutex(&u->iolock, (void *)task) ? WAIT_SOCK_LOCK : WAIT_UNKNOWN;
	case OPC_WRITE:
	case OPC_SEND:
		return how ? WAIT_SOCK_FULL : WAIT_UNKNOWN;
	case OPC_ACCEPT:
		return how ? WAIT_SOCK_ACCEPT : WAIT_UNKNOWN;
	}
	return WAIT_UNKNOWN;
}

static __always_inline int fd_reason_sock(__u64 at, __u64 task, __u8 class)
{
	return sock_reason(at, task, class);
}

static __always_inline void fd_watch_sock(__u64 at, struct ev_watch *e)
{
	struct sock *sk = (void *)at;

	e->used = BPF_CORE_READ(sk, sk_wmem_alloc.refs.counter) - 1;
	e->slots = BPF_CORE_READ(sk, sk_sndbuf);
}

#endif
