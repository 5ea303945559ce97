// SPDX-License-Identifier: GPL-2.0
/* Leaves short sleeps that are no IPC out of the timeline. */
#include "text/hold.h"

#include <stdlib.h>

/* A person's scale: programs that poll sleep for some ms. */
#define SHORT_NS 10000000ULL
#define HOLD_MAX 4096

struct held {
	struct held *next;
	struct row row;
	bool undecided;
};

struct hold {
	row_fn fn;
	void *ctx;
	struct held *head, *last, **tail;
	size_t n;
};

struct hold *hold__new(row_fn fn, void *ctx)
{
	struct hold *h = calloc(1, sizeof(*h));

	if (h) {
		h->fn = fn;
		h->ctx = ctx;
		h->tail = &h->head;
	}
	return h;
}

static void drop_first(struct hold *h)
{
	struct held *first = h->head;

	h->head = first->next;
	if (!h->head)
		h->tail = &h->head;
	if (h->last == first)
		h->last = NULL;
	h->n--;
	free(first);
}

/* Hands on what stands before the first undecided row. */
static void drain(struct hold *h)
{
	while (h->head && !h->head->undecided) {
		h->fn(h->ctx, &h->head->row);
		drop_first(h);
	}
}

/* Sleeps that are known to be long by now, up to the first one that is not: rows stand by time. */
static void decide(struct hold *h, __u64 now)
{
	struct held *e = h->head;

	for (; e && (!e->undecided || now >= e->row.t + SHORT_NS); e = e->next)
		e->undecided = false;
}

static bool forget_sleep(struct hold *h, __u32 tid)
{
	for (struct held **at = &h->head; *at; at = &(*at)->next) {
		struct held *e = *at;

		if (!e->undecided || e->row.who.tid != tid)
			continue;
		*at = e->next;
		if (h->tail == &e->next)
			h->tail = at;
		if (h->last == e)
			h->last = NULL;
		h->n--;
		free(e);
		return true;
	}
	return false;
}

void hold__push(struct hold *h, const struct row *row)
{
	bool idle_sleep = row->kind == FACT_BLOCK && !row->ipc;
	struct held *e;

	decide(h, row->t);
	if (row->kind == FACT_WAKE && !row->ipc && row->slept < SHORT_NS &&
	    forget_sleep(h, row->who.tid)) {
		drain(h);
		return;
	}
	if (!h->head && !idle_sleep) {
		h->fn(h->ctx, row);
		return;
	}
	if (h->last && row__repeat(&h->last->row, row))
		return;
	if (h->n >= HOLD_MAX)
		hold__flush(h);
	e = malloc(sizeof(*e));
	if (!e) {
		/* Without memory: nothing is left out, and order is kept. */
		hold__flush(h);
		h->fn(h->ctx, row);
		return;
	}
	e->next = NULL;
	e->row = *row;
	e->undecided = idle_sleep;
	*h->tail = e;
	h->tail = &e->next;
	h->last = e;
	h->n++;
	drain(h);
}

void hold__flush(struct hold *h)
{
	while (h->head) {
		h->fn(h->ctx, &h->head->row);
		drop_first(h);
	}
}

void hold__free(struct hold *h)
{
	while (h && h->head)
		drop_first(h);
	free(h);
}
