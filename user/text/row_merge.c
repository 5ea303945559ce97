// SPDX-License-Identifier: GPL-2.0
/* Which rows say the same, and which two rows become one. */
#include <stdio.h>
#include <string.h>

#include "names/mech.h"
#include "names/opclass.h"
#include "text/phrase_shm.h"
#include "text/row.h"
#include "timeline/mech_ops.h"

bool row__alike(const struct row *a, const struct row *b)
{
	const struct row_key *x = &a->key, *y = &b->key;

	return x->kind == y->kind && x->tid == y->tid && x->nr == y->nr && x->fd == y->fd &&
	       x->detail == y->detail && x->by == y->by && x->object == y->object &&
	       x->merged == y->merged && x->slow == y->slow && x->words == y->words;
}

bool row__can_fold(const struct row *row)
{
	switch (row->kind) {
	case FACT_OP:
	case FACT_BLOCK:
	case FACT_SIGNAL:
	case FACT_DELIVER:
	case FACT_ACCESS:
		return true;
	case FACT_OBJECT:
		return row->change == OBJ_REFUSED;
	case FACT_FAULT: /* page after page; one that is refused: a call may try twice */
		return true;
	case FACT_WAKE:
		return !row->open;
	default:
		return false;
	}
}

bool row__repeat(struct row *a, const struct row *b)
{
	if (!row__can_fold(b) || b->kind == FACT_BLOCK || !row__alike(a, b) ||
	    strcmp(a->text, b->text))
		return false;
	/* Each has a count of its own. */
	if (a->counts || b->counts)
		return false;
	a->count += b->count;
	a->t = b->t;
	memcpy(a->obj, b->obj, sizeof(a->obj));
	a->n_obj = b->n_obj;
	return true;
}

static void append(struct row *row, const char *sep, const char *text)
{
	size_t at = strlen(row->text);

	snprintf(row->text + at, sizeof(row->text) - at, "%s%s", sep, text);
}

static void prepend(struct row *row, const char *text, const char *sep)
{
	struct row old = *row;

	row->text[0] = '\0';
	append(row, text, sep);
	append(row, old.text, "");
}

void row__add_pages(struct row *row, const struct row *more)
{
	struct touched_pages *p = &row->pages;
	const struct touched_pages *q = &more->pages;

	p->first = q->first < p->first ? q->first : p->first;
	p->last = q->last > p->last ? q->last : p->last;
	p->n += q->n;
	p->same += q->same;
	if (q->same)
		p->last_same = q->last_same;
	phrase_shm__pages(p, row->key.detail & 1, row->key.nr, row->text, sizeof(row->text));
}

/* Adds b's object, or its newer state. */
static void merge_object(struct row *a, const struct row *b)
{
	for (size_t i = 0; i < b->n_obj; i++) {
		size_t j;

		for (j = 0; j < a->n_obj; j++)
			if (a->obj[j].key.id == b->obj[i].key.id &&
			    a->obj[j].generation == b->obj[i].generation)
				break;
		if (j < a->n_obj)
			a->obj[j] = b->obj[i];
		else if (j < ROW_OBJECTS)
			a->obj[a->n_obj++] = b->obj[i];
	}
}

static void add_why(struct row *a, const char *why)
{
	for (size_t i = 0; *why && i < ROW_WHYS; i++) {
		if (!strcmp(a->why[i], why))
			return;
		if (!a->why[i][0]) {
			strcpy(a->why[i], why);
			return;
		}
	}
}

/* Changes that come in groups, one a descriptor, and none of which changes who can read or write.
 */
static bool grouped(const struct row *a, const struct row *b)
{
	if (a->kind != FACT_OBJECT || b->kind != FACT_OBJECT || a->who.tid != b->who.tid ||
	    a->change != b->change)
		return false;
	if (b->fd < 0)
		return false;
	switch (a->change) {
	case OBJ_CREATED:
	case OBJ_INHERITED:
	case OBJ_HELD:
		return true;
	case OBJ_EXIT_CLOSED:
		return !a->released && !b->released;
	}
	return false;
}

/* b: what became of the connect that a tells the name of. */
static bool ends_connect(const struct row *a, const struct row *b)
{
	return a->kind == FACT_OBJECT && a->change == OBJ_CONNECTS && b->kind == FACT_OP &&
	       a->who.tid == b->who.tid && a->key.nr == b->key.nr && a->key.object == b->key.object;
}

/* b: what became of the segment by a. */
static bool ends_segment(const struct row *a, const struct row *b)
{
	return (a->kind == FACT_OP || a->kind == FACT_MAP) && b->kind == FACT_OBJECT &&
	       (b->change == OBJ_MARKED || b->change == OBJ_DESTROYED) &&
	       a->who.tid == b->who.tid && a->key.nr == b->key.nr && a->key.object == b->key.object;
}

/* Successive pages, touched in the same way, and touched before by the same process or by none. */
static bool next_page(const struct row *a, const struct row *b)
{
	return a->kind == FACT_FAULT && b->kind == FACT_FAULT && a->who.tid == b->who.tid &&
	       !a->refused && a->key.object == b->key.object && a->key.nr == b->key.nr &&
	       a->key.detail == b->key.detail && (!b->key.by || a->key.by == b->key.by) &&
	       b->pages.first > a->pages.last;
}

/* a: what came by the call b: the object that b is about, or the connection that it accepts. */
static bool came_by(const struct row *a, const struct row *b)
{
	return a->kind == FACT_OBJECT && a->change == OBJ_CREATED && b->kind == FACT_OP &&
	       a->key.nr == b->key.nr && a->who.tid == b->who.tid && b->ret >= 0 &&
	       !a->key.merged &&
	       (a->key.object == b->key.object ||
		(op_call__has(b->key.nr, T_ACCEPTS) && b->ret == a->fd));
}

/* b: the call that made it. */
static void made_by(struct row *a, const struct row *b)
{
	const struct row_object *o = &a->obj[0];
	const struct mech_ops *ops = mech_ops__get(o->key.mech);

	a->key.merged = true;
	if (!a->n_obj || !mech__has(o->key.mech, MT_SYSV))
		return;
	if (ops->lane_made) {
		if (!o->known)
			return;
		ops->lane_made(&o->state, a->text, sizeof(a->text));
	}
	prepend(a, b->call, ": ");
}

bool row__merge(struct row *a, const struct row *b)
{
	char number[16];

	if (a->count > 1 || b->count > 1)
		return false;
	snprintf(number, sizeof(number), "%d", b->fd);
	if (a->kind == FACT_WAKE && !a->open && !a->key.merged && b->kind == FACT_OP && b->inside &&
	    a->who.tid == b->who.tid && a->key.nr == b->key.nr) {
		append(a, ": ", b->text);
		snprintf(a->call, sizeof(a->call), "%s", b->call);
		a->ret = b->ret;
		a->has_size = b->has_size;
		a->key.merged = true;
		a->key.nr = b->key.nr;
		a->key.fd = b->key.detail;
		a->key.words = b->key.words;
		if (b->ink == INK_BAD)
			a->ink = INK_BAD;
	} else if (a->kind == FACT_OP && b->kind == FACT_OP && b->second &&
		   a->who.tid == b->who.tid && a->key.nr == b->key.nr) {
		/* One call, seen at both of its objects. */
	} else if (a->kind == FACT_DELIVER && a->dies && b->kind == FACT_EXIT && b->dies &&
		   a->who.tid == b->who.tid) {
		/* The signal is the death: one line, with the sentence of the signal. */
		snprintf(a->text, sizeof(a->text), "%s", b->text);
		a->kind = b->kind;
		a->key = b->key;
		a->ink = b->ink;
		a->awake = true;
		a->last = b->last;
	} else if (came_by(a, b)) {
		made_by(a, b);
	} else if (next_page(a, b)) {
		row__add_pages(a, b);
		explain_pages(&a->pages, a->why[0] + a->why_len, sizeof(a->why[0]) - a->why_len);
		merge_object(a, b);
		return true;
	} else if (ends_connect(a, b)) {
		append(a, "", b->text + strlen(b->call));
		if (b->ink == INK_BAD)
			a->ink = INK_BAD;
		a->key.merged = true;
	} else if (ends_segment(a, b)) {
		append(a, ": ", b->text);
	} else if (grouped(a, b)) {
		append(a, " ", number);
	} else if (a->kind == FACT_FORK && b->kind == FACT_OBJECT && b->change == OBJ_INHERITED &&
		   a->child == b->who.pid) {
		append(a, strstr(a->text, " with ") ? " " : " with ", number);
	} else {
		return false;
	}
	if (a->kind != FACT_FORK)
		merge_object(a, b);
	/* The wakeup has already said why a call was interrupted. */
	for (size_t i = 0; b->ret > -512 && i < ROW_WHYS; i++)
		add_why(a, b->why[i]);
	return true;
}
