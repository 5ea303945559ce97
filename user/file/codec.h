/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Encodes each record as its difference from the last one of the same kind and slot. If the same
 * words differ as in an earlier record, its shape is written as the number of that one's shape.
 * docs/FILE.md has the bytes. Encoder and decoder start from the same state, codec__reset().
 */
#ifndef IPCTRACE_FILE_CODEC_H
#define IPCTRACE_FILE_CODEC_H

#include <stdbool.h>
#include <linux/types.h>

#include "abi/event.h"
#include "file/calls.h"

enum {
	CODEC_KINDS = 17,
	CODEC_SLOTS = 256, /* what is told apart: a task's descriptors, as far as there is room */
	CODEC_SHAPES = 128,
	CODEC_WORDS = (sizeof(union any_event) - sizeof(__u64)) / sizeof(__u32),
	CODEC_ROOM = (CODEC_WORDS + 15) / 16 * 16, /* for words: sixteen are compared at once */
	/* Kind, slot, time, mask of groups, a mask a group, the words: no item is longer. */
	CODEC_MAX = 2 + 10 + 1 + (CODEC_WORDS + 7) / 8 + CODEC_WORDS * 5,
	/* What the decoder may look at beyond the end of damaged items: one of 64 words, each of which
	 * is as long as a number can be. */
	CODEC_PAD = 2 + 10 + 1 + 8 + 64 * 10,
};

/* Which words of a record differ from the last one's. */
struct codec_shape {
	__u64 words; /* bit n: word n */
	__u8 kind;
};

struct codec {
	__u64 ts; /* of the last item */
	/* The encoder's: ids of system calls, that stand in a file; NULL: it has none */
	const struct calls *calls;
	__u32 n_shapes; /* that were written out; the n-th has number n % CODEC_SHAPES */
	bool newer;	/* the decoder's: records may have kinds and words that are not known */
	struct codec_shape shapes[CODEC_SHAPES];
	__u8 shape_of[CODEC_SHAPES];	     /* the encoder's: by a hash, where it may be */
	bool used[CODEC_KINDS][CODEC_SLOTS]; /* false: last is not set, and stands for zeros */
	__u32 last[CODEC_KINDS][CODEC_SLOTS][CODEC_ROOM];
};

enum codec_item { CODEC_RECORD, CODEC_TICK, CODEC_UNKNOWN };

void codec__reset(struct codec *c);
/* Writes at most CODEC_MAX bytes; returns the end. NULL: the record's kind or size is none. */
__u8 *codec__put(struct codec *c, const struct event *rec, __u8 *at);
/* A time instead of a record. */
__u8 *codec__put_tick(struct codec *c, __u64 ts, __u8 *at);
/*
 * Reads one item from at; CODEC_PAD bytes must be readable there. Returns the end, or NULL for what
 * no encoder writes. A tick and a record of an unknown kind set only rec->e.ts. rec is a whole
 * record: its size is that of its kind.
 */
const __u8 *codec__get(struct codec *c, const __u8 *at, enum codec_item *item,
		       union any_event *rec);

#endif
