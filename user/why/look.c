/* SPDX-License-Identifier: GPL-2.0 */
/* Puts the records of one look at the system in order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include "why/look.h"
#include "names/poll_words.h"

static void *grow(void *array, size_t n, size_t *room, size_t size)
{
	size_t want = *room ? *room * 2 : 64;
	void *more;

	if (n < *room)
		return array;
	more = realloc(array, want * size);
	if (more)
		*room = want;
	return more;
}

static int add_task(struct look *l, const struct look_task *rec)
{
	struct seen_task *tasks = grow(l->tasks, l->n_tasks, &l->room_tasks, sizeof(*tasks));

	if (!tasks)
		return -ENOMEM;
	l->tasks = tasks;
	tasks[l->n_tasks++] = (struct seen_task){.rec = *rec};
	return 0;
}

/* Waits and watches stand behind the task that they are of. */
static struct seen_task *last_task(struct look *l, const struct event *rec)
{
	struct seen_task *t = l->n_tasks ? &l->tasks[l->n_tasks - 1] : NULL;

	return t && t->rec.e.tid == rec->tid ? t : NULL;
}

static int add_watches(struct seen_task *t, const struct look_watches *rec)
{
	size_t size = rec->n * sizeof(*rec->w);

	if (rec->e.size < sizeof(*rec) + size || t->watches)
		return -EPROTO;
	t->watches = malloc(size ? size : 1);
	if (!t->watches)
		return -ENOMEM;
	memcpy(t->watches, rec->w, size);
	t->n_watches = rec->n;
	t->watches_cut = rec->cut;
	return 0;
}

static int add_held(struct look *l, const struct ev_object *rec)
{
	struct ev_object *held = grow(l->held, l->n_held, &l->room_held, sizeof(*held));

	if (!held)
		return -ENOMEM;
	l->held = held;
	held[l->n_held++] = *rec;
	return 0;
}

int look__feed(struct look *l, const struct event *rec)
{
	struct seen_task *t;

	switch (rec->kind) {
	case LOOK_TASK:
		if (rec->size != sizeof(struct look_task))
			return -EPROTO;
		return add_task(l, (const struct look_task *)rec);
	case EV_WAIT:
		t = last_task(l, rec);
		if (rec->size != sizeof(struct ev_wait) || !t || t->waits)
			return -EPROTO;
		t->wait = *(const struct ev_wait *)rec;
		t->waits = true;
		if (t->wait.nr == SYS_nanosleep || t->wait.nr == SYS_clock_nanosleep)
			t->rec.flags |= LOOK_TIMED;
		return 0;
	case LOOK_WATCHES:
		t = last_task(l, rec);
		if (rec->size < sizeof(struct look_watches) || !t)
			return -EPROTO;
		return add_watches(t, (const struct look_watches *)rec);
	case EV_OBJECT:
		if (rec->size != sizeof(struct ev_object))
			return -EPROTO;
		return add_held(l, (const struct ev_object *)rec);
	}
	return -EPROTO;
}

static int compare(__u64 a, __u64 b)
{
	return a < b ? -1 : a > b;
}

static int by_tid(const void *a, const void *b)
{
	const struct seen_task *x = a, *y = b;

	return compare(x->rec.e.tid, y->rec.e.tid);
}

static int by_object(const struct ipc_object *a, const struct ipc_object *b)
{
	int c = compare(a->mech, b->mech);

	if (!c)
		c = compare(a->dev, b->dev);
	return c ? c : compare(a->id, b->id);
}

/* A descriptor, its table beside it. */
struct row {
	struct ev_object rec;
	__u64 table;
};

static int by_row(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = by_object(&x->rec.obj, &y->rec.obj);

	if (!c)
		c = compare(x->table, y->table);
	return c ? c : compare((__u64)x->rec.fd, (__u64)y->rec.fd);
}

/* A table may have been read more than once: through each process that shares it. */
static int order_held(struct look *l)
{
	struct row *rows = calloc(l->n_held + 1, sizeof(*rows));
	size_t n = 0;

	free(l->tables);
	l->tables = calloc(l->n_held + 1, sizeof(*l->tables));
	if (!rows || !l->tables) {
		free(rows);
		return -ENOMEM;
	}
	for (size_t i = 0; i < l->n_held; i++) {
		const struct seen_task *t = look__task(l, l->held[i].e.tid);

		/* A task that came after the tasks were read gets a table of its own. */
		rows[i] = (struct row){l->held[i], t ? t->rec.files : 0};
	}
	qsort(rows, l->n_held, sizeof(*rows), by_row);
	for (size_t i = 0; i < l->n_held; i++) {
		if (i && rows[i].table && !by_row(&rows[i - 1], &rows[i]))
			continue;
		l->tables[n] = rows[i].table;
		l->held[n++] = rows[i].rec;
	}
	l->n_held = n;
	free(rows);
	return 0;
}

static void take_expiry(struct seen_task *t, const struct ipc_object *obj, const struct expiry *e)
{
	if (!e->due || (t->expiry.due && t->expiry.due <= e->due))
		return;
	t->expiry = *e;
	t->timer = *obj;
}

static void find_expiry(struct look *l, struct seen_task *t)
{
	struct expiry e;

	if (reason__enders(t->wait.reason) == ENDERS_EXPIRY &&
	    mech__expiry(t->wait.obj.mech, &t->wait.state, &e))
		take_expiry(t, &t->wait.obj, &e);
	for (size_t i = 0; i < t->n_watches; i++) {
		struct ipc_object obj = look__watched(&t->watches[i]);

		if (look__expires(l, &t->watches[i], &e))
			take_expiry(t, &obj, &e);
	}
}

int look__finish(struct look *l)
{
	int rc;

	if (l->n_tasks)
		qsort(l->tasks, l->n_tasks, sizeof(*l->tasks), by_tid);
	rc = order_held(l);
	for (size_t i = 0; !rc && i < l->n_tasks; i++)
		find_expiry(l, &l->tasks[i]);
	return rc;
}

void look__clear(struct look *l)
{
	for (size_t i = 0; i < l->n_tasks; i++)
		free(l->tasks[i].watches);
	for (size_t i = 0; i < l->n_shared; i++)
		free(l->shared[i].users);
	free(l->shared);
	free(l->tasks);
	free(l->held);
	free(l->tables);
	*l = (struct look){0};
}

const struct seen_task *look__task(const struct look *l, __u32 tid)
{
	struct seen_task key = {.rec.e.tid = tid};

	return l->n_tasks ? bsearch(&key, l->tasks, l->n_tasks, sizeof(key), by_tid) : NULL;
}

bool look__same_object(const struct ipc_object *a, const struct ipc_object *b)
{
	return !by_object(a, b);
}

size_t look__holds(const struct look *l, const struct ipc_object *obj, size_t *n)
{
	size_t low = 0, high = l->n_held;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (by_object(&l->held[mid].obj, obj) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (*n = 0; low + *n < l->n_held && !by_object(&l->held[low + *n].obj, obj);)
		++*n;
	return low;
}

__s32 look__fd(const struct look *l, const struct seen_task *t, const struct ipc_object *obj)
{
	size_t n, at = look__holds(l, obj, &n);

	for (size_t i = at; i < at + n; i++)
		if (l->tables[i] == t->rec.files)
			return l->held[i].fd;
	return -1;
}

bool task__opens_fifo(const struct seen_task *t)
{
	return t->waits && reason__enders(t->wait.reason) == ENDERS_OPENER;
}

struct ipc_object look__watched(const struct look_watch *w)
{
	return (struct ipc_object){.id = w->id, .dev = w->dev, .mech = w->mech};
}

bool look__disarmed(const struct look_watch *w)
{
	return w->flags & WATCH_ITEM && poll_disarmed(w->events);
}

bool look__expires(const struct look *l, const struct look_watch *w, struct expiry *e)
{
	struct ipc_object obj = look__watched(w);
	size_t n, at = look__holds(l, &obj, &n);

	/* A timer makes EPOLLIN, and wakes for that alone (fs/timerfd.c). */
	return n && w->events & EPOLLIN && !look__disarmed(w) &&
	       mech__expiry(obj.mech, &l->held[at].state, e) && e->due;
}
