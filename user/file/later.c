/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Removes from a record the values that only a later version knows. An operation of an unknown
 * kind, or on an unknown object, cannot be told. A sleep can, whatever its reason.
 */
#include "file/later.h"

#include <stdbool.h>

#include "names/mech.h"

static bool object_known(const struct ipc_object *obj)
{
	return obj->mech == MECH_NONE || mech__get(obj->mech);
}

static bool class_known(__u8 class)
{
	switch (class) {
#define SYSOP_CLASS(id, name, ...) case OPC_##name:
#include "abi/sysop.def"
	case OPC_NONE:
		return true;
	}
	return false;
}

static bool cut_waker(struct ev_waker *w)
{
	bool known = w->ctx <= WAKE_EXIT && object_known(&w->obj);

	if (w->ctx > WAKE_EXIT)
		*w = (struct ev_waker){.fd = -1, .nr = -1};
	else if (!known)
		w->obj = (struct ipc_object){0};
	return !known;
}

static bool cut_wait(struct ev_wait *w)
{
	bool reason = w->reason == WAIT_UNKNOWN || reason__get(w->reason);
	bool part = cut_waker(&w->waker);

	if (!reason || !object_known(&w->obj)) {
		w->reason = WAIT_UNKNOWN;
		w->obj = (struct ipc_object){0};
		w->state = w->state_woken = (struct ipc_state){0};
		w->arg = w->value = w->last = 0;
		part = true;
	}
	if (!class_known(w->op)) {
		w->op = OPC_NONE;
		part = true;
	}
	return part;
}

static bool about_known(const union any_event *rec)
{
	switch (rec->e.kind) {
	case EV_OP:
		return class_known(rec->op.op) && object_known(&rec->op.obj);
	case EV_OBJECT:
		return rec->object.change <= OBJ_CONNECTS && object_known(&rec->object.obj);
	case EV_MAP:
		return rec->map.change <= MAP_PROTECTED && object_known(&rec->map.obj);
	case EV_FAULT:
		return object_known(&rec->fault.obj);
	case EV_ACCESS:
		return rec->access.kind <= ACCESS_UNKNOWN && object_known(&rec->access.obj);
	case EV_WATCH:
		return object_known(&rec->watch.obj);
	default:
		return true;
	}
}

enum later later__cut(union any_event *rec)
{
	bool part = false;

	if (!about_known(rec))
		return LATER_ALL;
	if (rec->e.kind == EV_WAIT)
		part = cut_wait(&rec->wait);
	else if (rec->e.kind == EV_SIGNAL_GEN)
		part = cut_waker(&rec->signal.sender);
	else if (rec->e.kind == EV_LOST && rec->lost.cause >= LOST_CAUSES)
		rec->lost.cause = LOST_FILE; /* which bears on every claim */
	return part ? LATER_PART : LATER_NOTHING;
}
