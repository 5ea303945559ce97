/* SPDX-License-Identifier: GPL-2.0 */
/* Gives a task's new name to what the task did before, too, as its lane has it. */
#include <string.h>

#include "timeline/maps.h"
#include "timeline/names.h"
#include "timeline/pieces.h"
#include "timeline/tasks.h"

/* ts: when it did what by stands for; an earlier task may have had its number. */
static void rename_actor(struct actor *by, const struct task *t, __u64 ts)
{
	if (by->tid == t->who.tid && by->pid == t->who.pid && ts >= t->born)
		memcpy(by->comm, t->who.comm, COMM_LEN);
}

static void rename_in_object(const struct timeline *tl, struct obj *o, const struct task *t)
{
	for (int i = 0; i < 2; i++)
		rename_actor(&o->left[i].by, t, o->left[i].ts);
	rename_actor(&o->removed.by, t, o->removed.ts);
	rename_actor(&o->maker, t, o->made);
	list_for_each(item, &o->sems) {
		struct sem_last *s = container_of(item, struct sem_last, in.same);

		rename_actor(&s->by, t, s->ts);
	}
	/* holders__rename() does it for holders. A task that has it mapped is alive. */
	pieces__rename(tl, o, t);
	maps__rename(o, t, rename_actor);
}

static void rename_in_words(struct timeline *tl, const struct task *t)
{
	for (size_t i = 0; i < WORDS; i++) {
		struct word *w = &tl->words[i];

		for (__u64 n = w->stores; n && n + WORD_STORES > w->stores; n--) {
			struct word_store *s = &w->recent[n % WORD_STORES];

			if (s->t >= since_start(tl, t->born))
				rename_actor(&s->by, t, ~0ull);
		}
	}
}

void names__changed(struct timeline *tl, const struct task *t)
{
	for (size_t i = 0; i < tl->objects.n_slots; i++)
		for (struct map_node *node = tl->objects.slots[i]; node; node = node->next)
			rename_in_object(tl, container_of(node, struct obj, node), t);
	rename_in_words(tl, t);
	for (size_t i = 0; i < UNLINKED; i++)
		rename_actor(&tl->unlinked[i].by, t, tl->unlinked[i].ts);
	for (size_t i = 0; i < UNKEYED; i++)
		rename_actor(&tl->unkeyed[i].by, t, tl->unkeyed[i].ts);
}

void names__waker(const struct timeline *tl, struct ev_wait *w)
{
	const struct task *t = w->waker.tid ? tasks__find(tl, w->waker.tid) : NULL;

	if (t && t->who.pid == w->waker.pid && t->renamed > w->woken && t->born <= w->woken)
		memcpy(w->waker.comm, t->who.comm, COMM_LEN);
}
