/* SPDX-License-Identifier: GPL-2.0 */
/* Counts the facts of records, as the timeline makes them. */
#include "timeline/fact_count.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "lib/record.h"

struct counted_sleep {
	struct map_node node; /* by tid */
	__u64 slept;
	bool there; /* slept and open are known */
	bool open;
};

static struct counted_sleep *sleep_of(struct fact_count *c, __u32 tid)
{
	struct map_node *node = map__find(&c->sleeps, tid);
	struct counted_sleep *s;

	if (node)
		return container_of(node, struct counted_sleep, node);
	s = calloc(1, sizeof(*s));
	if (s && map__add(&c->sleeps, &s->node, tid)) {
		free(s);
		return NULL;
	}
	return s;
}

static void forget(struct fact_count *c, struct map_node *node)
{
	struct counted_sleep *s = container_of(node, struct counted_sleep, node);

	map__del(&c->sleeps, node);
	c->open -= s->open;
	free(s);
}

/* A snapshot may be read before, and arrive after, the end of its sleep. */
static int feed_wait(struct fact_count *c, const struct ev_wait *w)
{
	bool open = w->e.flags & EVF_OPEN;
	struct counted_sleep *s = sleep_of(c, w->e.tid);

	if (!s)
		return -ENOMEM;
	if (s->there && s->slept == w->slept && !s->open)
		return 0;
	c->n += !open;
	s->there = true;
	c->open += (__u64)open - (__u64)s->open;
	s->slept = w->slept;
	s->open = open;
	return 0;
}

int fact_count__feed(struct fact_count *c, const struct event *rec)
{
	struct map_node *node;

	/*
	 * The objects that a sleep polls, and symbols of instructions, are told with other facts.
	 */
	if (rec->kind == EV_LOST || rec->kind == EV_WATCH || rec->kind == EV_SYMBOL)
		return 0;
	if (rec->kind == EV_WAIT && rec->size == record_size(EV_WAIT))
		return feed_wait(c, (const struct ev_wait *)rec);
	c->n++;
	node = rec->kind == EV_EXIT ? map__find(&c->sleeps, rec->tid) : NULL;
	if (node)
		forget(c, node);
	return 0;
}

__u64 fact_count__end(struct fact_count *c)
{
	struct map_node *node;

	c->n += c->open;
	while ((node = map__any(&c->sleeps)))
		forget(c, node);
	map__free(&c->sleeps);
	c->sleeps = (struct map){0};
	c->open = 0;
	return c->n;
}
