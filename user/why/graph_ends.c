/* SPDX-License-Identifier: GPL-2.0 */
/* Was everything found, and did it stand still? Without both there is no verdict. */
#include <stdlib.h>
#include <string.h>

#include "graph.h"

struct pins {
	size_t n;
	__u64 files[]; /* ascending; once for each reference */
};

static int by_number(const void *a, const void *b)
{
	__u64 x = *(const __u64 *)a, y = *(const __u64 *)b;

	return x < y ? -1 : x > y;
}

struct pins *pins__new(const struct look *l)
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
		const struct task *t = &l->tasks[i];

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

void pins__free(struct pins *p)
{
	free(p);
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

/* References to a description that stand in descriptor tables; first: its first row. */
static size_t count_rows(const struct ev_object *rows, size_t n, __u64 file, size_t *first)
{
	size_t count = 0;

	for (size_t i = n; i-- > 0;) {
		if (rows[i].file != file)
			continue;
		*first = i;
		count++;
	}
	return count;
}

bool ends__complete(const struct look *l, const struct pins *pins, const struct ipc_object *obj,
		    __u8 ends)
{
	size_t n, first = 0, at = look__holds(l, obj, &n), readers = 0, writers = 0;
	const struct ev_object *rows = l->held + at;

	if (!n)
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t count = count_rows(rows, n, rows[i].file, &first);

		if (first != i)
			continue;
		readers += !!(rows[i].end & END_READ);
		writers += !!(rows[i].end & END_WRITE);
		if ((rows[i].end & ends || obj->mech == MECH_EPOLL) &&
		    rows[i].refs != count + count_pins(pins, rows[i].file))
			return false;
	}
	if (obj->mech == MECH_EPOLL)
		return true;
	return (!(ends & END_READ) || readers == rows[0].state.v[PIPE_READERS]) &&
	       (!(ends & END_WRITE) || writers == rows[0].state.v[PIPE_WRITERS]);
}

static bool same_watches(const struct task *a, const struct task *b)
{
	if (a->n_watches != b->n_watches || a->watches_cut != b->watches_cut)
		return false;
	for (size_t i = 0; i < a->n_watches; i++)
		if (a->watches[i].file != b->watches[i].file ||
		    a->watches[i].end != b->watches[i].end)
			return false;
	return true;
}

bool task__still(const struct task *now, const struct look *before)
{
	const struct task *was = look__task(before, now->rec.e.tid);

	return was && was->rec.switches == now->rec.switches && was->rec.state == now->rec.state &&
	       was->rec.files == now->rec.files && was->waits == now->waits &&
	       was->wait.reason == now->wait.reason && was->wait.nr == now->wait.nr &&
	       look__same_object(&was->wait.obj, &now->wait.obj) && same_watches(was, now);
}

bool ends__still(const struct look *now, const struct look *before, const struct ipc_object *obj)
{
	size_t n, was, at = look__holds(now, obj, &n), old = look__holds(before, obj, &was);

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
