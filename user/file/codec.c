/* SPDX-License-Identifier: GPL-2.0 */
/* Encodes each record as its difference from the last one like it. */
#include "file/codec.h"

#include <stddef.h>
#include <string.h>

#include "file/differ.h"
#include "lib/record.h"
#include "file/varint.h"

#define TICK	   0	/* no kind of record */
#define SHAPE	   0x80 /* no kind either: with the number of a shape */
#define GROUP	   8	/* words that share a byte of the mask */
#define FIRST_WORD sizeof(__u64)

_Static_assert(CODEC_WORDS < 8 * GROUP, "the mask of groups is one byte, and all of them 64 bits");
_Static_assert(offsetof(struct event, ts) == 0, "the time goes before the words");

void codec__reset(struct codec *c)
{
	c->ts = 0;
	c->n_shapes = 0;
	memset(c->used, 0, sizeof(c->used));
}

static __u32 *last_of(struct codec *c, __u8 kind, __u8 slot)
{
	__u32 *last = c->last[kind][slot];

	if (!c->used[kind][slot])
		memset(last, 0, sizeof(c->last[kind][slot]));
	c->used[kind][slot] = true;
	return last;
}

static void subtract_state(struct ipc_state *to, const struct ipc_state *s,
			   const struct ipc_state *from)
{
	for (unsigned int i = 0; i < STATE_WORDS; i++)
		to->v[i] = s->v[i] - from->v[i];
}

static void add_state(struct ipc_state *s, const struct ipc_state *to)
{
	for (unsigned int i = 0; i < STATE_WORDS; i++)
		s->v[i] += to->v[i];
}

/* Fields that are small, or always the same, as differences from another of the same record. */
static void relate(union any_event *to, const struct event *rec)
{
	const struct ev_wait *wait = (const struct ev_wait *)rec;
	const struct ev_op *op = (const struct ev_op *)rec;

	switch (rec->kind) {
	case EV_OP:
		to->op = *op;
		to->op.start = rec->ts - op->start;
		subtract_state(&to->op.after, &op->after, &op->before);
		break;
	case EV_WAIT:
		to->wait = *wait;
		to->wait.slept = rec->ts - wait->slept;
		to->wait.woken = rec->ts - wait->woken;
		subtract_state(&to->wait.state_woken, &wait->state_woken, &wait->state);
		break;
	default:
		memcpy(to, rec, rec->size);
	}
}

static void relate_back(union any_event *rec)
{
	switch (rec->e.kind) {
	case EV_OP:
		rec->op.start = rec->e.ts - rec->op.start;
		add_state(&rec->op.after, &rec->op.before);
		break;
	case EV_WAIT:
		rec->wait.slept = rec->e.ts - rec->wait.slept;
		rec->wait.woken = rec->e.ts - rec->wait.woken;
		add_state(&rec->wait.state_woken, &rec->wait.state);
		break;
	default:
		break;
	}
}

/*
 * Any slot is correct, because the item names it. What a task does with one descriptor repeats
 * most.
 */
static __u8 slot_of(const union any_event *rec)
{
	__s32 fd = rec->e.kind == EV_OP ? rec->op.fd : rec->e.kind == EV_WAIT ? rec->wait.fd : 0;

	return (__u8)(rec->e.tid + 37 * (__u32)fd) % CODEC_SLOTS;
}

static bool shape_known(const struct codec *c, unsigned int n, __u8 kind, __u64 words)
{
	return n < c->n_shapes && c->shapes[n].words == words && c->shapes[n].kind == kind;
}

/* Both sides remember a shape when it is written out. */
static unsigned int remember_shape(struct codec *c, __u8 kind, __u64 words)
{
	unsigned int n = c->n_shapes++ % CODEC_SHAPES;

	c->shapes[n] = (struct codec_shape){.kind = kind, .words = words};
	return n;
}

static inline __u8 *put_words(__u32 *last, const word *now, __u64 differ, __u8 *at)
{
	for (; differ; differ &= differ - 1) {
		unsigned int w = (unsigned int)__builtin_ctzll(differ);

		at = varint__put_small(at, zigzag((__s32)(now[w] - last[w])));
		last[w] = now[w];
	}
	return at;
}

/* The shape with them. */
static __u8 *put_words_and_shape(__u32 *last, const word *now, __u64 differ, __u8 *at)
{
	__u8 *groups = at++;

	*groups = 0;
	for (unsigned int g = 0; differ >> g * GROUP; g++) {
		__u64 in_group = differ & 0xffULL << g * GROUP;

		if (!in_group)
			continue;
		*groups |= 1U << g;
		*at++ = (__u8)(in_group >> g * GROUP);
		at = put_words(last, now, in_group, at);
	}
	return at;
}

__u8 *codec__put(struct codec *c, const struct event *rec, __u8 *at)
{
	union {
		union any_event rec;
		word words[FIRST_WORD / sizeof(word) + CODEC_ROOM];
	} now;
	const word *words = now.words + FIRST_WORD / sizeof(word);
	size_t size = record_size(rec->kind);
	__u32 *last;
	__u64 differ;
	__u8 slot, *shape;
	bool known;

	if (!size || rec->size != size)
		return NULL;
	relate(&now.rec, rec);
	if (c->calls)
		calls__out(c->calls, &now.rec);
	slot = slot_of(&now.rec);
	last = last_of(c, rec->kind, slot);
	differ = words_that_differ(last, words, (size - FIRST_WORD) / sizeof(word));
	shape = &c->shape_of[(differ * 0x9e3779b97f4a7c15ULL >> 57) ^ rec->kind];
	known = shape_known(c, *shape, rec->kind, differ);
	*at++ = known ? SHAPE | *shape : rec->kind;
	*at++ = slot;
	at = varint__put_small(at, zigzag((__s64)(rec->ts - c->ts)));
	c->ts = rec->ts;
	if (known)
		return put_words(last, words, differ, at);
	*shape = (__u8)remember_shape(c, rec->kind, differ);
	return put_words_and_shape(last, words, differ, at);
}

__u8 *codec__put_tick(struct codec *c, __u64 ts, __u8 *at)
{
	*at++ = TICK;
	at = varint__put(at, zigzag((__s64)(ts - c->ts)));
	c->ts = ts;
	return at;
}

/* Reads n words; further ones are from a later version, and are skipped. */
static const __u8 *get_words(__u32 *last, unsigned int n, __u64 differ, const __u8 *at)
{
	for (; differ; differ &= differ - 1) {
		unsigned int w = (unsigned int)__builtin_ctzll(differ);
		__u64 v = *at++;

		if (v & 0x80)
			at = varint__get(at - 1, &v);
		if (w < n)
			last[w] += (__u32)unzigzag(v);
	}
	return at;
}

/* NULL: there is a word at limit or beyond. */
static const __u8 *get_words_and_shape(__u32 *last, unsigned int n, unsigned int limit,
				       __u64 *differ, const __u8 *at)
{
	unsigned int groups = *at++;

	*differ = 0;
	for (; groups; groups &= groups - 1) {
		__u64 in_group = (__u64)*at++ << GROUP * (unsigned int)__builtin_ctz(groups);

		if (limit < 8 * GROUP && in_group >> limit)
			return NULL;
		at = get_words(last, n, in_group, at);
		*differ |= in_group;
	}
	return at;
}

const __u8 *codec__get(struct codec *c, const __u8 *at, enum codec_item *item, union any_event *rec)
{
	__u8 kind = *at++, slot, shape = kind & ~SHAPE;
	bool known = kind & SHAPE;
	unsigned int n, limit;
	__u32 *last;
	__u64 words, v;

	if (known) {
		if (shape >= c->n_shapes)
			return NULL;
		kind = c->shapes[shape].kind;
	}
	n = record_size(kind) / sizeof(__u32);
	if (kind != TICK && !n && !c->newer)
		return NULL;
	*item = kind == TICK ? CODEC_TICK : n ? CODEC_RECORD : CODEC_UNKNOWN;
	slot = kind == TICK ? 0 : *at++;
	at = varint__get(at, &v);
	c->ts += (__u64)unzigzag(v);
	rec->e.ts = c->ts;
	if (kind == TICK)
		return at;
	n -= n ? FIRST_WORD / sizeof(__u32) : 0;
	limit = c->newer ? 8 * GROUP : n;
	last = n ? last_of(c, kind, slot) : NULL;
	if (known) {
		at = get_words(last, n, c->shapes[shape].words, at);
	} else {
		at = get_words_and_shape(last, n, limit, &words, at);
		if (!at)
			return NULL;
		remember_shape(c, kind, words);
	}
	if (!n)
		return at;
	memcpy((char *)rec + FIRST_WORD, last, n * sizeof(__u32));
	/*
	 * Fields are append-only: missing fields of an older record are zero, further ones of a
	 * newer record are cut off.
	 */
	if (rec->e.kind != kind || (rec->e.size > record_size(kind) && !c->newer))
		return NULL;
	rec->e.size = (__u16)record_size(kind);
	relate_back(rec);
	return at;
}
