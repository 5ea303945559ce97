// SPDX-License-Identifier: GPL-2.0
/* A fact as named fields: the one vocabulary of JSON, --raw and .expect files. */
#include "fields.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "labels.h"
#include "mech.h"
#include "names.h"

static void add_int(struct fields *fs, const char *name, __s64 i)
{
	if (fs->n < FIELDS_MAX)
		fs->f[fs->n++] = (struct field){.name = name, .type = FIELD_INT, .i = i};
}

static void add_bool(struct fields *fs, const char *name, bool b)
{
	if (fs->n < FIELDS_MAX)
		fs->f[fs->n++] = (struct field){.name = name, .type = FIELD_BOOL, .i = b};
}

/* A string that lives as long as the program; NULL: the fact has no such field. */
static void add_word(struct fields *fs, const char *name, const char *s)
{
	if (s && fs->n < FIELDS_MAX)
		fs->f[fs->n++] = (struct field){.name = name, .type = FIELD_STRING, .s = s};
}

static void add_text(struct fields *fs, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* A string made up here, or one that the fact only lends. */
static void add_text(struct fields *fs, const char *name, const char *fmt, ...)
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
	add_word(fs, name, at);
}

static void add_comm(struct fields *fs, const char *name, const char comm[COMM_LEN])
{
	add_text(fs, name, "%.*s", (int)strnlen(comm, COMM_LEN), comm);
}

static void add_error(struct fields *fs, __s64 ret)
{
	const char *error;

	/* Values below the range of errors are large results, of lseek for one. */
	if (ret >= 0 || ret < -4095)
		return;
	error = errno_name((int)-ret);
	if (error)
		add_word(fs, "error", error);
	else
		add_text(fs, "error", "%lld", (long long)-ret);
}

enum state_group { BEFORE, AFTER, STATE, STATE_WOKEN, STATE_GROUPS };

#define MECHS 16

/* "before.used": made once, because a field's name is static. */
static const char *word_name(enum state_group group, unsigned int mech, int word)
{
	static const char *const prefixes[] = {"before", "after", "state", "state_woken"};
	static char names[STATE_GROUPS][MECHS][STATE_WORDS][32];
	const struct mech *m = mech < MECHS ? mech__get(mech) : NULL;
	char *name;

	if (!m || !m->words[word])
		return NULL;
	name = names[group][mech][word];
	if (!name[0])
		snprintf(name, sizeof(names[0][0][0]), "%s.%s", prefixes[group], m->words[word]);
	return name;
}

static void add_state(struct fields *fs, enum state_group group, unsigned int mech,
		      const struct ipc_state *st)
{
	for (int i = 0; i < STATE_WORDS; i++) {
		const char *name = word_name(group, mech, i);

		if (name)
			add_int(fs, name, st->v[i]);
	}
}

static bool same_object(const struct object *obj, const struct ipc_object *key)
{
	return obj && obj->key.id == key->id && obj->key.dev == key->dev &&
	       obj->key.mech == key->mech;
}

/* The timeline's name of it where the fact has one, for it knows paths. */
static void add_object_key(struct fields *fs, const char *name, const struct fact *fact,
			   const struct ipc_object *key)
{
	const struct mech *m = mech__get(key->mech);

	if (!m)
		return;
	if (same_object(fact->obj, key))
		add_text(fs, name, "%s", fact->obj->name);
	else if (same_object(fact->cause.obj, key))
		add_text(fs, name, "%s", fact->cause.obj->name);
	else
		add_text(fs, name, "%s:[%llu]", m->name, (unsigned long long)key->id);
}

static void add_object(struct fields *fs, const struct fact *fact)
{
	if (fact->obj)
		add_text(fs, "object", "%s", fact->obj->name);
}

static void add_cause(struct fields *fs, const struct fact *fact)
{
	const struct cause *c = &fact->cause;

	if (c->kind == CAUSE_NONE)
		return;
	add_word(fs, "cause.kind", cause_label(c->kind));
	if (c->by_known) {
		add_int(fs, "cause.pid", c->by.pid);
		add_int(fs, "cause.tid", c->by.tid);
		add_comm(fs, "cause.comm", c->by.comm);
	}
	/* Where no actor is possible the numbers are unset, not zero. */
	if (c->by_known || c->kind == CAUSE_SYSCALL) {
		add_word(fs, "cause.op", syscall_name(c->nr));
		if (c->fd >= 0 && c->obj)
			add_int(fs, "cause.fd", c->fd);
	}
	if (c->sig)
		add_word(fs, "cause.sig", signal_name(c->sig));
	add_word(fs, "cause.how", change_label(c->change));
	if (c->t)
		add_int(fs, "cause.t", (__s64)c->t);
	if (c->obj)
		add_text(fs, "cause.object", "%s", c->obj->name);
}

struct waker_names {
	const char *ctx, *pid, *tid, *comm, *op, *fd, *object, *sig;
};

static const struct waker_names waker_names = {"waker.ctx",    "waker.pid", "waker.tid",
					       "waker.comm",   "waker.op",  "waker.fd",
					       "waker.object", "waker.sig"};
static const struct waker_names sender_names = {"sender.ctx",	 "sender.pid", "sender.tid",
						"sender.comm",	 "sender.op",  "sender.fd",
						"sender.object", "sender.sig"};

static void add_waker(struct fields *fs, const struct fact *fact, const struct waker_names *n,
		      const struct ev_waker *w)
{
	const char *ctx = context_label(w->ctx);

	if (!ctx)
		return;
	add_word(fs, n->ctx, ctx);
	/* A timer or an interrupt runs on top of whichever task there is: that task is no waker. */
	if (w->ctx != WAKE_TIMER && w->ctx != WAKE_IRQ && w->tid) {
		add_int(fs, n->pid, w->pid);
		add_int(fs, n->tid, w->tid);
		add_comm(fs, n->comm, w->comm);
		if (w->ctx != WAKE_EXIT)
			add_word(fs, n->op, syscall_name(w->nr));
		if (w->obj.mech && w->fd >= 0)
			add_int(fs, n->fd, w->fd);
		add_object_key(fs, n->object, fact, &w->obj);
	}
	if (w->ctx == WAKE_SIGNAL)
		add_word(fs, n->sig, signal_name(w->sig));
}

/* The command of fcntl by name; of ioctl and epoll_ctl the number. */
static void add_command(struct fields *fs, const struct ev_op *op)
{
	const char *name;

	if (op->nr == SYS_fcntl) {
		name = fcntl_name(op->cmd);
		if (name)
			add_word(fs, "cmd", name);
		else
			add_int(fs, "cmd", op->cmd);
	} else if (op->nr == SYS_ioctl || op->nr == SYS_epoll_ctl) {
		add_int(fs, "cmd", op->cmd);
	}
}

static void op_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;

	fs->kind = "op";
	if (!(op->e.flags & EVF_IO_URING))
		add_word(fs, "op", syscall_name(op->nr));
	add_word(fs, "class", class_label(op->op));
	if (op->fd >= 0)
		add_int(fs, "fd", op->fd);
	add_object(fs, fact);
	add_int(fs, "arg", (__s64)op->arg);
	add_command(fs, op);
	add_int(fs, "ret", op->ret);
	add_error(fs, op->ret);
	add_int(fs, "duration", op->e.ts >= op->start ? (__s64)(op->e.ts - op->start) : 0);
	add_bool(fs, "nonblock", op->e.flags & EVF_NONBLOCK);
	add_bool(fs, "packet", op->e.flags & EVF_PACKET);
	add_bool(fs, "io_uring", op->e.flags & EVF_IO_URING);
	add_bool(fs, "second", op->e.flags & EVF_SECOND);
	add_bool(fs, "slept", op->e.flags & EVF_SLEPT);
	if (op->obj.mech && !(op->e.flags & EVF_NO_STATE)) {
		add_state(fs, BEFORE, op->obj.mech, &op->before);
		add_state(fs, AFTER, op->obj.mech, &op->after);
	}
}

static void wait_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_wait *w = &fact->rec->wait;
	const struct reason *reason = reason__get(w->reason);
	bool over = fact->kind == FACT_WAKE;
	/* The fact's time and the record's are the same moment, on two scales. */
	__u64 start = (over ? w->e.ts : w->slept) - fact->t;

	fs->kind = "wait";
	if (!(w->e.flags & EVF_COMPAT))
		add_word(fs, "op", syscall_name(w->nr));
	add_word(fs, "class", class_label(w->op));
	if (w->fd >= 0)
		add_int(fs, "fd", w->fd);
	add_object(fs, fact);
	add_word(fs, "reason", reason ? reason->name : "unknown");
	add_int(fs, "slept_at", (__s64)(w->slept - start));
	if (over) {
		if (w->woken) {
			add_int(fs, "woken_at", (__s64)(w->woken - start));
			add_int(fs, "slept", (__s64)(w->woken - w->slept));
			add_int(fs, "delay", (__s64)(w->e.ts - w->woken));
		} else {
			add_int(fs, "slept", (__s64)(w->e.ts - w->slept));
		}
		add_bool(fs, "open", w->e.flags & EVF_OPEN);
	}
	if (w->obj.mech && !(w->e.flags & EVF_NO_STATE)) {
		add_state(fs, STATE, w->obj.mech, &w->state);
		if (over && w->woken)
			add_state(fs, STATE_WOKEN, w->obj.mech, &w->state_woken);
	}
	if (over)
		add_waker(fs, fact, &waker_names, &w->waker);
}

static void signal_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_signal *sg = &fact->rec->signal;
	bool delivered = fact->kind == FACT_DELIVER;

	fs->kind = "signal";
	add_word(fs, "event", delivered ? "delivered" : "generated");
	add_word(fs, "sig", signal_name(sg->sig));
	add_int(fs, "signo", sg->sig);
	add_int(fs, "code", sg->code);
	if (delivered) {
		add_word(fs, "handler",
			 sg->handler > 1 ? "handler"
			 : sg->handler	 ? "ignore"
					 : "default");
		if (sg->fatal)
			add_word(fs, "fatal", signal_name(sg->fatal));
		return;
	}
	add_word(fs, "result", result_label(sg->result));
	add_bool(fs, "group", sg->group);
	add_waker(fs, fact, &sender_names, &sg->sender);
}

static void life_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_life *life = &fact->rec->life;

	switch (fact->kind) {
	case FACT_FORK:
		fs->kind = "fork";
		add_int(fs, "child.pid", life->child_pid);
		add_int(fs, "child.tid", life->child_tid);
		add_comm(fs, "child.comm", life->comm);
		add_bool(fs, "thread", life->child_pid == life->e.pid);
		break;
	case FACT_EXEC:
		fs->kind = "exec";
		add_text(fs, "path", "%.*s", (int)strnlen(life->path, PATH_LEN), life->path);
		add_comm(fs, "name", life->comm);
		break;
	case FACT_RENAME:
		fs->kind = "rename";
		add_comm(fs, "name", life->comm);
		break;
	default:
		fs->kind = "exit";
		if (WIFSIGNALED(life->code)) {
			add_word(fs, "signal", signal_name(WTERMSIG(life->code)));
			add_bool(fs, "core", WCOREDUMP(life->code));
		} else {
			add_int(fs, "status", WEXITSTATUS(life->code));
		}
		add_bool(fs, "last", life->last);
	}
}

static void object_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_object *ob = &fact->rec->object;

	fs->kind = "object";
	add_word(fs, "event", change_label(ob->change));
	add_object(fs, fact);
	if (ob->fd >= 0)
		add_int(fs, "fd", ob->fd);
	if (ob->change != OBJ_EXIT_CLOSED && ob->change != OBJ_HELD)
		add_word(fs, "op", syscall_name(ob->nr));
	add_word(fs, "end", end_label(ob->end));
	if (ob->file)
		add_text(fs, "file", "%llx", (unsigned long long)ob->file);
	add_int(fs, "refs", ob->refs);
	add_bool(fs, "released", fact->released);
	/* After the change, which the record's own state is not for a close. */
	if (fact->obj && fact->obj->state_known)
		add_state(fs, STATE, fact->obj->key.mech, &fact->obj->state);
	if (ob->path[0])
		add_text(fs, "path", "%.*s", (int)strnlen(ob->path, PATH_LEN), ob->path);
}

static void lost_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_lost *lost = &fact->rec->lost;

	fs->kind = "lost";
	add_word(fs, "cause", lost_label(lost->cause));
	add_int(fs, "count", (__s64)lost->count);
}

void fact__fields(const struct fact *fact, struct fields *out)
{
	static void (*const fill[])(struct fields *, const struct fact *) = {
	    [FACT_OP] = op_fields,	    [FACT_BLOCK] = wait_fields,
	    [FACT_WAKE] = wait_fields,	    [FACT_SIGNAL] = signal_fields,
	    [FACT_DELIVER] = signal_fields, [FACT_FORK] = life_fields,
	    [FACT_EXEC] = life_fields,	    [FACT_RENAME] = life_fields,
	    [FACT_EXIT] = life_fields,	    [FACT_OBJECT] = object_fields,
	    [FACT_LOST] = lost_fields,
	};

	out->n = 0;
	out->text_used = 0;
	add_int(out, "t", (__s64)fact->t);
	if (fact->kind != FACT_LOST) {
		add_int(out, "pid", fact->who.pid);
		add_int(out, "tid", fact->who.tid);
		add_comm(out, "comm", fact->who.comm);
	}
	fill[fact->kind](out, fact);
	add_cause(out, fact);
}

static const struct field *find(const struct fields *fs, const char *prefix, const char *name,
				const char *suffix)
{
	size_t head = strlen(prefix), body = strlen(name);

	for (size_t i = 0; i < fs->n; i++) {
		const char *have = fs->f[i].name;

		if (!strncmp(have, prefix, head) && !strncmp(have + head, name, body) &&
		    !strcmp(have + head + body, suffix))
			return &fs->f[i];
	}
	return NULL;
}

const struct field *fields__get(const struct fields *fs, const char *name)
{
	const struct field *f = find(fs, "", name, "");

	if (!f)
		f = find(fs, "", name, ".kind");
	if (!f)
		f = find(fs, "after.", name, "");
	return f ? f : find(fs, "state.", name, "");
}
