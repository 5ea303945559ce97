/* SPDX-License-Identifier: GPL-2.0 */
/* Objects that talk to one other of their kind: who is whose peer. */
#ifndef IPCTRACE_TIMELINE_PEERS_H
#define IPCTRACE_TIMELINE_PEERS_H

#include "timeline/state.h"

/* The object that o talks to, or talked to last; NULL: none, or not known. */
struct obj *peers__of(const struct obj *o);
/* The same, or whom it sends datagrams to, which has no peer or another one. */
struct obj *peers__receiver(const struct timeline *tl, const struct obj *o);
/* Takes the peer of o from a state of it. An object that has no record yet is linked by its own. */
void peers__note(struct timeline *tl, struct obj *o, const struct ipc_state *st);
/* Whether key is the peer of the sleeper's object, as o (NULL: not known) or the records of the sleep say. */
bool peers__is(const struct obj *o, const struct ev_wait *w, const struct ipc_object *key);
/* The peer of the sleeper's object, by the same; NULL: none is known. */
struct obj *peers__awaited(struct timeline *tl, const struct obj *o, const struct ev_wait *w);
/* Fills in who holds o, and what it talks to, at ts. */
void peers__look(struct timeline *tl, struct obj *o, __u64 ts);
/* o has no peer any more that is known. */
void peers__forget(struct obj *o);

#endif
