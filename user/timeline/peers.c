/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is whose peer. The link goes both ways, and stays when one of both is gone: what comes after is told
 * by it. A peer whose number is used again is another object, which has a link of its own.
 */
#include "names/mech.h"
#include "timeline/holders.h"
#include "timeline/objects.h"
#include "timeline/peers.h"
#include "timeline/release.h"

struct obj *peers__of(const struct obj *o)
{
	return o && o->pub.peer ? container_of(o->pub.peer, struct obj, pub) : NULL;
}

static bool names_peer(const struct ipc_object *key, const struct ipc_state *st,
		       const struct ipc_object *other)
{
	return mech__has(key->mech, MT_PEER) && st->v[SOCK_FLAGS] & SOCKF_MUTUAL &&
	       st->v[SOCK_PEER] && st->v[SOCK_PEER] == (__u32)other->id && other->dev == key->dev &&
	       other->mech == key->mech;
}

bool peers__is(const struct obj *o, const struct ev_wait *w, const struct ipc_object *key)
{
	const struct obj *peer = peers__of(o);
	const struct ipc_state *woken = wait__state_woken(w);

	if (peer && same_object(&peer->pub.key, key))
		return true;
	if (!(w->e.flags & EVF_NO_STATE) && names_peer(&w->obj, &w->state, key))
		return true;
	return woken && names_peer(&w->obj, woken, key);
}

struct obj *peers__awaited(struct timeline *tl, const struct obj *o, const struct ev_wait *w)
{
	struct obj *peer = peers__of(o);
	struct ipc_object key = w->obj;

	key.id = w->state.v[SOCK_PEER];
	if (peer || w->e.flags & EVF_NO_STATE || !names_peer(&w->obj, &w->state, &key))
		return peer;
	return objects__get(tl, &key);
}

struct obj *peers__receiver(const struct timeline *tl, const struct obj *o)
{
	struct ipc_object key = o->pub.key;

	key.id = o->sends_to;
	if (o->pub.peer || !key.id)
		return peers__of(o);
	return objects__find(tl, &key);
}

void peers__forget(struct obj *o)
{
	struct obj *peer = peers__of(o);

	if (peer && peer->pub.peer == &o->pub)
		peer->pub.peer = NULL;
	o->pub.peer = NULL;
}

void peers__note(struct timeline *tl, struct obj *o, const struct ipc_state *st)
{
	struct ipc_object key = o->pub.key;
	struct obj *peer = peers__of(o);

	key.id = st->v[SOCK_PEER];
	if (key.id)
		o->sends_to = key.id;
	if (!names_peer(&o->pub.key, st, &key) || (peer && same_object(&peer->pub.key, &key)))
		return;
	peer = objects__find(tl, &key);
	/* One that is gone had that number before: the record of the new one is to come. */
	if (!peer || peer == o || peer->left[0].known)
		return;
	peers__forget(o);
	peers__forget(peer);
	o->pub.peer = &peer->pub;
	peer->pub.peer = &o->pub;
}

void peers__look(struct timeline *tl, struct obj *o, __u64 ts)
{
	struct obj *peer = peers__of(o);

	holders__look(tl, o, ts);
	release__look(o, ts);
	if (!peer)
		return;
	holders__look(tl, peer, ts);
	release__look(peer, ts);
}
