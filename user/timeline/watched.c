/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Watched words: which store a load saw, and which stores are lost because the next store was made
 * by a thread that had not seen them.
 *
 * A store is based on what its thread loaded last. So each value has an ancestry: the store whose
 * value was loaded for it, and so on. Stores in the ancestry of the last store are in the word; the
 * others are lost. Records of accesses within a few microseconds may be in the wrong order, so the
 * proof is that a store's value is the loaded one. Nothing is told if that value was read from
 * memory later, when others may have stored, or if no known store made it.
 */
#include <errno.h>
#include <stdlib.h>

#include "timeline/cause.h"
#include "timeline/watched.h"

/*
 * The store whose value a load saw, among the last ones; none from before the count began. A store
 * with an unknown value may have been it, and hides those before.
 */
static const struct word_store *find_value(const struct word *w, __u64 value)
{
	for (__u64 n = w->stores; n && n >= w->base && n > w->blurred; n--) {
		const struct word_store *s = &w->recent[n % WORD_STORES];

		if (n + WORD_STORES <= w->stores)
			break;
		if (s->value == value)
			return s;
	}
	return NULL;
}

static void see(struct word_load *l, const struct word_store *s)
{
	l->serial = s->serial;
	l->depth = s->depth;
	l->seen = true;
}

static struct word_load *load_of(struct word *w, __u32 tid)
{
	struct word_load *oldest = &w->loads[0];

	for (size_t i = 0; i < WORD_LOADS; i++) {
		if (w->loads[i].tid == tid)
			return &w->loads[i];
		if (w->loads[i].t < oldest->t)
			oldest = &w->loads[i];
	}
	/* Whose it was cannot be told from who loads nothing any more. */
	w->crowded |= oldest->tid != 0;
	*oldest = (struct word_load){.tid = tid};
	return oldest;
}

static void tell_count(const struct word *w, struct fact *f, __u64 depth)
{
	if (!w->counted)
		return;
	f->access.lost_known = true;
	f->access.stores = w->stores - w->base;
	f->access.lost = f->access.stores - depth;
}

static void on_load(struct word *w, struct fact *f)
{
	const struct ev_access *a = &f->rec->access;
	struct word_load *l = load_of(w, a->e.tid);
	const struct word_store *s = find_value(w, a->after);
	struct word_load before = *l;

	*l = (struct word_load){.tid = a->e.tid,
				.t = f->t,
				.value = a->after,
				.fresh = true,
				.exact = FROM_IS_EXACT(a->from)};
	if (s) {
		see(l, s);
	} else if (w->first_known ? w->first == a->after && !w->base && !w->blurred : !w->stores) {
		/* What was there before all stores. */
		l->seen = true;
		w->first = a->after;
		w->first_known = true;
	}
	l->hidden = !l->seen && w->blurred && w->blurred >= w->base;
	/* Which of the loaded values the store is made from is not known. */
	l->mixed = before.fresh &&
		   (before.mixed || !before.seen || !l->seen || before.serial != l->serial);
	if (l->seen && l->exact)
		tell_count(w, f, l->depth);
}

/* A load whose value no store had: this store's record came after that of the load that saw it. */
static void resolve(struct word *w, const struct word_store *s)
{
	for (size_t i = 0; i < WORD_LOADS; i++) {
		struct word_load *l = &w->loads[i];

		if (l->tid && l->fresh && !l->seen && !l->hidden && l->exact &&
		    l->tid != s->by.tid && l->value == s->value)
			see(l, s);
	}
}

/* The last store after serial by another thread. */
static const struct word_store *other_since(const struct word *w, __u64 serial, __u32 tid)
{
	for (__u64 n = w->stores; n > serial && n + WORD_STORES > w->stores; n--)
		if (w->recent[n % WORD_STORES].by.tid != tid)
			return &w->recent[n % WORD_STORES];
	return NULL;
}

/* It stores a value based on l: stores that came since are lost. */
static void tell_lost(struct word *w, struct fact *f, const struct word_load *l)
{
	const struct word_store *s = other_since(w, l->serial, f->who.tid);

	f->access.loaded_known = true;
	f->access.loaded = l->value;
	f->access.loaded_at = l->t;
	if (!s)
		return;
	f->cause = (struct cause){
	    .kind = CAUSE_LOST_STORE, .by_known = true, .by = s->by, .nr = -1, .fd = -1, .t = s->t};
	f->access.unseen = w->stores - l->serial;
	f->access.over_known = s->exact;
	f->access.over = s->value;
}

/*
 * Based on no load, or made by the only process that has the word: what was before is not lost, but
 * replaced.
 */
static bool is_replacement(const struct word *w, const struct ev_access *a,
			   const struct word_load *l)
{
	if (a->from == FROM_NUMBER)
		return !l->fresh && !w->crowded;
	return a->from == FROM_ALONE && !a->update;
}

/*
 * The instruction stored a value that its thread made from what it loaded last. After two loads it
 * may be based on either; a constant is based on neither. The last load counts.
 */
static bool is_made_from(const struct ev_access *a, const struct word_load *l)
{
	return FROM_INSTRUCTION(a->from) && !a->update && l->fresh && l->seen && l->exact &&
	       (!l->mixed || a->from == FROM_NUMBER);
}

static void on_store(struct word *w, struct fact *f)
{
	const struct ev_access *a = &f->rec->access;
	struct word_load *l = load_of(w, a->e.tid);
	struct word_store s = {
	    .by = f->who, .t = f->t, .value = a->after, .exact = FROM_IS_EXACT(a->from)};

	s.serial = w->stores + 1;
	f->access.judged = true;
	if (a->update == UPDATE_ATOMIC) {
		s.depth = w->stores ? w->recent[w->stores % WORD_STORES].depth + 1 : 1;
	} else if (is_replacement(w, a, l)) {
		w->base = s.serial;
		w->counted = !w->doubted;
	} else if (is_made_from(a, l)) {
		tell_lost(w, f, l);
		s.depth = l->depth + 1;
		/* Made from before the count began: that much is lost, but not counted. */
		w->counted &= l->serial >= w->base;
	} else {
		w->counted = false;
		f->access.judged = false;
	}
	if (!s.exact)
		w->blurred = s.serial;
	l->fresh = false;
	w->stores = s.serial;
	w->recent[s.serial % WORD_STORES] = s;
	tell_count(w, f, s.depth);
	if (s.exact)
		resolve(w, &s);
}

static void reset(struct word *w)
{
	struct word_store *recent = w->recent;

	*w = (struct word){.recent = recent};
}

static struct word *get_word(struct timeline *tl, const struct ev_access *a)
{
	struct word *oldest = &tl->words[0];

	for (size_t i = 0; i < WORDS; i++) {
		struct word *w = &tl->words[i];

		if (same_object(&w->obj, &a->obj) && w->offset == a->offset && w->len == a->len)
			return w;
		if (w->used < oldest->used)
			oldest = w;
	}
	tl->words_forgotten |= oldest->len != 0;
	reset(oldest);
	oldest->obj = a->obj;
	oldest->offset = a->offset;
	oldest->len = a->len;
	oldest->doubted = tl->accesses_lost;
	oldest->counted = !oldest->doubted && !tl->words_forgotten;
	return oldest;
}

static enum among among(const struct timeline *tl)
{
	const struct word *first = NULL;
	enum among found = AMONG_NONE;

	for (size_t i = 0; i < WORDS; i++) {
		const struct word *w = &tl->words[i];

		if (!w->len)
			continue;
		if (first && !same_object(&first->obj, &w->obj))
			return AMONG_OBJECTS;
		if (first)
			found = AMONG_OFFSETS;
		else
			first = w;
	}
	return found;
}

void words__access(struct timeline *tl, struct fact *f)
{
	const struct ev_access *a = &f->rec->access;
	struct word *w = get_word(tl, a);

	if (!w->recent)
		w->recent = calloc(WORD_STORES, sizeof(*w->recent));
	if (!w->recent) {
		tl->error = -ENOMEM;
		return;
	}
	w->used = a->e.ts;
	f->access.among = among(tl);
	if (a->kind == ACCESS_LOAD)
		on_load(w, f);
	else if (a->kind == ACCESS_STORE)
		on_store(w, f);
	else
		w->counted = false;
}

void words__doubt(struct timeline *tl)
{
	tl->accesses_lost = true;
	for (size_t i = 0; i < WORDS; i++)
		reset(&tl->words[i]);
}

void words__free(struct timeline *tl)
{
	for (size_t i = 0; i < WORDS; i++)
		free(tl->words[i].recent);
}

struct cause words__last(const struct timeline *tl, const struct ipc_object *obj, __u64 offset)
{
	struct cause c = cause__none(CAUSE_STATE);

	for (size_t i = 0; i < WORDS && !tl->accesses_lost; i++) {
		const struct word *w = &tl->words[i];
		const struct word_store *s;

		if (!w->stores || w->offset != offset || !same_object(&w->obj, obj))
			continue;
		s = &w->recent[w->stores % WORD_STORES];
		c.by_known = true;
		c.by = s->by;
		c.t = s->t;
	}
	return c;
}
