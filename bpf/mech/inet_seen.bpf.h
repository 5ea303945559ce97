/* SPDX-License-Identifier: GPL-2.0 */
/* Keeps the addresses of all TCP sockets that are connected, or listen, so that each finds its other end. */
#ifndef IPCTRACE_MECH_INET_SEEN_BPF_H
#define IPCTRACE_MECH_INET_SEEN_BPF_H

#include "mech/inet.bpf.h"

static __always_inline void keep(struct inet_ends *e, __u64 at, bool listens)
{
	__u64 *old = listens ? bpf_map_lookup_elem(&inet_sockets, e) : NULL;
	__u64 value = old && *old != at ? INET_SEVERAL : at;

	/* Without room the other end is not known. */
	bpf_map_update_elem(&inet_sockets, e, &value, 0);
}

/* The other end sees that this one is gone, until it goes itself. */
static __always_inline void drop(struct inet_ends *e, __u64 at)
{
	struct inet_ends other = {};
	__u64 gone = INET_GONE, *own = bpf_map_lookup_elem(&inet_sockets, e), *found;

	if (!own || *own != at)
		return;
	__builtin_memcpy(other.here, e->there, sizeof(other.here));
	__builtin_memcpy(other.there, e->here, sizeof(other.there));
	other.here_port = e->there_port;
	other.there_port = e->here_port;
	other.net = e->net;
	found = e->there_port ? bpf_map_lookup_elem(&inet_sockets, &other) : NULL;
	if (found && *found != INET_GONE && *found != at) {
		bpf_map_update_elem(&inet_sockets, e, &gone, 0);
		return;
	}
	if (found)
		bpf_map_delete_elem(&inet_sockets, &other);
	bpf_map_delete_elem(&inet_sockets, e);
}

static __always_inline void inet_see(__u64 at, int state)
{
	struct inet_ends e = {};

	if (state != TCP_ESTABLISHED && state != TCP_LISTEN && state != TCP_CLOSE)
		return;
	if (!inet_ends_of(at, &e, false))
		return;
	if (state == TCP_CLOSE)
		drop(&e, at);
	else
		keep(&e, at, state == TCP_LISTEN);
}

#endif
