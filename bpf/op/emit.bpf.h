/* SPDX-License-Identifier: GPL-2.0 */
/* The object of an operation, and the one record that an operation becomes. */
#ifndef IPCTRACE_OP_EMIT_BPF_H
#define IPCTRACE_OP_EMIT_BPF_H

#include "fd/call.bpf.h"
#include "core/filter.bpf.h"
#include "mech/pipe.bpf.h"
#include "mech/sock_pick.bpf.h"
#include "op/state.bpf.h"
#include "core/sums.bpf.h"

#define O_NONBLOCK 00004000
#define O_DIRECT   00040000

/* Sums need no states: what target_find() left out then, for a record that has one. */
static __always_inline void target_state(struct op_target *t)
{
	if (filter.sums)
		object_state(&t->obj, t->object, &t->before);
}

static __always_inline bool op_target(struct task_ctx *tc, struct op_target *t, __s32 fd)
{
	if (!target_find(t, &tc->seen[fd & (FDS_SEEN - 1)], fd))
		return false;
	pick(&t->obj, number_in(&t->object));
	if (!object_wanted(tc->trace, &t->obj))
		t->object = NULL;
	return t->object;
}

/* As op_target() for reads and writes: in line where that is short. */
static __always_inline bool op_target_quick(struct task_ctx *tc, struct op_target *t, __s32 fd,
					    struct task_struct *current)
{
	if (!can_cast)
		return op_target(tc, t, fd);
	if (!typed_target(t, (__u64)current, fd))
		return typed_is_elsewhere(number_in((void *const *)&t->file)) &&
		       op_target(tc, t, fd);
	if (!object_wanted(tc->trace, &t->obj)) {
		t->object = NULL;
		return false;
	}
	if (!filter.sums)
		quick_pipe_state(number_in(&t->object), &t->before);
	return true;
}

/* The object of t, which was the current task's when the call began, still is. */
static __always_inline bool target_stands(const struct op_target *t, struct task_struct *current)
{
	struct fd_object now = {};

	if (t->obj.mech == MECH_SHMEM)
		return t->fd < 0 || current_file(t->fd) == t->file;
	return t->fd < 0 || files_are_own(current) ||
	       (current_object(t->fd, &now) && now.at == (__u64)t->object);
}

static __always_inline __u8 target_flags(const struct op_target *t)
{
	return (t->f_flags & O_NONBLOCK ? EVF_NONBLOCK : 0) |
	       (t->f_flags & O_DIRECT ? EVF_PACKET : 0);
}

/* op was refused by the limit `which`, a bit of ev_op.bits: `used` of `most` are in use. */
static __always_inline void op_limit(struct op_flight *op, __u8 which, __u64 used, __u64 most)
{
	used = used > 0xffffffff ? 0xffffffff : used;
	op->bits = which;
	op->limit = used << 32 | (most > 0xffffffff ? 0xffffffff : most);
}

/* sendmmsg, recvmmsg: its result is no bytes. */
static __always_inline bool is_of_many(const struct op_flight *op)
{
	return (op->class == OPC_SEND || op->class == OPC_RECEIVE) && op->bits & SOCKOP_MANY;
}

/* False: op's record is left out, or summed up. */
static __always_inline bool op_recorded(const struct op_flight *op, const struct op_target *t,
					__s64 ret)
{
	return !(filter.min_wait && !(op->slept & OP_SLEPT_WANTED)) &&
	       !(filter.sums &&
		 sum_op(&t->obj, op->class, is_of_many(op) && ret > 0 ? (__s64)op->moved : ret));
}

/* All of e but states. */
static __always_inline void op_fill(struct ev_op *e, const struct op_flight *op,
				    const struct op_target *t, __s64 ret, __u8 flags)
{
	e->e.flags = flags | (op->slept ? EVF_SLEPT : 0);
	e->start = op->start;
	e->ret = ret;
	e->arg = op->arg;
	e->obj = t->obj;
	e->fd = t->fd;
	e->cmd = op->cmd;
	e->nr = op->nr;
	e->op = op->class;
	e->key = op->key;
	e->bits = op->bits;
	e->type = op->type;
}

/* The record of op at t, without states; NULL: there is to be none, or it is lost. */
static __always_inline struct ev_op *op_record(const struct op_flight *op,
					       const struct op_target *t, __s64 ret, __u8 flags)
{
	struct ev_op *e;

	if (!op_recorded(op, t, ret))
		return NULL;
	e = new_record(bpf_get_current_task_btf(), EV_OP, struct ev_op);
	if (e)
		op_fill(e, op, t, ret, flags);
	return e;
}

/* Both states of e, which is of current's operation at t. */
static __always_inline void op_states(struct ev_op *e, const struct op_target *t,
				      struct task_struct *current)
{
	e->before = t->before;
	if (filter.sums) {
		e->e.flags |= EVF_NO_STATE;
	} else if (t->object) {
		e->e.flags |= target_flags(t);
		/* Another thread may have closed it meanwhile, and the pipe be gone. */
		if (target_stands(t, current))
			object_state(&t->obj, t->object, &e->after);
		else
			e->e.flags |= EVF_NO_STATE;
	} else if (t->obj.mech >= MECH_SHM) {
		e->e.flags |= EVF_NO_STATE; /* there is no such object, any more */
	}
}

/* The record of op at one of its objects. */
VERIFIED_ONCE int emit_op(struct op_flight *op, struct op_target *t, __s64 ret, __u8 flags)
{
	struct task_struct *current = bpf_get_current_task_btf();
	struct ev_op *e;

	if (!op || !t)
		return 0;
	e = op_record(op, t, ret, flags);
	if (!e)
		return 0;
	op_states(e, t, current);
	submit(e);
	return 0;
}

/* The same of a read or write, in line where that is short. */
static __always_inline void emit_transfer(struct op_flight *op, struct task_struct *current,
					  __s64 ret, __u8 flags)
{
	struct ev_op *e;

	if (!can_cast) {
		emit_op(op, &op->t, ret, flags);
		return;
	}
	if (!op_recorded(op, &op->t, ret))
		return;
	e = quick_record(bpf_ktime_get_ns(), current, EV_OP, struct ev_op);
	if (!e)
		return;
	op_fill(e, op, &op->t, ret, flags);
	op_states(e, &op->t, current);
	submit(e);
}

#endif
