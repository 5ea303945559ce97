/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which sockets a filter means: those that it names by their number or their name, and their peers. What
 * is found once is remembered, for the peer may go.
 */
#ifndef IPCTRACE_MECH_SOCK_PICK_BPF_H
#define IPCTRACE_MECH_SOCK_PICK_BPF_H

#include "core/filter.bpf.h"
#include "mech/sock.bpf.h"

static __always_inline bool filter_picks(void)
{
	return filter.n_objects || filter.flags & FILTER_PARTNERS;
}

/* Whether the socket, or the listener that it was accepted from, has a name, or an end a port, that the filter has. */
VERIFIED_ONCE int has_filter_name(__u64 at)
{
	struct unix_address *addr;
	const char *from;
	__u32 len;
	char first = 0;

	if (!bpf_core_type_exists(struct unix_sock) || !at)
		return 0;
	if (!is_unix(at))
		return filter.by_port &&
		       (filter_ports(inet_port(at)) || filter_ports(inet_port_there(at)));
	if (!filter.by_name)
		return 0;
	addr = BPF_CORE_READ((struct unix_sock *)at, addr);
	if (!addr)
		return 0;
	len = BPF_CORE_READ(addr, len) - SUN_PATH;
	from = (void *)addr + bpf_core_field_offset(struct unix_address, name) + SUN_PATH;
	bpf_probe_read_kernel(&first, 1, from);
	/* The NUL behind a path is not counted. */
	return filter_names(MECH_SOCK, (__u64)from, first ? len - 1 : len, 0);
}

/* Whether the socket is one of those that the filter means is seen now. */
VERIFIED_ONCE int sock_pick(const struct ipc_object *obj, __u64 at)
{
	struct ipc_object other = {};
	struct object_key key;
	__u64 peer;
	bool mutual;

	if (!bpf_core_type_exists(struct unix_sock) || !obj || is_meant(obj))
		return 0;
	peer = sock_peer(at);
	if (peer) {
		other.id = sock_number(peer);
		other.dev = obj->dev;
		other.mech = MECH_SOCK;
	}
	if ((peer && among_objects(&other)) || has_filter_name(at) || has_filter_name(peer))
		object_mean(obj, true);
	if (!(filter.flags & FILTER_PARTNERS) || !peer)
		return 0;
	/* What partners of the followed tasks accept later. */
	mutual = sock_peer(peer) == at;
	key = object_key(&other);
	if (mutual && bpf_map_lookup_elem(&shared_objects, &key))
		object_share(obj);
	return 0;
}

/* obj, which may be a socket, is looked at for the first time in a call: at is its address. */
static __always_inline void pick(const struct ipc_object *obj, __u64 at)
{
	if (filter_picks() && obj->mech == MECH_SOCK)
		sock_pick(obj, at);
}

/* The peer of a socket that a followed task has: who has that is its partner. */
static __always_inline void share_peer(const struct fd_object *o)
{
	struct ipc_object other = {.dev = o->obj.dev, .mech = MECH_SOCK};
	__u64 peer = sock_peer(o->at);

	if (peer)
		other.id = sock_number(peer);
	if (other.id)
		object_share(&other);
}

#endif
