/* SPDX-License-Identifier: GPL-2.0 */
/* Says why a task was woken, after how long, by whom and by what. */
#include "words/explain_text.h"

#include <string.h>

#include "names/mech.h"
#include "timeline/mech_ops.h"
#include "names/opclass.h"

/* Which end went: by the state at the wakeup, or by what the sleeper waited for. */
static const char *end_that_went(const struct fact *f)
{
	const struct ev_wait *w = &f->rec->wait;
	const struct object *o = f->cause.obj;
	const struct ipc_state *st = wait__state_woken(w);

	if (reason__enders(w->reason) == ENDERS_WRITERS)
		return "write";
	if (reason__enders(w->reason) == ENDERS_READERS)
		return "read";
	if (!st || (o && f->obj && o->index != f->obj->index))
		st = o && o->state_known ? &o->state : NULL;
	if (!st || !st->v[PIPE_READERS] == !st->v[PIPE_WRITERS])
		return NULL;
	return st->v[PIPE_READERS] ? "write" : "read";
}

static void woken_by_close(struct text *t, const struct fact *f)
{
	const struct cause *c = &f->cause;
	const char *end;

	text__add(t, ": ");
	text__who(t, &c->by);
	if (c->obj && !mech__has(c->obj->key.mech, MT_ENDS)) {
		text__add(t, c->change == OBJ_EXIT_CLOSED ? " exited, and with it " : " closed ");
		text__object(t, c->obj);
		text__add(t, f->obj && f->obj->peer == c->obj ? ", the other end" : "");
		if (c->change != OBJ_EXIT_CLOSED)
			text__by_call(t, c->nr, c->fd);
		return;
	}
	end = end_that_went(f);
	if (c->change == OBJ_EXIT_CLOSED)
		text__add(t, " exited, and with it the last %s%send", end ? end : "",
			  end ? " " : "");
	else
		text__add(t, " closed the last %s%send", end ? end : "", end ? " " : "");
	if (c->change != OBJ_EXIT_CLOSED)
		text__by_call(t, c->nr, c->fd);
}

static void woken_by_bytes(struct text *t, const struct fact *f)
{
	const struct cause *c = &f->cause;
	bool in = c->kind == CAUSE_DATA;
	enum op_class op = op_class_of(c->nr);
	bool message = mech__has(f->rec->wait.obj.mech, MT_MESSAGES);
	bool plain = message || op == (in ? OPC_WRITE : OPC_READ);

	text__add(t, ": ");
	text__who(t, &c->by);
	if (message)
		text__add(t, in ? " sent " : " received ");
	else if (plain)
		text__add(t, in ? " wrote " : " read ");
	else
		text__add(t, in ? " put " : " took ");
	if (c->bytes > 0) {
		text__count(t, (__u64)c->bytes, "byte");
		text__add(t, " ");
	} else if (message || !plain) {
		text__add(t, message ? "a message " : "data ");
	}
	text__add(t, !in ? "from " : plain ? "to " : "into ");
	text__object(t, c->obj);
	text__by_call(t, plain ? -1 : c->nr, c->fd);
}

static void woken_by_task(struct text *t, const struct fact *f)
{
	const struct cause *c = &f->cause;

	text__add(t, " by ");
	text__who(t, &c->by);
	if (f->rec->wait.waker.ctx == WAKE_EXIT)
		text__add(t, ", which was exiting");
	else
		text__by_call(t, c->nr, -1);
}

static void handed_on(struct text *t, const struct fact *f)
{
	text__add(t, ": ");
	text__who(t, &f->cause.by);
	text__add(t, " left %s behind and passed the turn on",
		  reason__enders(f->rec->wait.reason) == ENDERS_WRITERS ? "data" : "space");
}

/* What {word} of a row of cause.def stands for. */
static void add_part(struct text *t, const struct fact *f, const char *word, size_t len)
{
	const struct cause *c = &f->cause;

	if (!strncmp(word, "by", len))
		text__who(t, &c->by);
	else if (!strncmp(word, "object", len))
		text__object(t, c->obj);
	else if (!strncmp(word, "its", len))
		text__object(t, c->obj ? c->obj : f->obj);
	else
		text__by_call(t, c->nr, len > strlen("call") ? c->fd : -1);
}

static void add_sentence(struct text *t, const struct fact *f)
{
	static const char *const sentences[] = {
#define CAUSE(name, word, sentence) [CAUSE_##name] = sentence,
#include "timeline/cause.def"
	};
	const char *s =
	    sentences[f->cause.kind] ? sentences[f->cause.kind] : sentences[CAUSE_UNKNOWN];

	while (*s) {
		size_t plain = strcspn(s, "{"), word = s[plain] ? strcspn(s + plain, "}") : 0;

		text__add(t, "%.*s", (int)plain, s);
		if (word)
			add_part(t, f, s + plain + 1, word - 1);
		s += plain + word + !!word;
	}
}

static void why_woken(struct text *t, const struct fact *f)
{
	const struct mech_ops *ops = mech_ops__sleep(&f->rec->wait);

	if (ops->tell_wake && ops->tell_wake(t, f))
		return;
	switch (f->cause.kind) {
	case CAUSE_DATA:
	case CAUSE_SPACE:
		woken_by_bytes(t, f);
		break;
	case CAUSE_HANDOFF:
		handed_on(t, f);
		break;
	case CAUSE_LAST_CLOSE:
		woken_by_close(t, f);
		break;
	case CAUSE_SIGNALLED:
		text__add(t, " by ");
		text__sent_signal(t, &f->cause);
		break;
	case CAUSE_TASK:
		woken_by_task(t, f);
		break;
	default:
		add_sentence(t, f);
	}
}

void explain_wake(struct text *t, const struct fact *f)
{
	const struct ev_wait *w = &f->rec->wait;
	__u64 end = w->woken ? w->woken : w->e.ts;
	__u64 span = end > w->slept ? end - w->slept : 0;
	bool stopped = w->reason == WAIT_STOPPED;

	if (w->e.flags & EVF_OPEN) {
		text__add(t, "still %s after %s", stopped ? "stopped" : "asleep",
			  w->e.flags & EVF_BEFORE ? "more than " : "");
		text__span(t, w->e.ts > w->slept ? w->e.ts - w->slept : 0);
		text__add(t, ", when the run ended");
		return;
	}
	if (w->woken && !span && !(w->e.flags & EVF_BEFORE)) {
		text__add(t, "woken while still on its way to sleep");
		why_woken(t, f);
		return;
	}
	text__add(t, "%s %s", stopped ? "stopped for" : "woken after",
		  w->e.flags & EVF_BEFORE ? "more than " : "");
	text__span(t, span);
	if (stopped)
		text__add(t, ", until woken");
	why_woken(t, f);
}
