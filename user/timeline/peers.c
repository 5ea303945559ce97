/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is whose peer. The link goes both ways, and stays when one of both is gone: what comes after is told
 * by it. A peer whose number is used again is another object, which has a link of its own.
 */
#include "names/mech.h"
#include "timeline/peers.h"

struct obj *peers__of(const struct obj *o)
{
	return o && o->pub.peer ? container_of(o->pub.peer, struct obj, pub) : NULL;
}

bool peers__names(const struct ipc_object *key, const struct ipc_state *st,
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
	if (!(w->e.flags & EVF_NO_STATE) && peers__names(&w->obj, &w->state, key))
		return true;
	return woken && peers__names(&w->obj, woken, key);
}

void peers__forget(struct obj *o)
{
	struct obj *peer = peers__of(o);

	if (peer && peer->pub.peer == &o->pub)
		peer->pub.peer = NULL;
	o->pub.peer = NULL;
}

struct ipc_object peers__key(const struct ipc_object *key, const struct ipc_state *st)
{
	return (struct ipc_object){.id = st->v[SOCK_PEER], .dev = key->dev, .mech = key->mech};
}

void peers__note(struct obj *o, const struct ipc_state *st, struct obj *peer)
{
	const struct ipc_object key = peers__key(&o->pub.key, st);
	const struct obj *before = peers__of(o);

	if (key.id)
		o->sends_to = key.id;
	if (!peers__names(&o->pub.key, st, &key) || (before && same_object(&before->pub.key, &key)))
		return;
	/* One that is gone had that number before: the record of the new one is to come. */
	if (!peer || peer == o || peer->left[0].known)
		return;
	peers__forget(o);
	peers__forget(peer);
	o->pub.peer = &peer->pub;
	peer->pub.peer = &o->pub;
}
