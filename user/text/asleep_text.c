/* SPDX-License-Identifier: GPL-2.0 */
/* Tells who sleeps at the end of a story, one sentence for each. */
#include "text/asleep_text.h"

#include <string.h>

#include "words/explain.h"
#include "lib/escape.h"
#include "lib/units.h"
#include "lib/utf8.h"

#define SHOWN_MAX 16
#define AT	  2
#define HANG	  6

static void put_sleeper(const struct style *st, const struct fact *f)
{
	const struct ev_wait *w = &f->rec->wait;
	char comm[4 * COMM_LEN + 1], name[96], why[1024], text[1152], span[UNIT_LEN];

	escape_text(comm, sizeof(comm), f->who.comm, strnlen(f->who.comm, COMM_LEN));
	snprintf(name, sizeof(name), "%s%s%u", comm, *comm ? " " : "task ", f->who.tid);
	explain_asleep(f, why, sizeof(why));
	snprintf(text, sizeof(text), ", for %s%s: %s", w->e.flags & EVF_BEFORE ? "more than " : "",
		 format_duration(span, w->e.ts - w->slept), why);
	style__pad(st, AT);
	style__put(st, INK_BOLD, name);
	style__fill(st, INK_PLAIN, AT + utf8__width(name), HANG, text);
}

void asleep_text(const struct style *st, const struct fact *facts, size_t n)
{
	char more[48];

	putc('\n', st->out);
	style__fill(st, INK_PLAIN, 0, 2, "asleep when the story ends:");
	for (size_t i = 0; i < n && i < SHOWN_MAX; i++)
		put_sleeper(st, &facts[i]);
	if (n <= SHOWN_MAX)
		return;
	snprintf(more, sizeof(more), "and %zu more", n - SHOWN_MAX);
	style__pad(st, AT);
	style__fill(st, INK_PLAIN, AT, HANG, more);
}
