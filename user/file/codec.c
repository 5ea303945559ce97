/* SPDX-License-Identifier: GPL-2.0 */
/* Records in few bytes: each as its difference from the last one of the same kind and task. */
#include "codec.h"

#include <stddef.h>
#include <string.h>

#include "record.h"
#include "varint.h"

#define TICK	   0 /* no kind of record */
#define GROUP	   8 /* words that share a byte of the mask */
#define FIRST_WORD sizeof(__u64)

_Static_assert(CODEC_WORDS <= 8 * GROUP, "the mask of groups is one byte");
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

static __u8 *put_words(__u32 *last, const __u32 *now, unsigned int n, __u8 *at)
{
	__u8 *groups = at++;

	*groups = 0;
	for (unsigned int g = 0; g * GROUP < n; g++) {
		__u8 *mask = at;

		for (unsigned int i = 0; i < GROUP && g * GROUP + i < n; i++) {
			unsigned int w = g * GROUP + i;

			if (now[w] == last[w])
				continue;
			if (!(*groups & 1U << g)) {
				*groups |= 1U << g;
				*mask = 0;
				at++;
			}
			*mask |= 1U << i;
			at = varint__put(at, zigzag((__s32)(now[w] - last[w])));
			last[w] = now[w];
		}
	}
	return at;
}

__u8 *codec__put(struct codec *c, const struct event *rec, __u8 *at)
{
	union any_event related;
	__u32 words[CODEC_WORDS], *last;
	size_t size = record_size(rec->kind);

	if (!size || rec->size != size)
		return NULL;
	memcpy(&related, rec, size);
	relate(&related, rec->kind, false);
	memcpy(words, (char *)&related + FIRST_WORD, size - FIRST_WORD);
	last = last_of(c, rec->kind, rec->tid % CODEC_SLOTS);
	*at++ = rec->kind;
	*at++ = rec->tid % CODEC_SLOTS;
	at = varint__put(at, zigzag((__s64)(rec->ts - c->ts)));
	c->ts = rec->ts;
	return put_words(last, words, (size - FIRST_WORD) / sizeof(__u32), at);
}

__u8 *codec__put_tick(struct codec *c, __u64 ts, __u8 *at)
{
	*at++ = TICK;
	at = varint__put(at, zigzag((__s64)(ts - c->ts)));
	c->ts = ts;
	return at;
}

/* NULL: there is a word beyond n. */
static const __u8 *get_words(__u32 *last, unsigned int n, const __u8 *at)
{
	unsigned int groups = *at++;

	for (; groups; groups &= groups - 1) {
		unsigned int first = GROUP * (unsigned int)__builtin_ctz(groups), mask = *at++;

		if (first >= n || (n - first < GROUP && mask >> (n - first)))
			return NULL;
		for (; mask; mask &= mask - 1) {
			__u64 v = *at++;

			if (v & 0x80)
				at = varint__get(at - 1, &v);
			last[first + (unsigned int)__builtin_ctz(mask)] += (__u32)unzigzag(v);
		}
	}
	return at;
}

const __u8 *codec__get(struct codec *c, const __u8 *at, enum codec_item *item, union any_event *rec)
{
	__u8 kind = *at++, slot = 0;
	size_t size = record_size(kind);
	__u32 *last;
	__u64 v;

	if (kind != TICK && !size)
		return NULL;
	*item = kind == TICK ? CODEC_TICK : CODEC_RECORD;
	if (kind != TICK)
		slot = *at++;
	at = varint__get(at, &v);
	c->ts += (__u64)unzigzag(v);
	rec->e.ts = c->ts;
	if (kind == TICK)
		return at;
	last = last_of(c, kind, slot);
	at = get_words(last, (size - FIRST_WORD) / sizeof(__u32), at);
	memcpy((char *)rec + FIRST_WORD, last, size - FIRST_WORD);
	/* Fields are append-only: what an older record lacks is zero. */
	if (rec->e.kind != kind || rec->e.size > size)
		return NULL;
	rec->e.size = size;
	relate(rec, kind, true);
	return at;
}
