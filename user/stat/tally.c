// SPDX-License-Identifier: GPL-2.0
/* The tally: adds each record to its rows. */
#include "stat/tally.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "names/opclass.h"
#include "stat/tally_int.h"

#define ROWS_OBJECTS 1024
#define ROWS_PAIRS   1024
#define ROWS_USES    8192

struct tally *tally__new(const struct tally_limits *limits)
{
	struct tally *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->limits = *limits;
	if (!t->limits.objects)
		t->limits.objects = ROWS_OBJECTS;
	if (!t->limits.pairs)
		t->limits.pairs = ROWS_PAIRS;
	if (!t->limits.uses)
		t->limits.uses = ROWS_USES;
	t->serial = FIRST_SERIAL;
	list__init(&t->gone);
	return t;
}

static void count_op(struct tally_flow *f, const struct ev_op *op)
{
	__u64 bytes = op_bytes(op);

	f->ops++;
	if (op_class__has(op->op, T_TAKES) && op_class__has(op->op, T_GIVES)) {
		f->splices++;
		f->splice_bytes += bytes;
	} else if (op_class__has(op->op, T_TAKES)) {
		f->reads++;
		f->read_bytes += bytes;
	} else if (op_class__has(op->op, T_GIVES)) {
		f->writes++;
		f->write_bytes += bytes;
	}
}

void tally__name(struct tally_name *who, const struct tally_task *task, __u32 pid)
{
	who->pid = pid;
	who->inner_pid = task->inner_pid;
	memcpy(who->comm, task->comm, COMM_LEN);
}

static int feed_op(struct tally *t, const struct ev_op *op)
{
	struct tally_task *task;
	struct tally_object *o;
	struct tally_use *u;

	if (!op->obj.mech)
		return 0;
	o = tally_rows__object(t, &op->obj, -1);
	task = tally_tasks__get(t, op->e.pid, NULL);
	if (!o || !task)
		return -ENOMEM;
	count_op(&o->flow, op);
	u = tally_rows__use(t, o, task->serial);
	if (u) {
		count_op(&u->flow, op);
		tally__name(&u->who, task, op->e.pid);
	}
	return 0;
}

static int count_wait(struct tally_waits *w, const struct ev_wait *ev, __u64 ns)
{
	bool open = ev->e.flags & EVF_OPEN;

	w->open += open;
	w->earlier += !!(ev->e.flags & EVF_BEFORE);
	if (dist__add(&w->wait, ns))
		return -ENOMEM;
	if (open || !ev->woken || ev->e.flags & EVF_LATE || ev->e.ts < ev->woken)
		return 0;
	return dist__add(&w->delay, ev->e.ts - ev->woken);
}

/* Whether a task is named for the wakeup. Under an interrupt the task only happened to run. */
static bool woken_by_task(const struct ev_wait *ev)
{
	switch (ev->waker.ctx) {
	case WAKE_TASK:
	case WAKE_SIGNAL:
	case WAKE_EXIT:
		return ev->woken && ev->waker.pid;
	default:
		return false;
	}
}

static int add_to_pair(struct tally *t, const struct ev_wait *ev, const struct tally_task *task,
		       __u64 ns)
{
	const struct ev_waker *by = &ev->waker;
	struct tally_task *waker = NULL;
	struct tally_pair *p;

	if (woken_by_task(ev)) {
		waker = tally_tasks__get(t, by->pid, by->comm);
		if (!waker)
			return -ENOMEM;
	}
	p = tally_rows__pair(t, task->serial,
			     waker	 ? waker->serial
			     : ev->woken ? by->ctx % FIRST_SERIAL
					 : 0);
	if (!p)
		return -ENOMEM;
	p->ctx = ev->woken ? by->ctx : WAKE_NONE;
	tally__name(&p->who, task, ev->e.pid);
	if (waker)
		tally__name(&p->by, waker, by->pid);
	return count_wait(&p->w, ev, ns);
}

/* A sleep, once. */
int tally__wait(struct tally *t, const struct ev_wait *ev)
{
	__u64 end = ev->woken ? ev->woken : ev->e.ts;
	__u64 ns = end > ev->slept ? end - ev->slept : 0;
	struct tally_task *task = tally_tasks__get(t, ev->e.pid, NULL);
	__s16 nr = tally__call(ev->reason, ev->e.flags & EVF_COMPAT ? TALLY_COMPAT : ev->nr);
	struct tally_object *o;
	struct tally_use *u;
	unsigned int reason = tally__reason(ev->reason);

	if (!task)
		return -ENOMEM;
	o = tally_rows__object(t, &ev->obj, ev->obj.mech ? -1 : nr);
	if (!o || count_wait(&o->w, ev, ns))
		return -ENOMEM;
	o->reasons[reason].n++;
	o->reasons[reason].ns += ns;
	u = tally_rows__use(t, o, task->serial);
	if (u) {
		u->waits++;
		u->ns += ns;
		tally__name(&u->who, task, ev->e.pid);
	}
	return add_to_pair(t, ev, task, ns);
}

/*
 * Snapshots of a sleep come before its end. A snapshot that was read before the end sometimes comes
 * after it. The last record of a sleep decides whether it counts.
 */
static int feed_wait(struct tally *t, const struct ev_wait *ev, bool counts)
{
	struct tally_task *thread = tally_tasks__get(t, ev->e.tid, NULL);

	if (!thread)
		return -ENOMEM;
	if (ev->e.flags & EVF_OPEN) {
		if (ev->slept >= thread->ran && !thread->gone) {
			thread->sleeps = counts;
			thread->wait = *ev;
		}
		return 0;
	}
	thread->sleeps = false;
	thread->ran = ev->e.ts > ev->slept ? ev->e.ts : ev->slept + 1;
	return counts ? tally__wait(t, ev) : 0;
}

static int feed_life(struct tally *t, const struct ev_life *ev)
{
	bool names = ev->e.kind != EV_FORK && ev->e.kind != EV_EXIT;
	const struct tally_task *task = names ? tally_tasks__find(t, ev->e.tid) : NULL;

	if (task && task->comm[0] && strncmp(task->comm, ev->comm, COMM_LEN))
		tally_rows__rename(t, task->serial, ev->comm);
	return tally_tasks__life(t, ev);
}

int tally__feed(struct tally *t, const struct event *rec)
{
	const union any_event *any = (const union any_event *)rec;

	if (rec->kind != EV_LOST) {
		if (!t->first || rec->ts < t->first)
			t->first = rec->ts;
		if (rec->ts > t->last)
			t->last = rec->ts;
	}
	switch (rec->kind) {
	case EV_OP:
		return feed_op(t, &any->op);
	case EV_WAIT:
		return feed_wait(t, &any->wait, true);
	case EV_FORK:
	case EV_EXEC:
	case EV_EXIT:
	case EV_RENAME:
	case EV_TASK:
		return feed_life(t, &any->life);
	case EV_OBJECT:
		return tally_rows__ref(t, &any->object);
	default:
		return 0;
	}
}

int tally__leave_out(struct tally *t, const struct event *rec)
{
	const struct ev_op *op = (const struct ev_op *)rec;
	struct tally_object *o;

	if (rec->kind == EV_WAIT)
		return feed_wait(t, (const struct ev_wait *)rec, false);
	if (rec->kind != EV_OP || !op->obj.mech)
		return 0;
	o = tally_rows__object(t, &op->obj, -1);
	if (!o)
		return -ENOMEM;
	o->narrowed = true;
	return 0;
}

const char *tally__comm(const struct tally *t, __u32 tid)
{
	const struct tally_task *task = tally_tasks__find(t, tid);

	return task ? task->comm : "";
}

void tally__free(struct tally *t)
{
	if (!t)
		return;
	free(t->rows.objects);
	free(t->rows.pairs);
	free(t->rows.uses);
	tally_rows__free(t);
	tally_tasks__free(t);
	free(t);
}
