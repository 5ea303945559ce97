/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Checks that every reference was found and that nothing moved. Without both there is no verdict.
 */
#include <stdlib.h>
#include <string.h>

#include "names/mech.h"
#include "timeline/mech_ops.h"
#include "why/graph.h"

struct pins {
	size_t n;
	__u64 files[]; /* ascending; once for each reference */
};

static int by_number(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

static struct pins *pins_new(const struct look *l)
{
	struct pins *p;
	size_t room = 0;

	for (size_t i = 0; i < l->n_tasks; i++)
		room += 2 + l->tasks[i].n_watches;
	p = malloc(sizeof(*p) + room * sizeof(*p->files));
	if (!p)
		return NULL;
	p->n = 0;
	for (size_t i = 0; i < l->n_tasks; i++) {
		const struct seen_task *t = &l->tasks[i];

		for (size_t k = 0; k < 2; k++)
			if (t->rec.pinned[k])
				p->files[p->n++] = t->rec.pinned[k];
		for (size_t k = 0; k < t->n_watches; k++)
			if (t->watches[k].flags & WATCH_PINS)
				p->files[p->n++] = t->watches[k].file;
	}
	qsort(p->files, p->n, sizeof(*p->files), by_number);
	return p;
}

static size_t count_pins(const struct pins *p, __u64 file)
{
	size_t low = 0, high = p->n, n = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->files[mid] < file)
			low = mid + 1;
		else
			high = mid;
	}
	while (low + n < p->n && p->files[low + n] == file)
		n++;
	return n;
}

/* A description's rows stand together here, and so do an object's. */
static int by_file(const void *a, const void *b)
{
	const struct ev_object *x = *(const struct ev_object *const *)a;
	const struct ev_object *y = *(const struct ev_object *const *)b;

	if (!look__same_object(&x->obj, &y->obj))
		return x < y ? -1 : 1; /* as they are in the look */
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x < y ? -1 : x > y;
}

/* Which ends of an object are accounted for, down to the last reference. */
static __u8 whole_ends(const struct ev_object **rows, size_t n, const struct pins *pins)
{
	const struct ev_object *o = rows[0];
	const struct mech_ops *ops = mech_ops__get(o->obj.mech);
	size_t readers = 0, writers = 0, files = 0, count;
	__u8 whole = END_READ | END_WRITE;

	for (size_t i = 0; i < n; i += count) {
		for (count = 1; i + count < n && rows[i + count]->file == rows[i]->file;)
			count++;
		files++;
		readers += !!(rows[i]->end & END_READ);
		writers += !!(rows[i]->end & END_WRITE);
		if (rows[i]->refs != count + count_pins(pins, rows[i]->file))
			whole &= mech__has(o->obj.mech, MT_ENDS) ? ~rows[i]->end : 0;
	}
	if (ops->kernel_has && ops->kernel_has(&o->state))
		return 0;
	if (mech__has(o->obj.mech, MT_NAMED) && o->first != files)
		return 0;
	if (!mech__has(o->obj.mech, MT_ENDS))
		return whole;
	if (readers != o->state.v[PIPE_READERS])
		whole &= ~END_READ;
	if (writers != o->state.v[PIPE_WRITERS])
		whole &= ~END_WRITE;
	return whole;
}

static bool rows_still(const struct look *now, const struct look *before, size_t at, size_t n)
{
	size_t was, old = look__holds(before, &now->held[at].obj, &was);

	if (n != was)
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct ev_object *a = &now->held[at + i], *b = &before->held[old + i];

		if (a->file != b->file || a->fd != b->fd || a->refs != b->refs ||
		    a->end != b->end || now->tables[at + i] != before->tables[old + i] ||
		    memcmp(&a->state, &b->state, sizeof(a->state)))
			return false;
	}
	return true;
}

__u8 *ends__check(const struct look *now, const struct look *before)
{
	const struct ev_object **rows = calloc(now->n_held + 1, sizeof(*rows));
	__u8 *ends = calloc(now->n_held + 1, sizeof(*ends));
	struct pins *pins = pins_new(now);
	size_t n;

	if (!rows || !ends || !pins) {
		free(ends);
		ends = NULL;
		goto out;
	}
	for (size_t i = 0; i < now->n_held; i++)
		rows[i] = &now->held[i];
	qsort(rows, now->n_held, sizeof(*rows), by_file);
	for (size_t at = 0; at < now->n_held; at += n) {
		look__holds(now, &now->held[at].obj, &n);
		ends[at] = whole_ends(rows + at, n, pins);
		if (rows_still(now, before, at, n))
			ends[at] |= ENDS_STILL;
	}
out:
	free(rows);
	free(pins);
	return ends;
}

static bool same_watches(const struct seen_task *a, const struct seen_task *b)
{
	if (a->n_watches != b->n_watches || a->watches_cut != b->watches_cut)
		return false;
	for (size_t i = 0; i < a->n_watches; i++)
		if (a->watches[i].file != b->watches[i].file ||
		    a->watches[i].end != b->watches[i].end ||
		    a->watches[i].events != b->watches[i].events)
			return false;
	return true;
}

bool task__still(const struct seen_task *now, const struct look *before)
{
	const struct seen_task *was = look__task(before, now->rec.e.tid);

	return was && was->rec.switches == now->rec.switches && was->rec.state == now->rec.state &&
	       was->rec.files == now->rec.files && was->waits == now->waits &&
	       was->wait.reason == now->wait.reason && was->wait.nr == now->wait.nr &&
	       look__same_object(&was->wait.obj, &now->wait.obj) && same_watches(was, now);
}
