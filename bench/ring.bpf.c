/* SPDX-License-Identifier: GPL-2.0 */
/* Writes records into a ring as fast as possible, or with other work between them. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "abi/event.h"
#include "core/ring.bpf.h"

char LICENSE[] SEC("license") = "GPL";

struct ring_ends ring_ends[RING_CPUS] = {};
const volatile struct ring_shape ring_shape = {};

struct ringbuf {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
};

struct ringbuf one SEC(".maps"), other SEC(".maps");

__u64 full[3] = {};

enum { ONE, OTHER, OURS };

struct batch {
	__u32 ring;
	__u32 clocks; /* looks at the clock between two records: work that takes no memory */
};

static __always_inline struct ev_op *reserve(__u32 ring)
{
	switch (ring) {
	case ONE:
		return bpf_ringbuf_reserve(&one, sizeof(struct ev_op), 0);
	case OTHER:
		return bpf_ringbuf_reserve(&other, sizeof(struct ev_op), 0);
	}
	return ring_reserve(bpf_get_smp_processor_id(), sizeof(struct ev_op));
}

static __always_inline long emit(__u32 ring)
{
	struct ev_op *e = reserve(ring);

	if (!e) {
		__sync_fetch_and_add(&full[ring], 1);
		return 1;
	}
	__builtin_memset(e, 0, sizeof(*e));
	e->e.size = sizeof(*e);
	if (ring == OURS)
		ring_submit(e);
	else
		bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
	return 0;
}

/* The verifier wants each ring to be a constant. */
static long emit_one(__u32 i, struct batch *b)
{
	for (int n = 0; n < 64 && n < b->clocks; n++)
		bpf_ktime_get_ns();
	if (b->ring == ONE)
		return emit(ONE);
	return b->ring == OTHER ? emit(OTHER) : emit(OURS);
}

struct work {
	__u32 records, ring, clocks;
};

/* BPF_PROG_TEST_RUN gives it a struct work behind the head of a packet. */
SEC("tc")
int emit_batch(struct __sk_buff *skb)
{
	struct batch b = {};
	struct work w;

	if (bpf_skb_load_bytes(skb, 14, &w, sizeof(w)))
		return 1;
	b.ring = w.ring;
	b.clocks = w.clocks;
	bpf_loop(w.records, emit_one, &b, 0);
	return 0;
}
