/* SPDX-License-Identifier: GPL-2.0 */
/* What an execve drops, kept until it is known whether it succeeds. */
#include <errno.h>
#include <stdlib.h>

#include "timeline/exec_drops.h"
#include "timeline/files.h"
#include "timeline/objects.h"

static __u64 exec_key(const struct proc *p, __s32 fd)
{
	return p->node.key << 32 | (__u32)fd;
}

void exec_drops__over(struct timeline *tl, struct proc *p)
{
	map__free_items(&tl->execs, &p->execs);
}

void exec_drops__add(struct timeline *tl, struct proc *p, const struct ev_object *ev)
{
	struct map_node *node;
	struct exec_drop *d;

	if (p->execs_tid != ev->e.tid)
		exec_drops__over(tl, p);
	p->execs_tid = ev->e.tid;
	/* A search along PATH tries again and again. */
	node = map__find(&tl->execs, exec_key(p, ev->fd));
	if (node) {
		container_of(node, struct exec_drop, in.node)->ev = *ev;
		return;
	}
	d = malloc(sizeof(*d));
	if (!d || map__add_item(&tl->execs, &d->in, exec_key(p, ev->fd), &p->execs)) {
		free(d);
		fail(tl, -ENOMEM);
		return;
	}
	d->ev = *ev;
}

void exec_drops__failed(struct timeline *tl, struct proc *p, __u32 tid)
{
	if (p->execs_tid != tid)
		return;
	list_for_each(item, &p->execs) {
		const struct ev_object *ev = &container_of(item, struct exec_drop, in.same)->ev;

		files__exec_over(tl, objects__get(tl, &ev->obj), ev, true);
	}
	exec_drops__over(tl, p);
}
