/* SPDX-License-Identifier: GPL-2.0 */
/* Finds the shortest way round a deadlock, for a person to follow. */
#include <errno.h>
#include <stdlib.h>

#include "why/graph.h"

struct search {
	const struct graph *g;
	size_t *from; /* NOBODY: not seen yet */
	size_t *queue;
	size_t seen; /* entries of the queue, whose tasks are marked in from */
};

/* The end of a way into a deadlock: in a cycle, or at a task that waits for no other task. */
static bool is_end(const struct node *nd)
{
	return nd->in_cycle || (nd->verdict == VERDICT_DEADLOCK && !nd->n_enders);
}

/* Breadth first from start until goal, or (NOBODY) until any that is_end(). */
static size_t walk(struct search *s, size_t start, size_t goal)
{
	size_t head = 0, tail = 0, found = NOBODY;

	s->queue[tail++] = start;
	while (head < tail && found == NOBODY) {
		const struct node *nd = &s->g->nodes[s->queue[head]];

		for (size_t k = 0; k < nd->n_direct && found == NOBODY; k++) {
			size_t next = nd->enders[k];

			if (next == goal || (goal == NOBODY && is_end(&s->g->nodes[next]))) {
				found = s->queue[head];
				s->from[goal == NOBODY ? next : goal] = found;
				found = next;
			} else if (next != start && s->from[next] == NOBODY) {
				s->from[next] = s->queue[head];
				s->queue[tail++] = next;
			}
		}
		head++;
	}
	s->seen = tail;
	return found;
}

static void forget(struct search *s, size_t start, size_t found)
{
	for (size_t i = 0; i < s->seen; i++)
		s->from[s->queue[i]] = NOBODY;
	s->from[start] = NOBODY;
	if (found != NOBODY)
		s->from[found] = NOBODY;
}

/* The path from start to found, by the marks; the first is start, the last is found. */
static int keep(const struct search *s, struct node *nd, size_t start, size_t found)
{
	size_t n = 2;

	for (size_t at = s->from[found]; at != start; at = s->from[at])
		n++;
	nd->path = malloc(n * sizeof(*nd->path));
	if (!nd->path)
		return -ENOMEM;
	nd->n_path = n;
	nd->path[--n] = found;
	for (size_t at = s->from[found]; n; at = s->from[at])
		nd->path[--n] = at;
	return 0;
}

static int find_path(struct search *s, size_t start, bool round)
{
	struct node *nd = &s->g->nodes[start];
	size_t found = walk(s, start, round ? start : NOBODY);
	int rc = found == NOBODY ? 0 : keep(s, nd, start, found);

	if (round && found != NOBODY)
		nd->in_cycle = true;
	forget(s, start, found);
	return rc;
}

int graph__find_paths(struct graph *g)
{
	size_t n = g->look->n_tasks;
	struct search s = {.g = g};
	int rc = 0;

	s.from = malloc((n + 1) * sizeof(*s.from));
	s.queue = malloc((n + 1) * sizeof(*s.queue));
	if (!s.from || !s.queue)
		rc = -ENOMEM;
	for (size_t i = 0; !rc && i < n; i++)
		s.from[i] = NOBODY;
	/* All cycles first: those behind them end in one. */
	for (int round = 1; round >= 0; round--)
		for (size_t i = 0; !rc && i < n; i++)
			if (g->nodes[i].verdict == VERDICT_DEADLOCK && !g->nodes[i].n_path)
				rc = find_path(&s, i, round);
	free(s.from);
	free(s.queue);
	return rc;
}
