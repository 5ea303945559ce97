/* SPDX-License-Identifier: GPL-2.0 */
/* The edges of the wait-for graph: by which descriptors, and so by whom, a wait could be ended. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "names/mech.h"
#include "timeline/mech_ops.h"
#include "why/graph.h"

/* Which tasks use a descriptor table. */
struct sharer {
	__u64 table;
	size_t task;
};

struct builder {
	struct graph *g;
	const struct look *now, *before;
	struct sharer *sharers;
	struct senders *senders;
	__u8 *ends; /* ends__check() */
	size_t
	    *first;   /* of each row in held, and each of two reasons: who was linked to it first */
	bool *marked; /* a task is among the enders already */
	bool refs_known;
	bool failed; /* no memory */
};

static int by_table(const void *a, const void *b)
{
	const struct sharer *x = a, *y = b;

	if (x->table != y->table)
		return x->table < y->table ? -1 : 1;
	return x->task < y->task ? -1 : x->task > y->task;
}

static void *append(struct builder *b, void *array, size_t n, size_t size)
{
	void *more = (n & (n - 1)) ? array : realloc(array, (n ? 2 * n : 1) * size);

	b->failed |= !more;
	return more;
}

static void add_hold(struct builder *b, struct node *nd, size_t held, enum way way)
{
	struct hold *more = append(b, nd->holds, nd->n_holds, sizeof(*more));

	if (!more)
		return;
	nd->holds = more;
	more[nd->n_holds++] = (struct hold){held, way};
}

static void add_ender(struct builder *b, struct node *nd, size_t task)
{
	size_t *more;

	if (b->marked[task])
		return;
	more = append(b, nd->enders, nd->n_enders, sizeof(*more));
	if (!more)
		return;
	nd->enders = more;
	more[nd->n_enders++] = task;
	b->marked[task] = true;
}

/* Everybody who shares the descriptor table. */
static void add_sharers(struct builder *b, struct node *nd, __u64 table)
{
	size_t low = 0, high = b->now->n_tasks, n = 0;

	while (table && low < high) {
		size_t mid = low + (high - low) / 2;

		if (b->sharers[mid].table < table)
			low = mid + 1;
		else
			high = mid;
	}
	for (; table && low < b->now->n_tasks && b->sharers[low].table == table; low++) {
		add_ender(b, nd, b->sharers[low].task);
		n++;
	}
	/*
	 * The table belongs to a task that was born after the tasks were read, or an unseen task
	 * shares it.
	 */
	if (!n)
		nd->doubts |= DOUBT_MOVED;
	else if (b->now->tasks[b->sharers[low - 1].task].rec.users != n)
		nd->doubts |= DOUBT_UNSEEN;
}

/* How a holder of `end` can wake a waiter for `ends`; WAY_NONE: it cannot. */
static enum way way_of(const struct ipc_object *obj, __u8 end, __u8 ends)
{
	/* Without ends every descriptor will do. */
	if (mech__has(obj->mech, MT_TIMER))
		return WAY_SET;
	if (!mech__has(obj->mech, MT_ENDS | MT_NAMED))
		return ends & END_WRITE		       ? WAY_WRITE
		       : ends & END_READ	       ? WAY_READ
		       : mech__has(obj->mech, MT_PEER) ? WAY_SHUTDOWN
						       : WAY_CONTROL;
	if (end & ends & END_WRITE)
		return WAY_WRITE;
	if (end & ends & END_READ)
		return WAY_READ;
	return ends & END_READ && mech__has(obj->mech, MT_ENDS) ? WAY_SIZE : WAY_NONE;
}

static void add_object(struct builder *b, struct node *nd, const struct ipc_object *obj, __u8 ends,
		       bool direct)
{
	size_t n, at = look__holds(b->now, obj, &n);

	for (size_t i = at; i < at + n; i++) {
		enum way way = way_of(obj, b->now->held[i].end, ends);

		if (!way || (way == WAY_READ || way == WAY_WRITE || way == WAY_SET) != direct)
			continue;
		add_hold(b, nd, i, way);
		add_sharers(b, nd, b->now->tables[i]);
	}
}

static void check_object(struct builder *b, struct node *nd, const struct ipc_object *obj,
			 __u8 ends)
{
	/* Any descriptor will do to make room. */
	__u8 need = ends & END_READ ? END_READ | END_WRITE : END_WRITE;

	size_t n, at = look__holds(b->now, obj, &n);
	__u8 known = n ? b->ends[at] : 0;

	if (mech__is_named(obj, n ? &b->now->held[at].state : NULL)) {
		nd->doubts |= DOUBT_ANYBODY;
		return;
	}

	if (!b->refs_known || (known & need) != need)
		nd->doubts |= DOUBT_UNSEEN;
	if (n && !(known & ENDS_STILL))
		nd->doubts |= DOUBT_MOVED;
}

/* What the holders of its peer do, by these ends of that; and by shutdown its own holders. */
static void add_peer(struct builder *b, struct node *nd, const struct ipc_object *obj,
		     const struct ipc_state *st, __u8 ends, bool direct)
{
	struct ipc_object peer;
	unsigned int doubts = st ? peer__find(b->now, obj, st, &peer) : DOUBT_PEER;

	nd->doubts |= doubts;
	if (doubts)
		return;
	add_object(b, nd, &peer, ends, direct);
	add_object(b, nd, obj, 0, direct);
	if (!direct)
		return;
	check_object(b, nd, &peer, ends);
	check_object(b, nd, obj, 0);
}

/* At a read end it waits for writers, at a write end for readers. */
static __u8 other_ends(__u8 end)
{
	return (end & END_READ ? END_WRITE : 0) | (end & END_WRITE ? END_READ : 0);
}

/* A socket is polled for what its peer does. */
static void add_peer_watch(struct builder *b, struct node *nd, const struct look_watch *w,
			   bool direct)
{
	struct ipc_object obj = look__watched(w);
	size_t n, at = look__holds(b->now, &obj, &n);
	const struct ipc_state *st = n ? &b->now->held[at].state : NULL;
	bool to_send = w->events & EPOLLOUT && !(w->events & EPOLLIN);

	if (st && w->events & EPOLLOUT)
		nd->doubts |= peer__receives(st);
	add_peer(b, nd, &obj, st, to_send ? END_READ : END_WRITE, direct);
}

static void add_watches(struct builder *b, struct node *nd, bool direct)
{
	const struct seen_task *t = nd->task;

	for (size_t i = 0; i < t->n_watches; i++) {
		struct ipc_object obj = look__watched(&t->watches[i]);
		__u8 ends = other_ends(t->watches[i].end);
		struct expiry e;

		/* A file that is open for reading and writing stands in the table twice. */
		if (i && t->watches[i - 1].file == t->watches[i].file)
			continue;
		if (look__disarmed(&t->watches[i]))
			continue;
		if (!obj.mech) {
			nd->doubts |= DOUBT_WATCH;
			continue;
		}
		if (look__expires(b->now, &t->watches[i], &e)) /* nobody makes it wait less */
			continue;
		if (mech__has(obj.mech, MT_PEER)) {
			add_peer_watch(b, nd, &t->watches[i], direct);
			continue;
		}
		add_object(b, nd, &obj, ends, direct);
		if (direct)
			check_object(b, nd, &obj, ends);
	}
	if (t->watches_cut)
		nd->doubts |= DOUBT_CUT;
}

static void add_owner(struct builder *b, struct node *nd)
{
	const struct seen_task *owner = look__task(b->now, nd->task->rec.owner_tid);

	if (owner)
		add_ender(b, nd, owner - b->now->tasks);
	else
		nd->doubts |= DOUBT_MOVED;
}

/* The other end of what it reads from or writes to; who holds a queue of what was sent reads from it. */
static __u8 awaited_ends(const struct ev_wait *w)
{
	switch (reason__enders(w->reason)) {
	case ENDERS_WRITERS:
	case ENDERS_SETTERS:
	case ENDERS_PEER_WRITERS:
		return END_WRITE;
	case ENDERS_READERS:
	case ENDERS_PEER_READERS:
	case ENDERS_ACCEPTERS:
		return END_READ;
	case ENDERS_HOLDERS:
		return mech__has(w->obj.mech, MT_PEER) ? END_READ : 0;
	default:
		return 0;
	}
}

static void add_peer_wait(struct builder *b, struct node *nd, bool direct)
{
	const struct ev_wait *w = &nd->task->wait;
	const struct ipc_state *st = w->e.flags & EVF_NO_STATE ? NULL : &w->state;
	__u8 ends = awaited_ends(w);

	if (st && ends & END_READ)
		nd->doubts |= peer__receives(st);
	add_peer(b, nd, &w->obj, st, ends, direct);
}

struct sending {
	struct builder *b;
	struct node *nd;
};

static void add_sender(void *ctx, size_t task)
{
	struct sending *to = ctx;

	add_ender(to->b, to->nd, task);
}

static void add_children(struct builder *b, struct node *nd, bool direct)
{
	struct sending to = {b, nd};

	if (direct && !senders__children(b->senders, nd->task, add_sender, &to))
		nd->doubts |= DOUBT_ELSEWHERE;
}

static void add_enders(struct builder *b, struct node *nd, bool direct)
{
	const struct ev_wait *w = &nd->task->wait;

	switch (reason__enders(w->reason)) {
	case ENDERS_WRITERS:
	case ENDERS_READERS:
	case ENDERS_SETTERS:
	case ENDERS_ACCEPTERS:
	case ENDERS_HOLDERS: /* of an epoll instance: what it watches may be changed */
		add_object(b, nd, &w->obj, awaited_ends(w), direct);
		if (direct)
			check_object(b, nd, &w->obj, awaited_ends(w));
		break;
	case ENDERS_OWNER:
		if (direct)
			add_owner(b, nd);
		break;
	case ENDERS_WATCHED:
	case ENDERS_EXPIRY:
		break;
	case ENDERS_OPENER:
		if (!(nd->task->rec.flags & LOOK_NAMELESS))
			nd->doubts |= DOUBT_OPENER;
		break;
	case ENDERS_ANYBODY:
		nd->doubts |= DOUBT_ANYBODY;
		break;
	case ENDERS_PEER_WRITERS:
	case ENDERS_PEER_READERS:
		add_peer_wait(b, nd, direct);
		break;
	case ENDERS_ELSEWHERE:
		if (nd->task->rec.child_wait)
			add_children(b, nd, direct);
		else if (nd->task->rec.flags & LOOK_ALONE)
			add_ender(b, nd, (size_t)(nd->task - b->now->tasks));
		else if (nd->task->word.known)
			nd->doubts |= DOUBT_WORD;
		else
			nd->doubts |=
			    task__awaits_signal(nd->task) ? DOUBT_SIGNAL : DOUBT_ELSEWHERE;
	}
	add_watches(b, nd, direct);
}

/* No task has the other end any more: its last close is about to wake the sleeper. */
static bool end_is_gone(const struct node *nd)
{
	enum enders enders = reason__enders(nd->task->wait.reason);

	return mech__has(nd->task->wait.obj.mech, MT_ENDS) && !nd->n_direct &&
	       (enders == ENDERS_WRITERS || enders == ENDERS_READERS);
}

/* Whether the object is still what it waits to see the end of. If not, somebody is on the way. */
static bool reason_holds(const struct builder *b, const struct node *nd)
{
	const struct ev_wait *w = &nd->task->wait;
	const struct mech_ops *ops = mech_ops__get(w->obj.mech);
	size_t n, at = look__holds(b->now, &w->obj, &n);
	const struct ipc_state *now = n ? &b->now->held[at].state : &w->state;

	if (end_is_gone(nd))
		return false;
	return ops->still_due ? ops->still_due(w, now) : !memcmp(now, &w->state, sizeof(*now));
}

/* Whether a signal ends a call that is not followed is not known. */
static void add_senders(struct builder *b, struct node *nd)
{
	if (!(nd->doubts & DOUBT_ELSEWHERE))
		senders__each(b->senders, nd->task, add_sender, &(struct sending){b, nd});
}

/* A thousand readers of one pipe have the same writers: they are listed once. */
static struct node *linked_first(struct builder *b, size_t self)
{
	struct node *nd = &b->g->nodes[self];
	const struct ev_wait *w = &nd->task->wait;
	size_t n, at = look__holds(b->now, &w->obj, &n), *first;

	if (!n || nd->task->n_watches || !awaited_ends(w) ||
	    senders__each(b->senders, nd->task, NULL, NULL))
		return nd;
	first = &b->first[2 * at + (awaited_ends(w) == END_READ)];
	if (*first == NOBODY)
		*first = self;
	return &b->g->nodes[*first];
}

static void link_node(struct builder *b, size_t self)
{
	struct node *nd = &b->g->nodes[self], *first = linked_first(b, self);

	if (first != nd) {
		const struct seen_task *task = nd->task;

		*nd = *first;
		nd->task = task;
		nd->borrowed = true;
		return;
	}
	add_enders(b, nd, true);
	nd->n_direct = nd->n_enders;
	if (!(nd->doubts & DOUBT_UNSEEN) && !reason_holds(b, nd))
		nd->doubts |= DOUBT_MOVED;
	add_enders(b, nd, false);
	nd->n_held = nd->n_enders;
	add_senders(b, nd);
	for (size_t i = 0; i < nd->n_enders; i++)
		b->marked[nd->enders[i]] = false;
}

static void link_all(struct builder *b)
{
	for (size_t i = 0; i < b->now->n_tasks; i++)
		if (b->now->tasks[i].waits)
			link_node(b, i);
	/* This is about the task alone, not about what it waits for. */
	for (size_t i = 0; i < b->now->n_tasks; i++) {
		struct node *nd = &b->g->nodes[i];

		if (!nd->task->waits)
			continue;
		nd->doubts |= node__signal_doubts(b->g, nd);
		if (!task__still(nd->task, b->before))
			nd->doubts |= DOUBT_MOVED;
	}
}

static int set_up(struct builder *b)
{
	size_t n = b->now->n_tasks;

	b->sharers = calloc(n + 1, sizeof(*b->sharers));
	b->marked = calloc(n + 1, sizeof(*b->marked));
	b->first = calloc(2 * b->now->n_held + 1, sizeof(*b->first));
	b->ends = ends__check(b->now, b->before);
	b->senders = senders__new(b->now);
	if (!b->sharers || !b->senders || !b->marked || !b->ends || !b->first)
		return -ENOMEM;
	for (size_t i = 0; i < 2 * b->now->n_held; i++)
		b->first[i] = NOBODY;
	for (size_t i = 0; i < n; i++) {
		b->g->nodes[i].task = &b->now->tasks[i];
		b->sharers[i] = (struct sharer){b->now->tasks[i].rec.files, i};
	}
	qsort(b->sharers, n, sizeof(*b->sharers), by_table);
	return 0;
}

int graph__link(struct graph *g, const struct look *before, bool refs_known)
{
	struct builder b = {.g = g, .now = g->look, .before = before, .refs_known = refs_known};
	int rc = set_up(&b);

	if (!rc)
		link_all(&b);
	if (!rc && b.failed)
		rc = -ENOMEM;
	free(b.sharers);
	free(b.senders);
	free(b.marked);
	free(b.ends);
	free(b.first);
	return rc;
}
