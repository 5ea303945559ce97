/* SPDX-License-Identifier: GPL-2.0 */
/* Writes records into a ring buffer as fast as it can, or with other work between them. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "event.h"

char LICENSE[] SEC("license") = "GPL";

struct ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
};

struct ring one SEC(".maps"), other SEC(".maps");

__u64 full[2] = {};

struct batch {
	__u32 other;  /* which ring */
	__u32 clocks; /* looks at the clock between two records: work that takes no memory */
};

static __always_inline long emit(void *ring, __u32 which)
{
	struct ev_op *e = bpf_ringbuf_reserve(ring, sizeof(*e), 0);

	if (!e) {
		__sync_fetch_and_add(&full[which], 1);
		return 1;
	}
	__builtin_memset(e, 0, sizeof(*e));
	e->e.size = sizeof(*e);
	bpf_ringbuf_submit(e, BPF_RB_NO_WAKEUP);
	return 0;
}

static long emit_one(__u32 i, struct batch *b)
{
	for (int n = 0; n < 64 && n < b->clocks; n++)
		bpf_ktime_get_ns();
	return b->other ? emit(&other, 1) : emit(&one, 0);
}

struct work {
	__u32 records, other, clocks;
};

/* BPF_PROG_TEST_RUN gives it a struct work behind the head of a packet. */
SEC("tc")
int emit_batch(struct __sk_buff *skb)
{
	struct batch b = {};
	struct work w;

	if (bpf_skb_load_bytes(skb, 14, &w, sizeof(w)))
		return 1;
	b.other = w.other;
	b.clocks = w.clocks;
	bpf_loop(w.records, emit_one, &b, 0);
	return 0;
}
