/* SPDX-License-Identifier: GPL-2.0 */
/* Tells who holds the end that a sleeper waits for, and what they do meanwhile. */
#include <string.h>
#include <sys/syscall.h>

#include "names/mech.h"
#include "words/explain_text.h"

#define NAMED_MAX 3

/* One end of a pipe in words; of what has no ends (name NULL) what any descriptor is good for. */
struct end_words {
	__u8 end;
	enum pipe_word count;
	const char *name, *holder, *doing, *alone;
};

static const struct end_words reads = {
    END_READ, PIPE_READERS, "read", "reader", "reading", "nobody else can make room",
};
static const struct end_words writes = {
    END_WRITE, PIPE_WRITERS, "write", "writer", "writing", "no end of file can come",
};

static const struct end_words takes = {END_READ, 0, NULL, "holder", "reading", NULL};
static const struct end_words adds = {END_WRITE, 0, NULL, "holder", "writing", NULL};
static const struct end_words sets = {END_WRITE, 0, NULL, "holder", "setting it", NULL};
/* Holders of the peer. */
static const struct end_words other_reads = {END_READ, 0, "other", "holder", "reading", NULL};
static const struct end_words other_writes = {END_WRITE, 0, "other", "holder", "writing", NULL};
static const struct end_words accepts = {END_READ, 0, NULL, "holder", "accepting", NULL};

static const struct end_words *words_for(const struct fact *f, const struct object *o, __u8 end)
{
	bool read = end == END_READ;

	if (mech__has(o->key.mech, MT_ENDS))
		return read ? &reads : &writes;
	if (mech__has(o->key.mech, MT_TIMER))
		return &sets;
	if (reason__enders(f->rec->wait.reason) == ENDERS_ACCEPTERS)
		return &accepts;
	return read ? &takes : &adds;
}

static bool first_of(const struct object *o, size_t i, __u8 end, bool by_file)
{
	const struct holder *h = &o->holders[i];

	return h->end & end && !(by_file ? h->again : h->earlier & end);
}

/* How many processes hold an end, or (by_file) how many descriptions they hold it by. */
static size_t count_holders(const struct object *o, __u8 end, bool by_file)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n_holders; i++)
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

static void add_held(struct text *t, const char *holds, const struct end_words *end)
{
	text__add(t, "%s%s%s%s", holds, end->name ? "the " : "it", end->name ? end->name : "",
		  end->name ? " end" : "");
}

static void one_holder(struct text *t, const struct fact *f, const struct object *o,
		       const struct holder *h, const struct end_words *end, unsigned int count,
		       size_t files)
{
	bool self = h->who.pid == f->who.pid && h->fd >= 0;

	if (self && !end->name) {
		text__add(t, "; only ");
		add_holder(t, h, f);
		text__add(t, " (");
		add_fds(t, o, h, end->end);
		text__add(t, ") is known to hold it");
		return;
	}
	if (self && count == files) {
		text__add(t, "; its only %s is ", end->holder);
		add_holder(t, h, f);
		text__add(t, " (");
		add_fds(t, o, h, end->end);
		text__add(t, h->threads > 1 ? ")" : "): %s", end->alone);
		return;
	}
	text__add(t, "; ");
	add_holder(t, h, f);
	if (h->fd >= 0) {
		text__add(t, " (");
		add_fds(t, o, h, end->end);
		text__add(t, ")");
	}
	add_held(t, " holds ", end);
	if (self || !h->threads || h->fd < 0)
		return;
	add_doing(t, h, end, " and is ", " and sleeps in ");
}

static void in_list(struct text *t, const struct fact *f, const struct object *o,
		    const struct holder *h, const struct end_words *end)
{
	add_holder(t, h, f);
	if (h->fd < 0)
		return;
	text__add(t, " (");
	add_fds(t, o, h, end->end);
	if (h->who.pid != f->who.pid && h->threads)
		add_doing(t, h, end, ", ", ", asleep in ");
	text__add(t, ")");
}

/*
 * Tasks that are likely to end the sleep come first, because not all are named: those inside the
 * pipe, those awake, those that sleep on something else. Tasks that wait for processes to end (as
 * shells do, which keep inherited descriptors), stopped ones and the sleeper itself come last.
 */
enum likely { INSIDE, AWAKE, SENT, ASLEEP, WAITS, STOPPED, ITSELF, LIKELY };

static enum likely how_likely(const struct fact *f, const struct holder *h,
			      const struct end_words *end)
{
	if (h->fd < 0)
		return SENT;
	if (h->who.pid == f->who.pid)
		return ITSELF;
	if (h->stopped)
		return STOPPED;
	if (h->doing & end->end)
		return INSIDE;
	if (!h->asleep)
		return AWAKE;
	return h->nr == SYS_wait4 || h->nr == SYS_waitid ? WAITS : ASLEEP;
}

static void many_holders(struct text *t, const struct fact *f, const struct object *o,
			 const struct end_words *end, size_t n)
{
	size_t named = 0;

	text__add(t, "; %s%s%s is held by ", end->name ? "the " : "it", end->name ? end->name : "",
		  end->name ? " end" : "");
	for (int likely = 0; likely < LIKELY; likely++) {
		for (size_t i = 0; i < o->n_holders && named < NAMED_MAX; i++) {
			const struct holder *h = &o->holders[i];

			if (!first_of(o, i, end->end, false) ||
			    how_likely(f, h, end) != (enum likely)likely)
				continue;
			if (named)
				text__add(t, named + 1 == n ? " and " : ", ");
			in_list(t, f, o, h, end);
			named++;
		}
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

static void tell_holders(struct text *t, const struct fact *f, const struct object *o,
			 const struct end_words *end, const struct ipc_state *st)
{
	bool ends = mech__has(o->key.mech, MT_ENDS);
	unsigned int count = st && ends ? st->v[end->count] : 0;
	size_t n = count_holders(o, end->end, false);
	size_t files = count_holders(o, end->end, true);
	size_t i = 0;

	if (n == 1) {
		while (!first_of(o, i, end->end, false))
			i++;
		one_holder(t, f, o, &o->holders[i], end, count, files);
	} else if (n) {
		many_holders(t, f, o, end, n);
	}
	add_others(t, o, end, count, files);
}

void explain_holders(struct text *t, const struct fact *f, const struct object *o, __u8 end,
		     const struct ipc_state *st)
{
	tell_holders(t, f, o, words_for(f, o, end), st);
}

void explain_other_end(struct text *t, const struct fact *f, const struct object *o, __u8 end)
{
	if (o->peer)
		tell_holders(t, f, o->peer, end == END_READ ? &other_reads : &other_writes, NULL);
}
