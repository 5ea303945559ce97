/* SPDX-License-Identifier: GPL-2.0 */
/* Builds the wait-for graph and judges each wait. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "graph.h"

/* Which tasks use a descriptor table. */
struct sharer {
	__u64 table;
	size_t task;
};

struct builder {
	struct graph *g;
	const struct look *now, *before;
	struct sharer *sharers;
	__u8 *ends;   /* ends__check() */
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
	/* Of a task that was born after the tasks were read; or shared with one that is not seen. */
	if (!n)
		nd->doubts |= DOUBT_MOVED;
	else if (b->now->tasks[b->sharers[low - 1].task].rec.users != n)
		nd->doubts |= DOUBT_UNSEEN;
}

/* How a holder of `end` can wake a waiter for `ends`; WAY_NONE: it cannot. */
static enum way way_of(const struct ipc_object *obj, __u8 end, __u8 ends)
{
	if (obj->mech == MECH_EPOLL)
		return WAY_CONTROL;
	if (end & ends & END_WRITE)
		return WAY_WRITE;
	if (end & ends & END_READ)
		return WAY_READ;
	return ends & END_READ ? WAY_SIZE : WAY_NONE;
}

static void add_object(struct builder *b, struct node *nd, const struct ipc_object *obj, __u8 ends,
		       bool direct)
{
	size_t n, at = look__holds(b->now, obj, &n);

	for (size_t i = at; i < at + n; i++) {
		enum way way = way_of(obj, b->now->held[i].end, ends);

		if (!way || (way == WAY_READ || way == WAY_WRITE) != direct)
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

	if (!b->refs_known || (known & need) != need)
		nd->doubts |= DOUBT_UNSEEN;
	if (n && !(known & ENDS_STILL))
		nd->doubts |= DOUBT_MOVED;
}

/* At a read end it waits for writers, at a write end for readers. */
static __u8 other_ends(__u8 end)
{
	return (end & END_READ ? END_WRITE : 0) | (end & END_WRITE ? END_READ : 0);
}

static void add_watches(struct builder *b, struct node *nd, bool direct)
{
	const struct task *t = nd->task;

	for (size_t i = 0; i < t->n_watches; i++) {
		struct ipc_object obj = look__watched(&t->watches[i]);
		__u8 ends = other_ends(t->watches[i].end);

		/* A file that is open for reading and writing stands in the table twice. */
		if (i && t->watches[i - 1].file == t->watches[i].file)
			continue;
		if (!obj.mech) {
			nd->doubts |= DOUBT_WATCH;
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
	const struct task *owner = look__task(b->now, nd->task->rec.owner_tid);

	if (owner)
		add_ender(b, nd, owner - b->now->tasks);
	else
		nd->doubts |= DOUBT_MOVED;
}

/* The other end of a pipe that it reads from or writes to. */
static __u8 awaited_ends(const struct ev_wait *w)
{
	return w->reason == WAIT_PIPE_EMPTY  ? END_WRITE
	       : w->reason == WAIT_PIPE_FULL ? END_READ
					     : 0;
}

static void add_enders(struct builder *b, struct node *nd, bool direct)
{
	const struct ev_wait *w = &nd->task->wait;

	switch (w->reason) {
	case WAIT_PIPE_EMPTY:
	case WAIT_PIPE_FULL:
	case WAIT_EPOLL_EVENT: /* the instance itself: what it watches may be changed */
		add_object(b, nd, &w->obj, awaited_ends(w), direct);
		if (direct)
			check_object(b, nd, &w->obj, awaited_ends(w));
		break;
	case WAIT_PIPE_MUTEX:
		if (direct)
			add_owner(b, nd);
		break;
	case WAIT_PIPE_POLL:
	case WAIT_FIFO_PARTNER: /* whoever opens it: nobody who is here yet */
		break;
	default:
		nd->doubts |= DOUBT_ELSEWHERE;
	}
	add_watches(b, nd, direct);
}

/* Whether the pipe is still what it waits to see the end of. If not, somebody is on the way. */
static bool reason_holds(const struct builder *b, const struct node *nd)
{
	const struct ev_wait *w = &nd->task->wait;
	size_t n, at = look__holds(b->now, &w->obj, &n);
	const __u32 *v = n ? b->now->held[at].state.v : w->state.v;

	if (w->reason == WAIT_PIPE_EMPTY)
		return !v[PIPE_USED] && nd->n_direct;
	return w->reason != WAIT_PIPE_FULL || (v[PIPE_USED] >= v[PIPE_SLOTS] && nd->n_direct);
}

static void link_node(struct builder *b, struct node *nd)
{
	add_enders(b, nd, true);
	nd->n_direct = nd->n_enders;
	if (!(nd->doubts & DOUBT_UNSEEN) && !reason_holds(b, nd))
		nd->doubts |= DOUBT_MOVED;
	add_enders(b, nd, false);
	if (!task__still(nd->task, b->before))
		nd->doubts |= DOUBT_MOVED;
	for (size_t i = 0; i < nd->n_enders; i++)
		b->marked[nd->enders[i]] = false;
}

static bool is_endless(const struct node *nd)
{
	return nd->task->waits && !nd->doubts && nd->n_enders &&
	       !(nd->task->rec.flags & LOOK_TIMED) && nd->task->wait.reason != WAIT_FIFO_PARTNER;
}

/* The greatest set of endless waits that only its own members could end. */
static void find_deadlocks(struct graph *g)
{
	size_t n = g->look->n_tasks;
	bool again = true;

	for (size_t i = 0; i < n; i++)
		if (is_endless(&g->nodes[i]))
			g->nodes[i].verdict = VERDICT_DEADLOCK;
	while (again) {
		again = false;
		for (size_t i = 0; i < n; i++) {
			struct node *nd = &g->nodes[i];

			for (size_t k = 0; nd->verdict == VERDICT_DEADLOCK && k < nd->n_enders; k++)
				if (g->nodes[nd->enders[k]].verdict != VERDICT_DEADLOCK) {
					nd->verdict = VERDICT_NONE;
					again = true;
				}
		}
	}
}

/* What a task could do of itself, as far as it is known. */
enum power { POWER_NONE, POWER_UNKNOWN, POWER_ACTS };

static enum power own_power(const struct node *nd)
{
	const struct look_task *r = &nd->task->rec;

	if (nd->verdict == VERDICT_DEADLOCK)
		return POWER_NONE;
	switch (r->state) {
	case LOOK_STOPPED:
	case LOOK_ZOMBIE:
		return POWER_NONE;
	case LOOK_SLEEPS:
		if (r->flags & LOOK_TIMED)
			return POWER_ACTS;
		return !nd->task->waits || nd->doubts || nd->task->wait.reason == WAIT_FIFO_PARTNER
			   ? POWER_UNKNOWN
			   : POWER_NONE;
	}
	return POWER_ACTS;
}

/* What a task could do, and through how many others it would have to be woken first. */
struct reach {
	enum power power;
	size_t steps;
};

/* Along the edges, a step a round: whoever could be woken by somebody who acts, could act then. */
static void spread(struct graph *g, struct reach *reach, enum power power)
{
	bool again = true;

	for (size_t round = 1; again; round++) {
		again = false;
		for (size_t i = 0; i < g->look->n_tasks; i++) {
			const struct node *nd = &g->nodes[i];

			for (size_t k = 0; k < nd->n_enders && reach[i].power < power; k++) {
				const struct reach *r = &reach[nd->enders[k]];

				if (r->power != power || r->steps >= round)
					continue;
				reach[i] = (struct reach){power, round};
				again = true;
			}
		}
	}
}

static void judge(struct graph *g, size_t self, const struct reach *reach)
{
	struct node *nd = &g->nodes[self];
	struct reach best = {POWER_NONE, 0};

	nd->best = NOBODY;
	if (!nd->task->waits || nd->verdict == VERDICT_DEADLOCK)
		return;
	for (size_t k = 0; k < nd->n_enders; k++) {
		const struct reach *r = &reach[nd->enders[k]];

		if (nd->enders[k] == self || r->power < best.power ||
		    (r->power == best.power && (!r->power || r->steps >= best.steps)))
			continue;
		best = *r;
		nd->best = nd->enders[k];
	}
	nd->steps = best.steps;
	if (nd->task->rec.flags & LOOK_TIMED || nd->task->wait.reason == WAIT_FIFO_PARTNER ||
	    best.power == POWER_ACTS) {
		nd->verdict = VERDICT_OPEN;
	} else if (best.power == POWER_UNKNOWN || nd->doubts) {
		nd->verdict = VERDICT_UNKNOWN;
		if (best.power == POWER_UNKNOWN)
			nd->doubts |= DOUBT_CHAIN;
	} else {
		nd->verdict = VERDICT_STOPPED;
	}
}

static int judge_all(struct graph *g)
{
	struct reach *reach = calloc(g->look->n_tasks + 1, sizeof(*reach));

	if (!reach)
		return -ENOMEM;
	for (size_t i = 0; i < g->look->n_tasks; i++)
		reach[i].power = own_power(&g->nodes[i]);
	spread(g, reach, POWER_ACTS);
	spread(g, reach, POWER_UNKNOWN);
	for (size_t i = 0; i < g->look->n_tasks; i++)
		judge(g, i, reach);
	free(reach);
	return 0;
}

static int set_up(struct builder *b)
{
	size_t n = b->now->n_tasks;

	b->g = calloc(1, sizeof(*b->g));
	if (!b->g)
		return -ENOMEM;
	b->g->look = b->now;
	b->g->nodes = calloc(n + 1, sizeof(*b->g->nodes));
	b->sharers = calloc(n + 1, sizeof(*b->sharers));
	b->marked = calloc(n + 1, sizeof(*b->marked));
	b->ends = ends__check(b->now, b->before);
	if (!b->g->nodes || !b->sharers || !b->marked || !b->ends)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		b->g->nodes[i].task = &b->now->tasks[i];
		b->sharers[i] = (struct sharer){b->now->tasks[i].rec.files, i};
	}
	qsort(b->sharers, n, sizeof(*b->sharers), by_table);
	return 0;
}

struct graph *graph__new(const struct look *now, const struct look *before, bool refs_known)
{
	struct builder b = {.now = now, .before = before, .refs_known = refs_known};
	int rc = set_up(&b);

	for (size_t i = 0; !rc && i < now->n_tasks; i++)
		if (now->tasks[i].waits)
			link_node(&b, &b.g->nodes[i]);
	if (!rc && b.failed)
		rc = -ENOMEM;
	if (!rc) {
		find_deadlocks(b.g);
		rc = judge_all(b.g);
	}
	if (!rc)
		rc = graph__find_paths(b.g);
	free(b.sharers);
	free(b.marked);
	free(b.ends);
	if (!rc)
		return b.g;
	graph__free(b.g);
	errno = -rc;
	return NULL;
}

void graph__free(struct graph *g)
{
	if (!g)
		return;
	for (size_t i = 0; g->nodes && i < g->look->n_tasks; i++) {
		free(g->nodes[i].holds);
		free(g->nodes[i].enders);
		free(g->nodes[i].path);
	}
	free(g->nodes);
	free(g);
}
