// SPDX-License-Identifier: GPL-2.0
/* One line of the text timeline before it is laid out: a fact, copied, in words. */
#include "names/opclass.h"
#include "text/row.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "words/explain.h"
#include "words/labels.h"
#include "names/mech.h"
#include "lib/escape.h"
#include "text/phrase.h"
#include "text/phrase_shm.h"

/* Sleeps this long stand out, also among shorter ones on the same object. */
#define SLOW_NS 100000000ULL

/* A successful call whose FACT_OBJECT or FACT_MAP tells more. */
static bool told_apart(const struct ev_op *op)
{
	/* An address may look like a negative number. */
	return op_class__has(op->op, T_TOLD_APART) && (op->ret >= 0 || op->ret < -4095);
}

/* pipe_release as part of a close or an exit: the descriptor's own record has a row. */
static bool told_by_close(const struct ev_object *ob)
{
	return ob->change == OBJ_RELEASED && (ob->nr < 0 || op_call__has(ob->nr, T_CLOSES));
}

/*
 * Calls by which a program asks whether its file is a terminal or seekable, which a pipe never is.
 */
static bool is_probe(const struct ev_op *op)
{
	if (!mech__has(op->obj.mech, MT_ENDS))
		return false;
	return (op->nr == SYS_ioctl && op->ret == -ENOTTY) ||
	       (op->nr == SYS_lseek && op->ret == -ESPIPE);
}

/* A child's end without its own SIGCHLD: a parent that counts them leaves a zombie. */
static bool is_lost_child(const struct fact *fact)
{
	const struct ev_signal *sig = &fact->rec->signal;

	return fact->kind == FACT_SIGNAL && signal__result(sig) == SIGNAL_COALESCED &&
	       sig->zombie == CHILD_ZOMBIE;
}

static bool is_noise(const struct fact *fact)
{
	switch (fact->kind) {
	case FACT_OP:
		return told_apart(&fact->rec->op) || is_probe(&fact->rec->op);
	case FACT_SIGNAL:
		return fact->rec->signal.sig == SIGCHLD;
	case FACT_RENAME:
	case FACT_TASK:
		return true;
	case FACT_OBJECT:
		/* The sleep's sentence has the name. */
		return told_by_close(&fact->rec->object) || fact->rec->object.change == OBJ_OPENING;
	default:
		return false;
	}
}

/* By those that have it mapped, by its own end, or by its holders and its name. */
static bool is_gone(const struct object *obj)
{
	if (!mech__has(obj->key.mech, MT_MAPPED))
		return !obj->n_holders &&
		       !mech__is_named(&obj->key, obj->state_known ? &obj->state : NULL);
	return mech__has(obj->key.mech, MT_SYSV) ? obj->gone : !obj->n_mappers;
}

/* "sock:[12]"; of a pair "sock:[12] [13]"; with the name that one of both is bound to. */
static void name_object(struct row_object *o, const struct object *first,
			const struct object *second)
{
	const char *bound = first->bound[0] || !second ? first->bound : second->bound;
	const char *number = second ? strchr(second->name, '[') : NULL;
	char name[sizeof(first->name) * 2 + PATH_LEN + 3];

	snprintf(name, sizeof(name), "%s%s%s%s%.*s", first->name, number ? " " : "",
		 number ? number : "", bound[0] ? " " : "", PATH_LEN, bound);
	escape_text(o->name, sizeof(o->name), name, strlen(name));
}

static void add_object(struct row *row, const struct object *obj, const struct ipc_state *st)
{
	const struct object *peer = obj->peer, *first = obj, *second = peer;
	struct row_object *o;

	if (row->n_obj == ROW_OBJECTS)
		return;
	if (peer && peer->index < obj->index) {
		first = peer;
		second = obj;
	}
	o = &row->obj[row->n_obj++];
	o->key = first->key;
	o->generation = first->generation;
	o->index = first->index;
	name_object(o, first, second);
	o->gone = is_gone(obj) && (!peer || is_gone(peer));
	if (peer) {
		o->side = first == obj ? 1 : 2;
		o->second = second->key;
	}
	if (st)
		o->state = *st;
	o->known = st != NULL;
}

static void set_object(struct row *row, const struct fact *fact)
{
	const union any_event *rec = fact->rec;
	const struct ipc_state *st = NULL;
	bool has_state = !(rec->e.flags & EVF_NO_STATE);

	if (!fact->obj)
		return;
	switch (fact->kind) {
	case FACT_OP:
		st = has_state && !(rec->e.flags & EVF_NO_AFTER) ? &rec->op.after : NULL;
		break;
	case FACT_BLOCK:
		st = has_state ? &rec->wait.state : NULL;
		break;
	case FACT_WAKE:
		st = wait__state_woken(&rec->wait);
		break;
	default:
		st = fact->obj->state_known ? &fact->obj->state : NULL;
	}
	add_object(row, fact->obj, st);
	row->key.object = fact->obj->key.id;
}

static __u32 hash_of(const char *text, __u32 hash)
{
	while (*text)
		hash = (hash ^ (__u8)*text++) * 16777619u;
	return hash;
}

static __u32 hash_words(const struct row *row, const struct fact *fact)
{
	__u32 hash = hash_of(row->text, 2166136261u); /* FNV-1a */
	struct fact alone = *fact;
	char why[sizeof(row->why[0])];

	if (fact->cause.kind != CAUSE_STATE)
		return hash_of(row->why[0], hash);
	/* Who operated on a semaphore or queue last, and when, does not make it another call. */
	alone.cause.by_known = false;
	explain(&alone, why, sizeof(why));
	return hash_of(why, hash);
}

static void set_op(struct row *row, const struct fact *fact)
{
	const struct ev_op *op = &fact->rec->op;

	phrase__call(fact, row->call);
	row->second = op->e.flags & EVF_SECOND && !op_class__has(op->op, T_PARTS);
	row->inside = op->e.flags & EVF_SLEPT;
	row->ret = op->ret;
	row->has_size = op->ret > 0 && moves_data(op->op) && !counts_messages(op);
	row->exact = op_class__has(op->op, T_EXACT);
	row->key.nr = op->nr;
	row->key.fd = op->fd;
	row->key.detail = row->has_size ? 1 : (__s32)op->ret;
	if (op_class__has(op->op, T_AT_WORD)) {
		row->key.fd = (__s32)op->arg;
		row->key.detail = (__s32)((__u32)op->ret << 16 ^ (__u32)op->cmd);
	}
	if (op->ret < 0 && op->ret > -512)
		row->ink = INK_BAD;
}

static void set_wait(struct row *row, const struct fact *fact)
{
	const struct ev_wait *w = &fact->rec->wait;
	__u64 end = w->woken ? w->woken : w->e.ts;

	row->ipc = fact->obj || w->reason != WAIT_UNKNOWN;
	row->key.nr = w->nr;
	row->key.fd = w->fd;
	row->key.detail = w->reason;
	if (fact->kind == FACT_BLOCK) {
		row->asleep = true;
		row->ink = INK_SLEEP;
		return;
	}
	row->open = w->e.flags & EVF_OPEN;
	row->awake = !row->open;
	row->slept = end > w->slept ? end - w->slept : 0;
	row->ink = row->open ? INK_SLEEP : INK_WAKE;
	row->key.detail = (__s32)(fact->cause.kind << 8 | fact->cause.sig);
	row->key.by = fact->cause.by_known ? fact->cause.by.tid : 0;
	row->key.slow = row->slept >= SLOW_NS;
}

static void set_kind(struct row *row, const struct fact *fact)
{
	const union any_event *rec = fact->rec;

	switch (fact->kind) {
	case FACT_OP:
		set_op(row, fact);
		break;
	case FACT_BLOCK:
	case FACT_WAKE:
		set_wait(row, fact);
		break;
	case FACT_SIGNAL:
	case FACT_DELIVER:
		row->dies = rec->signal.fatal;
		row->ink = rec->signal.fatal ? INK_DEATH : INK_SIGNAL;
		row->key.nr = rec->signal.sig;
		row->key.detail = signal__result(&rec->signal);
		row->key.by = fact->cause.by_known ? fact->cause.by.tid : 0;
		break;
	case FACT_FORK:
		row->child = rec->life.child_pid;
		row->key.nr = (__s32)rec->life.child_tid;
		break;
	case FACT_EXIT:
		row->dies = WIFSIGNALED(rec->life.code);
		row->last = rec->life.last;
		row->ink = row->dies ? INK_DEATH : INK_PLAIN;
		row->awake = true;
		break;
	case FACT_OBJECT:
		row->change = rec->object.change;
		row->released = fact->released;
		row->fd = rec->object.fd;
		row->key.detail = rec->object.change;
		row->key.fd = rec->object.fd;
		row->key.nr = rec->object.nr;
		row->exact = rec->object.change == OBJ_REFUSED;
		if (row->exact)
			row->ink = INK_BAD;
		break;
	case FACT_MAP:
		row->change = rec->map.change;
		row->key.detail = rec->map.change;
		row->key.nr = rec->map.nr;
		break;
	case FACT_ACCESS:
		phrase_shm__word(fact, row->call, sizeof(row->call));
		row->has_value = FROM_IS_EXACT(rec->access.from);
		row->ret = (__s64)rec->access.after;
		row->key.nr = rec->access.kind + (rec->access.nr + 1) * 256;
		row->key.fd = rec->access.word;
		row->key.detail = fact->cause.kind;
		if (fact->cause.kind == CAUSE_LOST_STORE) {
			row->ink = INK_BAD;
			row->counts = fact->access.lost_known;
			row->lost = fact->access.lost;
			row->stores = fact->access.stores;
		}
		break;
	case FACT_FAULT:
		row->pages.first = row->pages.last = rec->fault.offset >> 12;
		row->pages.n = 1;
		row->pages.same = fact->cause.by_known;
		row->pages.last_same = row->pages.first;
		row->key.detail =
		    rec->fault.write | rec->fault.denied << 1 | rec->fault.beyond << 2;
		row->key.nr = rec->fault.nr;
		row->key.by = fact->cause.by_known ? fact->cause.by.tid : 0;
		row->refused = rec->fault.denied || rec->fault.beyond;
		row->exact = row->refused;
		row->ink = row->refused ? INK_BAD : INK_PLAIN;
		break;
	case FACT_LOST:
		row->ink = INK_BAD;
		break;
	default:
		break;
	}
}

/* Sleeps that are no IPC are only shown for orientation, but a signal that ends one gets a
 * sentence. */
static bool wants_why(const struct row *row, const struct fact *fact)
{
	if (row->kind == FACT_BLOCK || row->kind == FACT_WAKE)
		return row->ipc || fact->cause.kind == CAUSE_SIGNALLED;
	return true;
}

bool row__make(struct row *row, const struct style *st, const struct fact *fact,
	       bool (*has_lane)(const void *ctx, __u32 pid), const void *ctx)
{
	bool from_sender;

	if (is_noise(fact) && !(is_lost_child(fact) && has_lane(ctx, fact->who.pid)))
		return false;
	memset(row, 0, sizeof(*row));
	row->kind = fact->kind;
	row->t = fact->t;
	row->from = fact->t;
	row->count = 1;
	row->key.kind = fact->kind;
	from_sender = fact->kind == FACT_SIGNAL && fact->cause.kind == CAUSE_SENT &&
		      fact->cause.by_known && has_lane(ctx, fact->cause.by.pid);
	row->who = from_sender ? fact->cause.by : fact->who;
	row->key.tid = fact->who.tid;
	set_kind(row, fact);
	set_object(row, fact);
	phrase(st, fact, from_sender, row->text, sizeof(row->text));
	if (wants_why(row, fact))
		explain(fact, row->why[0], sizeof(row->why[0]));
	row->why_len = strlen(row->why[0]);
	if (row->exact)
		row->key.words = hash_words(row, fact);
	return true;
}
