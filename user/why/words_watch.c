/* SPDX-License-Identifier: GPL-2.0 */
/* What poll, select and epoll wait for, in words. */
#include <sys/epoll.h>

#include "words.h"

#define NAMED_MAX 4

/* What an epoll instance says of an item, and that is not to be seen of its object. */
static void add_mode(struct text *t, const struct look *l, const struct look_watch *w)
{
	struct ipc_object obj = look__watched(w);
	size_t n, at = look__holds(l, &obj, &n);
	const __u32 *v = n ? l->held[at].state.v : NULL;

	if (look__disarmed(w)) {
		text__add(t, " (disarmed: EPOLLONESHOT, and its event came; only "
			     "epoll_ctl(EPOLL_CTL_MOD) arms it again)");
		return;
	}
	if (!v || !(w->flags & WATCH_ITEM) || !(w->events & EPOLLET))
		return;
	if (w->events & EPOLLIN && w->end & END_READ && v[PIPE_USED])
		text__add(
		    t,
		    " (holds %u byte%s, but edge-triggered: only what comes from now on is an "
		    "event)",
		    v[PIPE_BYTES], v[PIPE_BYTES] == 1 ? "" : "s");
	else if (w->events & EPOLLOUT && w->end & END_WRITE && v[PIPE_USED] < v[PIPE_SLOTS])
		text__add(t, " (has room, but edge-triggered: only room that is made from now on "
			     "is an event)");
}

/* Files of another kind than those that are followed. */
static void add_others(struct text *t, size_t others, size_t disarmed, bool named)
{
	if (others)
		text__add(t, "%s%zu file%s neither pipe nor FIFO", named ? ", and " : ": ", others,
			  others == 1 ? " that is" : "s that are");
	if (disarmed)
		text__add(t, " (%zu of them disarmed: EPOLLONESHOT)", disarmed);
}

void words__watches(struct text *t, const struct look *l, const struct task *task)
{
	size_t others = 0, disarmed = 0, named = 0, more = 0;

	for (size_t i = 0; i < task->n_watches; i++) {
		const struct look_watch *w = &task->watches[i];
		struct ipc_object obj = look__watched(w);

		if (!obj.mech) {
			others++;
			disarmed += look__disarmed(w);
			continue;
		}
		if (i && w[-1].file == w->file)
			continue; /* open for reading and writing: it stands on both queues */
		if (named == NAMED_MAX) {
			more++;
			continue;
		}
		text__add(t, named++ ? ", " : ": ");
		words__object(t, l, &obj);
		add_mode(t, l, w);
	}
	if (more)
		text__add(t, " and %zu more", more);
	add_others(t, others, disarmed, named);
}
