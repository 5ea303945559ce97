/* SPDX-License-Identifier: GPL-2.0 */
/* Makes a single block and a single wake of the records of one sleep: its snapshots and the
 * finished one. */
#include <errno.h>
#include <stdlib.h>

#include "timeline/emit.h"
#include "timeline/place.h"
#include "timeline/sleeps.h"

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
	return order__push(&tl->order, FACT_WAKE, record_place(&rec->e), rec);
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

static int by_tid(const void *a, const void *b)
{
	__u64 x = (*(struct sleep *const *)a)->node.key, y = (*(struct sleep *const *)b)->node.key;

	return x < y ? -1 : x > y;
}

int sleeps__finish(struct timeline *tl)
{
	struct sleep **open = calloc(tl->sleeps.n + 1, sizeof(struct sleep *));
	size_t n = 0;
	int err = open ? 0 : -ENOMEM;

	for (size_t i = 0; open && i < tl->sleeps.n_slots; i++) {
		for (struct map_node *node = tl->sleeps.slots[i]; node; node = node->next) {
			struct sleep *s = container_of(node, struct sleep, node);

			if (s->open)
				open[n++] = s;
		}
	}
	if (n)
		qsort(open, n, sizeof(struct sleep *), by_tid);
	for (size_t i = 0; i < n && !err; i++) {
		err = push_wake(tl, &open[i]->rec);
		open[i]->open = false;
	}
	free(open);
	return err;
}

/* Records of snapshots: sleeps that are not over. A task has one at most. */
static size_t still_asleep(const struct timeline *tl, const union any_event **recs)
{
	size_t n = 0;

	for (size_t i = 0; i < tl->sleeps.n_slots; i++) {
		for (struct map_node *node = tl->sleeps.slots[i]; node; node = node->next) {
			const struct sleep *s = container_of(node, struct sleep, node);

			if (s->rec.e.flags & EVF_OPEN)
				recs[n++] = &s->rec;
		}
	}
	return n;
}

static int by_age(const void *a, const void *b)
{
	const union any_event *x = *(const union any_event *const *)a;
	const union any_event *y = *(const union any_event *const *)b;

	if (x->wait.slept != y->wait.slept)
		return x->wait.slept < y->wait.slept ? -1 : 1;
	return x->e.tid < y->e.tid ? -1 : x->e.tid > y->e.tid;
}

int timeline__asleep(struct timeline *tl, struct fact **facts, size_t *n)
{
	const union any_event **recs = calloc(tl->sleeps.n + 1, sizeof(*recs));

	*facts = calloc(tl->sleeps.n + 1, sizeof(**facts));
	*n = 0;
	if (!recs || !*facts) {
		free(recs);
		free(*facts);
		*facts = NULL;
		return -ENOMEM;
	}
	*n = still_asleep(tl, recs);
	qsort(recs, *n, sizeof(*recs), by_age);
	for (size_t i = 0; i < *n; i++)
		(*facts)[i] = emit_asleep(tl, recs[i]);
	free(recs);
	return tl->error;
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
