/* SPDX-License-Identifier: GPL-2.0 */
/* Says why a task sleeps. */
#include <string.h>

#include "words/explain.h"
#include "words/explain_text.h"
#include "names/fifo_words.h"
#include "names/mech.h"

/* The end of the pipe by which this sleep could be ended; 0: it is no sleep in a pipe. */
static __u8 other_end(const struct ev_wait *w)
{
	if (w->reason == WAIT_PIPE_EMPTY)
		return END_WRITE;
	return w->reason == WAIT_PIPE_FULL ? END_READ : 0;
}

static void add_call(struct text *t, const struct ev_wait *w)
{
	if (w->e.flags & EVF_COMPAT)
		text__add(t, "a 32-bit system call");
	else if (w->nr < 0)
		text__add(t, "the kernel");
	else
		text__call(t, w->nr);
}

/* As fifo_wait_words(), with the FIFO's name. */
static void add_fifo(struct text *t, const struct fact *f)
{
	__u8 end = fifo_wait_end(&f->rec->wait);

	text__add(t, "it opens %s",
		  end == END_READ ? "the read end of "
		  : end		  ? "the write end of "
				  : "");
	text__object(t, f->obj);
	text__add(t, ", and nobody has opened the %s end yet",
		  end == END_READ ? "write"
		  : end		  ? "read"
				  : "other");
}

/* What is behind the reason, and who holds the other end. named: of a FIFO, too. */
static void add_why(struct text *t, const struct fact *f, const struct reason *r, bool named)
{
	const struct ev_wait *w = &f->rec->wait;
	bool known = !(w->e.flags & EVF_NO_STATE);
	char why[192];

	if (w->obj.mech == MECH_SEM && known) {
		explain_sem_block(t, f);
	} else if (w->obj.mech == MECH_MSG && known) {
		explain_msg_block(t, f);
	} else if (w->reason == WAIT_FUTEX) {
		explain_futex_block(t, f);
	} else {
		if (w->reason == WAIT_FIFO_PARTNER && named && f->obj) {
			add_fifo(t, f);
			return;
		}
		if (w->reason == WAIT_FIFO_PARTNER)
			fifo_wait_words(why, sizeof(why), w);
		else
			mech__sentence(why, sizeof(why), r->sentence, mech__get(w->obj.mech),
				       known ? &w->state : NULL);
		text__add(t, "%s", why);
		if (f->obj && other_end(w))
			explain_holders(t, f, f->obj, other_end(w), known ? &w->state : NULL);
		if (wait__polls(w))
			explain_watches(t, f);
	}
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
	text__add(&t, w->reason == WAIT_PIPE_POLL || w->reason == WAIT_EPOLL_EVENT
			  ? " because there is "
			  : " because ");
	add_why(&t, f, r, false);
	return t.used;
}
