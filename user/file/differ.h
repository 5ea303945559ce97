/* SPDX-License-Identifier: GPL-2.0 */
/* Which words of a record differ from the last one's. The codec spends most of its time here. */
#ifndef IPCTRACE_FILE_DIFFER_H
#define IPCTRACE_FILE_DIFFER_H

#include <linux/types.h>

/* A word of a record, whatever its fields are. */
typedef __u32 __attribute__((may_alias)) word;

/* Bit w: word w differs, of n < 64 words. On any machine. */
static inline __u64 words_that_differ_plainly(const __u32 *last, const word *now, unsigned int n)
{
	__u64 differ = 0;

	for (unsigned int w = 0; w < n; w++)
		differ |= (__u64)(last[w] != now[w]) << w;
	return differ;
}

#ifdef __SSE2__

#include <emmintrin.h>

/*
 * now is loaded in halves, because a load waits for narrower stores that are still on their way to
 * memory.
 */
static inline __m128i four_that_agree(const __u32 *last, const word *now)
{
	__m128i a = _mm_loadu_si128((const __m128i *)last);
	__m128i b = _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)now),
				       _mm_loadl_epi64((const __m128i *)(now + 2)));

	return _mm_cmpeq_epi32(a, b);
}

static inline unsigned int sixteen_that_agree(const __u32 *last, const word *now)
{
	__m128i a = _mm_packs_epi32(four_that_agree(last, now), four_that_agree(last + 4, now + 4));
	__m128i b = _mm_packs_epi32(four_that_agree(last + 8, now + 8),
				    four_that_agree(last + 12, now + 12));

	return (unsigned int)_mm_movemask_epi8(_mm_packs_epi16(a, b));
}

/*
 * Without a branch, because which words differ cannot be predicted. Reads both up to a multiple of
 * 16.
 */
static inline __u64 words_that_differ(const __u32 *last, const word *now, unsigned int n)
{
	__u64 agree = 0;

	for (unsigned int w = 0; w < n; w += 16)
		agree |= (__u64)sixteen_that_agree(last + w, now + w) << w;
	return ~agree & ((1ULL << n) - 1);
}

#else
#define words_that_differ words_that_differ_plainly
#endif

#endif
