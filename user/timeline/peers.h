/* SPDX-License-Identifier: GPL-2.0 */
/* Objects that talk to one other of their kind: who is whose peer. */
#ifndef IPCTRACE_TIMELINE_PEERS_H
#define IPCTRACE_TIMELINE_PEERS_H

#include "timeline/state.h"

/* The object that o talks to, or talked to last; NULL: none, or not known. */
struct obj *peers__of(const struct obj *o);
/* The key of the peer in this state of the object that has that key; id 0: it has none. */
struct ipc_object peers__key(const struct ipc_object *key, const struct ipc_state *st);
/* Whether other is the peer in this state of the object that has that key, and that one its peer. */
bool peers__names(const struct ipc_object *key, const struct ipc_state *st,
		  const struct ipc_object *other);
/*
 * Takes the peer of o from a state of it: the object that has peers__key(), NULL if there is none. An object
 * that has no record yet is linked by its own.
 */
void peers__note(struct obj *o, const struct ipc_state *st, struct obj *peer);
/* Whether key is the peer of the sleeper's object, as o (NULL: not known) or the records of the sleep say. */
bool peers__is(const struct obj *o, const struct ev_wait *w, const struct ipc_object *key);
/* o has no peer any more that is known. */
void peers__forget(struct obj *o);

#endif
