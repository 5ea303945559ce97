/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is asked of kernel memory at every operation and wait: which pipe is behind a descriptor, its
 * state, who sleeps on it, and the current task's name.
 */
#include "read.bpf.h"
#include "typed.bpf.h"
#include "waitlist.bpf.h"

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

/* Where the kernel lends types, each word is a load, and a ring of the usual size is walked here. */
static __always_inline bool read_typed(struct pipe_inode_info *pipe, struct ipc_state *st,
				       struct slot_walk *w)
{
	struct pipe_inode_info *p = typed(pipe);
	struct pipe_inode_info___flat *flat = typed((struct pipe_inode_info___flat *)pipe);
	__u32 size = bpf_core_type_size(struct pipe_buffer);

	w->at = flat->tail;
	st->v[PIPE_USED] = flat->head - w->at;
	st->v[PIPE_SLOTS] = p->max_usage;
	st->v[PIPE_RING] = p->ring_size;
	st->v[PIPE_READERS] = p->readers;
	st->v[PIPE_WRITERS] = p->writers;
	w->bufs = p->bufs;
	if (st->v[PIPE_USED] > RING_USUAL)
		return false;
	for (__u32 i = 0; i < RING_USUAL; i++) {
		struct pipe_buffer *b;

		if (i >= st->v[PIPE_USED])
			break;
		b = w->bufs + (__u64)((w->at + i) & (st->v[PIPE_RING] - 1)) * size;
		w->bytes += typed(b)->len;
	}
	return true;
}

int pipe_state(__u64 pipe, struct ipc_state *st)
{
	struct pipe_inode_info *p = (void *)pipe;
	char buf[CHUNK] __attribute__((aligned(8)));
	struct slot_walk w = {};

	if (!p || !st)
		return 0;
	if (can_cast) {
		if (read_typed(p, st, &w)) {
			st->v[PIPE_BYTES] = w.bytes;
			return 0;
		}
	} else if (!read_at_once(p, st, &w, buf)) {
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

/* The youngest entry of a wait queue is the task's: where it is, nothing else must be looked at. */
static __always_inline bool youngest(struct wait_queue_head *wqh, struct task_struct *t)
{
	struct list_head *at = typed(wqh)->head.prev;
	struct wait_queue_entry *e =
	    (void *)at - bpf_core_field_offset(struct wait_queue_entry, entry);

	return at != &wqh->head && typed(e)->private == t;
}

static __always_inline int reason_typed(struct pipe_inode_info *p, struct task_struct *t)
{
	if (youngest((void *)p + bpf_core_field_offset(struct pipe_inode_info, rd_wait), t))
		return WAIT_PIPE_EMPTY;
	if (youngest((void *)p + bpf_core_field_offset(struct pipe_inode_info, wr_wait), t))
		return WAIT_PIPE_FULL;
	return WAIT_UNKNOWN;
}

int pipe_reason(__u64 pipe, __u64 task)
{
	struct pipe_inode_info *p = (void *)pipe;
	struct task_struct *t = (void *)task;
	int how;

	if (!p || !t)
		return WAIT_UNKNOWN;
	how = can_cast ? reason_typed(p, t) : WAIT_UNKNOWN;
	if (how)
		return how;
	how = on_waitqueue((void *)p + bpf_core_field_offset(struct pipe_inode_info, rd_wait), t);
	if (how)
		return how == ON_QUEUE_POLLING ? WAIT_PIPE_POLL : WAIT_PIPE_EMPTY;
	how = on_waitqueue((void *)p + bpf_core_field_offset(struct pipe_inode_info, wr_wait), t);
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

/*
 * The same where the kernel lends types. A slot is a pointer, and so is what a list's head begins
 * with. The task is an address, too: behind one that it trusts, 6.18 looks for the name of each
 * pointer's type among all there are.
 */
static __always_inline struct file *file_typed(__s32 fd)
{
	struct files_struct *files = typed((struct task_struct *)bpf_get_current_task())->files;
	struct fdtable *fdt;
	struct file *f;

	if (fd < 0 || !files)
		return NULL;
	fdt = files->fdt;
	if (!fdt || (__u32)fd >= fdt->max_fds)
		return NULL;
	f = (void *)typed((struct list_head *)(fdt->fd + fd))->next;
	return f ? typed(f) : NULL;
}

/* As pipe_of(). */
static __always_inline void *pipe_typed(struct file *f, struct ipc_object *obj)
{
	struct inode *inode = f->f_inode;

	if ((inode->i_mode & S_IFMT) != S_IFIFO || !f->private_data)
		return NULL;
	obj->id = inode->i_ino;
	obj->dev = inode->i_sb->s_dev;
	obj->mech = inode->i_sb->s_magic == PIPEFS_MAGIC ? MECH_PIPE : MECH_FIFO;
	return f->private_data;
}

/* Where the kernel lends types, to look costs less than to remember. */
static __always_inline bool find_typed(struct op_target *t, __s32 fd)
{
	struct file *f = file_typed(fd);

	t->file = f;
	if (!f)
		return false;
	t->object = pipe_typed(f, &t->obj);
	t->f_flags = f->f_flags;
	return t->object;
}

/* Elsewhere: a pipe that this descriptor was before is known again. */
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
	*file = can_cast ? (__u64)file_typed(fd) : (__u64)file_untyped(fd);
	return *(volatile __u64 *)file != 0;
}

int current_pipe(__s32 fd, struct ipc_object *obj, __u64 *pipe)
{
	struct file *f;

	if (!obj || !pipe)
		return 0;
	*pipe = 0;
	if (can_cast) {
		f = file_typed(fd);
		if (f)
			*pipe = (__u64)pipe_typed(f, obj);
	} else {
		*pipe = (__u64)pipe_of(file_untyped(fd), obj);
	}
	/* Read back, it is a number to the verifier, and no pointer. */
	return *(volatile __u64 *)pipe != 0;
}

int target_find(struct op_target *t, struct fd_seen *seen, __s32 fd)
{
	if (!t || !seen)
		return 0;
	t->fd = fd;
	t->file = NULL;
	t->object = NULL;
	if (!(can_cast ? find_typed(t, fd) : find_again(t, seen, fd)))
		return 0;
	/* Sums need no state. Read back, it is a number to the verifier, and no pointer. */
	if (!filter.sums)
		pipe_state(*(volatile __u64 *)&t->object, &t->before);
	return 1;
}

int current_comm(struct comm *to)
{
	struct task_struct *t = bpf_get_current_task_btf();

	if (!to)
		return 0;
	if (can_cast) {
		/* Two words, as a list's head has; the kernel fills up with NULs. */
		struct list_head *from = typed((struct list_head *)t->comm);

		to->words[0] = (__u64)from->next;
		to->words[1] = (__u64)from->prev;
		to->text[COMM_LEN - 1] = 0;
	} else {
		bpf_get_current_comm(to, sizeof(*to));
	}
	return 0;
}
