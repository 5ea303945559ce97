/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mappers of an object, in order of arrival, each found by its process. A mapper that goes
 * leaves a hole; when half of the array is holes, they are closed.
 */
#include <errno.h>
#include <stdlib.h>

#include "timeline/pieces.h"
#include "timeline/spans.h"

/* Arrays so small have no holes. */
#define NO_HOLES 16

static __u64 mapped_key(const struct obj *o, __u32 pid)
{
	return (__u64)o->pub.index << 32 | pid;
}

struct mapped *pieces__of(const struct timeline *tl, const struct obj *o, __u32 pid)
{
	struct map_node *node = map__find(&tl->mapped, mapped_key(o, pid));

	return node ? container_of(node, struct mapped, node) : NULL;
}

static struct mapped *new_mapped(struct timeline *tl, const struct obj *o, __u32 pid)
{
	struct mapped *p = calloc(1, sizeof(*p));

	if (!p || map__add(&tl->mapped, &p->node, mapped_key(o, pid))) {
		free(p);
		return NULL;
	}
	list__init(&p->pieces);
	return p;
}

static int grow_both(struct obj *o)
{
	if (grow_array(&o->mappers, o->pub.n_mappers, &o->mappers_room, sizeof(*o->mappers)))
		return -ENOMEM;
	o->pub.mappers = o->mappers;
	return grow_array(&o->pieces, o->pub.n_mappers, &o->pieces_room, sizeof(*o->pieces));
}

int pieces__add(struct timeline *tl, struct obj *o, const struct mapper *m)
{
	struct piece *piece = grow_both(o) ? NULL : calloc(1, sizeof(*piece));
	struct mapped *p = piece ? pieces__of(tl, o, m->who.pid) : NULL;

	if (piece && !p)
		p = new_mapped(tl, o, m->who.pid);
	if (!p) {
		free(piece);
		return -ENOMEM;
	}
	piece->at = o->pub.n_mappers++;
	o->mappers[piece->at] = *m;
	o->mappers[piece->at].again = p->pieces.next != &p->pieces;
	o->pieces[piece->at] = piece;
	list__append(&p->pieces, &piece->same);
	spans__add(tl, p, piece, m);
	return 0;
}

static void close_up(struct obj *o)
{
	size_t kept = 0;

	for (size_t i = 0; i < o->pub.n_mappers; i++) {
		if (!o->pieces[i])
			continue;
		o->mappers[kept] = o->mappers[i];
		o->pieces[kept] = o->pieces[i];
		o->pieces[kept]->at = kept;
		kept++;
	}
	o->pub.n_mappers = kept;
	o->n_holes = 0;
}

static void remove_piece(struct obj *o, struct mapped *p, struct piece *piece)
{
	spans__del(p, piece);
	o->mappers[piece->at] = (struct mapper){0};
	o->pieces[piece->at] = NULL;
	o->n_holes++;
	list__del(&piece->same);
	free(piece);
}

void pieces__drop_empty(struct timeline *tl, struct obj *o, struct mapped *p,
			struct piece *const *pieces, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!o->mappers[pieces[i]->at].len)
			remove_piece(o, p, pieces[i]);
	if (p->pieces.next == &p->pieces) {
		map__del(&tl->mapped, &p->node);
		free(p);
	} else {
		o->mappers[container_of(p->pieces.next, struct piece, same)->at].again = false;
	}
	if (o->n_holes && (o->pub.n_mappers <= NO_HOLES || 2 * o->n_holes >= o->pub.n_mappers))
		close_up(o);
}

void pieces__rename(const struct timeline *tl, struct obj *o, const struct task *t)
{
	struct mapped *p = pieces__of(tl, o, t->who.pid);

	if (!p || t->who.tid != t->who.pid)
		return;
	list_for_each(pos, &p->pieces)
		copy_comm(o->mappers[container_of(pos, struct piece, same)->at].who.comm,
			  t->who.comm);
}

void pieces__clear(struct timeline *tl, struct obj *o)
{
	while (o->pub.n_mappers) {
		struct mapped *p = pieces__of(tl, o, o->mappers[o->pub.n_mappers - 1].who.pid);

		o->pub.n_mappers--;
		if (!p)
			continue;
		while (p->pieces.next != &p->pieces)
			remove_piece(o, p, container_of(p->pieces.next, struct piece, same));
		map__del(&tl->mapped, &p->node);
		free(p);
	}
	o->n_holes = 0;
}
