/* SPDX-License-Identifier: GPL-2.0 */
/* Which facts are shown, by the options that narrow a run. */
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

static bool has_name(const struct filter *w, __u32 i, const char *path)
{
	return w->objects[i].id == FILTER_NO_ID && path && !strncmp(w->names[i], path, PATH_LEN);
}

/* By its name in a live run the kernel chose. */
static bool is_object(const struct opts *o, __u32 i, const struct ipc_object *key, const char *path)
{
	const struct filter_object *w = &o->filter.objects[i];

	if (w->mech != key->mech)
		return false;
	if (w->id == FILTER_NO_ID)
		return !o->file || has_name(&o->filter, i, path);
	return w->id == key->id && (!w->dev || w->dev == key->dev);
}

/* key: NULL, or mech 0, where there is none; path: its name, NULL where that is not known. */
static bool object_asked_for(const struct opts *o, const struct ipc_object *key, const char *path)
{
	const struct filter *w = &o->filter;

	if (w->mechs && !(key && w->mechs & 1U << key->mech))
		return false;
	if (!w->n_objects)
		return true;
	for (__u32 i = 0; key && i < w->n_objects; i++)
		if (is_object(o, i, key, path))
			return true;
	return false;
}

static bool name_asked_for(const struct filter *w, const char *path)
{
	for (__u32 i = 0; i < w->n_objects; i++)
		if (has_name(w, i, path))
			return true;
	return false;
}

/* The "/jobs" of "mq:/jobs". */
static const char *path_of(const struct object *obj)
{
	const char *label = mech__get(MECH_MQ)->name;
	size_t len = strlen(label);

	if (!obj || obj->key.mech != MECH_MQ || strncmp(obj->name, label, len) != 0 ||
	    strncmp(obj->name + len, ":/", 2) != 0)
		return NULL;
	return obj->name + len + 1;
}

static __u64 length(const struct ev_wait *w)
{
	__u64 end = w->woken ? w->woken : w->e.ts;

	return end > w->slept ? end - w->slept : 0;
}

static bool wait_asked_for(const struct opts *o, const struct ev_wait *ev,
			   const struct ipc_object *key, const char *path)
{
	const struct filter *w = &o->filter;

	if (length(ev) < w->min_wait)
		return false;
	if (ev->reason == WAIT_STOPPED)
		return !w->n_objects && (!w->mechs || w->mechs & MECHS_SIGNALS);
	return object_asked_for(o, key, path);
}

/* A call that failed before there was an object is narrowed by what it is for. */
static struct ipc_object object_of_call(const struct ev_op *op)
{
	struct ipc_object none = {.mech = MECH_NONE};

	if (op_class__has(op->op, T_BY_ID))
		none.mech = op_class__mech(op->op);
	return none;
}

static bool op_asked_for(const struct opts *o, const struct event *rec,
			 const struct ipc_object *key, const char *path)
{
	const struct filter *w = &o->filter;
	struct ipc_object none = object_of_call((const struct ev_op *)rec);

	if (!(key && key->mech) && none.mech && !w->n_objects)
		key = &none;
	return !w->waits_only && (!w->min_wait || rec->flags & EVF_SLEPT) &&
	       object_asked_for(o, key, path);
}

bool narrow__in_range(const struct opts *o, __u64 t)
{
	return t >= o->from_ns && (!o->to_ns || t <= o->to_ns);
}

bool narrow__counts(const struct opts *o, const struct event *rec, const char *comm,
		    const char *path, __u64 at)
{
	const union any_event *any = (const union any_event *)rec;

	if (rec->kind != EV_OP && rec->kind != EV_WAIT)
		return true;
	if (!narrow__in_range(o, at) || !is_asked_for(o, rec->pid) || !is_named(o, comm))
		return false;
	return rec->kind == EV_WAIT ? wait_asked_for(o, &any->wait, &any->wait.obj, path)
				    : op_asked_for(o, rec, &any->op.obj, path);
}

bool narrow__shows(const struct opts *o, const struct fact *f)
{
	struct ipc_object a_name = {.mech = MECH_NONE}; /* of no object */
	const struct ipc_object *key = f->obj ? &f->obj->key : NULL;
	const struct filter *w = &o->filter;
	const char *path = path_of(f->obj);

	if (f->kind == FACT_LOST)
		return true;
	if (!is_asked_for(o, f->who.pid) || !is_named(o, f->who.comm))
		return false;
	switch (f->kind) {
	case FACT_BLOCK:
	case FACT_WAKE:
		return wait_asked_for(o, &f->rec->wait, key, path);
	case FACT_OP:
		return op_asked_for(o, &f->rec->e, key, path);
	case FACT_OBJECT:
		if (!key && f->rec->object.change == OBJ_REFUSED && !w->n_objects) {
			a_name.mech = (__u8)op_call__names(f->rec->object.nr);
			key = &a_name;
		} else if (!key && f->rec->object.change == OBJ_REFUSED &&
			   name_asked_for(w, f->rec->object.path)) {
			return !w->waits_only && !w->min_wait;
		}
		/* fallthrough */
	case FACT_MAP:
	case FACT_FAULT:
		return !w->waits_only && !w->min_wait && object_asked_for(o, key, path);
	case FACT_ACCESS:
		return o->n_watch ||
		       (!w->waits_only && !w->min_wait && object_asked_for(o, key, path));
	case FACT_SIGNAL:
	case FACT_DELIVER:
		return !w->no_signals;
	default:
		return !w->min_wait;
	}
}
