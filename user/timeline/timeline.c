/* SPDX-License-Identifier: GPL-2.0 */
/* The timeline: checks and orders the records, follows what they tell, and calls back with facts.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/record.h"
#include "timeline/emit.h"
#include "timeline/lives.h"
#include "timeline/objects.h"
#include "timeline/place.h"
#include "timeline/sleeps.h"
#include "timeline/symbols.h"
#include "timeline/wake.h"
#include "timeline/watched.h"

/* How long a wakeup waits for the record of what its waker did. */
#define HOLD_BACK (100 * NSEC_PER_MSEC)

struct timeline *timeline__new(const struct timeline_opts *opts, fact_fn fn, void *ctx)
{
	struct timeline *tl = calloc(1, sizeof(*tl));

	if (!tl)
		return NULL;
	tl->opts = *opts;
	tl->fn = fn;
	tl->ctx = ctx;
	list__init(&tl->gone);
	list__init(&tl->idle);
	list__init(&tl->losing);
	list__init(&tl->symbol_ages);
	return tl;
}

/*
 * No source has so many records between two ticks. A file that does is shown without waiting for
 * the tick, in bounded memory.
 */
#define WINDOW_MOST (1U << 19)

/* Copies a record of the right size, and ends its strings. */
static int copy_record(union any_event *dst, const struct event *src)
{
	struct event head;

	memcpy(&head, src, sizeof(head));
	if (!head.size || head.size != record_size(head.kind))
		return -EPROTO;
	memset(dst, 0, sizeof(*dst));
	memcpy(dst, src, head.size);
	switch (head.kind) {
	case EV_WAIT:
		dst->wait.waker.comm[COMM_LEN - 1] = '\0';
		break;
	case EV_SIGNAL_GEN:
	case EV_SIGNAL_DELIVER:
		if (dst->signal.sig < 1 || dst->signal.sig > 64)
			return -EPROTO;
		dst->signal.sender.comm[COMM_LEN - 1] = '\0';
		dst->signal.comm[COMM_LEN - 1] = '\0';
		break;
	case EV_OBJECT:
		if (dst->object.change < OBJ_CREATED || dst->object.change > OBJ_CONNECTS ||
		    (!dst->object.obj.mech && dst->object.change != OBJ_REFUSED))
			return -EPROTO;
		dst->object.path[PATH_LEN - 1] = '\0';
		break;
	case EV_MAP:
		if (dst->map.change < MAP_ATTACHED || dst->map.change > MAP_PROTECTED ||
		    !dst->map.obj.mech)
			return -EPROTO;
		break;
	case EV_FAULT:
		if (!dst->fault.obj.mech)
			return -EPROTO;
		break;
	case EV_ACCESS:
		if (dst->access.kind < ACCESS_LOAD || dst->access.kind > ACCESS_UNKNOWN ||
		    !dst->access.obj.mech)
			return -EPROTO;
		break;
	case EV_WATCH:
		if (!dst->watch.obj.mech)
			return -EPROTO;
		break;
	case EV_SYMBOL:
		dst->symbol.symbol[SYMBOL_LEN - 1] = '\0';
		dst->symbol.file[PATH_LEN - 1] = '\0';
		break;
	case EV_LOST:
		if (dst->lost.cause >= LOST_CAUSES)
			return -EPROTO;
		break;
	case EV_FORK:
	case EV_EXEC:
	case EV_EXIT:
	case EV_RENAME:
	case EV_TASK:
		dst->life.comm[COMM_LEN - 1] = '\0';
		dst->life.path[PATH_LEN - 1] = '\0';
		break;
	}
	return 0;
}

static int feed(struct timeline *tl, const struct event *rec)
{
	static const enum fact_kind kinds[] = {
	    [EV_OP] = FACT_OP,
	    [EV_SIGNAL_GEN] = FACT_SIGNAL,
	    [EV_SIGNAL_DELIVER] = FACT_DELIVER,
	    [EV_FORK] = FACT_FORK,
	    [EV_EXEC] = FACT_EXEC,
	    [EV_EXIT] = FACT_EXIT,
	    [EV_OBJECT] = FACT_OBJECT,
	    [EV_LOST] = FACT_LOST,
	    [EV_RENAME] = FACT_RENAME,
	    [EV_TASK] = FACT_TASK,
	    [EV_MAP] = FACT_MAP,
	    [EV_FAULT] = FACT_FAULT,
	    [EV_ACCESS] = FACT_ACCESS,
	    [EV_WATCH] = FACT_WATCH,
	};
	union any_event ev;
	int err = copy_record(&ev, rec);

	if (err)
		return err;
	if (tl->opts.start == START_AT_FIRST && record_starts(rec))
		tl->opts.start = ev.e.ts;
	if (ev.e.kind == EV_SYMBOL)
		return symbols__feed(tl, &ev.symbol);
	if (ev.e.kind == EV_WAIT)
		return sleeps__feed(tl, &ev.wait);
	if (ev.e.kind == EV_EXIT)
		sleeps__forget(tl, ev.e.tid);
	return order__push(&tl->order, kinds[ev.e.kind], record_place(&ev.e), &ev);
}

static void emit_first(struct timeline *tl, struct entry *e)
{
	struct entry *pending;

	/* What the waker did and was recorded after the sleeper ran already. */
	while (e->kind == FACT_WAKE && (pending = cause__pending(tl, &e->rec.wait))) {
		emit_entry(tl, pending, pending->key < e->key ? pending->key : e->key);
		order__remove(&tl->order, pending);
	}
	emit_entry(tl, e, e->key);
	order__remove(&tl->order, e);
}

static int take_error(struct timeline *tl)
{
	int err = tl->error;

	tl->error = 0;
	return err;
}

int timeline__feed(struct timeline *tl, const struct event *rec)
{
	int err = feed(tl, rec);
	struct entry *e;

	while (tl->order.n > WINDOW_MOST && (e = order__first(&tl->order)))
		emit_first(tl, e);
	return err ? err : take_error(tl);
}

int timeline__advance(struct timeline *tl, __u64 ts)
{
	struct entry *e;

	while ((e = order__first(&tl->order)) && e->key < ts) {
		if (e->kind == FACT_WAKE && ts < e->key + HOLD_BACK &&
		    cause__awaited(tl, &e->rec.wait))
			break;
		emit_first(tl, e);
	}
	return take_error(tl);
}

int timeline__finish(struct timeline *tl)
{
	int err = sleeps__finish(tl);
	struct entry *e;

	while ((e = order__first(&tl->order)))
		emit_first(tl, e);
	return err ? err : take_error(tl);
}

void timeline__free(struct timeline *tl)
{
	if (!tl)
		return;
	order__free(&tl->order);
	sleeps__free(tl);
	lives__free(tl);
	objects__free(tl);
	symbols__free(tl);
	words__free(tl);
	free(tl);
}
