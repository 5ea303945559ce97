/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TCP and UDP sockets (net/ipv4, net/ipv6): their addresses, their state, and which two of TCP are the
 * ends of one connection. No socket knows the other one: both are found by their addresses among those
 * that hooks/inet.bpf.c has seen.
 */
#ifndef IPCTRACE_MECH_INET_BPF_H
#define IPCTRACE_MECH_INET_BPF_H

#include "core/waitlist.bpf.h"
#include "mech/sock_base.bpf.h"

#define IPPROTO_TCP 6 /* include/uapi/linux/in.h, and the next */
#define IPPROTO_UDP 17

#define TCP_ESTABLISHED 1 /* include/net/tcp_states.h, and the next ones */
#define TCP_SYN_SENT	2
#define TCP_SYN_RECV	3
#define TCP_FIN_WAIT1	4
#define TCP_FIN_WAIT2	5
#define TCP_CLOSE	7
#define TCP_CLOSE_WAIT	8
#define TCP_LAST_ACK	9
#define TCP_CLOSING	11

#define V4_MAPPED 0xffff0000 /* ::ffff:0:0, its third word in network order */

/* In place of an address: the socket is closed, and the other end of its connection is not. */
#define INET_GONE 1
/* The same: several listen there (SO_REUSEPORT), and which of them is asked is not known. */
#define INET_SEVERAL 2

/* Connected TCP sockets, and those that listen, by their ends; the value is the address of the socket. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << 16);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct inet_ends);
	__type(value, __u64);
} inet_sockets SEC(".maps") __weak;

/* Whether the socket, which is of no other family, is one that is followed: no MPTCP, SCTP, or raw one. */
static __always_inline bool is_tcp_or_udp(struct unix_sock *u)
{
	__u16 protocol = sock_read(u, sk.sk_protocol), type = sock_read(u, sk.sk_type);

	return (protocol == IPPROTO_TCP && type == SOCK_STREAM) ||
	       (protocol == IPPROTO_UDP && type == SOCK_DGRAM);
}

/* Its own port. skc_num is 0 by the time that the state TCP_CLOSE is told (__inet_put_port()). */
static __always_inline __u16 inet_port(__u64 at)
{
	struct tcp_sock *t = (void *)at; /* begins with a struct inet_sock, as a UDP socket does */
	__u16 port = sock_read(t, inet_conn.icsk_inet.inet_sport);

	return __builtin_bswap16(port);
}

/* That of the other end; 0: it is not connected. */
static __always_inline __u16 inet_port_there(__u64 at)
{
	struct unix_sock *u = (void *)at;
	__u16 port = sock_read(u, sk.__sk_common.skc_dport);

	return __builtin_bswap16(port);
}

/* The addresses of the ends of the socket: of IPv4 mapped. */
static __always_inline void read_ends(struct unix_sock *u, __u32 *here, __u32 *there)
{
	bool connected = inet_port_there((__u64)u) != 0;

	if (sock_read(u, sk.__sk_common.skc_family) == AF_INET) {
		here[2] = V4_MAPPED;
		here[3] = sock_read(u, sk.__sk_common.skc_rcv_saddr);
		if (connected) {
			there[2] = V4_MAPPED;
			there[3] = sock_read(u, sk.__sk_common.skc_daddr);
		}
		return;
	}
	bpf_probe_read_kernel(here, 16, &u->sk.__sk_common.skc_v6_rcv_saddr);
	if (connected)
		bpf_probe_read_kernel(there, 16, &u->sk.__sk_common.skc_v6_daddr);
}

/* The ends of the socket at this address, into e, which is all 0; or (swap) as its other end sees them. 0: none. */
VERIFIED_ONCE int inet_ends_of(__u64 at, struct inet_ends *e, bool swap)
{
	struct unix_sock *u = (void *)at;
	__u16 port;

	if (!at || !e)
		return 0;
	port = inet_port_there(at);
	e->net = BPF_CORE_READ(u, sk.__sk_common.skc_net.net, ns.inum);
	if (swap) {
		e->here_port = port;
		e->there_port = inet_port(at);
		read_ends(u, e->there, e->here);
	} else {
		e->here_port = inet_port(at);
		e->there_port = port;
		read_ends(u, e->here, e->there);
	}
	return 1;
}

/* The other end of its connection: its address, INET_GONE, or 0: not known. */
VERIFIED_ONCE __u64 inet_other_end(__u64 at)
{
	struct inet_ends other = {};
	__u64 *found;

	if (!inet_ends_of(at, &other, true) || !other.here_port)
		return 0;
	found = bpf_map_lookup_elem(&inet_sockets, &other);
	if (!found || *found == INET_GONE)
		return found ? INET_GONE : 0;
	/* It may be closed since it was found, unseen (learn_inet()), and its memory another socket. */
	return inet_port(*found) == other.here_port && inet_port_there(*found) == other.there_port
		   ? *found
		   : 0;
}

/* Who listens at these ends alone; 0: nobody, several, or not known. */
static __always_inline __u64 listens_at(struct inet_ends *e)
{
	__u64 *found = bpf_map_lookup_elem(&inet_sockets, e);

	return found && *found != INET_SEVERAL ? *found : 0;
}

/* The listener that the socket, which is to be connected, asks: of that address, or of all. */
VERIFIED_ONCE __u64 inet_listener(__u64 at)
{
	struct inet_ends l = {};
	__u64 found;
	bool v4;

	if (!inet_ends_of(at, &l, true) || !l.here_port)
		return 0;
	l.there_port = 0;
	__builtin_memset(l.there, 0, sizeof(l.there));
	v4 = !l.here[0] && !l.here[1] && l.here[2] == V4_MAPPED;
	found = listens_at(&l);
	if (!found && v4) {
		l.here[3] = 0;
		found = listens_at(&l);
	}
	if (!found) {
		__builtin_memset(l.here, 0, sizeof(l.here));
		found = listens_at(&l);
	}
	return found;
}

static __always_inline bool backlog_is_full(struct unix_sock *u)
{
	return sock_read(u, sk.sk_ack_backlog) > sock_read(u, sk.sk_max_ack_backlog);
}

/* What a connect that nobody answers waits for at another socket: room in its backlog. 0: that is not so. */
static __always_inline __u64 inet_full_listener(__u64 at)
{
	__u64 listener = inet_listener(at);

	return listener && backlog_is_full((void *)listener) ? listener : 0;
}

/* As tcp_inq() (include/net/tcp.h). */
static __always_inline __u32 tcp_unread(__u64 at)
{
	struct tcp_sock *t = (void *)at;
	struct unix_sock *u = (void *)at;
	__u32 bytes = sock_read(t, rcv_nxt) - sock_read(t, copied_seq);

	/* The FIN has a number in the stream. */
	if (bytes && sock_read(u, sk.__sk_common.skc_flags) & SOCK_DONE_FLAG)
		bytes--;
	return bytes;
}

/* A reader moves what has come to a queue of its own (net/ipv4/udp.c). */
static __always_inline __u32 udp_unread(struct unix_sock *u)
{
	struct udp_sock *udp = (void *)u;

	return packet_bytes(&u->sk.sk_receive_queue, false) +
	       packet_bytes(&udp->reader_queue, false);
}

static __always_inline int inet_reason(__u64 at, __u64 task, __u8 class)
{
	struct sock *sk = (void *)at;
	__u8 state = BPF_CORE_READ(sk, __sk_common.skc_state);
	int how = on_waitqueue(sock_queue(at), task);

	if (how == ON_QUEUE_POLLING)
		return WAIT_PIPE_POLL;
	if (!how)
		return on_waitqueue((__u64)&sk->sk_lock.wq, task) ? WAIT_SOCK_LOCK : WAIT_UNKNOWN;
	if (BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP &&
	    (state == TCP_SYN_SENT || state == TCP_SYN_RECV))
		return inet_full_listener(at) ? WAIT_UNKNOWN : WAIT_SOCK_CONNECT;
	switch (class) {
	case OPC_READ:
	case OPC_RECEIVE:
		return WAIT_SOCK_EMPTY;
	case OPC_WRITE:
	case OPC_SEND:
		/* Else the kernel is short of memory (sk_stream_wait_memory()), or the call woke a moment ago. */
		return BPF_CORE_READ(sk, sk_wmem_queued) >= BPF_CORE_READ(sk, sk_sndbuf)
			   ? WAIT_SOCK_FULL
			   : WAIT_UNKNOWN;
	case OPC_ACCEPT:
		return WAIT_SOCK_ACCEPT;
	}
	return WAIT_UNKNOWN;
}

#endif
