/* SPDX-License-Identifier: GPL-2.0 */
/* The begin and end of calls on a descriptor, for every mechanism. */
#ifndef IPCTRACE_OP_FDCALLS_BPF_H
#define IPCTRACE_OP_FDCALLS_BPF_H

#include "op/file.bpf.h"
#include "op/map.bpf.h"
#include "op/name.bpf.h"
#include "op/number.bpf.h"
#include "op/pipe_limits.bpf.h"

#define F_DUPFD		    0
#define F_DUPFD_CLOEXEC	    1030
#define CLOSE_RANGE_UNSHARE 2

static __always_inline bool op_begin_transfer(struct task_ctx *tc, struct task_struct *current,
					      const struct call *c)
{
	struct op_flight *op = &tc->op;

	if (!op_target_quick(tc, &op->t, call_fd(c), current))
		return false;
	op_argument(op, c);
	if (moves_number(op->t.obj.mech))
		number_begins(op, c);
	return true;
}

static __always_inline void op_end_transfer(struct task_ctx *tc, struct task_struct *current,
					    const struct call *c, __s64 ret)
{
	if (moves_number(tc->op.t.obj.mech))
		number_ends(&tc->op, ret);
	emit_transfer(&tc->op, current, ret, 0);
}

/* The object's own record is all that there is to say. */
static __always_inline void op_end_plain(struct task_ctx *tc, struct task_struct *current,
					 const struct call *c, __s64 ret)
{
	emit_op(&tc->op, &tc->op.t, ret, 0);
}

static __always_inline bool op_begin_control(struct task_ctx *tc, struct task_struct *current,
					     const struct call *c)
{
	struct op_flight *op = &tc->op;

	if (!op_target(tc, &op->t, call_fd(c)) && !begin_seal(op, c, tc->trace))
		return false;
	op_argument(op, c);
	return true;
}

static __always_inline void op_end_control(struct task_ctx *tc, struct task_struct *current,
					   const struct call *c, __s64 ret)
{
	struct op_flight *op = &tc->op;

	if (c->op.id == SYSOP_fcntl && ret >= 0 &&
	    (op->cmd == F_DUPFD || op->cmd == F_DUPFD_CLOEXEC)) {
		emit_ref(bpf_get_current_task(), ret, op->nr, OBJ_DUPLICATED, tc->trace);
		return;
	}
	if (c->op.id == SYSOP_fcntl)
		pipe_size_limit(op, ret);
	emit_op(op, &op->t, ret, 0);
}

static __always_inline bool op_begin_splice(struct task_ctx *tc, struct task_struct *current,
					    const struct call *c)
{
	struct op_flight *op = &tc->op;

	op_target(tc, &op->t, call_fd(c));
	op_target(tc, &op->t2, call_fd2(c));
	if (!op->t.object && !op->t2.object)
		return false;
	op_argument(op, c);
	return true;
}

static __always_inline void op_end_splice(struct task_ctx *tc, struct task_struct *current,
					  const struct call *c, __s64 ret)
{
	struct op_flight *op = &tc->op;

	if (op->t.object)
		emit_op(op, &op->t, ret, 0);
	if (op->t2.object)
		emit_op(op, &op->t2, ret, op->t.object ? EVF_SECOND : 0);
}

static __always_inline bool op_begin_poll(struct task_ctx *tc, struct task_struct *current,
					  const struct call *c)
{
	return op_target(tc, &tc->op.t, polled_fd(&tc->op, c));
}

static __always_inline void op_end_poll(struct task_ctx *tc, struct task_struct *current,
					const struct call *c, __s64 ret)
{
	end_poll(&tc->op, c, ret);
}

static __always_inline bool op_begin_epoll_ctl(struct task_ctx *tc, struct task_struct *current,
					       const struct call *c)
{
	if (!op_target(tc, &tc->op.t, call_fd(c)))
		return false;
	begin_epoll(&tc->op, c);
	return true;
}

static __always_inline bool op_begin_epoll_wait(struct task_ctx *tc, struct task_struct *current,
						const struct call *c)
{
	begin_epoll(&tc->op, c);
	return object_wanted(tc->trace, &tc->op.t.obj);
}

static __always_inline bool op_begin_create(struct task_ctx *tc, struct task_struct *current,
					    const struct call *c)
{
	/* socketpair(2) has its descriptors last. */
	tc->op.user = c->a[c->op.id == SYSOP_socketpair ? 3 : 0];
	return true;
}

/* Whether the call makes two descriptors, and writes their numbers where the caller asks for. */
static __always_inline bool makes_two(const struct call *c)
{
	return c->op.id == SYSOP_pipe || c->op.id == SYSOP_pipe2 || c->op.id == SYSOP_socketpair;
}

static __always_inline void op_end_create(struct task_ctx *tc, struct task_struct *current,
					  const struct call *c, __s64 ret)
{
	if (!makes_two(c))
		emit_ref(bpf_get_current_task(), ret, tc->op.nr, OBJ_CREATED, tc->trace);
	else if (!ret)
		end_create(&tc->op, tc->trace);
}

static __always_inline bool op_begin_open(struct task_ctx *tc, struct task_struct *current,
					  const struct call *c)
{
	tc->op.user = c->a[c->op.id == SYSOP_openat || c->op.id == SYSOP_openat2];
	return true;
}

static __always_inline void op_end_open(struct task_ctx *tc, struct task_struct *current,
					const struct call *c, __s64 ret)
{
	struct op_flight *op = &tc->op;
	bool memfd = c->op.id == SYSOP_memfd_create;

	if (ret < 0)
		emit_refused(op, ret, memfd, tc->trace);
	else if (!end_open(op, &tc->seen[ret & (FDS_SEEN - 1)], ret, tc->trace))
		open_memory(op, ret, memfd, tc->trace);
}

static __always_inline bool op_begin_close(struct task_ctx *tc, struct task_struct *current,
					   const struct call *c)
{
	begin_close(tc, call_fd(c));
	return tc->op.t.object;
}

/* close(2) gives the descriptor up whatever it returns, except for EBADF. */
static __always_inline void op_end_close(struct task_ctx *tc, struct task_struct *current,
					 const struct call *c, __s64 ret)
{
	emit_closed(&tc->op, &tc->op.t);
}

static __always_inline bool op_begin_dup(struct task_ctx *tc, struct task_struct *current,
					 const struct call *c)
{
	return true;
}

static __always_inline void op_end_dup(struct task_ctx *tc, struct task_struct *current,
				       const struct call *c, __s64 ret)
{
	if (ret >= 0)
		emit_ref(bpf_get_current_task(), ret, tc->op.nr, OBJ_DUPLICATED, tc->trace);
}

static __always_inline bool op_begin_dup2(struct task_ctx *tc, struct task_struct *current,
					  const struct call *c)
{
	if ((__s32)c->a[0] == (__s32)c->a[1])
		return false;
	begin_close(tc, call_fd2(c));
	op_target(tc, &tc->op.t2, call_fd(c));
	return true;
}

static __always_inline void op_end_dup2(struct task_ctx *tc, struct task_struct *current,
					const struct call *c, __s64 ret)
{
	if (ret >= 0 && tc->op.t.object)
		emit_closed(&tc->op, &tc->op.t);
	op_end_dup(tc, current, c, ret);
}

/*
 * Whether a close_range closes anything of ours (fs/file.c): it fails with a flag it does not know, or
 * a range that ends before it begins; with CLOSE_RANGE_CLOEXEC, and where it leaves a shared table
 * for one of its own (CLOSE_RANGE_UNSHARE), the descriptors stay as they are.
 */
static __always_inline bool closes_range(const struct call *c, struct task_struct *current)
{
	__u32 flags = c->a[2];

	return (__u32)c->a[0] <= (__u32)c->a[1] &&
	       (!flags || (flags == CLOSE_RANGE_UNSHARE && files_are_own(current)));
}

static __always_inline bool op_begin_close_range(struct task_ctx *tc, struct task_struct *current,
						 const struct call *c)
{
	if (closes_range(c, current))
		emit_refs(bpf_get_current_task(),
			  (struct fd_span){.first = c->a[0], .last = c->a[1]}, c->nr, OBJ_CLOSED,
			  tc->trace);
	return false;
}

static __always_inline bool op_begin_exec(struct task_ctx *tc, struct task_struct *current,
					  const struct call *c)
{
	emit_refs(bpf_get_current_task(), (struct fd_span){.last = -1U, .cloexec_only = true},
		  c->nr, OBJ_EXEC_CLOSED, tc->trace);
	return false;
}

#endif
