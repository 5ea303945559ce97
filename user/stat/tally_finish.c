// SPDX-License-Identifier: GPL-2.0
/* The end of a tally: adds sleeps that go on, finds who read whose bytes, sets names, sorts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stat/tally_int.h"

static int by_serial(const void *a, const void *b)
{
	const struct tally_task *x = *(struct tally_task *const *)a;
	const struct tally_task *y = *(struct tally_task *const *)b;

	return x->serial < y->serial ? -1 : x->serial > y->serial;
}

/* Puts down the sleeps that go on. */
static int finish_sleeps(struct tally *t)
{
	struct tally_task **asleep = calloc(t->tasks.n + 1, sizeof(struct tally_task *));
	size_t n = 0;
	int rc = 0;

	if (!asleep)
		return -ENOMEM;
	/* First all of them, because their wakers may be new tasks and move the others. */
	for (size_t i = 0; i < t->tasks.n_slots; i++) {
		for (struct map_node *node = t->tasks.slots[i]; node; node = node->next) {
			struct tally_task *task = container_of(node, struct tally_task, node);

			if (task->sleeps)
				asleep[n++] = task;
		}
	}
	if (n)
		qsort(asleep, n, sizeof(*asleep), by_serial);
	for (size_t i = 0; i < n && !rc; i++) {
		asleep[i]->sleeps = false;
		rc = tally__wait(t, &asleep[i]->wait);
	}
	free(asleep);
	return rc;
}

static void last_name(const struct tally *t, struct tally_name *who, __u32 serial)
{
	const struct tally_task *task = tally_tasks__find(t, who->pid);

	if (!task || task->serial != serial)
		return;
	who->inner_pid = task->inner_pid;
	if (task->comm[0])
		memcpy(who->comm, task->comm, COMM_LEN);
}

static int by_use(const void *a, const void *b)
{
	const struct tally_use *x = *(struct tally_use *const *)a;
	const struct tally_use *y = *(struct tally_use *const *)b;

	if (x->obj->serial != y->obj->serial)
		return x->obj->serial < y->obj->serial ? -1 : 1;
	if (x->flow.ops != y->flow.ops)
		return x->flow.ops > y->flow.ops ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

static int order(const struct tally_waits *x, const struct tally_waits *y)
{
	if (x->wait.sum != y->wait.sum)
		return x->wait.sum > y->wait.sum ? -1 : 1;
	return 0;
}

static int by_object(const void *a, const void *b)
{
	const struct tally_object *x = *(struct tally_object *const *)a;
	const struct tally_object *y = *(struct tally_object *const *)b;
	int rc = order(&x->w, &y->w);

	if (!rc && x->flow.ops != y->flow.ops)
		rc = x->flow.ops > y->flow.ops ? -1 : 1;
	return rc ? rc : x->serial < y->serial ? -1 : x->serial > y->serial;
}

/* Those that were not woken come last: on a whole machine most tasks sleep all the time. */
static int by_pair(const void *a, const void *b)
{
	const struct tally_pair *x = *(struct tally_pair *const *)a;
	const struct tally_pair *y = *(struct tally_pair *const *)b;
	int rc = (x->w.open && x->w.open == x->w.wait.n) - (y->w.open && y->w.open == y->w.wait.n);

	if (!rc)
		rc = order(&x->w, &y->w);
	if (!rc && x->bytes != y->bytes)
		rc = x->bytes > y->bytes ? -1 : 1;
	return rc ? rc : x->node.key < y->node.key ? -1 : x->node.key > y->node.key;
}

/* An object's only writer; NULL where there are several, or may be. */
static const struct tally_use *only_writer(struct tally_use *const *use, size_t n)
{
	const struct tally_object *o = use[0]->obj;
	const struct tally_use *writer = NULL;

	if (!o->born || o->cut || o->narrowed || o->flow.splices ||
	    o->flow.read_bytes > o->flow.write_bytes)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (!use[i]->flow.writes)
			continue;
		if (writer)
			return NULL;
		writer = use[i];
	}
	return writer;
}

static int add_bytes(struct tally *t, const struct tally_use *reader,
		     const struct tally_use *writer)
{
	struct tally_pair *p = tally_rows__pair(t, reader->task, writer->task);

	if (!p)
		return -ENOMEM;
	p->reads += reader->flow.reads;
	p->bytes += reader->flow.read_bytes;
	if (p == &t->other_pairs)
		return 0;
	p->who = reader->who;
	p->by = writer->who;
	return 0;
}

static int add_flows(struct tally *t, struct tally_use *const *uses, size_t n_uses)
{
	for (size_t i = 0, n; i < n_uses; i += n) {
		const struct tally_use *writer;

		for (n = 1; i + n < n_uses && uses[i + n]->obj == uses[i]->obj;)
			n++;
		writer = only_writer(uses + i, n);
		for (size_t k = i; writer && k < i + n; k++)
			if (uses[k]->flow.reads && add_bytes(t, uses[k], writer))
				return -ENOMEM;
	}
	return 0;
}

static int list_uses(struct tally *t)
{
	struct tally_rows *r = &t->rows;

	r->uses = calloc(t->uses.n + 1, sizeof(*r->uses));
	if (!r->uses)
		return -ENOMEM;
	for (size_t i = 0; i < t->uses.n_slots; i++) {
		for (struct map_node *node = t->uses.slots[i]; node; node = node->next) {
			struct tally_use *u = container_of(node, struct tally_use, node);

			last_name(t, &u->who, u->task);
			r->uses[r->n_uses++] = u;
		}
	}
	qsort(r->uses, r->n_uses, sizeof(*r->uses), by_use);
	return 0;
}

/* An object that was only held has nothing to tell. */
static int list_objects(struct tally *t)
{
	struct tally_rows *r = &t->rows;

	r->objects = calloc(t->objects.n + 1, sizeof(*r->objects));
	if (!r->objects)
		return -ENOMEM;
	for (size_t i = 0; i < t->objects.n_slots; i++) {
		for (struct map_node *node = t->objects.slots[i]; node; node = node->next) {
			struct tally_object *o = container_of(node, struct tally_object, node);

			if (o->flow.ops || o->w.wait.n)
				r->objects[r->n_objects++] = o;
		}
	}
	qsort(r->objects, r->n_objects, sizeof(*r->objects), by_object);
	if (t->others.flow.ops || t->others.w.wait.n)
		r->other_objects = &t->others;
	return 0;
}

static int list_pairs(struct tally *t)
{
	struct tally_rows *r = &t->rows;

	r->pairs = calloc(t->pairs.n + 1, sizeof(*r->pairs));
	if (!r->pairs)
		return -ENOMEM;
	for (size_t i = 0; i < t->pairs.n_slots; i++) {
		for (struct map_node *node = t->pairs.slots[i]; node; node = node->next) {
			struct tally_pair *p = container_of(node, struct tally_pair, node);

			last_name(t, &p->who, p->task);
			last_name(t, &p->by, p->by_task);
			r->pairs[r->n_pairs++] = p;
		}
	}
	qsort(r->pairs, r->n_pairs, sizeof(*r->pairs), by_pair);
	if (t->other_pairs.w.wait.n || t->other_pairs.reads)
		r->other_pairs = &t->other_pairs;
	return 0;
}

static int finish_rows(struct tally *t)
{
	t->rows.span = t->last - t->first;
	if (list_uses(t) || add_flows(t, t->rows.uses, t->rows.n_uses))
		return -ENOMEM;
	return list_objects(t) || list_pairs(t) ? -ENOMEM : 0;
}

int tally__finish(struct tally *t, struct tally_rows *rows)
{
	int rc = finish_sleeps(t);

	if (!rc)
		rc = finish_rows(t);
	*rows = t->rows;
	return rc;
}

size_t tally_rows__uses(const struct tally_rows *rows, const struct tally_object *o, size_t *n)
{
	size_t low = 0, high = rows->n_uses;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (rows->uses[mid]->obj->serial < o->serial)
			low = mid + 1;
		else
			high = mid;
	}
	for (*n = 0; low + *n < rows->n_uses && rows->uses[low + *n]->obj == o;)
		++*n;
	return low;
}
