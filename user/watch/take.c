/* SPDX-License-Identifier: GPL-2.0 */
/* From a hit of a watchpoint, as it comes through the ring, to the record of an access. */
#include "watch/take.h"

#include <string.h>

#include "arch_x86/move.h"

static bool find_move(struct ev_access *a, const struct watch_hit *hit, struct x86_move *m)
{
	struct x86_after at = {.ip = a->ip, .flags = hit->flags};

	_Static_assert(sizeof(at.regs) == sizeof(hit->regs), "in the order of their numbers");
	_Static_assert(sizeof(at.code) == sizeof(hit->code), "as many bytes");
	if (!hit->has_code)
		return false;
	memcpy(at.regs, hit->regs, sizeof(at.regs));
	memcpy(at.code, hit->code, sizeof(at.code));
	/* With more words than WATCH_EXACT only the instruction tells which it was. A value that has
	 * changed does not: others store, too. */
	if (a->kind == ACCESS_UNKNOWN) {
		if (!x86_move_any(&at, a->addr, a->len, m))
			return false;
		a->kind = m->stores ? ACCESS_STORE : ACCESS_LOAD;
		return true;
	}
	if (x86_move(&at, a->addr, a->len, a->kind == ACCESS_STORE, m)) {
		if (!m->stores)
			a->kind = ACCESS_LOAD;
		return true;
	}
	/* Emulators call a locked instruction a load. */
	if (a->kind != ACCESS_LOAD || !x86_move(&at, a->addr, a->len, true, m) || !m->atomic)
		return false;
	a->kind = m->stores ? ACCESS_STORE : ACCESS_LOAD;
	return true;
}

static bool same_object(const struct ipc_object *a, const struct ipc_object *b)
{
	return a->id == b->id && a->dev == b->dev && a->mech == b->mech;
}

/* A load shows what the word holds, if no store's record is on its way. */
static void compare(struct watch_last *last, const struct ev_access *load)
{
	if (last->known && !last->read) {
		if (!FROM_IS_EXACT(load->from) || load->after == last->value)
			return;
		/* The value of before that store: made by another thread, it may have come in between. */
		if (last->tid != load->e.tid && last->before_known && load->after == last->before)
			return;
	}
	last->known = load->from != FROM_NOTHING;
	last->read = true;
	last->value = load->after;
	last->tid = load->e.tid;
}

static void replace(struct watch_last *last, struct ev_access *store)
{
	/* What one thread has read another may be about to be told to have stored. */
	store->known = last->known && (!last->read || last->tid == store->e.tid);
	store->before = store->known ? last->value : 0;
	*last = (struct watch_last){.obj = last->obj,
				    .known = store->from != FROM_NOTHING,
				    .read = !FROM_IS_EXACT(store->from),
				    .before_known = store->known,
				    .tid = store->e.tid,
				    .value = store->after,
				    .before = store->before};
}

void watch_take(struct ev_access *to, const struct watch_hit *hit, struct watch_last *last)
{
	struct x86_move m;

	*to = hit->access;
	to->e.size = sizeof(*to);
	if (find_move(to, hit, &m)) {
		if (m.stores && m.loads && !m.unsure)
			to->update = m.atomic ? UPDATE_ATOMIC : UPDATE_PLAIN;
		if (m.known) {
			to->after = m.value;
			to->from = m.number && m.stores ? FROM_NUMBER : FROM_MOVE;
		}
	}
	if (!same_object(&last->obj, &to->obj))
		*last = (struct watch_last){.obj = to->obj};
	if (to->kind == ACCESS_LOAD)
		compare(last, to);
	else
		replace(last, to);
}
