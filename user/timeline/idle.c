/* SPDX-License-Identifier: GPL-2.0 */
/* Objects that nobody is known to hold, or to have mapped. */
#include "timeline/idle.h"

void idle__del(struct timeline *tl, struct obj *o)
{
	if (!o->is_idle)
		return;
	list__del(&o->idle);
	tl->n_idle--;
	o->is_idle = false;
}

static void add(struct timeline *tl, struct obj *o)
{
	list__append(&tl->idle, &o->idle);
	tl->n_idle++;
	o->is_idle = true;
}

void idle__look(struct timeline *tl, struct obj *o)
{
	bool used = o->pub.n_holders || o->pub.n_mappers;

	if (used)
		idle__del(tl, o);
	else if (!o->is_idle)
		add(tl, o);
}

void idle__named(struct timeline *tl, struct obj *o)
{
	if (!o->is_idle)
		return;
	idle__del(tl, o);
	add(tl, o);
}
