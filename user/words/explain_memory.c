/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shared memory in sentences: who touches which page, which store loses others, how an object
 * ended.
 */
#include <stdio.h>

#include "names/mech.h"
#include "names/opclass.h"
#include "timeline/mech_ops.h"
#include "words/explain.h"
#include "words/explain_text.h"

void explain_object(struct text *t, const struct fact *f)
{
	const struct ev_object *ob = &f->rec->object;
	const struct mech_ops *ops =
	    mech_ops__get(ob->change == OBJ_REFUSED ? op_call__names(ob->nr)
			  : f->obj		    ? f->obj->key.mech
						    : MECH_NONE);

	if (ops->tell_object)
		ops->tell_object(t, f);
}

void explain_map(struct text *t, const struct fact *f)
{
	const struct ev_map *m = &f->rec->map;

	if (m->change == MAP_CUT && mech__has(m->obj.mech, MT_SYSV))
		text__add(t,
			  "only a part goes: the kernel counts the pieces that are left, nattch is "
			  "%u",
			  m->state.v[SHM_NATTCH]);
}

static void refused_access(struct text *t, const struct ev_fault *ev)
{
	if (ev->beyond)
		text__add(t, "the object ends before that page");
	else
		text__add(t, "it may not %s there", ev->write ? "write" : "read");
}

void explain_fault_signal(struct text *t, const struct cause *c)
{
	text__add(t, "its %s of page %llu of ", c->fault->write ? "write" : "read",
		  (unsigned long long)c->fault->offset >> 12);
	text__object(t, c->obj);
	text__add(t, " at ");
	text__at(t, c->t);
	text__add(t, ": ");
	refused_access(t, c->fault);
}

void explain_fault(struct text *t, const struct fact *f)
{
	const struct ev_fault *ev = &f->rec->fault;

	if (ev->denied || ev->beyond) {
		refused_access(t, ev);
		if (ev->nr < 0) {
			text__add(t, ": a %s follows", ev->beyond ? "SIGBUS" : "SIGSEGV");
		} else {
			text__add(t, ": no signal follows, ");
			text__call(t, ev->nr);
			text__add(t, " gets no further");
		}
		return;
	}
	if (f->cause.kind != CAUSE_SAME_PAGE)
		return;
	text__add(t, "page %llu is the same physical page, number %llx, that ",
		  (unsigned long long)ev->offset >> 12, (unsigned long long)ev->pfn);
	text__who(t, &f->cause.by);
	text__add(t, " touched at ");
	text__at(t, f->cause.t);
}

/* Each page that is known to be shared has a record of its own. */
void explain_pages(const struct touched_pages *p, char *buf, size_t size)
{
	unsigned long long first = p->first, last = p->last_same;

	if (!p->same)
		snprintf(buf, size, "%s", "");
	else if (p->same == p->n)
		snprintf(buf, size, "; so it is with each of these pages");
	else if (p->same == 1)
		snprintf(buf, size, "; of the other pages it is not shown");
	else if (last - first + 1 == p->same)
		snprintf(buf, size,
			 "; so it is with pages %llu-%llu, of the others it is not shown", first,
			 last);
	else
		snprintf(buf, size,
			 "; so it is with %llu of these pages, of the others it is not shown",
			 (unsigned long long)p->same);
}

void explain_access(struct text *t, const struct fact *f)
{
	const struct ev_access *a = &f->rec->access;
	const struct access_story *s = &f->access;

	if (f->cause.kind != CAUSE_LOST_STORE)
		return;
	text__who(t, &f->who);
	text__add(t, " stores %llu", (unsigned long long)a->after);
	if (a->known)
		text__add(t, " on top of %llu", (unsigned long long)a->before);
	text__add(t, ": it had loaded %llu at ", (unsigned long long)s->loaded);
	text__at(t, s->loaded_at);
	if (s->unseen > 1)
		text__add(t, "; %llu stores in between, the last by ",
			  (unsigned long long)s->unseen);
	else
		text__add(t, "; what ");
	text__process(t, &f->cause.by);
	text__add(t, s->unseen > 1 ? " at " : " stored in between, at ");
	text__at(t, f->cause.t);
	/*
	 * They may be in the word again if the next store is by a thread that has not seen this
	 * one.
	 */
	text__add(t, s->unseen > 1 ? ", are not in it" : ", is not in it");
	if (s->lost_known)
		text__add(t, "; %llu of %llu stores %s lost by now", (unsigned long long)s->lost,
			  (unsigned long long)s->stores, s->lost == 1 ? "is" : "are");
	else
		text__add(t, "; how many are lost by now is not known");
}
