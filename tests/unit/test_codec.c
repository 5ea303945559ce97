/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the codec of records: what goes in comes out. */
#include <stdlib.h>

#include "file/codec.h"
#include "file/differ.h"
#include "lib/record.h"
#include "trace_rig.h"
#include "file/varint.h"

static void a_number_has_the_same_bytes_either_way(void **state)
{
	for (unsigned int i = 0; i < 64 * 3; i++) {
		__u64 v = (1ULL << i / 3) + i % 3 - 1, got;
		__u8 a[VARINT_MAX] = {0}, b[VARINT_MAX] = {0};
		const __u8 *end = varint__put(a, v);

		assert_int_equal(varint__put_small(b, v) - b, end - a);
		assert_memory_equal(a, b, (size_t)(end - a));
		assert_ptr_equal(varint__get(a, &got), end);
		assert_true(got == v);
	}
}

static void the_codec_takes_every_bit_pattern(void **state)
{
	struct codec *enc = calloc(1, sizeof(*enc)), *dec = calloc(1, sizeof(*dec));
	__u8 buf[CODEC_MAX + CODEC_PAD] = {0};
	static const __u8 kinds[] = {EV_OP,    EV_WAIT,	  EV_SIGNAL_GEN, EV_SIGNAL_DELIVER,
				     EV_FORK,  EV_EXEC,	  EV_EXIT,	 EV_OBJECT,
				     EV_LOST,  EV_RENAME, EV_TASK,	 EV_MAP,
				     EV_FAULT, EV_ACCESS, EV_SYMBOL,	 EV_WATCH};

	assert_non_null(enc);
	assert_non_null(dec);
	srandom(1);
	for (unsigned int i = 0; i < 20000; i++) {
		union any_event rec, got;
		enum codec_item item;
		const __u8 *end;

		for (size_t b = 0; b < sizeof(rec); b++)
			((__u8 *)&rec)[b] = random() & 1 ? 0xff : (__u8)random();
		rec.e.kind = kinds[i % sizeof(kinds)];
		rec.e.size = (__u16)record_size(rec.e.kind);
		end = codec__put(enc, &rec.e, buf);
		assert_non_null(end);
		assert_true(end <= buf + CODEC_MAX);
		assert_ptr_equal(codec__get(dec, buf, &item, &got), end);
		assert_int_equal(item, CODEC_RECORD);
		assert_memory_equal(&rec, &got, rec.e.size);
	}
	free(enc);
	free(dec);
}

/* However the machine compares. */
static void words_differ_or_do_not(void **state)
{
	__u32 last[CODEC_ROOM], now[CODEC_ROOM];

	srandom(1);
	for (unsigned int i = 0; i < 5000; i++) {
		unsigned int n = 1 + (unsigned int)random() % CODEC_WORDS;

		for (unsigned int w = 0; w < CODEC_ROOM; w++) {
			last[w] = (__u32)random();
			now[w] = random() & 1 ? last[w] : last[w] ^ 1U << (random() & 31);
		}
		assert_true(words_that_differ(last, now, n) ==
			    words_that_differ_plainly(last, now, n));
	}
	assert_true(words_that_differ_plainly((__u32[]){1, 2, 3}, (__u32[]){1, 0, 4}, 3) == 6);
}

/* Whatever repeats, and whenever a shape is told by its number, the same record comes back. */
static void shapes_are_forgotten_in_order(void **state)
{
	struct codec *enc = calloc(1, sizeof(*enc)), *dec = calloc(1, sizeof(*dec));
	__u8 buf[CODEC_MAX + CODEC_PAD] = {0};
	size_t with_masks = 0, without = 0;

	assert_non_null(enc);
	assert_non_null(dec);
	srandom(1);
	for (unsigned int i = 0; i < 4000; i++) {
		/* First 16 shapes in turn, then more than are remembered. */
		unsigned int differ = i < 2000 ? i % 16 : (unsigned int)random() % 1024;
		union any_event rec = nth_record(0), got;
		enum codec_item item;
		const __u8 *end;

		rec.e.ts += i;
		for (unsigned int w = 0; w < STATE_WORDS; w++) {
			rec.op.before.v[w] = differ >> w & 1 ? i : 0;
			rec.op.after.v[w] = rec.op.before.v[w] + (differ >> w & 0x20);
		}
		end = codec__put(enc, &rec.e, buf);
		assert_non_null(end);
		assert_ptr_equal(codec__get(dec, buf, &item, &got), end);
		assert_memory_equal(&rec, &got, rec.e.size);
		if (i < 16)
			with_masks += (size_t)(end - buf);
		else if (i >= 32 && i < 48)
			without += (size_t)(end - buf);
	}
	assert_true(enc->n_shapes == dec->n_shapes && enc->n_shapes > CODEC_SHAPES);
	assert_true(without < with_masks);
	free(enc);
	free(dec);
}

static void an_unknown_shape_is_refused(void **state)
{
	struct codec *dec = calloc(1, sizeof(*dec));
	__u8 buf[CODEC_MAX + CODEC_PAD] = {0x80};
	enum codec_item item;
	union any_event rec;

	assert_non_null(dec);
	assert_null(codec__get(dec, buf, &item, &rec));
	buf[0] = 0xff;
	assert_null(codec__get(dec, buf, &item, &rec));
	free(dec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_number_has_the_same_bytes_either_way),
	    cmocka_unit_test(the_codec_takes_every_bit_pattern),
	    cmocka_unit_test(words_differ_or_do_not),
	    cmocka_unit_test(shapes_are_forgotten_in_order),
	    cmocka_unit_test(an_unknown_shape_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
