/* SPDX-License-Identifier: GPL-2.0 */
/* Makes of the records of one sleep, snapshots and the finished one, a single block and a single
 * wake. */
#include <errno.h>
#include <stdlib.h>

#include "timeline_int.h"

static struct sleep *sleep_of(struct timeline *tl, __u32 tid)
{
	struct map_node *node = map__find(&tl->sleeps, tid);
	struct sleep *s;

	if (node)
		return container_of(node, struct sleep, node);
	s = calloc(1, sizeof(*s));
	if (s && map__add(&tl->sleeps, &s->node, tid)) {
		free(s);
		return NULL;
	}
	return s;
}

static int push_wake(struct timeline *tl, const union any_event *rec)
{
	return order__push(&tl->order, FACT_WAKE, timeline__place(&rec->e), rec);
}

int sleeps__feed(struct timeline *tl, const struct ev_wait *w)
{
	struct sleep *s = sleep_of(tl, w->e.tid);
	bool open = w->e.flags & EVF_OPEN;
	bool known;

	if (!s)
		return -ENOMEM;
	known = s->slept == w->slept && s->rec.e.size;
	/* A snapshot may be read before, and arrive after, the end of its sleep. */
	if (known && !s->open)
		return 0;
	s->slept = w->slept;
	s->open = open;
	s->rec.wait = *w;
	if (!known) {
		int err = order__push(&tl->order, FACT_BLOCK, w->slept, &s->rec);

		if (err)
			return err;
	}
	return open ? 0 : push_wake(tl, &s->rec);
}

int sleeps__finish(struct timeline *tl)
{
	for (size_t i = 0; i < tl->sleeps.n_slots; i++) {
		for (struct map_node *n = tl->sleeps.slots[i]; n; n = n->next) {
			struct sleep *s = container_of(n, struct sleep, node);
			int err = s->open ? push_wake(tl, &s->rec) : 0;

			if (err)
				return err;
			s->open = false;
		}
	}
	return 0;
}

void sleeps__forget(struct timeline *tl, __u32 tid)
{
	struct map_node *node = map__find(&tl->sleeps, tid);

	if (!node)
		return;
	map__del(&tl->sleeps, node);
	free(container_of(node, struct sleep, node));
}

void sleeps__free(struct timeline *tl)
{
	struct map_node *node;

	while ((node = map__any(&tl->sleeps)))
		sleeps__forget(tl, (__u32)node->key);
	map__free(&tl->sleeps);
}
