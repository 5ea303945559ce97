/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the kernel lends types (core/typed.bpf.h): which pipe is behind a descriptor, its state,
 * and who sleeps on it. It is in line because tasks do this all the time, and the return from a
 * call costs as much as some ten loads. It may be used only where can_cast is true; mech/read.bpf.h
 * is for everything else.
 */
#ifndef IPCTRACE_MECH_PIPE_BPF_H
#define IPCTRACE_MECH_PIPE_BPF_H

#include "core/waitlist.bpf.h"
#include "mech/read.bpf.h"

/* The pipe behind a file, and its name; NULL when the file is none, or is only an O_PATH name of
 * one. */
static __always_inline struct pipe_inode_info *pipe_of(struct file *f, struct ipc_object *obj)
{
	struct inode *inode;
	struct pipe_inode_info *p;

	if (!f)
		return NULL;
	inode = BPF_CORE_READ(f, f_inode);
	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) != S_IFIFO)
		return NULL;
	p = BPF_CORE_READ(f, private_data);
	if (!p)
		return NULL;
	obj->id = BPF_CORE_READ(inode, i_ino);
	obj->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	/* pipefs inodes have the super block's magic; a FIFO lives in a real file system. */
	obj->mech = BPF_CORE_READ(inode, i_sb, s_magic) == PIPEFS_MAGIC ? MECH_PIPE : MECH_FIFO;
	return p;
}

static __always_inline void fd_state_pipe(__u64 pipe, struct ipc_state *st)
{
	pipe_state(pipe, st);
}

static __always_inline int fd_reason_pipe(__u64 pipe, __u64 task, __u8 class)
{
	return pipe_reason(pipe, task);
}

static __always_inline __u64 fd_queue_pipe(__u64 pipe, int which)
{
	return pipe + (which ? bpf_core_field_offset(struct pipe_inode_info, wr_wait)
			     : bpf_core_field_offset(struct pipe_inode_info, rd_wait));
}

static __always_inline void fd_watch_pipe(__u64 pipe, struct ev_watch *e)
{
	struct pipe_inode_info *p = (void *)pipe;

	e->used = pipe_head(p) - pipe_tail(p);
	e->slots = BPF_CORE_READ(p, max_usage);
	e->readers = BPF_CORE_READ(p, readers);
	e->writers = BPF_CORE_READ(p, writers);
}

/*
 * The bytes in `left` slots of a pipe from `at` on, which are the slots of the state's other words.
 */
int pipe_bytes(__u64 pipe, __u32 at, __u32 left, __u32 ring);

static __always_inline __u32 typed_slot(__u64 bufs, __u32 at, __u32 ring)
{
	void *slot =
	    (void *)bufs + (__u64)(at & (ring - 1)) * bpf_core_type_size(struct pipe_buffer);

	return typed((struct pipe_buffer *)slot)->len;
}

/*
 * The slots of a pipe that are in use. If head and tail were read separately, left may be anything.
 */
struct pipe_slots {
	__u64 bufs;
	__u32 at, left, ring;
	__u32 bytes; /* so far */
};

static __always_inline void typed_slots(struct pipe_slots *s, __u64 pipe)
{
	struct pipe_inode_info *p = typed((struct pipe_inode_info *)pipe);
	struct pipe_inode_info___flat *flat = typed((struct pipe_inode_info___flat *)pipe);

	s->at = flat->tail;
	s->left = flat->head - s->at;
	s->ring = p->ring_size;
	s->bufs = (__u64)p->bufs;
	s->bytes = 0;
}

/* The state of a pipe with these slots. */
static __always_inline void typed_words(struct ipc_state *st, __u64 pipe,
					const struct pipe_slots *s)
{
	struct pipe_inode_info *p = typed((struct pipe_inode_info *)pipe);

	st->v[PIPE_USED] = s->left;
	st->v[PIPE_SLOTS] = p->max_usage;
	st->v[PIPE_BYTES] = s->bytes;
	st->v[PIPE_RING] = s->ring;
	st->v[PIPE_READERS] = p->readers;
	st->v[PIPE_WRITERS] = p->writers;
}

static __always_inline void typed_pipe_state(__u64 pipe, struct ipc_state *st)
{
	struct pipe_slots s;

	typed_slots(&s, pipe);
	if (s.left == 1)
		s.bytes = typed_slot(s.bufs, s.at, s.ring);
	else if (s.left)
		s.bytes = pipe_bytes(pipe, s.at, s.left, s.ring);
	typed_words(st, pipe, &s);
}

/* As pipe_state(). */
static __always_inline void quick_pipe_state(__u64 pipe, struct ipc_state *st)
{
	if (can_cast)
		typed_pipe_state(pipe, st);
	else
		pipe_state(pipe, st);
}

/* WAIT_UNKNOWN: it is not the youngest sleeper of either queue. */
static __always_inline int typed_pipe_reason(__u64 pipe, __u64 task)
{
	if (is_youngest(pipe + bpf_core_field_offset(struct pipe_inode_info, rd_wait), task))
		return WAIT_PIPE_EMPTY;
	if (is_youngest(pipe + bpf_core_field_offset(struct pipe_inode_info, wr_wait), task))
		return WAIT_PIPE_FULL;
	return WAIT_UNKNOWN;
}

/* As pipe_reason(), of the current task. */
static __always_inline int quick_pipe_reason(__u64 pipe, struct task_struct *current)
{
	int reason = can_cast ? typed_pipe_reason(pipe, (__u64)current) : WAIT_UNKNOWN;

	return reason ? reason : pipe_reason(pipe, bpf_get_current_task());
}

/* As pipe_of(). */
static __always_inline void *typed_pipe(struct file *f, struct ipc_object *obj)
{
	struct inode *inode = f->f_inode;

	if ((inode->i_mode & S_IFMT) != S_IFIFO || !f->private_data)
		return NULL;
	obj->id = inode->i_ino;
	obj->dev = inode->i_sb->s_dev;
	obj->mech = inode->i_sb->s_magic == PIPEFS_MAGIC ? MECH_PIPE : MECH_FIFO;
	return f->private_data;
}

/* What fd/object.bpf.h and mech/held.bpf.h need from a pipe. */
static __always_inline void *fd_find_pipe(struct file *f, struct ipc_object *obj)
{
	return can_cast ? typed_pipe(typed(f), obj) : pipe_of(f, obj);
}

/* f, which may be NULL, is what t is about. False: it is no pipe. */
static __always_inline bool typed_target_of(struct op_target *t, struct file *f)
{
	t->file = f;
	t->object = f ? typed_pipe(f, &t->obj) : NULL;
	if (!t->object)
		return false;
	t->f_flags = f->f_flags;
	return true;
}

/* The same for a descriptor. Looking costs less than remembering what it was. */
static __always_inline bool typed_target(struct op_target *t, __u64 task, __s32 fd)
{
	t->fd = fd;
	return typed_target_of(t, typed_file(task, fd));
}

static __always_inline bool read_state_pipe(const struct ipc_object *obj, void *at,
					    struct ipc_state *st)
{
	quick_pipe_state((__u64)at, st);
	return true;
}

#endif
