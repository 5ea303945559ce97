/* SPDX-License-Identifier: GPL-2.0 */
/* Tells which objects a task waits for in poll, select or epoll, and who holds their other ends. */
#include <sys/epoll.h>
#include <sys/socket.h>

#include "words/explain_text.h"
#include "names/mech.h"
#include "names/poll_words.h"

#define NAMED_MAX 3

/* The end that makes the events that are asked for; poll's and epoll's bits are the same. */
static __u8 awaited_end(const struct ev_watch *w)
{
	if (w->end == END_READ)
		return END_WRITE;
	if (w->end == END_WRITE)
		return END_READ;
	return w->events & EPOLLOUT && !(w->events & EPOLLIN) ? END_READ : END_WRITE;
}

/* Asked for twice, or by two descriptors. */
static bool told_before(const struct fact *f, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (f->watches[k].obj == f->watches[i].obj &&
		    f->watches[k].rec.end == f->watches[i].rec.end)
			return true;
	return false;
}

static size_t count_told(const struct fact *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_watches; i++)
		n += !told_before(f, i);
	return n;
}

/* What has no state yet is not known to be one. */
static bool is_unix(const struct object *o)
{
	return mech__has(o->key.mech, MT_PEER) && o->state_known &&
	       SOCK_KIND_FAMILY(o->state.v[SOCK_KIND]) == AF_UNIX;
}

static void add_watch(struct text *t, const struct fact *f, const struct watch *w)
{
	struct ipc_state st = {.v = {[PIPE_USED] = w->rec.used,
				     [PIPE_SLOTS] = w->rec.slots,
				     [PIPE_READERS] = w->rec.readers,
				     [PIPE_WRITERS] = w->rec.writers}};
	char mode[160] = "";
	struct expiry expiry;

	text__object(t, w->obj);
	if (mech__expiry(w->obj->key.mech, &st, &expiry)) {
		text__add(t, " (");
		text__expiry(t, &expiry);
		text__add(t, ")");
	}
	if (w->rec.item)
		poll_item_words(mode, sizeof(mode), w->rec.events, w->rec.end,
				mech__has(w->obj->key.mech, MT_ENDS) ? &st : NULL);
	if (is_unix(w->obj) && !mode[0])
		poll_room_words(mode, sizeof(mode), w->rec.events, w->rec.used, w->rec.slots);
	text__add(t, "%s", mode);
	if ((w->rec.item && poll_disarmed(w->rec.events)) || expiry.due)
		return;
	if (mech__has(w->obj->key.mech, MT_PEER))
		explain_other_end(t, f, w->obj, awaited_end(&w->rec));
	else
		explain_holders(t, f, w->obj, awaited_end(&w->rec), &st);
}

/* What those are that are not named. */
static const char *noun_of(const struct fact *f)
{
	for (size_t i = 0; i < f->n_watches; i++)
		if (!mech__has(f->watches[i].obj->key.mech, MT_ENDS))
			return "object";
	return "pipe";
}

/* What is polled beside the pipes that have records. */
static void add_rest(struct text *t, const struct fact *f)
{
	const struct ev_wait *w = &f->rec->wait;
	__u32 pipes = w->arg & POLLS_PIPES, others = w->value > pipes ? w->value - pipes : 0;
	size_t more = pipes > f->n_watches ? pipes - f->n_watches : 0;

	if (more)
		text__add(t, "; %zu more %s%s", more, noun_of(f), more == 1 ? "" : "s");
	if (others)
		text__add(t, "; %s%u file%s not followed", pipes ? "and " : "", others,
			  others == 1 ? " that is" : "s that are");
	if (w->arg & POLLS_CUT)
		text__add(t, "; and more than were looked at");
}

void explain_watches(struct text *t, const struct fact *f)
{
	size_t told = count_told(f), named = 0;

	for (size_t i = 0; i < f->n_watches && named < NAMED_MAX; i++) {
		if (told_before(f, i))
			continue;
		text__add(t, named++ ? "; and " : ": ");
		add_watch(t, f, &f->watches[i]);
	}
	if (told > named)
		text__add(t, "; %zu more %s%s", told - named, noun_of(f),
			  told - named == 1 ? "" : "s");
	else
		add_rest(t, f);
}
