/* SPDX-License-Identifier: GPL-2.0 */
/* A pipe's state. */
#ifndef IPCTRACE_PIPE_BPF_H
#define IPCTRACE_PIPE_BPF_H

#include "file.bpf.h"

/*
 * One buffer for what is read together, because a helper call costs more than the bytes. A larger
 * one does not fit on the stack below emit_ref().
 */
#define CHUNK	      88
#define SLOTS_AT_ONCE 2
#define SLOT_MAX      (CHUNK / SLOTS_AT_ONCE) /* sizeof(struct pipe_buffer) is 40 */
#define RING_USUAL    16

struct slot_walk {
	void *bufs;
	__u32 at, left, ring; /* slots */
	__u32 bytes;
};

static long add_slot(__u32 i, struct slot_walk *w)
{
	__u64 at = (w->at + i) & (w->ring - 1);
	struct pipe_buffer *b = w->bufs + at * bpf_core_type_size(struct pipe_buffer);

	w->bytes += BPF_CORE_READ(b, len);
	return 0;
}

/* The next slots up to the ring's end, two with one read. */
static __always_inline void add_slots(struct slot_walk *w, char buf[CHUNK])
{
	__u32 size = bpf_core_type_size(struct pipe_buffer);
	__u32 len = bpf_core_field_offset(struct pipe_buffer, len);
	__u32 n = w->ring - w->at;
	__u64 chunk;

	if (n > w->left)
		n = w->left;
	if (n > SLOTS_AT_ONCE)
		n = SLOTS_AT_ONCE;
	if (!n)
		return;
	w->left -= n;
	chunk = (__u64)n * size;
	barrier_var(chunk); /* or the verifier of 6.1 does not see the bound */
	if (chunk > CHUNK || bpf_probe_read_kernel(buf, chunk, w->bufs + (__u64)w->at * size))
		return;
	w->bytes += *(__u32 *)(buf + len);
	if (n > 1)
		w->bytes += *(__u32 *)(buf + size + len);
	w->at = (w->at + n) & (w->ring - 1);
}

static __always_inline void add_six_slots(struct slot_walk *w, char buf[CHUNK])
{
	add_slots(w, buf);
	add_slots(w, buf);
	add_slots(w, buf);
}

/*
 * From head on, what a state is made of lies close together: one read instead of seven.
 * False where this kernel's pipe is laid out otherwise.
 */
static __always_inline bool read_at_once(struct pipe_inode_info *p, struct ipc_state *st,
					 struct slot_walk *w, char buf[CHUNK])
{
	__u32 head = pipe_head_offset();
	__u32 bufs = bpf_core_field_offset(struct pipe_inode_info, bufs);

#define WORD(field)                                                                                \
	(*(__u32 *)(buf + (bpf_core_field_offset(struct pipe_inode_info, field) - head)))
	if (bufs < head || bufs + sizeof(void *) > head + CHUNK ||
	    bpf_probe_read_kernel(buf, bufs + sizeof(void *) - head, (void *)p + head))
		return false;
	w->at = *(__u32 *)(buf + (pipe_tail_offset() - head));
	st->v[PIPE_USED] = *(__u32 *)buf - w->at;
	st->v[PIPE_SLOTS] = WORD(max_usage);
	st->v[PIPE_RING] = WORD(ring_size);
	st->v[PIPE_READERS] = WORD(readers);
	st->v[PIPE_WRITERS] = WORD(writers);
	w->bufs = *(void **)(buf + (bufs - head));
#undef WORD
	return true;
}

/* Reads without the pipe's mutex: a state that another task is changing may be one step old. */
VERIFIED_ONCE int pipe_state(__u64 pipe, struct ipc_state *st)
{
	struct pipe_inode_info *p = (void *)pipe;
	char buf[CHUNK] __attribute__((aligned(8)));
	struct slot_walk w = {};

	if (!p || !st)
		return 0;
	if (!read_at_once(p, st, &w, buf)) {
		w.at = pipe_tail(p);
		st->v[PIPE_USED] = pipe_head(p) - w.at;
		st->v[PIPE_SLOTS] = BPF_CORE_READ(p, max_usage);
		st->v[PIPE_RING] = BPF_CORE_READ(p, ring_size);
		st->v[PIPE_READERS] = BPF_CORE_READ(p, readers);
		st->v[PIPE_WRITERS] = BPF_CORE_READ(p, writers);
		w.bufs = BPF_CORE_READ(p, bufs);
	}
	w.ring = st->v[PIPE_RING];
	w.at &= w.ring - 1;
	w.left = st->v[PIPE_USED];
	if (w.left == 1) {
		add_slot(0, &w);
	} else if (w.left <= RING_USUAL && bpf_core_type_size(struct pipe_buffer) <= SLOT_MAX) {
		/* 6.1 takes no loop here. Nine times two: the ring may end within a pair. */
		add_six_slots(&w, buf);
		add_six_slots(&w, buf);
		add_six_slots(&w, buf);
	} else {
		bpf_loop(w.left & 0xffff, add_slot, &w, 0);
	}
	st->v[PIPE_BYTES] = w.bytes;
	return 0;
}

#endif
