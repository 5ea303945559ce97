/* SPDX-License-Identifier: GPL-2.0 */
/* What a socket talks to, by its state: who alone sends to it, or receives from it, or what is not known of that. */
#include <sys/socket.h>

#include "names/mech.h"
#include "why/graph.h"

unsigned int peer__find(const struct look *l, const struct ipc_object *obj,
			const struct ipc_state *st, struct ipc_object *peer)
{
	__u32 flags = st->v[SOCK_FLAGS];
	size_t n, at;

	*peer = *obj;
	peer->id = st->v[SOCK_PEER];
	/* Its end, or the end of what comes, is on its way to who waits. */
	if (flags & SOCKF_PEER_GONE)
		return DOUBT_MOVED;
	if (flags & SOCKF_LISTENS)
		return DOUBT_ANYBODY;
	if (!peer->id && !(flags & SOCKF_PENDING) && SOCK_KIND_TYPE(st->v[SOCK_KIND]) == SOCK_DGRAM)
		return DOUBT_ANYBODY;
	if (!peer->id || !(flags & SOCKF_MUTUAL))
		return DOUBT_PEER;
	at = look__holds(l, peer, &n);
	return n && l->held[at].state.v[SOCK_PEER] != (__u32)obj->id ? DOUBT_MOVED : 0;
}

unsigned int peer__receives(const struct ipc_state *st)
{
	return SOCK_KIND_TYPE(st->v[SOCK_KIND]) == SOCK_DGRAM ? DOUBT_ANYBODY : 0;
}
