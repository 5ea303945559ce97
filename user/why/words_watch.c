/* SPDX-License-Identifier: GPL-2.0 */
/* What poll, select and epoll wait for, in words. */
#include <sys/socket.h>

#include "names/mech.h"
#include "names/poll_words.h"
#include "why/words.h"

#define NAMED_MAX 4

static void add_mode(struct text *t, const struct look *l, const struct look_watch *w)
{
	struct ipc_object obj = look__watched(w);
	size_t n, at = look__holds(l, &obj, &n);
	char mode[160];

	if (!(w->flags & WATCH_ITEM))
		return;
	poll_item_words(mode, sizeof(mode), w->events, w->end,
			n && mech__has(obj.mech, MT_ENDS) ? &l->held[at].state : NULL);
	text__add(t, "%s", mode);
}

/* "(fd 5, due in 3.20 s)": which timer, as its name tells nothing, and when it runs out. */
static void add_timer(struct text *t, const struct look *l, const struct seen_task *task,
		      const struct ipc_object *obj)
{
	size_t n, at = look__holds(l, obj, &n);
	__s32 fd = look__fd(l, task, obj);
	struct expiry e;

	if (!n || !mech__expiry(obj->mech, &l->held[at].state, &e))
		return;
	text__add(t, " (");
	if (fd >= 0)
		text__add(t, "fd %d, ", fd);
	text__expiry(t, &e);
	text__add(t, ")");
}

/* What a unix socket has sent takes too much memory for who polls it for room. */
static void add_room(struct text *t, const struct look *l, const struct look_watch *w)
{
	struct ipc_object obj = look__watched(w);
	size_t n, at = look__holds(l, &obj, &n);
	const __u32 *v = n ? l->held[at].state.v : NULL;
	char room[160];

	if (!v || !mech__has(obj.mech, MT_PEER) || SOCK_KIND_FAMILY(v[SOCK_KIND]) != AF_UNIX ||
	    v[SOCK_FLAGS] & SOCKF_QUEUED || look__disarmed(w))
		return;
	poll_room_words(room, sizeof(room), w->events, v[SOCK_USED], v[SOCK_LIMIT]);
	text__add(t, "%s", room);
}

/* Files of another kind than those that are followed. */
static void add_others(struct text *t, size_t others, size_t disarmed, bool named)
{
	if (others)
		text__add(t, "%s%zu file%s not followed", named ? ", and " : ": ", others,
			  others == 1 ? " that is" : "s that are");
	if (disarmed)
		text__add(t, " (%zu of them disarmed: EPOLLONESHOT)", disarmed);
}

void words__watches(struct text *t, const struct look *l, const struct seen_task *task)
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
		add_timer(t, l, task, &obj);
		add_mode(t, l, w);
		add_room(t, l, w);
	}
	if (more)
		text__add(t, " and %zu more", more);
	add_others(t, others, disarmed, named);
}
