/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads from kernel memory what every operation and wait needs: which pipe is behind a descriptor,
 * its state, who sleeps on it, and the current task's name.
 */
#include "mech/held.bpf.h"
#include "mech/pipe.bpf.h"
#include "mech/read.bpf.h"
#include "core/waitlist.bpf.h"

/*
 * One buffer for what is read together, because a helper call costs more than the bytes. A larger
 * one does not fit on the stack below emit_ref().
 */
#define CHUNK	    88 /* two of struct pipe_buffer are 80 */
#define SLOTS_USUAL 16
#define SLOTS_MAX   (1 << 19) /* F_SETPIPE_SZ takes 2^31 bytes at most */

struct slot_walk {
	struct pipe_slots s;
	char buf[CHUNK] __attribute__((aligned(8)));
};

static __always_inline void *slot(const struct slot_walk *w, __u32 at)
{
	return (void *)w->s.bufs +
	       (__u64)(at & (w->s.ring - 1)) * bpf_core_type_size(struct pipe_buffer);
}

/* The next slots up to the ring's end, two with one read. */
static long add_slots(__u32 i, struct slot_walk *w)
{
	__u32 size = bpf_core_type_size(struct pipe_buffer);
	__u32 len = bpf_core_field_offset(struct pipe_buffer, len);
	__u32 at = w->s.at & (w->s.ring - 1);
	__u32 n = w->s.left > 1 && at + 1 < w->s.ring ? 2 : 1;

	if (!w->s.left)
		return 1;
	if (2 * size > CHUNK) { /* not on any kernel so far */
		struct pipe_buffer *b = slot(w, at);

		w->s.bytes += BPF_CORE_READ(b, len);
		w->s.left--;
		w->s.at = at + 1;
		return 0;
	}
	if (bpf_probe_read_kernel(w->buf, n > 1 ? 2 * size : size, slot(w, at)))
		return 1;
	w->s.bytes += *(__u32 *)(w->buf + len);
	if (n > 1)
		w->s.bytes += *(__u32 *)(w->buf + size + len);
	w->s.left -= n;
	w->s.at = at + n;
	return 0;
}

/*
 * From head on, the words of a state lie close together: one read instead of seven. False if this
 * kernel's pipe has another layout.
 */
static __always_inline bool read_at_once(struct pipe_inode_info *p, struct ipc_state *st,
					 struct slot_walk *w)
{
	__u32 head = pipe_head_offset();
	__u32 bufs = bpf_core_field_offset(struct pipe_inode_info, bufs);

#define WORD(field)                                                                                \
	(*(__u32 *)(w->buf + (bpf_core_field_offset(struct pipe_inode_info, field) - head)))
	if (bufs < head || bufs + sizeof(void *) > head + CHUNK ||
	    bpf_probe_read_kernel(w->buf, bufs + sizeof(void *) - head, (void *)p + head))
		return false;
	w->s.at = *(__u32 *)(w->buf + (pipe_tail_offset() - head));
	st->v[PIPE_USED] = *(__u32 *)w->buf - w->s.at;
	st->v[PIPE_SLOTS] = WORD(max_usage);
	st->v[PIPE_RING] = WORD(ring_size);
	st->v[PIPE_READERS] = WORD(readers);
	st->v[PIPE_WRITERS] = WORD(writers);
	w->s.bufs = *(__u64 *)(w->buf + (bufs - head));
#undef WORD
	return true;
}

static __always_inline void read_one_by_one(struct pipe_inode_info *p, struct ipc_state *st,
					    struct slot_walk *w)
{
	w->s.at = pipe_tail(p);
	st->v[PIPE_USED] = pipe_head(p) - w->s.at;
	st->v[PIPE_SLOTS] = BPF_CORE_READ(p, max_usage);
	st->v[PIPE_RING] = BPF_CORE_READ(p, ring_size);
	st->v[PIPE_READERS] = BPF_CORE_READ(p, readers);
	st->v[PIPE_WRITERS] = BPF_CORE_READ(p, writers);
	w->s.bufs = (__u64)BPF_CORE_READ(p, bufs);
}

static long add_typed_slot(__u32 i, struct pipe_slots *s)
{
	s->bytes += typed_slot(s->bufs, s->at + i, s->ring);
	return 0;
}

/*
 * A ring of the usual size is walked here, because a call for each slot costs more than the slot.
 */
static __always_inline void add_typed_slots(struct pipe_slots *s)
{
	__u32 left = s->left, bytes = 0;

	if (left > s->ring || left > SLOTS_MAX)
		return;
	if (left > SLOTS_USUAL) {
		bpf_loop(left, add_typed_slot, s, 0);
		return;
	}
	/* 6.1 accepts no loop here, not even in dead code. A loop that is known to end at left
	 * is not unrolled. */
#pragma unroll
	for (__u32 i = 0; i < SLOTS_USUAL; i++) {
		barrier_var(left);
		if (i >= left)
			break;
		bytes += typed_slot(s->bufs, s->at + i, s->ring);
	}
	s->bytes = bytes;
}

int pipe_bytes(__u64 pipe, __u32 at, __u32 left, __u32 ring)
{
	struct pipe_slots s = {.at = at, .left = left, .ring = ring};

	if (!can_cast)
		return 0;
	s.bufs = (__u64)typed((struct pipe_inode_info *)pipe)->bufs;
	add_typed_slots(&s);
	return s.bytes;
}

static __always_inline void untyped_pipe_state(struct pipe_inode_info *p, struct ipc_state *st,
					       struct slot_walk *w)
{
	w->s.bytes = 0;
	if (!read_at_once(p, st, w))
		read_one_by_one(p, st, w);
	w->s.ring = st->v[PIPE_RING];
	w->s.left = st->v[PIPE_USED];
	if (w->s.left > w->s.ring || w->s.left > SLOTS_MAX)
		w->s.left = 0; /* head and tail were read apart */
	bpf_loop(w->s.left, add_slots, w, 0);
	st->v[PIPE_BYTES] = w->s.bytes;
}

int pipe_state(__u64 pipe, struct ipc_state *st)
{
	struct slot_walk w;

	if (!pipe || !st)
		return 0;
	if (!can_cast) {
		untyped_pipe_state((void *)pipe, st, &w);
		return 0;
	}
	/* Not by pipe_bytes(): 6.1 counts its stack, too, though it is never called there. */
	typed_slots(&w.s, pipe);
	add_typed_slots(&w.s);
	typed_words(st, pipe, &w.s);
	return 0;
}

int pipe_reason(__u64 pipe, __u64 task)
{
	struct pipe_inode_info *p = (void *)pipe;
	struct task_struct *t = (void *)task;
	int how;

	if (!p || !t)
		return WAIT_UNKNOWN;
	how = can_cast ? typed_pipe_reason(pipe, task) : WAIT_UNKNOWN;
	if (how)
		return how;
	how = on_waitqueue(pipe + bpf_core_field_offset(struct pipe_inode_info, rd_wait), task);
	if (how)
		return how == ON_QUEUE_POLLING ? WAIT_PIPE_POLL : WAIT_PIPE_EMPTY;
	how = on_waitqueue(pipe + bpf_core_field_offset(struct pipe_inode_info, wr_wait), task);
	if (how)
		return how == ON_QUEUE_POLLING ? WAIT_PIPE_POLL : WAIT_PIPE_FULL;
	if (on_mutex((void *)p + bpf_core_field_offset(struct pipe_inode_info, mutex), t))
		return WAIT_PIPE_MUTEX;
	return WAIT_UNKNOWN;
}

/*
 * What is behind a descriptor of the current task. What the verifier knows by type it lets a
 * program load by itself: only the table's slots are plain memory.
 */
static __always_inline struct file *file_untyped(__s32 fd)
{
	struct files_struct *files = bpf_get_current_task_btf()->files;
	struct file *f = NULL;
	struct fdtable *fdt;

	if (fd < 0 || !files)
		return NULL;
	fdt = files->fdt;
	if (fdt && (__u32)fd < fdt->max_fds)
		bpf_probe_read_kernel(&f, sizeof(f), fdt->fd + fd);
	return f;
}

/* A pipe that this descriptor was before is known again. */
static __always_inline bool find_again(struct op_target *t, struct fd_seen *seen, __s32 fd)
{
	struct file *f = file_untyped(fd);
	struct file_head head;
	struct inode *inode;

	t->file = f;
	if (!f)
		return false;
	head = file_head(f);
	inode = head.inode;
	if (seen->file != f || seen->inode != inode || !seen->pipe ||
	    seen->obj.id != BPF_CORE_READ(inode, i_ino) ||
	    (seen->obj.mech == MECH_FIFO && seen->pipe != BPF_CORE_READ(f, private_data))) {
		seen->pipe = pipe_of(f, &seen->obj);
		seen->file = f;
		seen->inode = inode;
	}
	if (!seen->pipe)
		return false;
	t->object = seen->pipe;
	t->obj = seen->obj;
	t->f_flags = head.flags;
	return true;
}

int file_find(__s32 fd, __u64 *file)
{
	if (!file)
		return 0;
	*file = can_cast ? (__u64)typed_file(bpf_get_current_task(), fd) : (__u64)file_untyped(fd);
	return *(volatile __u64 *)file != 0;
}

int current_object(__s32 fd, struct fd_object *o)
{
	struct file *f;

	if (!o)
		return 0;
	if (can_cast) {
		f = typed_file(bpf_get_current_task(), fd);
		o->at = f ? (__u64)typed_pipe(f, &o->obj) : 0;
	} else {
		f = file_untyped(fd);
		o->at = (__u64)pipe_of(f, &o->obj);
	}
	/* Read back, it is a number to the verifier, and no pointer. */
	return *(volatile __u64 *)&o->at != 0 || held_object(address(f), o);
}

/* t->file is no pipe: what else it is of. */
static __always_inline bool other_target(struct op_target *t)
{
	struct file *f = (void *)number_in((void *const *)&t->file);
	struct fd_object o = {};

	if (!held_object((__u64)f, &o))
		return false;
	t->obj = o.obj;
	t->object = (void *)o.at;
	t->f_flags = can_cast ? typed(f)->f_flags : BPF_CORE_READ(f, f_flags);
	if (!filter.sums)
		held_state(&o, &t->before);
	return true;
}

int target_find(struct op_target *t, struct fd_seen *seen, __s32 fd)
{
	if (!t || !seen)
		return 0;
	t->fd = fd;
	t->file = NULL;
	t->object = NULL;
	if (!(can_cast ? typed_target(t, bpf_get_current_task(), fd) : find_again(t, seen, fd)))
		return other_target(t);
	/* Sums need no state. Read back, it is a number to the verifier, and no pointer. */
	if (!filter.sums)
		pipe_state(number_in(&t->object), &t->before);
	return 1;
}

int current_comm(struct comm *to)
{
	if (!to)
		return 0;
	if (can_cast)
		typed_comm(to, bpf_get_current_task_btf());
	else
		bpf_get_current_comm(to, sizeof(*to));
	return 0;
}
