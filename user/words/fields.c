// SPDX-License-Identifier: GPL-2.0
/* A fact as named fields: the one vocabulary of JSON, --raw and .expect files. */
#include "words/fields.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "words/field_call.h"
#include "words/field_groups.h"
#include "words/field_memory.h"
#include "words/labels.h"
#include "names/mech.h"
#include "names/names.h"
#include "timeline/mech_ops.h"

/* What its mechanism makes of the last state of a fact. */
static void add_state_words(struct fields *fs, __u8 mech, const struct ipc_state *st)
{
	const struct mech_ops *ops = mech_ops__get(mech);

	if (ops->state_fields)
		ops->state_fields(fs, st);
}

static void op_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;

	fs->kind = "op";
	if (!(op->e.flags & EVF_IO_URING))
		fields__word(fs, "op", syscall_name(op->nr));
	fields__word(fs, "class", class_label(op->op));
	if (op->fd >= 0)
		fields__int(fs, "fd", op->fd);
	fields__object(fs, fact);
	fields__asked(fs, fact);
	fields__int(fs, "ret", op->ret);
	fields__error(fs, op->ret);
	fields__int(fs, "duration", op->e.ts >= op->start ? (__s64)(op->e.ts - op->start) : 0);
	fields__bool(fs, "nonblock", op->e.flags & EVF_NONBLOCK);
	fields__bool(fs, "packet", op->e.flags & EVF_PACKET);
	fields__bool(fs, "io_uring", op->e.flags & EVF_IO_URING);
	fields__bool(fs, "second", op->e.flags & EVF_SECOND);
	fields__bool(fs, "slept", op->e.flags & EVF_SLEPT);
	if (op->obj.mech && !(op->e.flags & EVF_NO_STATE)) {
		fields__state(fs, FIELDS_BEFORE, op->obj.mech, &op->before);
		if (!(op->e.flags & EVF_NO_AFTER))
			fields__state(fs, FIELDS_AFTER, op->obj.mech, &op->after);
		add_state_words(fs, op->obj.mech,
				op->e.flags & EVF_NO_AFTER ? &op->before : &op->after);
	}
}

/* What poll, select and epoll wait for: how many files, and which pipes. */
static void watch_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_wait *w = &fact->rec->wait;
	char names[WATCHES_TOLD * 66];
	size_t used = 0;

	if (!wait__polls(w) || !w->value)
		return;
	fields__int(fs, "polls", w->value);
	for (size_t i = 0; i < fact->n_watches; i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%.63s",
					 i ? ", " : "", fact->watches[i].obj->name);
	if (used)
		fields__copy(fs, "watches", names, sizeof(names));
}

static void wait_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_wait *w = &fact->rec->wait;
	const struct reason *reason = reason__get(w->reason);
	const struct mech_ops *ops = mech_ops__sleep(w);
	bool over = fact->kind == FACT_WAKE;
	/* The fact's time and the record's are the same moment, on two scales. */
	__u64 start = (over ? w->e.ts : w->slept) - fact->t;

	fs->kind = "wait";
	if (!(w->e.flags & EVF_COMPAT))
		fields__word(fs, "op", syscall_name(w->nr));
	fields__word(fs, "class", class_label(w->op));
	if (w->fd >= 0)
		fields__int(fs, "fd", w->fd);
	fields__object(fs, fact);
	fields__word(fs, "reason", reason ? reason->name : "unknown");
	if (ops->sleep_fields)
		ops->sleep_fields(fs, w);
	if (w->reason == WAIT_STOPPED)
		fields__word(fs, "stopped_by", signal_name((int)w->value));
	if (w->last)
		fields__bool(fs, "last_gone", w->last == LAST_GONE);
	watch_fields(fs, fact);
	fields__int(fs, "slept_at", (__s64)(w->slept - start));
	if (over) {
		if (w->woken) {
			fields__int(fs, "woken_at", (__s64)(w->woken - start));
			fields__int(fs, "slept", (__s64)(w->woken - w->slept));
			if (!(w->e.flags & EVF_LATE))
				fields__int(fs, "delay", (__s64)(w->e.ts - w->woken));
		} else {
			fields__int(fs, "slept", (__s64)(w->e.ts - w->slept));
		}
		fields__bool(fs, "open", w->e.flags & EVF_OPEN);
	}
	if (w->e.flags & EVF_BEFORE)
		fields__bool(fs, "earlier", true);
	if (w->obj.mech && !(w->e.flags & EVF_NO_STATE)) {
		fields__state(fs, FIELDS_STATE, w->obj.mech, &w->state);
		if (over && wait__state_woken(w))
			fields__state(fs, FIELDS_STATE_WOKEN, w->obj.mech, wait__state_woken(w));
		add_state_words(fs, w->obj.mech, &w->state);
	}
	if (over)
		fields__waker(fs, fact, false, &w->waker);
}

static void signal_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_signal *sg = &fact->rec->signal;
	bool delivered = fact->kind == FACT_DELIVER;

	fs->kind = "signal";
	fields__word(fs, "event", delivered ? "delivered" : "generated");
	fields__word(fs, "sig", signal_name(sg->sig));
	fields__int(fs, "signo", sg->sig);
	fields__int(fs, "code", sg->code);
	if (delivered) {
		fields__word(fs, "handler",
			     sg->handler > 1 ? "handler"
			     : sg->handler   ? "ignore"
					     : "default");
		if (sg->fatal)
			fields__word(fs, "fatal", signal_name(sg->fatal));
		return;
	}
	fields__word(fs, "result", result_label(signal__result(sg)));
	fields__bool(fs, "group", sg->group);
	if (sg->zombie)
		fields__word(fs, "child_left", sg->zombie == CHILD_ZOMBIE ? "zombie" : "nothing");
	if (fact->ignored_by.tid || fact->old_ignored)
		fields__int(fs, "inherited_pid", fact->ignored_by.pid);
	if (fact->ignored_by.tid)
		fields__comm(fs, "inherited_comm", fact->ignored_by.comm);
	fields__waker(fs, fact, true, &sg->sender);
}

static void life_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_life *life = &fact->rec->life;

	switch (fact->kind) {
	case FACT_FORK:
		fs->kind = "fork";
		fields__int(fs, "child.pid", life->child_pid);
		fields__int(fs, "child.tid", life->child_tid);
		fields__comm(fs, "child.comm", life->comm);
		if (life->inner_tid) {
			fields__int(fs, "child.inner_pid", life->inner_pid);
			fields__int(fs, "child.inner_tid", life->inner_tid);
		}
		fields__bool(fs, "thread", life->child_pid == life->e.pid);
		break;
	case FACT_EXEC:
		fs->kind = "exec";
		fields__copy(fs, "path", life->path, PATH_LEN);
		fields__comm(fs, "name", life->comm);
		break;
	case FACT_TASK:
		fs->kind = "task";
		fields__bool(fs, "partner", life->last);
		break;
	case FACT_RENAME:
		fs->kind = "rename";
		fields__comm(fs, "name", life->comm);
		break;
	default:
		fs->kind = "exit";
		if (WIFSIGNALED(life->code)) {
			fields__word(fs, "signal", signal_name(WTERMSIG(life->code)));
			fields__bool(fs, "core", WCOREDUMP(life->code));
		} else {
			fields__int(fs, "status", WEXITSTATUS(life->code));
		}
		fields__bool(fs, "last", life->last);
	}
}

static void object_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_object *ob = &fact->rec->object;

	fs->kind = "object";
	fields__word(fs, "event", change_label(ob->change));
	fields__object(fs, fact);
	if (ob->fd >= 0)
		fields__int(fs, "fd", ob->fd);
	if (ob->change == OBJ_REFUSED) {
		fields__int(fs, "ret", ob->fd);
		fields__error(fs, ob->fd);
	}
	if (ob->change != OBJ_EXIT_CLOSED && ob->change != OBJ_HELD)
		fields__word(fs, "op", syscall_name(ob->nr));
	fields__word(fs, "end", end_label(ob->end));
	if (ob->file)
		fields__text(fs, "file", "%llu", (unsigned long long)ob->file);
	if (ob->owned)
		fields__int(fs, "uid", ob->refs);
	if (ob->forced)
		fields__bool(fs, "forced", true);
	if (!mech__has(ob->obj.mech, MT_SYSV) && ob->change != OBJ_REFUSED) {
		fields__int(fs, "refs", ob->refs);
		fields__bool(fs, "released", fact->released);
	}
	/* After the change, which the record's own state is not for a close. */
	if (fact->obj && fact->obj->state_known) {
		fields__state(fs, FIELDS_STATE, fact->obj->key.mech, &fact->obj->state);
		add_state_words(fs, fact->obj->key.mech, &fact->obj->state);
	}
	if (ob->path[0])
		fields__text(fs, "path", "%.*s", (int)strnlen(ob->path, PATH_LEN), ob->path);
}

/* Beside the numbers that ipctrace's user sees. */
static void add_inner(struct fields *fs, const struct actor *who)
{
	if (!who->inner_tid)
		return;
	fields__int(fs, "inner_pid", who->inner_pid);
	fields__int(fs, "inner_tid", who->inner_tid);
}

static void lost_fields(struct fields *fs, const struct fact *fact)
{
	const struct ev_lost *lost = &fact->rec->lost;

	fs->kind = "lost";
	fields__word(fs, "cause", lost_label(lost->cause));
	fields__int(fs, "count", (__s64)lost->count);
}

bool fields__is_unknown(const struct fields *fs, const char *name)
{
	for (size_t i = 0; i < fs->n_unknown; i++) {
		size_t len = strlen(fs->unknown[i]);

		/* "cause" is a group, too. */
		if (!strncmp(fs->unknown[i], name, len) && (!name[len] || name[len] == '.'))
			return true;
	}
	return false;
}

void fact__fields(const struct fact *fact, struct fields *out)
{
	static void (*const fill[])(struct fields *, const struct fact *) = {
	    [FACT_OP] = op_fields,	    [FACT_BLOCK] = wait_fields,
	    [FACT_WAKE] = wait_fields,	    [FACT_SIGNAL] = signal_fields,
	    [FACT_DELIVER] = signal_fields, [FACT_FORK] = life_fields,
	    [FACT_EXEC] = life_fields,	    [FACT_RENAME] = life_fields,
	    [FACT_EXIT] = life_fields,	    [FACT_OBJECT] = object_fields,
	    [FACT_LOST] = lost_fields,	    [FACT_TASK] = life_fields,
	    [FACT_MAP] = fields__map,	    [FACT_FAULT] = fields__fault,
	    [FACT_ACCESS] = fields__access,
	};

	out->n = 0;
	out->n_unknown = 0;
	out->text_used = 0;
	fields__int(out, "t", (__s64)fact->t);
	if (fact->kind != FACT_LOST) {
		fields__int(out, "pid", fact->who.pid);
		fields__int(out, "tid", fact->who.tid);
		fields__comm(out, "comm", fact->who.comm);
		add_inner(out, &fact->who);
	}
	fill[fact->kind](out, fact);
	fields__cause(out, fact);
}

static const struct field *find(const struct fields *fs, const char *prefix, const char *name,
				const char *suffix)
{
	size_t head = strlen(prefix), body = strlen(name);

	for (size_t i = 0; i < fs->n; i++) {
		const char *have = fs->f[i].name;

		/* Called for every condition of every fact: most fail on the first letter. */
		if (have[0] == (head ? prefix : name)[0] && !strncmp(have, prefix, head) &&
		    !strncmp(have + head, name, body) && !strcmp(have + head + body, suffix))
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
