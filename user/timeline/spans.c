/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pieces of an object that a process has mapped, by their addresses, in a treap: a tree that
 * random ranks keep balanced. Each node has the last address below it, because pieces may overlap
 * where records were lost.
 */
#include <errno.h>
#include <stdlib.h>

#include "timeline/spans.h"

static bool is_before(const struct piece *a, const struct piece *b)
{
	return a->from != b->from ? a->from < b->from : a->number < b->number;
}

static __u64 last_of(const struct piece *t)
{
	return t ? t->last : 0;
}

static void sum_up(struct piece *t)
{
	t->last = t->to;
	if (last_of(t->left) > t->last)
		t->last = last_of(t->left);
	if (last_of(t->right) > t->last)
		t->last = last_of(t->right);
}

/* What of t is before piece, and what is behind it. */
static void split(struct piece *t, const struct piece *piece, struct piece **left,
		  struct piece **right)
{
	if (!t) {
		*left = *right = NULL;
	} else if (is_before(t, piece)) {
		*left = t;
		split(t->right, piece, &t->right, right);
		sum_up(t);
	} else {
		*right = t;
		split(t->left, piece, left, &t->left);
		sum_up(t);
	}
}

static struct piece *merge(struct piece *left, struct piece *right)
{
	if (!left || !right)
		return left ? left : right;
	if (left->rank > right->rank) {
		left->right = merge(left->right, right);
		sum_up(left);
		return left;
	}
	right->left = merge(left, right->left);
	sum_up(right);
	return right;
}

static void insert(struct piece **t, struct piece *piece)
{
	if (*t && (*t)->rank >= piece->rank) {
		insert(is_before(*t, piece) ? &(*t)->right : &(*t)->left, piece);
		sum_up(*t);
		return;
	}
	split(*t, piece, &piece->left, &piece->right);
	sum_up(piece);
	*t = piece;
}

static void take_out(struct piece **t, const struct piece *piece)
{
	if (!*t)
		return;
	if (*t == piece) {
		*t = merge(piece->left, piece->right);
		return;
	}
	take_out(is_before(*t, piece) ? &(*t)->right : &(*t)->left, piece);
	sum_up(*t);
}

void spans__add(struct timeline *tl, struct mapped *p, struct piece *piece, const struct mapper *m)
{
	piece->number = ++tl->n_pieces;
	piece->rank = map__mix(piece->number);
	piece->from = m->addr;
	piece->to = m->addr + m->len;
	insert(&p->root, piece);
}

void spans__del(struct mapped *p, struct piece *piece)
{
	take_out(&p->root, piece);
}

void spans__moved(struct mapped *p, struct piece *piece, const struct mapper *m)
{
	take_out(&p->root, piece);
	piece->from = m->addr;
	piece->to = m->addr + m->len;
	insert(&p->root, piece);
}

static int collect(struct timeline *tl, struct piece *t, __u64 from, __u64 to, size_t *n)
{
	int err;

	if (!t || t->last <= from)
		return 0;
	err = collect(tl, t->left, from, to, n);
	if (err || t->from >= to)
		return err;
	if (t->to > from) {
		if (grow_array(&tl->spans, *n, &tl->spans_room, sizeof(struct piece *)))
			return -ENOMEM;
		tl->spans[(*n)++] = t;
	}
	return collect(tl, t->right, from, to, n);
}

static int by_number(const void *a, const void *b)
{
	const struct piece *const *x = a, *const *y = b;

	return ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

size_t spans__find(struct timeline *tl, const struct mapped *p, __u64 from, __u64 to)
{
	size_t n = 0;

	if (collect(tl, p->root, from, to, &n))
		fail(tl, -ENOMEM);
	if (n > 1)
		qsort(tl->spans, n, sizeof(struct piece *), by_number);
	return n;
}
