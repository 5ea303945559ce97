/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on a futex in shared memory: their begin and end. */
#ifndef IPCTRACE_OP_FUTEX_BPF_H
#define IPCTRACE_OP_FUTEX_BPF_H

#include "mech/futex.bpf.h"
#include "op/emit.bpf.h"

static __always_inline void second_word(struct op_flight *op, const struct call *c)
{
	struct ipc_object obj = {};
	__u64 offset = 0;

	if (!address_find(mm_of(bpf_get_current_task()), c->a[4], &obj, &offset) ||
	    obj.mech != op->t.obj.mech || obj.id != op->t.obj.id || obj.dev != op->t.obj.dev)
		return;
	op->second = offset;
	op->bits = FUTEXF_SECOND;
}

/* False: its word is private, or in no memory that is followed. */
static __always_inline bool begin_futex(struct op_flight *op, const struct call *c, __u32 state)
{
	if (futex_is_private(c))
		return false;
	op->t.object =
	    (void *)address_find(mm_of(bpf_get_current_task()), c->a[0], &op->t.obj, &op->offset);
	op->t.fd = -1;
	op->cmd = c->a[1];
	op->val = c->a[2];
	if (!op->t.object || !object_wanted(state, &op->t.obj))
		return false;
	if (futex_has_second(c->a[1] & FUTEX_CMD_MASK))
		second_word(op, c);
	return true;
}

/* The object's own state has no part in it. */
VERIFIED_ONCE int emit_futex(struct op_flight *op, __s64 ret)
{
	struct ev_op *e;

	e = op ? op_record(op, &op->t, ret, EVF_NO_STATE) : NULL;
	if (!e)
		return 0;
	e->fd = -1;
	submit(e);
	return 0;
}

static __always_inline bool op_begin_futex(struct task_ctx *tc, struct task_struct *current,
					   const struct call *c)
{
	return begin_futex(&tc->op, c, tc->trace);
}

static __always_inline void op_end_futex(struct task_ctx *tc, struct task_struct *current,
					 const struct call *c, __s64 ret)
{
	emit_futex(&tc->op, ret);
}

#endif
