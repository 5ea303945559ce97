/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers in as few bytes as they need: seven bits in each byte, the least significant first; the
 * top bit means that more follow.
 */
#ifndef IPCTRACE_FILE_VARINT_H
#define IPCTRACE_FILE_VARINT_H

#include <linux/types.h>

#define VARINT_MAX 10

static inline __u8 *varint__put(__u8 *at, __u64 v)
{
	for (; v >= 0x80; v >>= 7)
		*at++ = (__u8)v | 0x80;
	*at++ = (__u8)v;
	return at;
}

/* The same without a branch for one byte or two, where two can be written in any case. */
static inline __u8 *varint__put_small(__u8 *at, __u64 v)
{
	unsigned int more = v >= 0x80;

	if (v >= 0x4000)
		return varint__put(at, v);
	at[0] = (__u8)((v & 0x7f) | more << 7);
	at[1] = (__u8)(v >> 7);
	return at + 1 + more;
}

/* Reads at most VARINT_MAX bytes, which must be there. */
static inline const __u8 *varint__get(const __u8 *at, __u64 *v)
{
	__u64 sum = *at & 0x7f;

	for (unsigned int shift = 7; *at++ & 0x80 && shift < 70; shift += 7)
		sum |= (__u64)(*at & 0x7f) << shift;
	*v = sum;
	return at;
}

/* Signed numbers near zero become small ones: 0, -1, 1, -2, ... */
static inline __u64 zigzag(__s64 v)
{
	return ((__u64)v << 1) ^ (__u64)(v >> 63);
}

static inline __s64 unzigzag(__u64 v)
{
	return (__s64)(v >> 1) ^ -(__s64)(v & 1);
}

#endif
