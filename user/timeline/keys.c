/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SysV objects that a *get does not find, or has no room for: who removed the key, who made the
 * objects that exist.
 */
#include <errno.h>
#include <sys/ipc.h>

#include "names/opclass.h"
#include "timeline/cause.h"
#include "timeline/keys.h"
#include "timeline/mech_ops.h"
#include "timeline/tasks.h"

#define THREADS_MAX 64 /* of a maker, that are looked at */

static bool is_get(const struct ev_op *op)
{
	return op_class__has(op->op, T_RESULT_ID);
}

/* A *get that found no object names its IPC namespace in obj.dev; 0: an older record. */
static struct unkeyed *find_key(struct timeline *tl, const struct ev_op *op, __u32 key)
{
	for (size_t i = 0; key && op->obj.dev && i < UNKEYED; i++)
		if (tl->unkeyed[i].key == key && tl->unkeyed[i].ipc_ns == op->obj.dev &&
		    tl->unkeyed[i].mech == op_class__mech(op->op))
			return &tl->unkeyed[i];
	return NULL;
}

/* Even while it is attached, as a segment may be (ipc/shm.c do_shm_rmid()). */
static void key_gone(struct timeline *tl, const struct ev_op *op)
{
	const struct mech_ops *ops = mech_ops__call(op);
	__u32 key = ops->had_key ? ops->had_key(op) : op->key;
	struct unkeyed *u = find_key(tl, op, key);

	if (!key || !op->obj.dev)
		return;
	if (!u)
		u = &tl->unkeyed[tl->n_unkeyed++ % UNKEYED];
	*u = (struct unkeyed){.key = key,
			      .ipc_ns = op->obj.dev,
			      .mech = op_class__mech(op->op),
			      .by = tasks__noted(tl, op->e.pid, op->e.tid),
			      .ts = op->e.ts,
			      .nr = op->nr};
}

void keys__op(struct timeline *tl, const struct ev_op *op)
{
	struct unkeyed *u;

	if (is_get(op) && op->ret >= 0) {
		u = find_key(tl, op, op->key);
		if (u)
			u->key = 0;
	} else if (op_class__has(op->op, T_IPC_CMD) && op->cmd == IPC_RMID && !op->ret) {
		key_gone(tl, op);
	}
}

struct cause keys__why(struct timeline *tl, const struct ev_op *op)
{
	bool missing = is_get(op) && op->ret == -ENOENT && !op->obj.mech;
	const struct unkeyed *u = missing ? find_key(tl, op, op->key) : NULL;
	struct cause c = cause__none(u ? CAUSE_REMOVED : CAUSE_NONE);

	if (u)
		cause__by(tl, &c, &u->by, u->nr, u->ts);
	return c;
}

void keys__made(struct timeline *tl, struct obj *o, const struct ev_object *ev, __u64 ts)
{
	if (ev->change != OBJ_CREATED)
		return;
	o->maker = tasks__noted(tl, ev->e.pid, ev->e.tid);
	o->made = ts;
}

/* Whether no thread of the process is left; its number may be another one's by now. */
static bool is_gone(const struct timeline *tl, const struct obj *o)
{
	const struct proc *p = tasks__proc(tl, o->maker.pid);
	unsigned int n = 0;

	if (!p)
		return true;
	list_for_each(item, &p->tasks) {
		const struct task *t = container_of(item, struct task, siblings);

		if ((!t->exited && t->born <= o->made) || ++n == THREADS_MAX)
			return false;
	}
	return true;
}

static void add_maker(struct makers *m, const struct actor *who)
{
	for (size_t i = 0; i < m->named; i++)
		if (m->who[i].pid == who->pid)
			return;
	if (m->named == MAKERS_NAMED)
		m->others = true;
	else
		m->who[m->named++] = *who;
}

/*
 * No task holds a set or queue, so all of them are idle; segments are idle if they are not
 * attached.
 */
const struct makers *keys__makers(struct timeline *tl, const struct ev_op *op)
{
	struct makers *m = &tl->makers;

	if (!is_get(op) || !(op->bits & (LIMIT_IDS | LIMIT_ALL)) || !op->obj.dev)
		return NULL;
	*m = (struct makers){0};
	list_for_each(item, &tl->idle) {
		const struct obj *o = container_of(item, struct obj, idle);

		if (o->pub.key.mech != op_class__mech(op->op) || o->pub.key.dev != op->obj.dev ||
		    !o->maker.tid || o->removed.known || o->pub.gone)
			continue;
		m->made++;
		m->gone += is_gone(tl, o);
		add_maker(m, &o->maker);
	}
	return m->made ? m : NULL;
}
