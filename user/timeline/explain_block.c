/* SPDX-License-Identifier: GPL-2.0 */
/* Says why a task sleeps and who holds the other end. */
#include <string.h>

#include "explain.h"
#include "explain_text.h"
#include "fifo_words.h"
#include "mech.h"

#define NAMED_MAX 3

/* One end of a pipe in words. */
struct end_words {
	__u8 end;
	enum pipe_word count;
	const char *name, *holder, *doing, *alone;
};

static const struct end_words read_end = {
    END_READ, PIPE_READERS, "read", "reader", "reading", "nobody else can make room",
};
static const struct end_words write_end = {
    END_WRITE, PIPE_WRITERS, "write", "writer", "writing", "no end of file can come",
};

/* The end that would end this sleep. */
static const struct end_words *other_end(const struct ev_wait *w)
{
	if (w->reason == WAIT_PIPE_EMPTY)
		return &write_end;
	return w->reason == WAIT_PIPE_FULL ? &read_end : NULL;
}

static bool first_of(const struct object *o, size_t i, __u8 end, bool by_file)
{
	const struct holder *h = &o->holders[i];

	if (!(h->end & end))
		return false;
	for (size_t k = 0; k < i; k++) {
		const struct holder *b = &o->holders[k];

		if (!(b->end & end))
			continue;
		if (by_file ? b->file == h->file
			    : b->who.pid == h->who.pid && (b->fd < 0) == (h->fd < 0))
			return false;
	}
	return true;
}

/* How many processes hold an end, or (by_file) how many descriptions they hold it by. */
static size_t count_holders(const struct object *o, __u8 end, bool by_file)
{
	size_t n = 0;

	for (size_t i = 0; o && i < o->n_holders; i++)
		n += first_of(o, i, end, by_file);
	return n;
}

static void add_fds(struct text *t, const struct object *o, const struct holder *h, __u8 end)
{
	const char *sep = "fd ";

	for (size_t i = 0; i < o->n_holders; i++) {
		const struct holder *same = &o->holders[i];

		if (same->who.pid != h->who.pid || !(same->end & end) || same->fd < 0)
			continue;
		text__add(t, "%s%d", sep, same->fd);
		sep = ", ";
	}
}

static void add_holder(struct text *t, const struct holder *h, const struct fact *f)
{
	if (h->fd < 0)
		text__add(t, "a message on its way from ");
	text__who(t, &h->who);
	if (h->fd >= 0 && h->who.pid == f->who.pid)
		text__add(t, " itself");
}

/* What h does meanwhile; is, sleeps_in: the words before it. */
static void add_doing(struct text *t, const struct holder *h, const struct end_words *end,
		      const char *is, const char *sleeps_in)
{
	if (h->stopped) {
		text__add(t, "%sstopped", is);
	} else if (h->doing & end->end) {
		text__add(t, "%s%s", is, end->doing);
	} else if (h->asleep && h->nr >= 0) {
		text__add(t, "%s", sleeps_in);
		text__call(t, h->nr);
	} else {
		text__add(t, "%snot %s", is, end->doing);
	}
}

static void one_holder(struct text *t, const struct fact *f, const struct holder *h,
		       const struct end_words *end, unsigned int count, size_t files)
{
	bool self = h->who.pid == f->who.pid && h->fd >= 0;

	if (self && count == files) {
		text__add(t, "; its only %s is ", end->holder);
		add_holder(t, h, f);
		text__add(t, " (");
		add_fds(t, f->obj, h, end->end);
		text__add(t, h->threads > 1 ? ")" : "): %s", end->alone);
		return;
	}
	text__add(t, "; ");
	add_holder(t, h, f);
	if (h->fd >= 0) {
		text__add(t, " (");
		add_fds(t, f->obj, h, end->end);
		text__add(t, ")");
	}
	text__add(t, " holds the %s end", end->name);
	if (self || !h->threads || h->fd < 0)
		return;
	add_doing(t, h, end, " and is ", " and sleeps in ");
}

static void in_list(struct text *t, const struct fact *f, const struct holder *h,
		    const struct end_words *end)
{
	add_holder(t, h, f);
	if (h->fd < 0)
		return;
	text__add(t, " (");
	add_fds(t, f->obj, h, end->end);
	if (h->who.pid != f->who.pid && h->threads)
		add_doing(t, h, end, ", ", ", asleep in ");
	text__add(t, ")");
}

static void many_holders(struct text *t, const struct fact *f, const struct end_words *end,
			 size_t n)
{
	size_t named = 0;

	text__add(t, "; the %s end is held by ", end->name);
	for (size_t i = 0; i < f->obj->n_holders && named < NAMED_MAX; i++) {
		if (!first_of(f->obj, i, end->end, false))
			continue;
		if (named)
			text__add(t, named + 1 == n ? " and " : ", ");
		in_list(t, f, &f->obj->holders[i], end);
		named++;
	}
	if (n > named)
		text__add(t, " and %zu more", n - named);
}

static size_t count_going(const struct object *o, __u8 end)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n_going; i++)
		n += !!(o->going[i].end & end);
	return n;
}

/* Those that exit, and whose end is still counted. */
static void add_going(struct text *t, const struct object *o, const struct end_words *end)
{
	for (size_t i = 0; i < o->n_going; i++) {
		const struct holder *h = &o->going[i];

		if (!(h->end & end->end))
			continue;
		text__add(t, "; ");
		text__who(t, &h->who);
		text__add(t, " (fd %d) exits and has not closed the %s end yet", h->fd, end->name);
	}
}

/* count: as the kernel counts; files: of them are known by a holder. */
static void add_others(struct text *t, const struct object *o, const struct end_words *end,
		       unsigned int count, size_t files)
{
	size_t going = count_going(o, end->end);
	size_t rest = count > files ? count - files : 0;

	if (rest && going == rest) {
		add_going(t, o, end);
		return;
	}
	if (rest && going > rest)
		text__add(t, "; %zu%s %s%s, exiting", rest, files ? " more" : "", end->holder,
			  rest == 1 ? "" : "s");
	else if (rest)
		text__add(t, "; %zu%s %s%s, not known who", rest, files ? " more" : "", end->holder,
			  rest == 1 ? "" : "s");
}

static void add_holders(struct text *t, const struct fact *f, const struct end_words *end)
{
	const struct ev_wait *w = &f->rec->wait;
	bool counted = !(w->e.flags & EVF_NO_STATE);
	unsigned int count = counted ? w->state.v[end->count] : 0;
	size_t n = count_holders(f->obj, end->end, false);
	size_t files = count_holders(f->obj, end->end, true);
	size_t i = 0;

	if (n == 1) {
		while (!first_of(f->obj, i, end->end, false))
			i++;
		one_holder(t, f, &f->obj->holders[i], end, count, files);
	} else if (n) {
		many_holders(t, f, end, n);
	}
	add_others(t, f->obj, end, count, files);
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

/* What is behind the reason, and who holds the other end. */
static void add_why(struct text *t, const struct fact *f, const struct reason *r)
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
		if (w->reason == WAIT_FIFO_PARTNER)
			fifo_wait_words(why, sizeof(why), w);
		else
			mech__sentence(why, sizeof(why), r->sentence, mech__get(w->obj.mech),
				       known ? &w->state : NULL);
		text__add(t, "%s", why);
		if (f->obj && other_end(w))
			add_holders(t, f, other_end(w));
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
		add_why(t, f, r);
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
	add_why(&t, f, r);
	return t.used;
}
