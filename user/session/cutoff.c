/* SPDX-License-Identifier: GPL-2.0 */
/* Leaves out records from after the end of the story, or cuts them at that moment. */
#include <string.h>

#include "session/cutoff.h"

/* A sleep that was not over, or whose task was woken and did not run yet. */
static const struct event *sleep_then(const struct ev_wait *w, __u64 over, union any_event *buf)
{
	struct ev_wait *then = &buf->wait;

	if (w->slept > over)
		return NULL;
	*then = *w;
	then->e.ts = over;
	if (w->woken && w->woken <= over) {
		then->e.flags |= EVF_LATE;
		return &then->e;
	}
	then->e.flags &= (__u8)~EVF_LATE;
	then->e.flags |= EVF_OPEN | EVF_NO_WOKEN;
	then->woken = 0;
	then->waker = (struct ev_waker){.nr = -1, .fd = -1};
	memset(&then->state_woken, 0, sizeof(then->state_woken));
	return &then->e;
}

const struct event *cutoff__record(const struct event *rec, __u64 over, union any_event *buf)
{
	if (rec->ts <= over)
		return rec;
	switch (rec->kind) {
	case EV_WAIT:
		return sleep_then((const struct ev_wait *)rec, over, buf);
	case EV_LOST: /* counted later, and perhaps of before */
		memcpy(&buf->lost, rec, sizeof(buf->lost));
		buf->e.ts = over;
		return &buf->e;
	case EV_SYMBOL:
		return rec;
	default:
		return NULL;
	}
}
