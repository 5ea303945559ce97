/* SPDX-License-Identifier: GPL-2.0 */
/* Which facts are shown, by the options that narrow a run. */
#include "show/narrow.h"

#include <string.h>

#include "names/mech.h"
#include "names/opclass.h"

/* In a live run the kernel has chosen them; children and partners have other pids. */
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

/* What is narrowed: an object, NULL or of mech 0 where there is none. */
struct subject {
	const struct ipc_object *key;
	const struct ipc_object *peer; /* whom it talks to; NULL: nobody */
	const char *path;	       /* its name; NULL where that is not known */
};

/* Whether objects[i] is asked for by the name that is path, behind its slash. */
static bool has_name(const struct filter *w, __u32 i, unsigned int mech, const char *path)
{
	return w->objects[i].id == FILTER_NO_ID && w->objects[i].mech == mech && path &&
	       *path == '/' && !strncmp(w->names[i].text, path + 1, PATH_LEN - 1);
}

/* By its name, or its ports, in a live run the kernel chose; a file is not asked for ports. */
static bool is_object(const struct opts *o, __u32 i, const struct ipc_object *key, const char *path)
{
	const struct filter_object *w = &o->filter.objects[i];

	if (w->mech != key->mech)
		return false;
	if (w->id == FILTER_NO_ID)
		return !o->file || has_name(&o->filter, i, key->mech, path);
	if (w->id & FILTER_PORT)
		return !o->file;
	return w->id == key->id && (!w->dev || w->dev == key->dev);
}

static bool is_picked(const struct opts *o, const struct ipc_object *key, const char *path)
{
	for (__u32 i = 0; key && i < o->filter.n_objects; i++)
		if (is_object(o, i, key, path))
			return true;
	return false;
}

static bool object_asked_for(const struct opts *o, const struct subject *s)
{
	const struct filter *w = &o->filter;

	if (w->mechs && !(s->key && w->mechs & 1U << s->key->mech))
		return false;
	return !w->n_objects || is_picked(o, s->key, s->path) || is_picked(o, s->peer, NULL);
}

/* The peer of the object that has this state. */
static struct ipc_object peer_in(const struct ipc_object *key, const struct ipc_state *st)
{
	struct ipc_object peer = *key;

	peer.id = mech__has(key->mech, MT_PEER) ? st->v[SOCK_PEER] : 0;
	return peer;
}

static bool name_asked_for(const struct filter *w, unsigned int mech, const char *path)
{
	for (__u32 i = 0; i < w->n_objects; i++)
		if (has_name(w, i, mech, path))
			return true;
	return false;
}

/* The "/jobs" of "mq:/jobs". */
static const char *path_of(const struct object *obj)
{
	const char *behind = obj ? strchr(obj->name, ':') : NULL;

	return behind && behind[1] == '/' ? behind + 1 : NULL;
}

static __u64 length(const struct ev_wait *w)
{
	__u64 end = w->woken ? w->woken : w->e.ts;

	return end > w->slept ? end - w->slept : 0;
}

static bool wait_asked_for(const struct opts *o, const struct ev_wait *ev, const struct subject *s)
{
	const struct filter *w = &o->filter;

	if (length(ev) < w->min_wait)
		return false;
	if (ev->reason == WAIT_STOPPED)
		return !w->n_objects && (!w->mechs || w->mechs & MECHS_SIGNALS);
	return object_asked_for(o, s);
}

/* A call that failed before there was an object is narrowed by what it is for. */
static struct ipc_object object_of_call(const struct ev_op *op)
{
	struct ipc_object none = {.mech = MECH_NONE};

	if (op_class__has(op->op, T_BY_ID))
		none.mech = op_class__mech(op->op);
	return none;
}

static bool op_asked_for(const struct opts *o, const struct event *rec, const struct subject *s)
{
	const struct filter *w = &o->filter;
	struct ipc_object none = object_of_call((const struct ev_op *)rec);
	struct subject of_call = {.key = &none};

	if (!(s->key && s->key->mech) && none.mech && !w->n_objects)
		s = &of_call;
	return !w->waits_only && (!w->min_wait || rec->flags & EVF_SLEPT) && object_asked_for(o, s);
}

bool narrow__in_range(const struct opts *o, __u64 t)
{
	return t >= o->from_ns && (!o->to_ns || t <= o->to_ns);
}

bool narrow__counts(const struct opts *o, const struct event *rec, const char *comm,
		    const char *path, __u64 at)
{
	const union any_event *any = (const union any_event *)rec;
	struct subject s = {.path = path};
	struct ipc_object peer;

	if (rec->kind != EV_OP && rec->kind != EV_WAIT)
		return true;
	if (!narrow__in_range(o, at) || !is_asked_for(o, rec->pid) || !is_named(o, comm))
		return false;
	s.key = rec->kind == EV_WAIT ? &any->wait.obj : &any->op.obj;
	peer = peer_in(s.key, rec->kind == EV_WAIT ? &any->wait.state : &any->op.before);
	s.peer = &peer;
	return rec->kind == EV_WAIT ? wait_asked_for(o, &any->wait, &s) : op_asked_for(o, rec, &s);
}

bool narrow__shows(const struct opts *o, const struct fact *f)
{
	struct ipc_object a_name = {.mech = MECH_NONE}; /* of no object */
	struct subject s = {.key = f->obj ? &f->obj->key : NULL,
			    .peer = f->obj && f->obj->peer ? &f->obj->peer->key : NULL,
			    .path = path_of(f->obj)};
	const struct filter *w = &o->filter;

	if (f->kind == FACT_LOST)
		return true;
	if (!is_asked_for(o, f->who.pid) || !is_named(o, f->who.comm))
		return false;
	switch (f->kind) {
	case FACT_BLOCK:
	case FACT_WAKE:
		return wait_asked_for(o, &f->rec->wait, &s);
	case FACT_OP:
		return op_asked_for(o, &f->rec->e, &s);
	case FACT_OBJECT:
		if (!s.key && f->rec->object.change == OBJ_REFUSED) {
			a_name.mech = (__u8)op_call__names(f->rec->object.nr);
			if (name_asked_for(w, a_name.mech, f->rec->object.path))
				return !w->waits_only && !w->min_wait;
			if (!w->n_objects)
				s.key = &a_name;
		}
		/* fallthrough */
	case FACT_MAP:
	case FACT_FAULT:
		return !w->waits_only && !w->min_wait && object_asked_for(o, &s);
	case FACT_ACCESS:
		return o->n_watch || (!w->waits_only && !w->min_wait && object_asked_for(o, &s));
	case FACT_SIGNAL:
	case FACT_DELIVER:
		return !w->no_signals;
	default:
		return !w->min_wait;
	}
}
