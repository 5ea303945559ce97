/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A task that waits for room in another socket's queue (unix_wait_for_peer()): which socket that is. It
 * need not be the peer of the task's own, so what stands on the task's stack is followed: the entry on
 * the other's list of waiters.
 */
#ifndef IPCTRACE_MECH_SOCK_OTHER_BPF_H
#define IPCTRACE_MECH_SOCK_OTHER_BPF_H

#include "core/waitlist.bpf.h"
#include "mech/sock_pick.bpf.h"

#define STACK_LOOKED 512 /* words from its beginning */

struct ring_walk {
	__u64 at;
	__u64 sock;
};

/*
 * Whether the list of waiters of a socket begins here: then the socket knows of its struct socket, and
 * that one of it. An entry is of no socket.
 */
static long look_for_head(__u32 i, struct ring_walk *w)
{
	struct list_head *at = (void *)w->at;
	struct unix_sock *u =
	    (void *)at - bpf_core_field_offset(struct unix_sock, peer_wq.wait.head);
	struct socket *s = BPF_CORE_READ(u, sk.sk_socket);

	if (s && BPF_CORE_READ(s, sk) == &u->sk &&
	    BPF_CORE_READ(u, sk.__sk_common.skc_family) == AF_UNIX) {
		w->sock = (__u64)u;
		return 1;
	}
	w->at = (__u64)BPF_CORE_READ(at, next);
	return !w->at;
}

struct entry_walk {
	__u64 task;
	__u64 at;
	__u64 next; /* of its entry on a list */
};

static long look_for_waiting(__u32 i, struct entry_walk *w)
{
	struct wait_queue_entry *e;
	struct list_head *here, *next;
	__u64 word = 0;

	w->at -= sizeof(word);
	bpf_probe_read_kernel(&word, sizeof(word), (void *)w->at);
	if (word != w->task)
		return 0;
	e = (void *)w->at - bpf_core_field_offset(struct wait_queue_entry, private);
	here = (void *)e + bpf_core_field_offset(struct wait_queue_entry, entry);
	next = BPF_CORE_READ(here, next);
	if (!next || next == here || BPF_CORE_READ(next, prev) != here)
		return 0;
	w->next = (__u64)next;
	return 1;
}

/* The socket that task waits for so; 0: none. */
VERIFIED_ONCE __u64 sock_waited_for(__u64 task)
{
	struct entry_walk e = {.task = task};
	struct ring_walk r = {};

	if (!bpf_core_type_exists(struct unix_sock) || !task)
		return 0;
	e.at = (__u64)BPF_CORE_READ((struct task_struct *)task, stack) + THREAD_SIZE;
	bpf_loop(STACK_LOOKED, look_for_waiting, &e, 0);
	r.at = e.next;
	if (r.at)
		bpf_loop(WAITLIST_WALK, look_for_head, &r, 0);
	return r.sock;
}

static __always_inline void sock_object(struct ipc_object *obj, __u64 at)
{
	struct socket *s = BPF_CORE_READ((struct sock *)at, sk_socket);
	struct inode *inode = inode_of_socket(s);

	obj->id = BPF_CORE_READ(inode, i_ino);
	obj->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	obj->mech = MECH_SOCK;
}

/* Fills w with what task, in a call that sends or connects by the socket at own, waits for at another one. */
VERIFIED_ONCE int sleep_at_other(struct wait_flight *w, __u64 task, __u64 own, __s32 fd, __u8 class)
{
	__u64 at;

	if (!w || !own || (class != OPC_WRITE && class != OPC_SEND && class != OPC_CONNECT))
		return 0;
	if (is_unix(own))
		at = sock_waited_for(task);
	else
		at = class == OPC_CONNECT ? inet_full_listener(own) : 0;
	if (!at)
		return 0;
	sock_object(&w->obj, at);
	pick(&w->obj, at);
	w->object = (void *)at;
	w->fd = fd;
	w->reason = class == OPC_CONNECT ? WAIT_SOCK_BACKLOG : WAIT_SOCK_PEER_FULL;
	sock_state(at, w->obj.id, &w->state);
	return 1;
}

#endif
