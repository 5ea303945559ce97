/* SPDX-License-Identifier: GPL-2.0 */
/* Records in few bytes: each as its difference from the last one like it. */
#include "codec.h"

#include <stddef.h>
#include <string.h>

#include "record.h"
#include "varint.h"

#define TICK	   0	/* no kind of record */
#define SHAPE	   0x80 /* no kind either: with the number of a shape */
#define GROUP	   8	/* words that share a byte of the mask */
#define FIRST_WORD sizeof(__u64)

_Static_assert(CODEC_WORDS < 8 * GROUP, "the mask of groups is one byte, and all of them 64 bits");
_Static_assert(offsetof(struct event, ts) == 0, "the time goes before the words");

/* Fields that are small, or always the same, as differences from another of the same record. */
struct relation {
	__u16 field, from;
	__u8 words; /* each by itself; 2: one number of 64 bits, and from is the record's time */
};

#define AFTER_TS(kind, member)                                                                     \
	{                                                                                          \
		offsetof(struct kind, member), 0, 2                                                \
	}
#define STATES(kind, member, base)                                                                 \
	{                                                                                          \
		offsetof(struct kind, member), offsetof(struct kind, base), STATE_WORDS            \
	}

static const struct relation relations[CODEC_KINDS][3] = {
    [EV_OP] = {AFTER_TS(ev_op, start), STATES(ev_op, after, before)},
    [EV_WAIT] = {AFTER_TS(ev_wait, slept), AFTER_TS(ev_wait, woken),
		 STATES(ev_wait, state_woken, state)},
};

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

static void relate(union any_event *rec, __u8 kind, bool back)
{
	char *base = (char *)rec;

	for (const struct relation *r = relations[kind]; r->words; r++) {
		__u64 t;
		__u32 a, b;

		if (r->words == 2) {
			memcpy(&t, base + r->field, sizeof(t));
			t = rec->e.ts - t;
			memcpy(base + r->field, &t, sizeof(t));
			continue;
		}
		for (unsigned int i = 0; i < r->words * sizeof(a); i += sizeof(a)) {
			memcpy(&a, base + r->field + i, sizeof(a));
			memcpy(&b, base + r->from + i, sizeof(b));
			a = back ? a + b : a - b;
			memcpy(base + r->field + i, &a, sizeof(a));
		}
	}
}

/* Any slot will do, for the item names it. What a task does with one descriptor repeats most. */
static __u8 slot_of(const union any_event *rec)
{
	__s32 fd = rec->e.kind == EV_OP ? rec->op.fd : rec->e.kind == EV_WAIT ? rec->wait.fd : 0;

	return (__u8)(rec->e.tid + 37 * (__u32)fd) % CODEC_SLOTS;
}

/* Without a branch: which words differ is what one cannot predict. */
static __u64 eight_that_differ(const __u32 *a, const __u32 *b)
{
	return (__u64)((a[0] != b[0]) | (a[1] != b[1]) << 1 | (a[2] != b[2]) << 2 |
		       (a[3] != b[3]) << 3 | (a[4] != b[4]) << 4 | (a[5] != b[5]) << 5 |
		       (a[6] != b[6]) << 6 | (a[7] != b[7]) << 7);
}

static __u64 words_that_differ(const __u32 *last, const __u32 *now, unsigned int n)
{
	__u64 words = 0;
	unsigned int w = 0;

	for (; w + GROUP <= n; w += GROUP)
		words |= eight_that_differ(last + w, now + w) << w;
	for (; w < n; w++)
		words |= (__u64)(now[w] != last[w]) << w;
	return words;
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

static __u8 *put_words(const __u32 *last, const __u32 *now, __u64 differ, __u8 *at)
{
	for (; differ; differ &= differ - 1) {
		unsigned int w = (unsigned int)__builtin_ctzll(differ);

		at = varint__put(at, zigzag((__s32)(now[w] - last[w])));
	}
	return at;
}

/* The shape with them. */
static __u8 *put_words_and_shape(const __u32 *last, const __u32 *now, __u64 differ, __u8 *at)
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
		__u32 words[sizeof(union any_event) / sizeof(__u32)];
	} now;
	const __u32 *words = now.words + FIRST_WORD / sizeof(__u32);
	size_t size = record_size(rec->kind);
	__u32 *last;
	__u64 differ;
	__u8 slot, *shape;
	bool known;

	if (!size || rec->size != size)
		return NULL;
	memcpy(&now.rec, rec, size);
	slot = slot_of(&now.rec);
	last = last_of(c, rec->kind, slot);
	relate(&now.rec, rec->kind, false);
	differ = words_that_differ(last, words, (size - FIRST_WORD) / sizeof(__u32));
	shape = &c->shape_of[(differ * 0x9e3779b97f4a7c15ULL >> 57) ^ rec->kind];
	known = shape_known(c, *shape, rec->kind, differ);
	*at++ = known ? SHAPE | *shape : rec->kind;
	*at++ = slot;
	at = varint__put(at, zigzag((__s64)(rec->ts - c->ts)));
	c->ts = rec->ts;
	if (known) {
		at = put_words(last, words, differ, at);
	} else {
		at = put_words_and_shape(last, words, differ, at);
		*shape = (__u8)remember_shape(c, rec->kind, differ);
	}
	memcpy(last, words, size - FIRST_WORD);
	return at;
}

__u8 *codec__put_tick(struct codec *c, __u64 ts, __u8 *at)
{
	*at++ = TICK;
	at = varint__put(at, zigzag((__s64)(ts - c->ts)));
	c->ts = ts;
	return at;
}

static const __u8 *get_words(__u32 *last, __u64 differ, const __u8 *at)
{
	for (; differ; differ &= differ - 1) {
		__u64 v = *at++;

		if (v & 0x80)
			at = varint__get(at - 1, &v);
		last[__builtin_ctzll(differ)] += (__u32)unzigzag(v);
	}
	return at;
}

/* NULL: there is a word beyond n. */
static const __u8 *get_words_and_shape(__u32 *last, unsigned int n, __u64 *differ, const __u8 *at)
{
	unsigned int groups = *at++;

	*differ = 0;
	for (; groups; groups &= groups - 1) {
		__u64 in_group = (__u64)*at++ << GROUP * (unsigned int)__builtin_ctz(groups);

		if (in_group >> n)
			return NULL;
		at = get_words(last, in_group, at);
		*differ |= in_group;
	}
	return at;
}

const __u8 *codec__get(struct codec *c, const __u8 *at, enum codec_item *item, union any_event *rec)
{
	__u8 kind = *at++, slot, shape = kind & ~SHAPE;
	bool known = kind & SHAPE;
	unsigned int n;
	__u32 *last;
	__u64 words, v;

	if (known) {
		if (shape >= c->n_shapes)
			return NULL;
		kind = c->shapes[shape].kind;
	}
	n = record_size(kind) / sizeof(__u32);
	if (kind != TICK && !n)
		return NULL;
	*item = kind == TICK ? CODEC_TICK : CODEC_RECORD;
	slot = kind == TICK ? 0 : *at++;
	at = varint__get(at, &v);
	c->ts += (__u64)unzigzag(v);
	rec->e.ts = c->ts;
	if (kind == TICK)
		return at;
	n -= FIRST_WORD / sizeof(__u32);
	last = last_of(c, kind, slot);
	if (known) {
		at = get_words(last, c->shapes[shape].words, at);
	} else {
		at = get_words_and_shape(last, n, &words, at);
		if (!at)
			return NULL;
		remember_shape(c, kind, words);
	}
	memcpy((char *)rec + FIRST_WORD, last, n * sizeof(__u32));
	/* Fields are append-only: what an older record lacks is zero. */
	if (rec->e.kind != kind || rec->e.size > record_size(kind))
		return NULL;
	rec->e.size = (__u16)record_size(kind);
	relate(rec, kind, true);
	return at;
}
