/* SPDX-License-Identifier: GPL-2.0 */
/* A pipe's state. */
#ifndef IPCTRACE_PIPE_BPF_H
#define IPCTRACE_PIPE_BPF_H

#include "file.bpf.h"

struct slot_walk {
	struct pipe_buffer *bufs;
	__u32 tail, mask, bytes;
};

static __always_inline __u32 slot_len(const struct slot_walk *w, __u32 i)
{
	struct pipe_buffer *b = (void *)w->bufs + (__u64)((w->tail + i) & w->mask) *
						      bpf_core_type_size(struct pipe_buffer);

	return BPF_CORE_READ(b, len);
}

static long add_slot(__u32 i, struct slot_walk *w)
{
	w->bytes += slot_len(w, i);
	return 0;
}

/* Reads without the pipe's mutex: a state that another task is changing may be one step old. */
VERIFIED_ONCE int pipe_state(__u64 pipe, struct ipc_state *st)
{
	struct pipe_inode_info *p = (void *)pipe;
	__u32 head, tail, used;
	struct slot_walk w = {};

	if (!p || !st)
		return 0;
	head = pipe_head(p);
	tail = pipe_tail(p);
	used = head - tail;
	st->v[PIPE_USED] = used;
	st->v[PIPE_SLOTS] = BPF_CORE_READ(p, max_usage);
	st->v[PIPE_RING] = BPF_CORE_READ(p, ring_size);
	st->v[PIPE_READERS] = BPF_CORE_READ(p, readers);
	st->v[PIPE_WRITERS] = BPF_CORE_READ(p, writers);
	w.bufs = BPF_CORE_READ(p, bufs);
	w.tail = tail;
	w.mask = st->v[PIPE_RING] - 1;
	if (used <= 2) {
		if (used > 0)
			w.bytes = slot_len(&w, 0);
		if (used > 1)
			w.bytes += slot_len(&w, 1);
	} else {
		bpf_loop(used & 0xffff, add_slot, &w, 0);
	}
	st->v[PIPE_BYTES] = w.bytes;
	return 0;
}

#endif
