/* SPDX-License-Identifier: GPL-2.0 */
/* Appends names, times and counts to the sentence that explain() makes. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "words/explain_text.h"

#include "names/mech.h"
#include "lib/escape.h"
#include "names/names.h"
#include "names/opclass.h"
#include "lib/units.h"

/* A sentence that does not fit ends at a whole character. */
static void cut(struct text *t)
{
	size_t n = t->size - 1;

	while (n && (t->buf[n - 1] & 0xc0) == 0x80)
		n--;
	if (n && (t->buf[n - 1] & 0x80))
		n--;
	t->buf[n] = '\0';
	t->used = n;
	t->size = n + 1;
}

void text__add(struct text *t, const char *fmt, ...)
{
	size_t room = t->size - t->used;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->buf + t->used, room, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	t->used += (size_t)n;
	if ((size_t)n >= room)
		cut(t);
}

static void add_escaped(struct text *t, const char *s, size_t len)
{
	char escaped[4 * 64 + 1];

	escape_text(escaped, sizeof(escaped), s, len);
	text__add(t, "%s", escaped);
}

void text__who(struct text *t, const struct actor *who)
{
	if (who->comm[0] && who->namesake)
		text__process(t, who);
	else if (who->comm[0])
		add_escaped(t, who->comm, strnlen(who->comm, COMM_LEN));
	else if (who->tid)
		text__add(t, "process %u", who->pid);
	else
		text__add(t, "somebody");
}

void text__process(struct text *t, const struct actor *who)
{
	if (!who->comm[0]) {
		text__who(t, who);
		return;
	}
	add_escaped(t, who->comm, strnlen(who->comm, COMM_LEN));
	text__add(t, " %u", who->pid);
}

void text__gone(struct text *t, const struct fact *f)
{
	bool waits = f->kind == FACT_BLOCK || f->kind == FACT_WAKE;

	if (waits && f->rec->wait.last == LAST_GONE)
		text__add(t, ", which is gone");
}

void text__object(struct text *t, const struct object *obj)
{
	if (!obj) {
		text__add(t, "an object that is not known");
		return;
	}
	add_escaped(t, obj->name, strnlen(obj->name, sizeof(obj->name)));
	if (!obj->bound[0])
		return;
	text__add(t, " (");
	add_escaped(t, obj->bound, strnlen(obj->bound, PATH_LEN));
	text__add(t, ")");
}

/* A lock's word may have a thread's number in it, and bits above that. */
void text__word(struct text *t, __u32 value)
{
	if (value < 1U << 16)
		text__add(t, "%u", value);
	else
		text__add(t, "%#x", value);
}

void text__call(struct text *t, int nr)
{
	const char *name = syscall_name(nr);

	if (name)
		text__add(t, "%s", name);
	else
		text__add(t, "system call %d", nr);
}

void text__signal(struct text *t, int sig)
{
	const char *name = signal_name(sig);

	if (name)
		text__add(t, "%s", name);
	else
		text__add(t, "signal %d", sig);
}

void text__count(struct text *t, __u64 n, const char *noun)
{
	char buf[COUNTED_LEN];

	text__add(t, "%s", counted(buf, n, noun));
}

void text__span(struct text *t, __u64 ns)
{
	char buf[UNIT_LEN];

	text__add(t, "%s", format_duration(buf, ns));
}

void text__expiry(struct text *t, const struct expiry *e)
{
	if (!e->due) {
		text__add(t, "not armed");
		return;
	}
	text__add(t, "due in ");
	text__span(t, e->due);
	if (e->interval) {
		text__add(t, ", then every ");
		text__span(t, e->interval);
	}
}

void text__at(struct text *t, __u64 ns)
{
	text__add(t, "%llu.%03llu ms", (unsigned long long)ns / 1000000,
		  (unsigned long long)ns / 1000 % 1000);
}

void text__by_call(struct text *t, int nr, int fd)
{
	if (nr < 0 && fd < 0)
		return;
	text__add(t, " (");
	if (nr >= 0)
		text__call(t, nr);
	if (fd >= 0)
		text__add(t, "%sfd %d", nr >= 0 ? ", " : "", fd);
	text__add(t, ")");
}

void text__removed(struct text *t, const struct cause *c)
{
	if (c->kind != CAUSE_REMOVED)
		return;
	text__add(t, ": ");
	text__process(t, &c->by);
	text__add(t, " removed it");
	text__by_call(t, c->nr, -1);
	text__add(t, " at ");
	text__at(t, c->t);
}

static void close_of(struct text *t, const struct cause *c)
{
	if (c->nr >= 0 && op_class_of(c->nr) == OPC_DUP2)
		text__add(t, " replaced ");
	else
		text__add(t, " closed ");
	if (c->fd >= 0)
		text__add(t, "fd %d", c->fd);
	else
		text__add(t, "it");
}

void text__departure(struct text *t, const struct cause *c, int call)
{
	text__who(t, &c->by);
	switch (c->change) {
	case OBJ_EXIT_CLOSED:
		text__add(t, " exited");
		break;
	case OBJ_EXEC_CLOSED:
		close_of(t, &(struct cause){.nr = -1, .fd = c->fd});
		text__add(t, " on execve");
		break;
	case OBJ_CLOSED:
		close_of(t, c);
		if (call)
			text__by_call(t, c->nr, -1);
		break;
	default:
		text__add(t, " let go of it");
		text__by_call(t, c->nr, -1);
	}
	text__add(t, " at ");
	text__at(t, c->t);
}

/* An end of TCP that goes tells of it as one that is shut down does. */
static const char *unseen_end(const struct object *o, bool closed)
{
	bool local = !o || !o->state_known || SOCK_KIND_FAMILY(o->state.v[SOCK_KIND]) == AF_UNIX;

	if (closed)
		return "the other end is closed; by whom was not seen";
	return local ? "one of both ends was shut down; by whom was not seen"
		     : "the connection was shut down, closed or reset; by whom was not seen";
}

void text__peer_ended(struct text *t, const struct fact *f)
{
	const struct cause *c = &f->cause;
	bool closed = c->kind == CAUSE_PEER_CLOSED;

	if (!c->by_known) {
		text__add(t, "%s", unseen_end(f->obj, closed));
		return;
	}
	if (closed) {
		text__add(t, "the other end is closed since ");
		text__departure(t, c, 0);
		return;
	}
	text__who(t, &c->by);
	text__add(t, " shut ");
	if (c->obj)
		text__object(t, c->obj);
	else
		text__add(t, "one of both ends");
	text__add(t,
		  c->obj && f->obj && f->obj->peer == c->obj ? ", the other end, down" : " down");
	text__by_call(t, c->nr, c->fd);
	text__add(t, " at ");
	text__at(t, c->t);
}

void text__not_shown(struct text *t, const struct ev_op *op)
{
	text__outcome(t, op);
	text__add(t, ": the records do not show why");
}

void text__reason(struct text *t, const struct ev_wait *w, const struct reason *r)
{
	char why[192];

	mech__sentence(why, sizeof(why), r->sentence, mech__get(w->obj.mech),
		       w->e.flags & EVF_NO_STATE ? NULL : &w->state);
	text__add(t, "%s", why);
}

void text__sent_signal(struct text *t, const struct cause *c)
{
	if (c->sig)
		text__signal(t, c->sig);
	else
		text__add(t, "a signal");
	if (c->terminal)
		text__add(t, " from the terminal");
	if (!c->by_known)
		return;
	text__add(t, " from ");
	text__who(t, &c->by);
	text__by_call(t, c->nr, -1);
}

void text__outcome(struct text *t, const struct ev_op *op)
{
	const char *name = op->ret < 0 ? errno_name((int)-op->ret) : NULL;

	if (name)
		text__add(t, "%s", name);
	else if (op->ret < 0 || op->op == OPC_OPEN)
		text__add(t, "returned %lld", (long long)op->ret);
	else if (op->ret == 0)
		text__add(t, "nothing was read");
	else
		text__add(t, "partial: %lld of %llu bytes", (long long)op->ret,
			  (unsigned long long)op->arg); /* two at least */
}
