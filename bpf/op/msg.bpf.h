/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on SysV message queues: their arguments, begin and end. */
#ifndef IPCTRACE_OP_MSG_BPF_H
#define IPCTRACE_OP_MSG_BPF_H

#include "mech/msg.bpf.h"
#include "op/sysv.bpf.h"

/* Commands of msgctl (include/uapi/linux/msg.h). */
enum { MSG_STAT = 11, MSG_INFO = 12, MSG_STAT_ANY = 13 };

/* msg_qbytes in struct msqid64_ds (include/uapi/asm-generic/msgbuf.h). */
#define MSQID_QBYTES 88

static __always_inline bool msgctl_has_id(__s32 cmd)
{
	return cmd != IPC_INFO && cmd != MSG_INFO && cmd != MSG_STAT && cmd != MSG_STAT_ANY;
}

/* Notes the queue as it stands. */
static __always_inline void msg_target(struct op_flight *op, __s32 id)
{
	__u64 ns = ipc_ns_of(bpf_get_current_task());
	__u64 queue = ipc_find(ns, IPC_TABLE_MSG, id);

	ipc_name(&op->t.obj, ns, id, MECH_MSG);
	op->t.object = (void *)queue;
	if (!queue)
		op->bits |= MSGF_NO_QUEUE;
	else if (!filter.sums)
		msg_state(queue, id, &op->t.before);
}

/* The type that a message begins with, in the caller's memory. */
static __always_inline void read_type(struct op_flight *op)
{
	op->bits &= ~MSGF_NO_TYPE;
	if (bpf_probe_read_user(&op->type, sizeof(op->type), (void *)op->user))
		op->bits |= MSGF_NO_TYPE;
}

/* How many bytes a message may have. */
static __always_inline __u32 msg_max(void)
{
	struct ipc_namespace *ns = (void *)ipc_ns_of(bpf_get_current_task());

	return BPF_CORE_READ(ns, msg_ctlmax);
}

/* What an IPC_SET asks for, in the caller's memory. */
static __always_inline void read_set(struct op_flight *op)
{
	sysv_set_asked(op, op->user);
	if (bpf_probe_read_user(&op->qbytes, sizeof(op->qbytes), (void *)op->user + MSQID_QBYTES))
		op->bits &= ~MSGF_PERM;
}

static __always_inline void begin_transfer(struct op_flight *op, const struct call *c)
{
	bool sends = c->op.class == OPC_MSG_SEND;

	op->user = c->a[1];
	op->bytes = c->a[2];
	op->cmd = sends ? c->a[3] : c->a[4];
	msg_target(op, c->a[0]);
	if (sends) {
		if (op->bytes > msg_max()) {
			op->bits |= MSGF_TOO_LONG;
			op->msgmax = msg_max();
		}
		read_type(op);
		return;
	}
	op->type = c->a[3];
	op->wanted = op->type;
	if (op->type != (__s32)op->type)
		op->bits |= MSGF_WIDE;
}

static __always_inline void begin_msgctl(struct op_flight *op, const struct call *c)
{
	op->cmd = c->a[1];
	op->t.obj.mech = MECH_MSG;
	if (!msgctl_has_id(op->cmd))
		return;
	msg_target(op, c->a[0]);
	if (op->cmd == IPC_SET) {
		op->user = c->a[2];
		read_set(op);
	} else if (op->cmd == IPC_RMID && op->t.object) {
		sysv_rmid(op, msg_asleep((__u64)op->t.object));
	}
}

/* A call on message queues begins. 0: it is of no interest. */
VERIFIED_ONCE int msg_begin(struct op_flight *op, const struct call *c, __u32 state)
{
	if (!op || !c)
		return 0;
	op->t.fd = -1;
	switch (c->op.class) {
	case OPC_MSG_GET:
		op->key = c->a[0];
		op->cmd = c->a[1];
		op->t.obj.mech = MECH_MSG;
		op->user = sysv_makes(op->key, op->cmd, IPC_TABLE_MSG);
		return 1;
	case OPC_MSG_CTL:
		begin_msgctl(op, c);
		break;
	default:
		begin_transfer(op, c);
	}
	return object_wanted(state, &op->t.obj);
}

/* The record of op. queue: 0 if it is gone, or never was. */
VERIFIED_ONCE int emit_msg(struct op_flight *op, __u64 queue, __s64 ret, bool known)
{
	struct ev_op *e = op ? op_record(op, &op->t, ret, 0) : NULL;

	if (!e)
		return 0;
	if ((op->class == OPC_MSG_SEND || op->class == OPC_MSG_RECEIVE) && op->cmd & IPC_NOWAIT)
		e->e.flags |= EVF_NONBLOCK;
	e->before = op->t.before;
	if (!known)
		e->e.flags |= EVF_NO_STATE;
	else if (!msg_state(queue, op->t.obj.id, &e->after))
		e->e.flags |= EVF_NO_AFTER;
	submit(e);
	return 0;
}

static __always_inline void end_msgget(struct op_flight *op, __s64 ret, __u32 state)
{
	__u64 ns = ipc_ns_of(bpf_get_current_task());
	/* The queue that has the key, when the call failed. */
	__s32 id = ret >= 0 ? ret : ipc_by_key(ns, IPC_TABLE_MSG, op->key);
	__u64 queue = 0;

	if (id >= 0) {
		ipc_name(&op->t.obj, ns, id, MECH_MSG);
		queue = ipc_find(ns, IPC_TABLE_MSG, id);
		msg_state(queue, id, &op->t.before);
	}
	if (!object_wanted(state, &op->t.obj))
		return;
	if (id < 0) {
		op->t.obj.mech = 0;
		limit_reached(op, ret);
	}
	/* Before the call's own record, which is about what this makes. */
	if (ret >= 0 && op->user)
		emit_sysv_object(op, &op->t.before, OBJ_CREATED, queue);
	emit_msg(op, 0, ret, false);
}

/* A call on message queues is over. */
VERIFIED_ONCE int msg_end(struct op_flight *op, __s64 ret, __u32 state)
{
	bool known;
	__u64 queue;

	if (!op)
		return 0;
	if (op->class == OPC_MSG_GET) {
		end_msgget(op, ret, state);
		return 0;
	}
	queue = ipc_find(ipc_ns_of(bpf_get_current_task()), IPC_TABLE_MSG, op->t.obj.id);
	if (queue != (__u64)op->t.object)
		queue = 0;
	known = op->t.object && !filter.sums;
	/*
	 * Reads what could not be read when the call began; the kernel has brought the page in
	 * since then.
	 */
	if (op->class == OPC_MSG_RECEIVE ? ret >= 0 : op->bits & MSGF_NO_TYPE)
		read_type(op);
	if (op->class == OPC_MSG_CTL && op->cmd == IPC_SET && !(op->bits & MSGF_PERM))
		read_set(op);
	if (op->class == OPC_MSG_CTL && !msgctl_has_id(op->cmd))
		op->t.obj.mech = 0;
	emit_msg(op, queue, ret, known);
	if (op->class == OPC_MSG_CTL && op->cmd == IPC_RMID && !ret && known)
		emit_sysv_object(op, &op->t.before, OBJ_DESTROYED, 0);
	return 0;
}

static __always_inline bool op_begin_msg(struct task_ctx *tc, struct task_struct *current,
					 const struct call *c)
{
	return msg_begin(&tc->op, c, tc->trace);
}

static __always_inline void op_end_msg(struct task_ctx *tc, struct task_struct *current,
				       const struct call *c, __s64 ret)
{
	msg_end(&tc->op, ret, tc->trace);
}

#endif
