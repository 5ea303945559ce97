/* SPDX-License-Identifier: GPL-2.0 */
/* Says why a task sleeps. */
#include "words/explain.h"
#include "words/explain_text.h"
#include "names/mech.h"
#include "timeline/mech_ops.h"

static void add_call(struct text *t, const struct ev_wait *w)
{
	if (w->e.flags & EVF_COMPAT)
		text__add(t, "a 32-bit system call");
	else if (w->nr < 0)
		text__add(t, "the kernel");
	else
		text__call(t, w->nr);
}

/* What is behind the reason. named: with the object's name where it has one. */
static void add_why(struct text *t, const struct fact *f, const struct reason *r, bool named)
{
	const struct ev_wait *w = &f->rec->wait;
	const struct mech_ops *ops = mech_ops__sleep(w);

	if (!ops->tell_sleep || !ops->tell_sleep(t, f, named))
		text__reason(t, w, r);
	if (wait__polls(w))
		explain_watches(t, f);
}

void explain_block(struct text *t, const struct fact *f)
{
	const struct ev_wait *w = &f->rec->wait;
	const struct reason *r = reason__get(w->reason);
	bool earlier = w->e.flags & EVF_BEFORE;

	text__who(t, &f->who);
	if (w->reason == WAIT_STOPPED) {
		text__add(t, earlier ? " is stopped since before tracing began, by "
				     : " is stopped by ");
		text__signal(t, (int)w->value);
	} else if (!r) {
		text__add(t,
			  earlier ? " has slept since before tracing began, in " : " sleeps in ");
		add_call(t, w);
	} else {
		text__add(t, earlier ? " has slept since before tracing began: " : " sleeps: ");
		add_why(t, f, r, true);
	}
}

size_t explain_asleep(const struct fact *f, char *buf, size_t size)
{
	const struct ev_wait *w = &f->rec->wait;
	const struct reason *r = reason__get(w->reason);
	struct text t = {.buf = buf, .size = size};

	buf[0] = '\0';
	if (w->reason == WAIT_STOPPED) {
		text__add(&t, "is stopped by ");
		text__signal(&t, (int)w->value);
		return t.used;
	}
	text__add(&t, "sleeps in ");
	add_call(&t, w);
	if (w->fd >= 0)
		text__add(&t, "(%d)", w->fd);
	if (!r)
		return t.used;
	if (f->obj) {
		text__add(&t, " on ");
		text__object(&t, f->obj);
	}
	text__add(&t, wait__polls(w) ? " because there is " : " because ");
	add_why(&t, f, r, false);
	return t.used;
}
