// SPDX-License-Identifier: GPL-2.0
/* The tally: adds a row that the kernel summed up. */
#include <errno.h>

#include "stat/tally_int.h"

_Static_assert(SUM_STEPS == DIST_STEPS && SUM_OCTAVES * SUM_STEPS == DIST_BUCKETS,
	       "the kernel's buckets are those of dist.c");

static void seen(struct tally *t, __u64 last)
{
	if (last > t->last)
		t->last = last;
	if (!t->first || last < t->first)
		t->first = last;
}

int tally__feed_ops(struct tally *t, const struct sum_op_key *key, const struct sum_op *sum,
		    __u64 *n)
{
	const struct tally_flow flow = {
	    .ops = sum->ops,
	    .reads = sum->reads,
	    .read_bytes = sum->read_bytes,
	    .writes = sum->writes,
	    .write_bytes = sum->write_bytes,
	    .splices = sum->splices,
	    .splice_bytes = sum->splice_bytes,
	};
	struct tally_object *o;
	struct tally_task *task;
	struct tally_use *u;

	if (!sum->ops)
		return 0;
	o = tally_rows__object(t, &key->obj, -1);
	task = tally_tasks__get(t, key->pid, sum->comm);
	if (!o || !task)
		return -ENOMEM;
	seen(t, sum->last);
	*n += sum->ops;
	tally_flow__merge(&o->flow, &flow);
	u = tally_rows__use(t, o, task->serial);
	if (u) {
		tally_flow__merge(&u->flow, &flow);
		tally__name(&u->who, task, key->pid);
	}
	return 0;
}

static __u64 count(const struct sum_wait *sum)
{
	__u64 n = 0;

	for (unsigned int i = 0; i < SUM_STEPS; i++)
		n += sum->steps[i];
	return n;
}

static int add(struct tally_waits *w, const struct sum_wait_key *key, const struct sum_wait *sum,
	       __u64 n)
{
	struct dist *d = key->what == SUM_DELAY ? &w->delay : &w->wait;

	if (key->what == SUM_WAIT && key->earlier)
		w->earlier += n;
	return dist__add_octave(d, key->octave, sum->steps, sum->sum, sum->max);
}

static struct tally_pair *pair(struct tally *t, const struct sum_wait_key *key,
			       const struct sum_wait *sum, const struct tally_task *task)
{
	struct tally_task *waker = NULL;
	struct tally_pair *p;

	if (key->by) {
		waker = tally_tasks__get(t, key->by, sum->by_comm);
		if (!waker)
			return NULL;
	}
	p = tally_rows__pair(t, task->serial, waker ? waker->serial : key->ctx % FIRST_SERIAL);
	if (!p)
		return NULL;
	p->ctx = key->ctx;
	tally__name(&p->who, task, key->pid);
	if (waker)
		tally__name(&p->by, waker, key->by);
	return p;
}

int tally__feed_waits(struct tally *t, const struct sum_wait_key *key, const struct sum_wait *sum,
		      __u64 *n)
{
	unsigned int reason = tally__reason(key->reason);
	struct tally_task *task;
	struct tally_object *o;
	struct tally_pair *p;
	struct tally_use *u;
	__u64 waits = count(sum);

	if (!waits)
		return 0;
	task = tally_tasks__get(t, key->pid, sum->comm);
	o = tally_rows__object(t, &key->obj, tally__call(key->reason, key->nr));
	if (!task || !o || add(&o->w, key, sum, waits))
		return -ENOMEM;
	seen(t, sum->last);
	if (key->what == SUM_WAIT) {
		*n += waits;
		o->reasons[reason].n += waits;
		o->reasons[reason].ns += sum->sum;
		u = tally_rows__use(t, o, task->serial);
		if (u) {
			u->waits += waits;
			u->ns += sum->sum;
			tally__name(&u->who, task, key->pid);
		}
	}
	p = pair(t, key, sum, task);
	return p ? add(&p->w, key, sum, waits) : -ENOMEM;
}
