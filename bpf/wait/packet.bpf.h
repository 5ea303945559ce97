/* SPDX-License-Identifier: GPL-2.0 */
/* Whether the packet that wakes a task is from the socket that the current task is in a call on. */
#ifndef IPCTRACE_WAIT_PACKET_BPF_H
#define IPCTRACE_WAIT_PACKET_BPF_H

#include "fd/call.bpf.h"
#include "mech/sock.bpf.h"

static __always_inline bool polls(const struct wait_flight *w)
{
	return w->reason == WAIT_PIPE_POLL || w->reason == WAIT_EPOLL_EVENT;
}

static __always_inline bool may_be_packet(const struct wait_flight *w)
{
	return polls(w) || (w->obj.mech == MECH_SOCK && w->object && !is_unix((__u64)w->object));
}

/* The socket whose list of sleepers the waiting task stands on: who waits for a backlog stands on its own. */
static __always_inline __u64 sleeps_at(const struct wait_flight *w, __u64 task)
{
	struct fd_object own = {};

	if (w->reason != WAIT_SOCK_BACKLOG)
		return (__u64)w->object;
	held_object((__u64)file_of((void *)task, w->fd), &own);
	return own.at;
}

/* The AF_INET or AF_INET6 socket of the current task's call; 0: it has none, or has closed it. */
static __always_inline __u64 inet_of_call(struct task_ctx *tc, const struct call *c)
{
	struct fd_object o = {};

	if (tc && tc->op.start && tc->op.nr == c->nr && tc->op.t.object) {
		o.obj = tc->op.t.obj;
		o.at = (__u64)tc->op.t.object;
	} else if (!current_object(call_fd(c), &o)) {
		return 0;
	}
	return o.obj.mech == MECH_SOCK && !is_unix(o.at) ? o.at : 0;
}

/* To which port the current task's send goes, of a socket that is connected, or by an address. */
static __always_inline __u16 port_of_send(const struct inet_ends *own, const struct call *c)
{
	struct user_msghdr m;
	__u64 address = 0;
	__u16 family = 0;

	if (c->op.id == SYSOP_sendto)
		address = c->a[4];
	else if (c->op.id == SYSOP_sendmsg && !bpf_probe_read_user(&m, sizeof(m), (void *)c->a[1]))
		address = (__u64)m.msg_name;
	if (!address)
		return own->there_port;
	bpf_probe_read_user(&family, sizeof(family), (void *)address);
	return port_asked(address, family);
}

/* A socket of UDP has no other end. to: the one that the sleeper waits at. */
static __always_inline bool sends_to(__u64 from, __u64 to, const struct call *c)
{
	struct inet_ends own = {}, other = {};

	if (!to || (c->op.class != OPC_SEND && c->op.class != OPC_WRITE) ||
	    BPF_CORE_READ((struct sock *)to, sk_protocol) != IPPROTO_UDP)
		return false;
	inet_ends_of(from, &own, false);
	inet_ends_of(to, &other, false);
	return own.net == other.net && port_of_send(&own, c) == other.here_port &&
	       queue_is_locked(sock_queue(to));
}

/*
 * What the current task's call c on its socket sends goes to the other end alone, or to who listens. The sleeper waits
 * there; one that polls waits where the list of sleepers is locked now.
 */
static __always_inline bool packet_is_from(struct wait_flight *w, struct task_ctx *tc,
					   const struct call *c)
{
	bool closes =
	    w->waker.ctx == WAKE_EXIT || c->op.class == OPC_CLOSE || c->op.class == OPC_DUP2;
	__u64 to = polls(w) ? 0 : (__u64)w->object, own = 0, other;

	if (w->waker.ctx != WAKE_EXIT)
		own = inet_of_call(tc, c);
	if (!own) {
		/* tcp_close() has the lock of what it closes. */
		other = closes && to ? sock_peer(to) : 0;
		return other && BPF_CORE_READ((struct sock *)other, sk_lock.owned);
	}
	if (BPF_CORE_READ((struct sock *)own, sk_protocol) == IPPROTO_UDP)
		return sends_to(own, to, c);
	other = c->op.class == OPC_CONNECT ? inet_listener(own) : sock_peer(own);
	return other && (to ? other == to : queue_is_locked(sock_queue(other)));
}

#endif
