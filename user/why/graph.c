/* SPDX-License-Identifier: GPL-2.0 */
/* Judges each wait: which nobody can end, and who could end the others. */
#include <errno.h>
#include <stdlib.h>

#include "names/mech.h"
#include "why/graph.h"

bool node__abandoned(const struct node *nd)
{
	return !nd->n_enders && !nd->doubts && mech__has(nd->task->wait.obj.mech, MT_NAMED);
}

static bool is_endless(const struct node *nd)
{
	return nd->task->waits && !nd->doubts && !task__timed(nd->task) &&
	       (nd->n_enders || nd->task->rec.flags & LOOK_NAMELESS || node__abandoned(nd));
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
		if (nd->task->waits && task__timed(nd->task))
			return POWER_ACTS;
		return !nd->task->waits || nd->doubts ? POWER_UNKNOWN : POWER_NONE;
	}
	return POWER_ACTS;
}

/* What a task could do, and through how many others it would have to be woken first. */
struct reach {
	enum power power;
	size_t steps;
};

/*
 * Goes along the edges, one step in each round: a task that could be woken by one that acts, could
 * act then.
 */
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
	if (task__timed(nd->task) || best.power == POWER_ACTS) {
		nd->verdict = VERDICT_OPEN;
	} else if (best.power == POWER_UNKNOWN || nd->doubts) {
		nd->verdict = VERDICT_UNKNOWN;
		if (best.power == POWER_UNKNOWN)
			nd->doubts |= DOUBT_CHAIN;
	} else {
		nd->verdict = VERDICT_STOPPED;
	}
}

static void own_stop(struct graph *g, size_t self)
{
	const struct look_task *r = &g->nodes[self].task->rec;
	struct node *nd = &g->nodes[self];

	nd->traced = NOBODY;
	if (r->state != LOOK_STOPPED)
		return;
	nd->stops = r->flags & LOOK_TRACED ? STOP_TRACER : STOP_PLAIN;
	if (r->flags & LOOK_TRACED)
		nd->traced = self;
}

/* Goes along the edges until nothing is added: which task is stopped behind which. */
static void spread_stops(struct graph *g)
{
	bool again = true;

	for (size_t i = 0; i < g->look->n_tasks; i++)
		own_stop(g, i);
	while (again) {
		again = false;
		for (size_t i = 0; i < g->look->n_tasks; i++) {
			struct node *nd = &g->nodes[i];

			for (size_t k = 0; k < nd->n_enders; k++) {
				const struct node *ender = &g->nodes[nd->enders[k]];

				if (!(ender->stops & ~nd->stops))
					continue;
				nd->stops |= ender->stops;
				if (nd->traced == NOBODY)
					nd->traced = ender->traced;
				again = true;
			}
		}
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
	spread_stops(g);
	free(reach);
	return 0;
}

struct graph *graph__new(const struct look *now, const struct look *before, bool refs_known)
{
	struct graph *g = calloc(1, sizeof(*g));
	int rc = -ENOMEM;

	if (!g)
		return NULL;
	g->look = now;
	g->nodes = calloc(now->n_tasks + 1, sizeof(*g->nodes));
	if (g->nodes)
		rc = graph__link(g, before, refs_known);
	if (!rc) {
		find_deadlocks(g);
		rc = judge_all(g);
	}
	if (!rc)
		rc = graph__find_paths(g);
	if (!rc)
		return g;
	graph__free(g);
	errno = -rc;
	return NULL;
}

void graph__free(struct graph *g)
{
	if (!g)
		return;
	for (size_t i = 0; g->nodes && i < g->look->n_tasks; i++) {
		if (!g->nodes[i].borrowed) {
			free(g->nodes[i].holds);
			free(g->nodes[i].enders);
		}
		free(g->nodes[i].path);
	}
	free(g->nodes);
	free(g);
}

bool node__by_signal(const struct node *nd, size_t task)
{
	for (size_t i = nd->n_held; i < nd->n_enders; i++)
		if (nd->enders[i] == task)
			return true;
	return false;
}

bool node__is_direct(const struct node *nd, size_t task)
{
	for (size_t i = 0; i < nd->n_direct; i++)
		if (nd->enders[i] == task)
			return true;
	return false;
}

bool node__has_way(const struct node *nd, enum way way)
{
	for (size_t i = 0; i < nd->n_holds; i++)
		if (nd->holds[i].way == way)
			return true;
	return false;
}
