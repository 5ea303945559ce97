/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Open file descriptions: each gets a number that the run does not use again, and its references
 * are counted.
 *
 * Records name a description by its address, which the kernel soon uses again. The address means a
 * new description if the object is another one, if the description was just created or opened, or
 * if the last one with this address has ended.
 *
 * A reference is counted when a task begins to drop it. Two tasks that drop theirs at the same time
 * both read the count from before: how many are left after either is then not known.
 */
#include <errno.h>
#include <stdlib.h>

#include "names/opclass.h"
#include "names/mech.h"
#include "timeline/files.h"
#include "timeline/tasks.h"

/* Descriptions of one object that have ended and are kept for records that come late. */
#define KEEP_ENDED 16
#define DROPS	   8
/* How many later records are searched for references that go at the same time. */
#define LOOK_AT_MAX 64

/* A reference that a task began to drop, and that may not be gone yet. */
struct drop {
	__u32 tid;
	__s32 fd;
	__u64 ts;
	__u8 change;
	bool raced;
};

struct description {
	struct map_node node;	   /* by its address */
	struct map_node by_number; /* the same by its number */
	struct list siblings;	   /* of the same object, which have ended as well, or have not */
	struct obj *obj;
	__u64 number;
	bool ended;
	__u32 left; /* references, once all that are being dropped are gone */
	struct drop drops[DROPS];
	unsigned int n_drops;
};

static bool is_drop(__u8 change)
{
	return change == OBJ_CLOSED || change == OBJ_EXEC_CLOSED || change == OBJ_EXIT_CLOSED;
}

static void forget(struct timeline *tl, struct description *d)
{
	map__del(&tl->files, &d->node);
	map__del(&tl->numbers, &d->by_number);
	list__del(&d->siblings);
	d->obj->n_ended -= d->ended;
	free(d);
}

static void end(struct description *d, bool ended)
{
	if (d->ended == ended)
		return;
	d->ended = ended;
	list__del(&d->siblings);
	list__append(ended ? &d->obj->ended : &d->obj->files, &d->siblings);
	if (ended)
		d->obj->n_ended++;
	else
		d->obj->n_ended--;
}

static void forget_all(struct timeline *tl, struct list *all)
{
	while (all->next != all)
		forget(tl, container_of(all->next, struct description, siblings));
}

void files__forget(struct timeline *tl, struct obj *o)
{
	forget_all(tl, &o->files);
	forget_all(tl, &o->ended);
}

static struct description *new_description(struct timeline *tl, struct obj *o,
					   const struct ev_object *ev)
{
	struct description *d;

	if (o->n_ended > KEEP_ENDED)
		forget(tl, container_of(o->ended.next, struct description, siblings));
	d = calloc(1, sizeof(*d));
	if (!d || map__add(&tl->files, &d->node, ev->file)) {
		free(d);
		fail(tl, -ENOMEM);
		return NULL;
	}
	if (map__add(&tl->numbers, &d->by_number, tl->n_files + 1)) {
		map__del(&tl->files, &d->node);
		free(d);
		fail(tl, -ENOMEM);
		return NULL;
	}
	d->obj = o;
	d->number = ++tl->n_files;
	d->left = ev->refs;
	list__append(&o->files, &d->siblings);
	return d;
}

/* The description that a record is about, which names it by its address. */
static struct description *described(struct timeline *tl, struct obj *o, const struct ev_object *ev)
{
	bool begins = ev->change == OBJ_CREATED || ev->change == OBJ_OPENED;
	bool goes = is_drop(ev->change) || ev->change == OBJ_RELEASED;
	struct map_node *node = map__find(&tl->files, ev->file);
	struct description *d = node ? container_of(node, struct description, node) : NULL;

	if (d && (d->obj != o || begins || (d->ended && !goes))) {
		forget(tl, d);
		d = NULL;
	}
	return d ? d : new_description(tl, o, ev);
}

static struct description *by_number(const struct timeline *tl, const struct obj *o, __u64 number)
{
	struct map_node *node = map__find(&tl->numbers, number);
	struct description *d = node ? container_of(node, struct description, by_number) : NULL;

	return d && d->obj == o ? d : NULL;
}

static void remove_drop(struct description *d, unsigned int at)
{
	for (unsigned int i = at + 1; i < d->n_drops; i++)
		d->drops[i - 1] = d->drops[i];
	d->n_drops--;
}

/* Whether ev's task drops this reference in the same exit, execve or close_range as ev's. */
static bool goes_along(const struct timeline *tl, const struct drop *drop,
		       const struct ev_object *ev)
{
	const struct task *t = tasks__find(tl, ev->e.tid);

	if (drop->tid != ev->e.tid || drop->change != ev->change)
		return false;
	if (ev->change == OBJ_CLOSED)
		return op_class_of(ev->nr) == OPC_CLOSE_RANGE && t &&
		       t->proc->leaving_tid == ev->e.tid && drop->ts >= t->proc->leaving_since;
	return true;
}

/*
 * References that ev's task dropped before are gone, unless they go together with ev's. An execve
 * that is tried again drops the same reference. Returns how many go together.
 */
static unsigned int settle_own(const struct timeline *tl, struct description *d,
			       const struct ev_object *ev)
{
	unsigned int along = 0;

	for (unsigned int i = d->n_drops; i--;) {
		const struct drop *drop = &d->drops[i];

		if (drop->tid != ev->e.tid)
			continue;
		if (goes_along(tl, drop, ev) && drop->fd != ev->fd) {
			along++;
			continue;
		}
		if (drop->change == OBJ_EXEC_CLOSED)
			d->left++; /* it failed */
		remove_drop(d, i);
	}
	return along;
}

/* The count that ev read tells whether all references that others dropped were gone by then. */
static bool others_are_gone(struct description *d, const struct ev_object *ev, unsigned int along)
{
	if (ev->refs > d->left + along)
		return false;
	for (unsigned int i = d->n_drops; i--;) {
		if (d->drops[i].tid != ev->e.tid)
			remove_drop(d, i);
	}
	d->left = ev->refs > along ? ev->refs - along : 0;
	return true;
}

static void drop(const struct timeline *tl, struct description *d, const struct ev_object *ev,
		 bool raced)
{
	unsigned int along = settle_own(tl, d, ev);

	if (!others_are_gone(d, ev, along)) {
		for (unsigned int i = 0; i < d->n_drops; i++) {
			if (d->drops[i].tid == ev->e.tid)
				continue;
			d->drops[i].raced = true;
			raced = true;
		}
		if (!raced) /* more of them came unseen */
			d->left = ev->refs - along;
	}
	if (d->left)
		d->left--;
	if (d->n_drops == DROPS)
		remove_drop(d, 0);
	d->drops[d->n_drops++] = (struct drop){ev->e.tid, ev->fd, ev->e.ts, ev->change, raced};
	end(d, !d->left && !raced && ev->change != OBJ_EXEC_CLOSED);
}

static const struct drop *drop_of(const struct description *d, __u32 tid, __s32 fd)
{
	for (unsigned int i = d ? d->n_drops : 0; i--;) {
		if (d->drops[i].tid == tid && d->drops[i].fd == fd)
			return &d->drops[i];
	}
	return NULL;
}

/* Another task reads the count while this reference, which is being dropped, is still in it. */
static bool will_race(const struct timeline *tl, const struct entry *e)
{
	const struct ev_object *ev = &e->rec.object;
	const struct entry *x = order__by_file(&tl->order, ev->file);
	__u64 until = ~0ull;

	for (int i = 0; x && i < LOOK_AT_MAX; i++, x = order__by_file_next(x)) {
		if (!is_drop(x->rec.object.change) && x->rec.e.ts > ev->e.ts && x->rec.e.ts < until)
			until = x->rec.e.ts;
	}
	x = order__by_file(&tl->order, ev->file);
	for (int i = 0; x && i < LOOK_AT_MAX; i++, x = order__by_file_next(x)) {
		const struct ev_object *other = &x->rec.object;

		if (is_drop(other->change) && other->e.tid != ev->e.tid &&
		    other->refs >= ev->refs && other->e.ts >= ev->e.ts && other->e.ts < until)
			return ev->refs > 1;
	}
	return false;
}

void files__see(struct timeline *tl, struct obj *o, struct entry *e)
{
	struct ev_object *ev = &e->rec.object;
	struct description *d;
	bool raced;

	if (!ev->file || !mech__has(ev->obj.mech, MT_FD) || mech__has(ev->obj.mech, MT_MAPPED))
		return;
	raced = is_drop(ev->change) && will_race(tl, e);
	d = described(tl, o, ev);
	if (!d)
		return;
	ev->file = d->number;
	if (is_drop(ev->change)) {
		drop(tl, d, ev, raced);
	} else if (ev->change == OBJ_RELEASED) {
		end(d, true);
	} else {
		d->left = ev->refs;
		d->n_drops = 0;
	}
}

void files__mention(struct timeline *tl, struct obj *o, struct ev_object *ev)
{
	struct description *d = ev->file ? described(tl, o, ev) : NULL;

	if (d)
		ev->file = d->number;
}

int files__left(const struct timeline *tl, const struct obj *o, const struct ev_object *ev)
{
	const struct description *d = is_drop(ev->change) ? by_number(tl, o, ev->file) : NULL;
	const struct drop *drop = drop_of(d, ev->e.tid, ev->fd);

	/*
	 * The reference is an execve's: another task has dropped one since, and found this one
	 * gone.
	 */
	if (!drop)
		return ev->change == OBJ_EXEC_CLOSED ? -1 : (int)ev->refs - 1;
	return drop->raced ? -1 : (int)d->left;
}

void files__exec_over(struct timeline *tl, struct obj *o, const struct ev_object *ev, bool failed)
{
	struct description *d = by_number(tl, o, ev->file);
	const struct drop *drop = drop_of(d, ev->e.tid, ev->fd);

	if (!drop)
		return;
	if (failed)
		d->left++;
	else if (!d->left && !drop->raced)
		end(d, true);
	remove_drop(d, (unsigned int)(drop - d->drops));
}
