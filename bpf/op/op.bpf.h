/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations: an operation is noted when it begins, and becomes one record when it ends. The
 * backends differ only in the hooks that call this.
 */
#ifndef IPCTRACE_OP_OP_BPF_H
#define IPCTRACE_OP_OP_BPF_H

#include "op/fdcalls.bpf.h"
#include "op/futex.bpf.h"
#include "op/map.bpf.h"
#include "op/mq.bpf.h"
#include "op/msg.bpf.h"
#include "op/name.bpf.h"
#include "op/scm.bpf.h"
#include "op/sem.bpf.h"
#include "op/shm.bpf.h"
#include "op/sock.bpf.h"
#include "op/sock_calls.bpf.h"

static __always_inline void op_init(struct op_flight *op, const struct call *c, __u8 class)
{
	__builtin_memset(op, 0, sizeof(*op));
	op->nr = c->nr;
	op->class = class;
}

/* As the rows of abi/sysop.def name them: op_begin_NAME() says whether there is something to be
 * told of the call, op_end_NAME() tells it. */
static __always_inline bool op_begin_none(struct task_ctx *tc, struct task_struct *current,
					  const struct call *c)
{
	return false;
}

static __always_inline void op_end_none(struct task_ctx *tc, struct task_struct *current,
					const struct call *c, __s64 ret)
{
}

/* class is separate from c: if it is a constant, only the code of that class is left. */
static __always_inline bool op_begins(struct task_ctx *tc, struct task_struct *current,
				      const struct call *c, __u8 class)
{
	switch (class) {
#define SYSOP_CLASS(id, name, mech, begin, ...)                                                    \
	case OPC_##name:                                                                           \
		goto begin_##begin;
#include "abi/sysop.def"
	}
	return false;
#define SYSOP_BEGIN(begin) begin_##begin : return op_begin_##begin(tc, current, c);
#include "abi/sysop.def"
}

/* current enters a system call. */
static __always_inline void op_begin(struct task_ctx *tc, struct task_struct *current,
				     const struct call *c, __u8 class)
{
	op_init(&tc->op, c, class);
	if (op_begins(tc, current, c, class))
		tc->op.start = bpf_ktime_get_ns();
}

static __always_inline bool begins_late(__u8 class)
{
	switch (class) {
#define SYSOP_CLASS(id, name, mech, begin, end, sleep, waker, traits)                              \
	case OPC_##name:                                                                           \
		return T_NO_ENTRY & (traits);
#include "abi/sysop.def"
	}
	return false;
}

/* current's system call is over, and nothing about it had to be noted before it ran. */
static __always_inline void op_begin_late(struct task_ctx *tc, struct task_struct *current,
					  const struct call *c, __u8 class)
{
	op_init(&tc->op, c, class);
	if (begins_late(class) && op_begins(tc, current, c, class))
		tc->op.start = bpf_ktime_get_ns();
}

static __always_inline void op_ends(struct task_ctx *tc, struct task_struct *current,
				    const struct call *c, __u8 class, __s64 ret)
{
	switch (class) {
#define SYSOP_CLASS(id, name, mech, begin, end, ...)                                               \
	case OPC_##name:                                                                           \
		goto end_##end;
#include "abi/sysop.def"
	}
	return;
#define SYSOP_END(end)                                                                             \
	end_##end : op_end_##end(tc, current, c, ret);                                             \
	return;
#include "abi/sysop.def"
}

/* current's operation is over. c and class are the same as at the beginning. */
static __always_inline void op_end(struct task_ctx *tc, struct task_struct *current,
				   const struct call *c, __u8 class, __s64 ret)
{
	struct op_flight *op = &tc->op;

	if (!op->start || op->class != class)
		return;
	op_ends(tc, current, c, class, ret);
	op->start = 0;
}

/*
 * The function backends: a read or write is over. If it never reached the pipe code its
 * descriptor was refused before (EBADF, EFAULT), and that is the whole operation.
 */
static __noinline int op_refused(struct task_ctx *tc, struct call *c, long ret)
{
	struct op_flight *op;
	__u32 seen;

	if (!tc || !c)
		return 0;
	seen = tc->in_function;
	tc->in_function = 0;
	if (seen || ret > 0)
		return 0;
	op = &tc->op;
	op_init(op, c, c->op.class);
	if (!op_target(tc, &op->t, call_fd(c)))
		return 0;
	op_argument(op, c);
	if (moves_number(op->t.obj.mech))
		number_begins(op, c);
	op->start = bpf_ktime_get_ns();
	emit_op(op, &op->t, ret, 0);
	op->start = 0;
	return 0;
}

#endif
