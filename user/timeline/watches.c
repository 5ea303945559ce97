/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which objects a task waits for in poll, select and epoll. They have separate records, before that
 * of the sleep.
 */
#include <errno.h>
#include <stdlib.h>

#include "timeline/objects.h"
#include "timeline/release.h"
#include "timeline/watches.h"

void watches__note(struct timeline *tl, struct task *t, const struct ev_watch *ev)
{
	struct obj *o = t ? objects__get(tl, &ev->obj) : NULL;
	struct watches *w;

	if (!o)
		return;
	if (!t->watches)
		t->watches = calloc(1, sizeof(*t->watches));
	w = t->watches;
	if (!w) {
		fail(tl, -ENOMEM);
		return;
	}
	if (w->slept != ev->e.ts) {
		w->slept = ev->e.ts;
		w->n = 0;
	}
	if (w->n < WATCHES_TOLD)
		w->w[w->n++].rec = *ev;
}

void watches__fill(struct timeline *tl, const struct task *t, struct fact *f)
{
	const struct ev_wait *wait = &f->rec->wait;
	struct watches *w = t ? t->watches : NULL;

	if (!w || !wait__polls(wait) || w->slept != wait->slept)
		return;
	for (size_t i = 0; i < w->n; i++) {
		struct obj *o = objects__get(tl, &w->w[i].rec.obj);

		if (!o)
			return;
		w->w[i].obj = &o->pub;
		if (f->kind == FACT_BLOCK) {
			__u64 at = f->rec->e.flags & EVF_OPEN ? f->rec->e.ts : wait->slept;

			release__look(tl, o, at);
		}
	}
	f->watches = w->w;
	f->n_watches = w->n;
}
