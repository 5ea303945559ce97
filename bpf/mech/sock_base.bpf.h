/* SPDX-License-Identifier: GPL-2.0 */
/* What sockets of all families share: how they are read, their numbers, queues and packets. */
#ifndef IPCTRACE_MECH_SOCK_BASE_BPF_H
#define IPCTRACE_MECH_SOCK_BASE_BPF_H

#include "fd/object.bpf.h"

#define AF_UNIX	 1 /* include/linux/socket.h, and the next ones */
#define AF_INET	 2
#define AF_INET6 10

#define ECONNRESET     104
#define RCV_SHUTDOWN   1	/* include/net/sock.h, and the next */
#define SOCK_DEAD_FLAG (1 << 0) /* SOCK_DEAD in enum sock_flags, and the next */
#define SOCK_DONE_FLAG (1 << 1)
#define TCP_LISTEN     10 /* include/net/tcp_states.h */
#define SOCK_STREAM    1  /* include/linux/net.h, and the next */
#define SOCK_DGRAM     2

#define SKB_WALK 1024 /* packets of a queue that are looked at */

/*
 * Where types are lent a load costs a tenth: what is sent and received is frequent. A socket of any family
 * begins with a struct sock, as a struct unix_sock does, which is lent.
 */
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

/* The socket's number; 0: no descriptor is of it any more, or yet. */
static __always_inline __u64 sock_number(__u64 at)
{
	struct unix_sock *u = (void *)at;
	struct socket *s = sock_read(u, sk.sk_socket);

	return s ? number_of_socket(s) : 0;
}

static __always_inline bool is_unix(__u64 at)
{
	struct unix_sock *u = (void *)at;

	return sock_read(u, sk.__sk_common.skc_family) == AF_UNIX;
}

/* Those who wait for something to read, or for room to write, stand on one queue: the call tells. */
static __always_inline __u64 sock_queue(__u64 at)
{
	struct unix_sock *u = (void *)at;

	return quick_address(sock_read(u, sk.sk_wq)) +
	       bpf_core_field_offset(struct socket_wq, wait);
}

struct skb_walk {
	__u64 head, at;
	__u32 bytes;
	bool consumed; /* AF_UNIX: a part of the first may have been read */
};

static long add_packet(__u32 i, struct skb_walk *w)
{
	struct sk_buff *skb = (void *)w->at;
	struct unix_skb_parms *cb = (void *)skb + bpf_core_field_offset(struct sk_buff, cb);

	/* One that is taken out meanwhile has no next. */
	if (!w->at || w->at == w->head)
		return 1;
	w->bytes += BPF_CORE_READ(skb, len);
	if (w->consumed)
		w->bytes -= BPF_CORE_READ(cb, consumed);
	w->at = (__u64)BPF_CORE_READ(skb, next);
	return 0;
}

/* The bytes in a queue of packets that nobody has read. */
static __always_inline __u32 packet_bytes(struct sk_buff_head *queue, bool consumed)
{
	struct skb_walk w = {.head = (__u64)queue, .consumed = consumed};

	w.at = (__u64)BPF_CORE_READ(queue, next);
	bpf_loop(SKB_WALK, add_packet, &w, 0);
	if (w.at && w.at != w.head)
		count_lost(LOST_WALK, 1);
	return w.bytes;
}

#endif
