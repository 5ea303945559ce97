/* SPDX-License-Identifier: GPL-2.0 */
/* Names that were removed, and by whom. Told with the calls that do not find them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "names/mech.h"
#include "names/opclass.h"
#include "timeline/cause.h"
#include "timeline/objects.h"
#include "timeline/tasks.h"
#include "timeline/unlinked.h"

static struct unlinked *find_name(struct timeline *tl, const char *path, __u32 mounts)
{
	for (size_t i = 0; i < UNLINKED; i++)
		if (tl->unlinked[i].path[0] && tl->unlinked[i].mounts == mounts &&
		    !strncmp(tl->unlinked[i].path, path, PATH_LEN))
			return &tl->unlinked[i];
	return NULL;
}

/* The object's name is that which it was opened by, the only one that is known. */
void unlinked__op(struct timeline *tl, const struct obj *o, const struct ev_op *op)
{
	const char *name = o ? strchr(o->pub.name, ':') : NULL;
	char path[sizeof(SHM_DIR) + sizeof(o->pub.name)];
	struct unlinked *u;

	if (!op_class__has(op->op, T_UNLINKS) || op->ret || !name || name[1] != '/')
		return;
	snprintf(path, sizeof(path), "%s%s", is_memory(&op->obj) ? SHM_DIR : "", name + 1);
	if (strlen(path) >= PATH_LEN)
		return;
	u = find_name(tl, path, op->mounts);
	if (!u)
		u = &tl->unlinked[tl->n_unlinked++ % UNLINKED];
	*u = (struct unlinked){.mounts = op->mounts,
			       .by = tasks__noted(tl, op->e.pid, op->e.tid),
			       .ts = op->e.ts,
			       .nr = op->nr};
	memcpy(u->path, path, strlen(path));
}

void unlinked__back(struct timeline *tl, const struct ev_object *ev)
{
	/* The record does not say which mount namespace it is. */
	for (size_t i = 0; ev->path[0] && i < UNLINKED; i++)
		if (!strncmp(tl->unlinked[i].path, ev->path, PATH_LEN))
			tl->unlinked[i].path[0] = '\0';
}

struct cause unlinked__why(struct timeline *tl, const struct ev_object *ev)
{
	const struct unlinked *u = ev->fd == -ENOENT ? find_name(tl, ev->path, ev->refs) : NULL;
	struct cause c = cause__none(u ? CAUSE_REMOVED : CAUSE_NONE);

	if (u)
		cause__by(tl, &c, &u->by, u->nr, u->ts);
	return c;
}
