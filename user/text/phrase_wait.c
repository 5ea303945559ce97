/* SPDX-License-Identifier: GPL-2.0 */
/* A sleep in a few words, when it begins and when it ends. */
#include "text/phrase_wait.h"

#include <stdio.h>
#include <string.h>

#include "names/mech.h"
#include "text/phrase_words.h"
#include "timeline/mech_ops.h"
#include "lib/units.h"

void phrase_wait__block(const struct fact *fact, char *buf, size_t size)
{
	const struct ev_wait *w = &fact->rec->wait;
	const struct reason *reason = reason__get(w->reason);
	const struct mech_ops *ops = mech_ops__sleep(w);
	const char *call = w->e.flags & EVF_COMPAT ? "32-bit call" : phrase__call_name(w->nr);

	if (ops->lane_sleep && ops->lane_sleep(w, call, buf, size))
		return;
	if (w->reason == WAIT_STOPPED) {
		snprintf(buf, size, "stopped by %s", phrase__signal_name((int)w->value));
		return;
	}
	/* Poll and epoll are reasons and calls. */
	if (reason && !strstr(call, reason->name))
		snprintf(buf, size, "%s sleeps: %s", call, reason->name);
	else
		snprintf(buf, size, "%s sleeps", call);
}

#define DELAY_NS 1000000ULL /* on the run queue: worth a word from here on */

/* A bar ends when the task runs. If it was woken well before that, the delay is told separately. */
static void add_delay(const struct ev_wait *w, char *buf, size_t size)
{
	__u64 delay = w->woken && w->e.ts > w->woken ? w->e.ts - w->woken : 0;
	size_t at = strlen(buf);
	char span[UNIT_LEN];

	if (w->e.flags & (EVF_OPEN | EVF_LATE) || delay < DELAY_NS ||
	    delay < (w->woken - w->slept) / 10)
		return;
	snprintf(buf + at, size - at, ", ran %s later", format_duration(span, delay));
}

void phrase_wait__wake(const struct fact *fact, char *buf, size_t size)
{
	const struct ev_wait *w = &fact->rec->wait;
	const struct cause *c = &fact->cause;
	__u64 end = w->woken ? w->woken : w->e.ts;
	char span[UNIT_LEN], length[UNIT_LEN + 1], by[PHRASE_WORD];

	format_duration(span, end > w->slept ? end - w->slept : 0);
	snprintf(length, sizeof(length), "%s%s", w->e.flags & EVF_BEFORE ? ">" : "", span);
	/* Woken while still on its way to sleep. */
	if (w->woken && w->woken <= w->slept && !(w->e.flags & (EVF_BEFORE | EVF_OPEN)))
		snprintf(length, sizeof(length), "at once");
	if (w->e.flags & EVF_OPEN)
		snprintf(buf, size, "still %s after %s",
			 w->reason == WAIT_STOPPED ? "stopped" : "asleep", length);
	else if (c->kind == CAUSE_SIGNALLED)
		snprintf(buf, size, "%s, by %s", length,
			 c->sig ? phrase__signal_name(c->sig) : "a signal");
	else if (c->kind == CAUSE_TIMEOUT)
		snprintf(buf, size, "%s, timer is up", length);
	else if (c->kind == CAUSE_EXPIRED)
		snprintf(buf, size, "%s, it expired", length);
	else if (c->kind == CAUSE_INTERRUPT)
		snprintf(buf, size, "%s, by an interrupt", length);
	else if (c->kind == CAUSE_NETWORK)
		snprintf(buf, size, "%s, by the network", length);
	else if (c->by_known)
		snprintf(buf, size, "%s, by %s", length, phrase__actor(by, &c->by));
	else
		snprintf(buf, size, "%s", length);
	add_delay(w, buf, size);
}
