/* SPDX-License-Identifier: GPL-2.0 */
/* What is shown of the facts, by the options that narrow a run. */
#include "show/narrow.h"

#include <string.h>

#include "names/mech.h"
#include "names/opclass.h"

/* In a live run the kernel chose; children and partners have other numbers. */
static bool is_asked_for(const struct opts *o, __u32 pid)
{
	if (o->attach || !o->n_pids)
		return true;
	for (size_t i = 0; i < o->n_pids; i++)
		if ((__u32)o->pids[i] == pid)
			return true;
	return false;
}

static bool is_named(const struct opts *o, const char *comm)
{
	return o->attach || !(o->filter.flags & FILTER_COMM) ||
	       !strncmp(o->filter.comm, comm, COMM_LEN);
}

static bool is_picked(const struct filter *w, const struct ipc_object *key)
{
	for (__u32 i = 0; key && i < w->n_objects; i++)
		if (w->objects[i].id == key->id && w->objects[i].mech == key->mech &&
		    (!w->objects[i].dev || w->objects[i].dev == key->dev))
			return true;
	return false;
}

/* key: NULL, or mech 0, where there is none. peer: NULL, or whom it talks to. */
static bool object_asked_for(const struct filter *w, const struct ipc_object *key,
			     const struct ipc_object *peer)
{
	if (w->mechs && !(key && w->mechs & 1U << key->mech))
		return false;
	return !w->n_objects || is_picked(w, key) || is_picked(w, peer);
}

/* The peer of the object that has this state. */
static struct ipc_object peer_in(const struct ipc_object *key, const struct ipc_state *st)
{
	struct ipc_object peer = *key;

	peer.id = mech__has(key->mech, MT_PEER) ? st->v[SOCK_PEER] : 0;
	return peer;
}

static __u64 length(const struct ev_wait *w)
{
	__u64 end = w->woken ? w->woken : w->e.ts;

	return end > w->slept ? end - w->slept : 0;
}

static bool wait_asked_for(const struct filter *w, const struct ev_wait *ev,
			   const struct ipc_object *key, const struct ipc_object *peer)
{
	if (length(ev) < w->min_wait)
		return false;
	if (ev->reason == WAIT_STOPPED)
		return !w->n_objects && (!w->mechs || w->mechs & MECHS_SIGNALS);
	return object_asked_for(w, key, peer);
}

/* A call that failed before there was an object is narrowed by what it is for. */
static struct ipc_object object_of_call(const struct ev_op *op)
{
	struct ipc_object none = {.mech = MECH_NONE};

	if (op_class__has(op->op, T_BY_ID))
		none.mech = op_class__mech(op->op);
	return none;
}

static bool op_asked_for(const struct filter *w, const struct event *rec,
			 const struct ipc_object *key, const struct ipc_object *peer)
{
	struct ipc_object none = object_of_call((const struct ev_op *)rec);

	if (!(key && key->mech) && none.mech && !w->n_objects)
		key = &none;
	return !w->waits_only && (!w->min_wait || rec->flags & EVF_SLEPT) &&
	       object_asked_for(w, key, peer);
}

bool narrow__in_range(const struct opts *o, __u64 t)
{
	return t >= o->from_ns && (!o->to_ns || t <= o->to_ns);
}

bool narrow__counts(const struct opts *o, const struct event *rec, const char *comm, __u64 at)
{
	const union any_event *any = (const union any_event *)rec;
	struct ipc_object peer;

	if (rec->kind != EV_OP && rec->kind != EV_WAIT)
		return true;
	if (!narrow__in_range(o, at) || !is_asked_for(o, rec->pid) || !is_named(o, comm))
		return false;
	if (rec->kind == EV_WAIT) {
		peer = peer_in(&any->wait.obj, &any->wait.state);
		return wait_asked_for(&o->filter, &any->wait, &any->wait.obj, &peer);
	}
	peer = peer_in(&any->op.obj, &any->op.before);
	return op_asked_for(&o->filter, rec, &any->op.obj, &peer);
}

bool narrow__shows(const struct opts *o, const struct fact *f)
{
	struct ipc_object a_name = {.mech = MECH_NONE}; /* of no object */
	const struct ipc_object *key = f->obj ? &f->obj->key : NULL;
	const struct ipc_object *peer = f->obj && f->obj->peer ? &f->obj->peer->key : NULL;
	const struct filter *w = &o->filter;

	if (f->kind == FACT_LOST)
		return true;
	if (!is_asked_for(o, f->who.pid) || !is_named(o, f->who.comm))
		return false;
	switch (f->kind) {
	case FACT_BLOCK:
	case FACT_WAKE:
		return wait_asked_for(w, &f->rec->wait, key, peer);
	case FACT_OP:
		return op_asked_for(w, &f->rec->e, key, peer);
	case FACT_OBJECT:
		if (!key && f->rec->object.change == OBJ_REFUSED && !w->n_objects) {
			a_name.mech = (__u8)op_call__names(f->rec->object.nr);
			key = &a_name;
		}
		/* fallthrough */
	case FACT_MAP:
	case FACT_FAULT:
		return !w->waits_only && !w->min_wait && object_asked_for(w, key, peer);
	case FACT_ACCESS:
		return o->n_watch ||
		       (!w->waits_only && !w->min_wait && object_asked_for(w, key, peer));
	case FACT_SIGNAL:
	case FACT_DELIVER:
		return !w->no_signals;
	default:
		return !w->min_wait;
	}
}
