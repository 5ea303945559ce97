/* SPDX-License-Identifier: GPL-2.0 */
/* Sockets: the socket of a file, its state and its peer, and the proof that a task sleeps on it (net/unix/af_unix.c; mech/inet.bpf.h). */
#ifndef IPCTRACE_MECH_SOCK_BPF_H
#define IPCTRACE_MECH_SOCK_BPF_H

#include "core/waitlist.bpf.h"
#include "fd/object.bpf.h"
#include "mech/inet.bpf.h"
#include "mech/sock_name.bpf.h"

/* The socket behind a file; of another family: NULL. */
static __always_inline void *fd_find_sock(struct file *f, struct ipc_object *obj)
{
	struct socket_alloc *both =
	    (void *)sock_read(f, private_data) - bpf_core_field_offset(struct socket_alloc, socket);
	struct unix_sock *u = (void *)sock_read(both, socket.sk);

	__u16 family;

	/* CONFIG_UNIX may be a module, whose types the kernel's own BTF lacks. */
	if (!bpf_core_type_exists(struct unix_sock) || !u)
		return NULL;
	family = sock_read(u, sk.__sk_common.skc_family);
	if (family != AF_UNIX && ((family != AF_INET && family != AF_INET6) || !is_tcp_or_udp(u)))
		return NULL;
	obj->id = sock_read(both, vfs_inode.i_ino);
	obj->dev = can_cast ? typed(both)->vfs_inode.i_sb->s_dev
			    : BPF_CORE_READ(both, vfs_inode.i_sb, s_dev);
	obj->mech = MECH_SOCK;
	return u;
}

static __always_inline __u32 bytes_unread(struct unix_sock *u)
{
	if (!is_unix((__u64)u))
		return sock_read(u, sk.sk_protocol) == IPPROTO_TCP ? tcp_unread((__u64)u)
								   : udp_unread(u);
	/* 6.17 counts those of a stream. */
	if (bpf_core_field_exists(u->inq_len) && sock_read(u, sk.sk_type) == SOCK_STREAM)
		return sock_read(u, inq_len);
	return packet_bytes(&u->sk.sk_receive_queue, true);
}

/* The other end of the socket's connection, or of AF_UNIX whom it sends to; 0: none, or not known. */
static __always_inline __u64 sock_peer(__u64 at)
{
	struct unix_sock *u = (void *)at;
	__u64 peer;

	if (is_unix(at))
		return (__u64)BPF_CORE_READ(u, peer); /* a typed one is no number */
	peer = inet_other_end(at);
	return peer == INET_GONE ? 0 : peer;
}

/*
 * The listener that has not accepted this end of a connection yet, or had not when this was closed: accept forgets it
 * (unix_update_edges()). 0: it is none, or the kernel is older than 6.10 and does not say.
 */
static __always_inline __u64 sock_listener(struct unix_sock *end)
{
	return bpf_core_field_exists(end->listener) ? (__u64)BPF_CORE_READ(end, listener) : 0;
}

/* Number and flags of its peer. */
static __always_inline void peer_state(__u64 at, struct ipc_state *st)
{
	bool local = is_unix(at);
	struct unix_sock *u = (void *)at, *peer;
	struct socket *s;

	peer = local ? (void *)sock_read(u, peer) : (void *)inet_other_end(at);
	if (!peer)
		return;
	if (!local && (__u64)peer == INET_GONE) {
		st->v[SOCK_FLAGS] |= SOCKF_PEER_GONE;
		return;
	}
	s = sock_read(peer, sk.sk_socket);
	if (s)
		st->v[SOCK_PEER] = number_of_socket(s);
	else if (sock_read(peer, sk.__sk_common.skc_flags) & SOCK_DEAD_FLAG)
		st->v[SOCK_FLAGS] |=
		    SOCKF_PEER_GONE | (local && sock_listener(peer) ? SOCKF_UNACCEPTED : 0);
	else
		st->v[SOCK_FLAGS] |= SOCKF_PENDING;
	if (!local || (__u64)sock_read(peer, peer) == at)
		st->v[SOCK_FLAGS] |= SOCKF_MUTUAL;
}

/* The memory of what the socket has sent, and what is not read, or not acknowledged, yet. */
static __always_inline __u32 sent_memory(struct unix_sock *u)
{
	if (!is_unix((__u64)u) && sock_read(u, sk.sk_protocol) == IPPROTO_TCP)
		return sock_read(u, sk.sk_wmem_queued);
	return sock_read(u, sk.sk_wmem_alloc.refs.counter) - 1; /* the socket has one itself */
}

/* Reads without its locks: a state that another task is changing may be one step old. 0: it is gone. */
VERIFIED_ONCE int sock_state(__u64 at, __u64 id, struct ipc_state *st)
{
	struct unix_sock *u = (void *)at;
	__u8 state, shut;
	__u16 type, family;

	if (!bpf_core_type_exists(struct unix_sock) || !at || !st || sock_number(at) != id)
		return 0;
	state = sock_read(u, sk.__sk_common.skc_state);
	shut = sock_read(u, sk.sk_shutdown);
	type = sock_read(u, sk.sk_type);
	family = sock_read(u, sk.__sk_common.skc_family);
	st->v[SOCK_UNREAD] = bytes_unread(u);
	st->v[SOCK_PEER] = 0;
	st->v[SOCK_FLAGS] = shut & 3; /* SOCKF_SHUT_* are the kernel's */
	st->v[SOCK_KIND] = family | type << 8 | state << 16;
	peer_state(at, st);
	if (sock_read(u, sk.sk_err) == ECONNRESET)
		st->v[SOCK_FLAGS] |= SOCKF_RESET;
	if (state == TCP_LISTEN)
		st->v[SOCK_FLAGS] |= SOCKF_LISTENS;
	if (state == TCP_LISTEN ||
	    (family == AF_UNIX && type == SOCK_DGRAM && !sock_read(u, peer))) {
		st->v[SOCK_FLAGS] |= SOCKF_QUEUED;
		st->v[SOCK_USED] = family == AF_UNIX ? sock_read(u, sk.sk_receive_queue.qlen)
						     : sock_read(u, sk.sk_ack_backlog);
		st->v[SOCK_LIMIT] = sock_read(u, sk.sk_max_ack_backlog);
	} else {
		st->v[SOCK_USED] = sent_memory(u);
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

static __always_inline __u64 fd_queue_sock(__u64 at, int which)
{
	return which ? 0 : sock_queue(at);
}

VERIFIED_ONCE int sock_reason(__u64 at, __u64 task, __u8 class)
{
	struct unix_sock *u = (void *)at;
	int how;

	if (!bpf_core_type_exists(struct unix_sock) || !at || !task)
		return WAIT_UNKNOWN;
	if (!is_unix(at))
		return inet_reason(at, task, class);
	how = on_waitqueue(sock_queue(at), task);
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

	e->used = sent_memory((void *)at);
	e->slots = BPF_CORE_READ(sk, sk_sndbuf);
}

#endif
