/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes whose forker has ended: which process that was, and when it ended. Told where an orphan
 * still has a segment attached.
 */
#include "timeline/orphans.h"

#include "timeline/mech_ops.h"
#include "timeline/tasks.h"

void orphans__fork(struct timeline *tl, const struct ev_life *l)
{
	struct proc *parent = tasks__proc(tl, l->e.pid), *child = tasks__proc(tl, l->child_pid);

	if (!parent || !child || child == parent)
		return;
	list__del(&child->sibling);
	child->orphan = (struct orphan){0};
	list__append(&parent->children, &child->sibling);
}

void orphans__exit(struct timeline *tl, const struct ev_life *l)
{
	struct proc *p = l->last ? tasks__proc(tl, l->e.pid) : NULL;
	struct orphan of;

	if (!p)
		return;
	of.forker = tasks__actor(tl, l->e.pid, l->e.pid);
	of.at = since_start(tl, l->e.ts);
	while (p->children.next != &p->children) {
		struct proc *child = container_of(p->children.next, struct proc, sibling);

		child->orphan = of;
		list__del(&child->sibling);
	}
}

void orphans__forget(struct proc *p)
{
	list__del(&p->sibling);
	while (p->children.next != &p->children)
		list__del(p->children.next);
}

void orphans__look(const struct timeline *tl, struct obj *o)
{
	for (size_t i = 0; i < o->pub.n_mappers; i++) {
		const struct proc *p = tasks__proc(tl, o->mappers[i].who.pid);

		o->mappers[i].orphan = p ? p->orphan : (struct orphan){0};
	}
}

bool fact__tells_attached(const struct fact *f)
{
	const struct mech_ops *ops = mech_ops__get(f->obj ? f->obj->key.mech : MECH_NONE);

	return ops->tells_attached && ops->tells_attached(f);
}
