/* SPDX-License-Identifier: GPL-2.0 */
/* The sentences for futexes in shared memory. */
#include <errno.h>
#include <linux/futex.h>
#include <sys/wait.h>

#include "mech/futex.h"
#include "words/explain_text.h"

#define USERS_MAX 3

static void add_word(struct text *t, const struct object *obj, __u64 offset)
{
	text__add(t, "the word at offset %llu of ", (unsigned long long)offset);
	text__object(t, obj);
}

/* Who changed it last, if the word is watched. */
static void add_storer(struct text *t, const struct fact *f)
{
	const struct object *o = f->obj;

	if (!f->cause.by_known)
		return;
	text__add(t, "; the last to store there was ");
	text__process(t, &f->cause.by);
	text__add(t, " at ");
	text__at(t, f->cause.t);
	if (o && o->lost.tid && o->lost.pid == f->cause.by.pid)
		text__add(t, ", which is gone");
}

/* Tasks that could change it, and one that ended with it mapped, whose lock is not released. */
static void add_users(struct text *t, const struct fact *f)
{
	const struct object *o = f->obj;
	size_t n = 0;

	for (size_t i = 0; o && i < o->n_mappers; i++) {
		const struct mapper *m = &o->mappers[i];

		if (!m->len || m->again || m->who.pid == f->who.pid)
			continue;
		if (n++ >= USERS_MAX)
			continue;
		text__add(t, n == 1 ? "; it is mapped by " : ", ");
		text__process(t, &m->who);
	}
	if (n > USERS_MAX)
		text__add(t, " and %zu more", n - USERS_MAX);
	if (!o || !o->lost.tid)
		return;
	text__add(t, n ? "; " : "; nobody else that is traced has it mapped; ");
	text__process(t, &o->lost);
	if (WIFSIGNALED(o->lost_code)) {
		text__add(t, ", which had it mapped, died of ");
		text__signal(t, WTERMSIG(o->lost_code));
	} else {
		text__add(t, ", which had it mapped, exited");
	}
	text__add(t, " at ");
	text__at(t, o->lost_at);
}

bool futex__tell_sleep(struct text *t, const struct fact *f, bool named)
{
	const struct ev_wait *w = &f->rec->wait;

	add_word(t, f->obj, w->arg);
	if (w->e.flags & EVF_NO_WORD) {
		text__add(t, " is a lock that somebody has");
	} else {
		text__add(t, " is ");
		text__word(t, w->value);
		text__add(t, "; it waits until somebody changes it and wakes it");
	}
	add_storer(t, f);
	add_users(t, f);
	return true;
}

bool futex__tell_wake(struct text *t, const struct fact *f)
{
	const struct ev_wait *w = &f->rec->wait;
	const struct cause *c = &f->cause;

	switch (c->kind) {
	case CAUSE_FUTEX:
		text__add(t, ": ");
		text__who(t, &c->by);
		text__add(t, " woke who waits on ");
		add_word(t, f->obj, w->waker.arg);
		if (w->waker.arg != w->arg)
			text__add(t, ", to which it had been moved from offset %llu",
				  (unsigned long long)w->arg);
		text__by_call(t, c->nr, -1);
		return true;
	case CAUSE_OWNER_DIED:
		text__add(t, ": ");
		text__who(t, &c->by);
		text__add(t, " exited and had it locked (robust mutex)");
		return true;
	default:
		return false;
	}
}

void futex__tell_op(struct text *t, const struct fact *f)
{
	const struct ev_op *op = &f->rec->op;

	switch (f->cause.kind) {
	case CAUSE_STATE:
		text__add(t, "no sleep: ");
		add_word(t, f->obj, op->offset);
		text__add(t, " was not ");
		text__word(t, op->val);
		text__add(t, " any more");
		break;
	case CAUSE_TIMEOUT:
		text__add(t, "nobody woke it within the time that it gave itself");
		break;
	default:
		break;
	}
}
