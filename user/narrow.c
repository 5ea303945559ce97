/* SPDX-License-Identifier: GPL-2.0 */
/* What is shown of the facts, by the options that narrow a run. */
#include "narrow.h"

#include <string.h>

/* Of a live run the kernel chose; its children and partners have other numbers. */
static bool is_asked_for(const struct opts *o, __u32 pid)
{
	if (o->attach || !o->n_pids)
		return true;
	for (size_t i = 0; i < o->n_pids; i++)
		if ((__u32)o->pids[i] == pid)
			return true;
	return false;
}

static bool is_named(const struct opts *o, const struct fact *f)
{
	return o->attach || !(o->filter.flags & FILTER_COMM) ||
	       !strncmp(o->filter.comm, f->who.comm, COMM_LEN);
}

static bool object_asked_for(const struct filter *w, const struct object *obj)
{
	if (w->mechs && !(obj && w->mechs & 1U << obj->key.mech))
		return false;
	if (!w->n_objects)
		return true;
	for (__u32 i = 0; obj && i < w->n_objects; i++)
		if (w->objects[i].id == obj->key.id &&
		    (!w->objects[i].dev || w->objects[i].dev == obj->key.dev))
			return true;
	return false;
}

static __u64 length(const struct ev_wait *w)
{
	__u64 end = w->woken ? w->woken : w->e.ts;

	return end > w->slept ? end - w->slept : 0;
}

bool narrow__shows(const struct opts *o, const struct fact *f)
{
	const struct filter *w = &o->filter;

	if (f->kind == FACT_LOST)
		return true;
	if (!is_asked_for(o, f->who.pid) || !is_named(o, f))
		return false;
	switch (f->kind) {
	case FACT_BLOCK:
	case FACT_WAKE:
		return length(&f->rec->wait) >= w->min_wait && object_asked_for(w, f->obj);
	case FACT_OP:
		return !w->waits_only && (!w->min_wait || f->rec->e.flags & EVF_SLEPT) &&
		       object_asked_for(w, f->obj);
	case FACT_OBJECT:
	case FACT_MAP:
	case FACT_FAULT:
	case FACT_ACCESS:
		return !w->waits_only && !w->min_wait && object_asked_for(w, f->obj);
	case FACT_SIGNAL:
	case FACT_DELIVER:
		return !w->no_signals;
	default:
		return !w->min_wait;
	}
}
