/* SPDX-License-Identifier: GPL-2.0 */
/* Who exits, and has not come to its ends of a pipe yet. */
#include "timeline/going.h"
#include "timeline/holders.h"
#include "timeline/objects.h"
#include "timeline/tasks.h"

static bool is_going(const struct going *g, __u8 end, __u64 ts)
{
	return g->holder.end & end &&
	       !objects__settled(&(struct departure){.ts = g->ts, .change = OBJ_EXIT_CLOSED}, ts);
}

static unsigned int count_going(const struct obj *o, __u8 end, __u64 ts)
{
	unsigned int n = o->n_going < GOING ? o->n_going : GOING, found = 0;

	for (unsigned int i = 0; i < n; i++)
		found += is_going(&o->going[i], end, ts);
	return found;
}

void going__note(struct timeline *tl, struct obj *o, const struct ev_object *ev)
{
	struct going g = {.ts = ev->e.ts};

	if (ev->e.flags & EVF_NO_STATE)
		return;
	for (int i = 0; i < 2; i++) {
		__u8 end = (__u8)(1 << i);

		if (ev->end & end && ev->state.v[i ? PIPE_WRITERS : PIPE_READERS] >
					 holders__files(o, end) + count_going(o, end, ev->e.ts))
			return;
	}
	g.holder = (struct holder){.who = tasks__actor(tl, ev->e.pid, ev->e.pid),
				   .fd = ev->fd,
				   .end = ev->end,
				   .file = ev->file,
				   .nr = -1};
	o->going[o->n_going++ % GOING] = g;
}

void going__see(struct obj *o, __u64 ts)
{
	unsigned int n = o->n_going < GOING ? o->n_going : GOING;

	o->pub.n_going = 0;
	o->pub.going = o->gone_soon;
	for (unsigned int i = 0; i < n; i++) {
		const struct going *g = &o->going[(o->n_going - n + i) % GOING];

		if (is_going(g, END_READ | END_WRITE, ts))
			o->gone_soon[o->pub.n_going++] = g->holder;
	}
}
