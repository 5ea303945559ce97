/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hooks' end of the rings (abi/ring.h). Each processor has its own ring, so no lock is needed:
 * a hook that interrupts another one on the same processor takes the next place.
 * bpf_ringbuf_reserve() takes a lock with interrupts off, in a cache line that all processors
 * write.
 */
#ifndef IPCTRACE_CORE_RING_BPF_H
#define IPCTRACE_CORE_RING_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "abi/ring.h"
#include "arch/arch.bpf.h"

/* The loader gives it its size. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, RING_PIECE + RING_SLACK);
} ring_pieces SEC(".maps") __weak;

extern struct ring_ends ring_ends[RING_CPUS];

extern const volatile struct ring_shape ring_shape;

#define RING_TRIES 2 /* interrupted within a few instructions each time: no, not more often */
#define RING_FULL  (-1ULL)

/* The next bytes of a ring. */
static __always_inline __u64 ring_take(struct ring_ends *ends, __u64 bytes)
{
	for (int i = 0; i < RING_TRIES; i++) {
		__u64 at = *(volatile __u64 *)&ends->head;

		/* The tail may be beyond what the head was, if this was interrupted. */
		if ((__s64)(at + bytes - *(volatile __u64 *)&ends->tail) > (__s64)ring_shape.bytes)
			break;
		if (__sync_val_compare_and_swap(&ends->head, at, at + bytes) == at)
			return at;
	}
	return RING_FULL;
}

/* Room for size bytes, a multiple of 8, on this processor, cpu; NULL: the ring is full. */
static __always_inline void *ring_reserve(__u32 cpu, __u64 size)
{
	__u64 bytes = size + sizeof(__u64), at, *mark;
	__u32 piece;
	void *base;

	if (cpu >= ring_shape.cpus)
		return NULL;
	at = ring_take(&ring_ends[cpu & (RING_CPUS - 1)], bytes);
	if (at == RING_FULL)
		return NULL;
	piece = cpu * ring_shape.pieces +
		(__u32)((at & (ring_shape.bytes - 1)) >> (ring_shape.piece_bits & 31));
	base = bpf_map_lookup_elem(&ring_pieces, &piece);
	if (!base)
		return NULL;
	mark = base + (at & (ring_shape.piece - 1));
	*mark = ~ring_mark(&ring_shape, at, bytes);
	return mark + 1;
}

static __always_inline void ring_finish(void *record, __u64 how)
{
	__u64 *mark = (__u64 *)record - 1;

	stores_in_order();
	*(volatile __u64 *)mark = ~*mark ^ how;
}

#define ring_submit(record)  ring_finish(record, 0)
#define ring_discard(record) ring_finish(record, RING_DISCARDED)

#endif
