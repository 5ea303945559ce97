/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How records come from the hooks to user space: one ring for each processor, written by its hooks
 * only and read by one reader. Shared by kernel side and user side; includes nothing.
 *
 * A place in a ring is a number of bytes that only grows. The ring's memory consists of pieces,
 * because the elements of an array map may not be large. Each piece has slack behind it, so a
 * record is never cut in two. A record begins with its mark, which the hook writes last: a number
 * that only this place has, and only in this round.
 */
#ifndef IPCTRACE_ABI_RING_H
#define IPCTRACE_ABI_RING_H

#define RING_PIECE (1U << 20) /* bytes at most, without the slack */
#define RING_SLACK 512	      /* the longest record, with its mark */

#define RING_CPUS 1024 /* at most */

/* What each end of a ring has written, and read, so far: a cache line each. */
struct ring_ends {
	__u64 head;
	__u64 pad_head[7];
	__u64 tail;
	__u64 pad_tail[7];
};

/* The same for all rings; bytes and piece are powers of two. */
struct ring_shape {
	__u64 key;	  /* random, of this run: what a traced program may store is no mark */
	__u64 bytes;	  /* of one ring */
	__u32 piece;	  /* bytes of it, without the slack */
	__u32 piece_bits; /* piece is 1 << piece_bits */
	__u32 pieces;	  /* of one ring */
	__u32 cpus;
};

#define RING_BYTES     0x7fffU /* of a mark: of the record, with its mark */
#define RING_DISCARDED 0x8000U
#define RING_AT_SHIFT  16

static inline __u64 ring_mark(const volatile struct ring_shape *shape, __u64 at, __u64 bytes)
{
	return (at << RING_AT_SHIFT | bytes) ^ shape->key;
}

#endif
