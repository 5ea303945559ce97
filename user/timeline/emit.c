/* SPDX-License-Identifier: GPL-2.0 */
/* Makes a fact of each record, in order, and updates tasks and objects by it. */
#include <string.h>

#include "timeline/bearing.h"
#include "timeline/connects.h"
#include "timeline/mech_ops.h"
#include "names/opclass.h"
#include "timeline/cause.h"
#include "timeline/emit.h"
#include "timeline/exec_drops.h"
#include "timeline/files.h"
#include "timeline/keys.h"
#include "timeline/lives.h"
#include "timeline/maps.h"
#include "timeline/names.h"
#include "timeline/objects.h"
#include "timeline/orphans.h"
#include "timeline/release.h"
#include "timeline/sigpipe.h"
#include "timeline/symbols.h"
#include "timeline/tasks.h"
#include "timeline/unlinked.h"
#include "timeline/wake.h"
#include "timeline/watched.h"
#include "timeline/watches.h"

/*
 * Tasks that the name alone would not tell: two with the same name in the fact, or one whose name
 * another task has.
 */
static void tell_apart(const struct timeline *tl, struct fact *f)
{
	struct actor *by = &f->cause.by;
	bool alike =
	    f->cause.by_known && by->pid != f->who.pid && !memcmp(by->comm, f->who.comm, COMM_LEN);

	f->who.namesake = alike || tasks__namesake(tl, &f->who);
	by->namesake = alike || (f->cause.by_known && tasks__namesake(tl, by));
}

static void call_back(struct timeline *tl, struct fact *f, struct obj *o)
{
	tell_apart(tl, f);
	f->obj = o ? &o->pub : NULL;
	if (fact__tells_attached(f))
		orphans__look(tl, o);
	tl->fn(tl->ctx, f);
}

/* Whether this record shows that an earlier execve of its task did not succeed. */
static bool refutes_exec(const struct entry *e)
{
	const union any_event *rec = &e->rec;

	switch (e->kind) {
	case FACT_OP:
		return op_class_of(rec->op.nr) != OPC_EXEC || rec->op.ret < 0;
	case FACT_BLOCK:
	case FACT_WAKE:
		return op_class_of(rec->wait.nr) != OPC_EXEC;
	case FACT_OBJECT:
		return rec->object.change != OBJ_EXEC_CLOSED && rec->object.change != OBJ_RELEASED;
	case FACT_FORK:
	case FACT_EXIT:
		return true;
	default:
		return false;
	}
}

static void note_op(struct task *t, const struct obj *o, const struct ev_op *op)
{
	const struct mech_ops *ops = mech_ops__call(op);
	struct move m;

	t->in = (struct inside){o ? o->pub.index : 0, op->op, op->cmd, op->e.ts};
	if (!o)
		return;
	m = (struct move){o->pub.index, 0, op->start, op->e.ts, op->ret};
	/* A call that slept may have moved some bytes before a wakeup inside it and some after. */
	if (ops->moved ? ops->moved(op, &m) : op->ret > 0 && !(op->e.flags & EVF_SLEPT))
		t->moves[t->n_moves++ % RECENT_MOVES] = m;
}

static void on_op(struct timeline *tl, struct fact *f, struct task *t)
{
	const struct ev_op *op = &f->rec->op;
	struct obj *o = op->op == OPC_CREATE && op->ret >= 0
			    ? objects__born(tl, &op->obj, op->e.pid, op->e.ts, BORN_CALL)
			    : objects__get(tl, &op->obj);
	const struct mech_ops *ops = mech_ops__call(op);

	/* The wakeup is the call's that slept: of both its records, and of no call after it. */
	if (t && t->woken_in && t->woken_in != op->start)
		t->woken.kind = CAUSE_NONE;
	f->cause = cause__op(tl, t, o, op);
	if (o && is_memory(&op->obj) && !(op->e.flags & EVF_NO_STATE))
		maps__key(o, &op->before);
	if (o && !(op->e.flags & (EVF_NO_STATE | EVF_NO_AFTER)))
		objects__state(tl, o, &op->after, op->start);
	if (ops->did)
		ops->did(tl, o, op);
	unlinked__op(tl, o, op);
	keys__op(tl, op);
	f->makers = keys__makers(tl, op);
	if (t) {
		t->woken_in = op->start;
		note_op(t, o, op);
	}
	call_back(tl, f, o);
}

static struct cause block_cause(struct timeline *tl, struct obj *o, const struct ev_wait *w)
{
	const struct mech_ops *ops = mech_ops__sleep(w);
	struct cause c;

	if (ops->sleeps)
		return ops->sleeps(tl, o, w);
	if (w->reason != WAIT_STOPPED)
		return cause__none(w->reason ? CAUSE_STATE : CAUSE_SYSCALL);
	c = cause__none(CAUSE_SIGNALLED);
	c.sig = (__u8)w->value;
	return c;
}

static void on_block(struct timeline *tl, struct fact *f, struct task *t)
{
	const struct ev_wait *w = &f->rec->wait;
	struct obj *o = objects__get(tl, &w->obj);

	f->cause = block_cause(tl, o, w);
	if (!f->cause.by_known)
		f->cause.nr = w->nr;
	if (t) {
		t->asleep = !t->exited;
		t->stopped = w->reason == WAIT_STOPPED;
		t->nr = w->e.flags & EVF_COMPAT ? -1 : w->nr;
		if (o)
			t->in = (struct inside){o->pub.index, w->op, 0, ~0ull};
	}
	if (o && !(w->e.flags & EVF_NO_STATE))
		objects__state(tl, o, &w->state, w->slept);
	if (o)
		release__look(tl, o, w->slept);
	watches__fill(tl, t, f);
	call_back(tl, f, o);
}

struct fact emit_asleep(struct timeline *tl, const union any_event *rec)
{
	struct obj *o = objects__get(tl, &rec->wait.obj);
	struct fact f = {
	    .kind = FACT_BLOCK,
	    .t = since_start(tl, rec->wait.slept),
	    .who = tasks__actor(tl, rec->e.pid, rec->e.tid),
	    .rec = rec,
	    .obj = o ? &o->pub : NULL,
	    .cause = block_cause(tl, o, &rec->wait),
	};

	if (o)
		release__look(tl, o, rec->e.ts);
	watches__fill(tl, tasks__find(tl, rec->e.tid), &f);
	tell_apart(tl, &f);
	return f;
}

static void on_wake(struct timeline *tl, struct fact *f, struct task *t)
{
	const struct ev_wait *w = &f->rec->wait;
	struct obj *o = objects__get(tl, &w->obj);

	f->cause = cause__wake(tl, o, w);
	if (o && wait__state_woken(w))
		objects__state(tl, o, wait__state_woken(w), w->woken);
	if (t && !(w->e.flags & EVF_OPEN)) {
		t->asleep = false;
		t->woken = f->cause;
		t->woken.obj = NULL;
		t->woken_in = 0;
	}
	watches__fill(tl, t, f);
	call_back(tl, f, o);
}

/* What an EV_OBJECT about o, whose description has a number, tells. */
static void object_changed(struct timeline *tl, struct fact *f, struct obj *o, __u64 ts)
{
	const struct ev_object *ev = &f->rec->object;
	const struct mech_ops *ops = mech_ops__get(ev->obj.mech);

	if (is_sysv(&ev->obj))
		keys__made(tl, o, ev, ts);
	unlinked__back(tl, ev);
	if (ops->gone)
		f->cause = ops->gone(tl, o, ev);
	if (is_memory(&ev->obj)) {
		maps__object(tl, o, ev, ts);
		if (ev->change != OBJ_DESTROYED)
			objects__state(tl, o, &ev->state, ts);
	} else if (is_set_or_queue(&ev->obj)) {
		objects__made_or_removed(tl, o, ev, ts);
	} else {
		f->left = files__left(tl, o, ev);
		f->released = release__object(tl, o, ev, ts);
	}
	call_back(tl, f, o);
}

/* It only tells a name: no holder of the object comes or goes. */
static bool names_it(const struct ev_object *ev)
{
	return ev->change == OBJ_OPENING || ev->change == OBJ_NAMED || ev->change == OBJ_CONNECTS;
}

static void on_object(struct timeline *tl, struct fact *f, struct entry *e, __u64 ts)
{
	struct ev_object *ev = &e->rec.object;
	struct obj *o = ev->change == OBJ_CREATED ? objects__born(tl, &ev->obj, ev->e.pid, ev->e.ts,
								  ev->end ? ev->end : BORN_WHOLE)
						  : objects__get(tl, &ev->obj);
	const struct mech_ops *ops;
	struct task *t;

	if (ev->change == OBJ_REFUSED) {
		ops = mech_ops__get(op_call__names(ev->nr));
		f->cause = unlinked__why(tl, ev);
		if (!ops->is_name || ops->is_name(ev))
			call_back(tl, f, o);
		return;
	}
	if (!o)
		return;
	if (names_it(ev)) {
		objects__named(tl, o, ev, ts);
		if (ev->change == OBJ_NAMED)
			connects__bound(tl, o);
		files__mention(tl, o, ev);
		call_back(tl, f, o);
		return;
	}
	release__begin(tl, ev);
	files__see(tl, o, e);
	if (ev->change != OBJ_EXEC_CLOSED) {
		object_changed(tl, f, o, ts);
		return;
	}
	t = tasks__find(tl, ev->e.tid);
	if (t)
		exec_drops__add(tl, t->proc, ev);
}

/* The call that t is in returns the address of this mapping, and has flags. */
static bool is_attaching(const struct task *t, const struct ev_map *ev)
{
	return op_class__has(t->in.op, T_RESULT_ADDRESS) && op_class_of(ev->nr) == t->in.op;
}

/* A mapping, a first touch or an access: facts as they are. */
static void on_memory(struct timeline *tl, struct fact *f, struct task *t,
		      const struct ipc_object *key, __u64 ts)
{
	struct obj *o = objects__get(tl, key);

	if (f->kind == FACT_ACCESS) {
		if (t)
			t->noted = true;
		words__access(tl, f);
		f->access.symbol = symbols__find(tl, f->rec->e.pid, f->rec->access.ip);
	}
	if (o && f->kind == FACT_MAP) {
		objects__state(tl, o, &f->rec->map.state, ts);
		maps__change(tl, o, &f->rec->map);
		if (t && is_attaching(t, &f->rec->map))
			f->at_flags = t->in.cmd;
	}
	if (o && f->kind == FACT_FAULT) {
		f->cause = maps__touch(tl, o, &f->rec->fault);
		if (t && is_refused(&f->rec->fault) && f->rec->fault.nr < 0)
			t->refused = f->rec->fault;
	}
	call_back(tl, f, o);
}

static void on_exec(struct timeline *tl, struct fact *f, struct task *t, __u64 ts)
{
	const struct ev_life *l = &f->rec->life;
	struct proc *p = t ? t->proc : NULL;

	if (t) {
		lives__introduce(tl, t, l);
		f->who = t->who;
	}
	sigpipe__exec(tl, l);
	call_back(tl, f, NULL);
	if (!p)
		return;
	release__forget(tl, p);
	list_for_each(item, &p->execs) {
		union any_event rec = {.object = container_of(item, struct exec_drop, in.same)->ev};
		struct fact closed = {.kind = FACT_OBJECT, .t = f->t, .who = f->who, .rec = &rec};

		struct obj *o = objects__get(tl, &rec.object.obj);

		closed.cause = cause__none(CAUSE_NONE);
		if (!o)
			continue;
		object_changed(tl, &closed, o, ts);
		files__exec_over(tl, o, &rec.object, false);
	}
	exec_drops__over(tl, p);
	release__forget(tl, p);
}

static void on_signal(struct timeline *tl, struct fact *f)
{
	const struct ev_signal *sig = &f->rec->signal;

	tl->signals[tl->n_signals++ % RECENT_SIGNALS] = *sig;
	f->cause = cause__signal(tl, sig);
	sigpipe__signal(tl, f);
	call_back(tl, f, objects__get(tl, &sig->sender.obj));
}

static void on_life(struct timeline *tl, struct fact *f, struct task *t)
{
	const struct ev_life *l = &f->rec->life;

	if (f->kind == FACT_FORK) {
		lives__fork(tl, l);
		sigpipe__fork(tl, l);
		orphans__fork(tl, l);
	} else if (t && f->kind == FACT_RENAME)
		lives__name(tl, t, l);
	else if (t && f->kind == FACT_TASK)
		lives__introduce(tl, t, l);
	else if (t && f->kind == FACT_EXIT) {
		lives__exit(tl, t, l);
		maps__exit(tl, t);
		orphans__exit(tl, l);
	}
	/* The parent of a fork may be the child of a damaged one, so t is not valid
	 * any more. */
	if (f->kind != FACT_FORK)
		f->who = tasks__actor(tl, l->e.pid, l->e.tid);
	call_back(tl, f, NULL);
}

void emit_entry(struct timeline *tl, struct entry *e, __u64 ts)
{
	const struct event *head = &e->rec.e;
	struct fact f = {
	    .kind = e->kind, .t = since_start(tl, ts), .ipc_ns = tl->ipc_ns, .rec = &e->rec};
	/* A task that only gets a signal need not be traced. */
	struct task *t = e->kind == FACT_SIGNAL ? tasks__find(tl, head->tid)
			 : head->tid		? lives__get(tl, head->pid, head->tid)
						: NULL;

	if (t && e->kind != FACT_SIGNAL) {
		t->last_ts = head->ts > t->last_ts ? head->ts : t->last_ts;
		if (t->proc->execs.next != &t->proc->execs && refutes_exec(e))
			exec_drops__failed(tl, t->proc, head->tid);
	}
	f.who = tasks__actor(tl, head->pid, head->tid);
	if (e->kind == FACT_SIGNAL && !f.who.comm[0])
		copy_comm(f.who.comm, e->rec.signal.comm);
	f.cause = cause__none(CAUSE_NONE);
	switch (e->kind) {
	case FACT_OP:
		on_op(tl, &f, t);
		break;
	case FACT_BLOCK:
		on_block(tl, &f, t);
		break;
	case FACT_WAKE:
		names__waker(tl, &e->rec.wait);
		on_wake(tl, &f, t);
		break;
	case FACT_SIGNAL:
		on_signal(tl, &f);
		break;
	case FACT_OBJECT:
		on_object(tl, &f, e, ts);
		break;
	case FACT_MAP:
		on_memory(tl, &f, t, &e->rec.map.obj, ts);
		break;
	case FACT_FAULT:
		on_memory(tl, &f, t, &e->rec.fault.obj, ts);
		break;
	case FACT_ACCESS:
		on_memory(tl, &f, t, &e->rec.access.obj, ts);
		break;
	case FACT_EXEC:
		on_exec(tl, &f, t, ts);
		break;
	case FACT_FORK:
	case FACT_RENAME:
	case FACT_TASK:
	case FACT_EXIT:
		on_life(tl, &f, t);
		break;
	case FACT_LOST:
		if (bearing__of(e->rec.lost.cause) & FACT_BIT(FACT_ACCESS))
			words__doubt(tl);
		call_back(tl, &f, NULL);
		break;
	case FACT_DELIVER:
		call_back(tl, &f, NULL);
		break;
	case FACT_WATCH:
		watches__note(tl, t, &e->rec.watch);
		break;
	}
	lives__reap(tl, ts);
	objects__reap(tl);
}
