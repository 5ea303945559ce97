// SPDX-License-Identifier: GPL-2.0
/* Adds fields to a fact: single ones, and the groups that several kinds of fact share. */
#include "words/field_groups.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "words/labels.h"
#include "names/mech.h"
#include "names/names.h"

void fields__int(struct fields *fs, const char *name, __s64 i)
{
	if (fs->n < FIELDS_MAX)
		fs->f[fs->n++] = (struct field){.name = name, .type = FIELD_INT, .i = i};
}

void fields__unknown(struct fields *fs, const char *name)
{
	if (fs->n_unknown < FIELDS_UNKNOWN)
		fs->unknown[fs->n_unknown++] = name;
}

void fields__bool(struct fields *fs, const char *name, bool b)
{
	if (fs->n < FIELDS_MAX)
		fs->f[fs->n++] = (struct field){.name = name, .type = FIELD_BOOL, .i = b};
}

void fields__word(struct fields *fs, const char *name, const char *s)
{
	if (s && fs->n < FIELDS_MAX)
		fs->f[fs->n++] = (struct field){.name = name, .type = FIELD_STRING, .s = s};
}

void fields__named(struct fields *fs, const char *name, const char *s, __s64 i)
{
	if (s)
		fields__word(fs, name, s);
	else
		fields__int(fs, name, i);
}

void fields__text(struct fields *fs, const char *name, const char *fmt, ...)
{
	size_t room = sizeof(fs->text) - fs->text_used;
	char *at = fs->text + fs->text_used;
	va_list ap;
	int len;

	if (!room)
		return;
	va_start(ap, fmt);
	len = vsnprintf(at, room, fmt, ap);
	va_end(ap);
	if (len < 0)
		return;
	fs->text_used += (size_t)len < room ? (size_t)len + 1 : room;
	fields__word(fs, name, at);
}

void fields__copy(struct fields *fs, const char *name, const char *s, size_t size)
{
	size_t room = sizeof(fs->text) - fs->text_used, len = strnlen(s, size);
	char *at = fs->text + fs->text_used;

	if (!room)
		return;
	len = len < room ? len : room - 1;
	memcpy(at, s, len);
	at[len] = '\0';
	fs->text_used += len + 1;
	fields__word(fs, name, at);
}

void fields__comm(struct fields *fs, const char *name, const char comm[COMM_LEN])
{
	fields__copy(fs, name, comm, COMM_LEN);
}

void fields__error(struct fields *fs, __s64 ret)
{
	const char *error;

	/* Values below the range of errors are large results, of lseek for one. */
	if (ret >= 0 || ret < -4095)
		return;
	error = errno_name((int)-ret);
	if (error)
		fields__word(fs, "error", error);
	else
		fields__text(fs, "error", "%lld", (long long)-ret);
}

#define MECHS 16

/* "before.used": made once, because a field's name is static. */
static const char *word_name(enum fields_state group, unsigned int mech, int word)
{
	static const char *const prefixes[] = {"before", "after", "state", "state_woken"};
	static char names[FIELDS_STATE_GROUPS][MECHS][STATE_WORDS][32];
	const struct mech *m = mech < MECHS ? mech__get(mech) : NULL;
	char *name;

	if (!m || !m->words[word])
		return NULL;
	name = names[group][mech][word];
	if (!name[0])
		snprintf(name, sizeof(names[0][0][0]), "%s.%s", prefixes[group], m->words[word]);
	return name;
}

void fields__state(struct fields *fs, enum fields_state group, unsigned int mech,
		   const struct ipc_state *st)
{
	for (int i = 0; i < STATE_WORDS; i++) {
		const char *name = word_name(group, mech, i);

		if (name)
			fields__int(fs, name, st->v[i]);
	}
}

static void put_name(struct fields *fs, const char *field, const struct object *obj)
{
	fields__copy(fs, field, obj->name, sizeof(obj->name));
}

static bool same_object(const struct object *obj, const struct ipc_object *key)
{
	return obj && obj->key.id == key->id && obj->key.dev == key->dev &&
	       obj->key.mech == key->mech;
}

/* The timeline's name if the fact has one, because the timeline knows paths. */
static void fields__object_key(struct fields *fs, const char *name, const struct fact *fact,
			       const struct ipc_object *key)
{
	char buf[sizeof(fact->obj->name)];

	if (!mech__get(key->mech))
		return;
	if (same_object(fact->obj, key)) {
		put_name(fs, name, fact->obj);
	} else if (same_object(fact->cause.obj, key)) {
		put_name(fs, name, fact->cause.obj);
	} else {
		mech__object_name_in(buf, sizeof(buf), key, fact->ipc_ns);
		fields__copy(fs, name, buf, sizeof(buf));
	}
}

void fields__object(struct fields *fs, const struct fact *fact)
{
	if (fact->obj)
		put_name(fs, "object", fact->obj);
}

void fields__cause(struct fields *fs, const struct fact *fact)
{
	const struct cause *c = &fact->cause;

	if (c->kind == CAUSE_NONE)
		return;
	fields__word(fs, "cause.kind", cause_label(c->kind));
	if (c->by_known) {
		fields__int(fs, "cause.pid", c->by.pid);
		fields__int(fs, "cause.tid", c->by.tid);
		fields__comm(fs, "cause.comm", c->by.comm);
	}
	/* Where no actor is possible the numbers are unset, not zero. */
	if (c->by_known || c->kind == CAUSE_SYSCALL) {
		fields__word(fs, "cause.op", syscall_name(c->nr));
		if (c->fd >= 0 && c->obj)
			fields__int(fs, "cause.fd", c->fd);
	}
	if (c->sig)
		fields__word(fs, "cause.sig", signal_name(c->sig));
	if (c->terminal)
		fields__bool(fs, "cause.terminal", true);
	fields__word(fs, "cause.how", change_label(c->change));
	if (c->t)
		fields__int(fs, "cause.t", (__s64)c->t);
	if (c->bytes)
		fields__int(fs, "cause.bytes", c->bytes);
	if (c->amount)
		fields__int(fs, "cause.amount", c->amount);
	if (c->obj)
		put_name(fs, "cause.object", c->obj);
}

enum waker_member { W_CTX, W_PID, W_TID, W_COMM, W_OP, W_FD, W_OBJECT, W_SIG };

/* The two groups that struct ev_waker fills. */
static const char *const waker_names[] = {"waker.ctx", "waker.pid", "waker.tid",    "waker.comm",
					  "waker.op",  "waker.fd",  "waker.object", "waker.sig"};
static const char *const sender_names[] = {"sender.ctx",    "sender.pid", "sender.tid",
					   "sender.comm",   "sender.op",  "sender.fd",
					   "sender.object", "sender.sig"};

void fields__waker(struct fields *fs, const struct fact *fact, bool sender,
		   const struct ev_waker *w)
{
	const char *const *n = sender ? sender_names : waker_names;
	const char *ctx = context_label(w->ctx);
	/* A timer or an interrupt runs on top of whichever task there is: that task is no waker. */
	bool task = w->ctx != WAKE_TIMER && w->ctx != WAKE_IRQ && w->tid;

	if (!ctx)
		return;
	fields__word(fs, n[W_CTX], ctx);
	if (task) {
		fields__int(fs, n[W_PID], w->pid);
		fields__int(fs, n[W_TID], w->tid);
		fields__comm(fs, n[W_COMM], w->comm);
		if (w->ctx != WAKE_EXIT)
			fields__word(fs, n[W_OP], syscall_name(w->nr));
		if (w->obj.mech && w->fd >= 0)
			fields__int(fs, n[W_FD], w->fd);
	}
	if (task || w->ctx == WAKE_IRQ)
		fields__object_key(fs, n[W_OBJECT], fact, &w->obj);
	if (w->ctx == WAKE_SIGNAL)
		fields__word(fs, n[W_SIG], signal_name(w->sig));
}
