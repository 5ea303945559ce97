/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on POSIX message queues: their arguments, begin and end. */
#ifndef IPCTRACE_OP_MQ_BPF_H
#define IPCTRACE_OP_MQ_BPF_H

#include "mech/mq.bpf.h"
#include "mech/refs.bpf.h"
#include "op/emit.bpf.h"

/* include/uapi/asm-generic/fcntl.h */
#define O_CREAT 00000100
#define O_EXCL	00000200

/* The beginning of struct sigevent (include/uapi/asm-generic/siginfo.h). */
struct mq_sigevent {
	__u64 value;
	__s32 signo, notify;
};

/* struct mq_attr, as it is given to mq_open. */
struct mq_asked {
	__s64 flags, maxmsg, msgsize;
};

static __always_inline void mq_target(struct op_flight *op, __s32 fd)
{
	struct file *f = current_file(fd);
	struct fd_object o = {};

	op->t.fd = fd;
	op->t.obj.mech = MECH_MQ; /* whatever it is a descriptor of: the call fails, then */
	if (file_object((__u64)f, &o) != MECH_MQ)
		return;
	op->t.file = f;
	op->t.obj = o.obj;
	op->t.object = (void *)o.at;
	op->t.f_flags = BPF_CORE_READ(f, f_flags);
	op->file = KEY_KNOWN | file_ends(f);
	if (!filter.sums)
		mq_state(o.at, o.obj.id, &op->t.before);
}

/* mq_open, mq_unlink: the queue that has the name. */
static __always_inline void mq_named(struct op_flight *op, __u64 name)
{
	op->t.fd = -1;
	op->user = name;
	op->t.obj.mech = MECH_MQ;
	op->t.object = (void *)mq_by_name(name, &op->t.obj);
	if (op->t.object && !filter.sums)
		mq_state((__u64)op->t.object, op->t.obj.id, &op->t.before);
}

/* A queue that was not opened, or not there, may be asked for by the name that the call had. */
static __always_inline bool mq_name_wanted(const struct op_flight *op, __u32 state)
{
	return filter.by_name ? mq_pick(&op->t.obj, op->user, 1) : object_wanted(state, &op->t.obj);
}

static __always_inline void mq_begin_open(struct op_flight *op, const struct call *c)
{
	struct mq_asked asked;

	mq_named(op, c->a[0]);
	op->cmd = c->a[1];
	if (!(op->cmd & O_CREAT) || !c->a[3] ||
	    bpf_probe_read_user(&asked, sizeof(asked), (void *)c->a[3]))
		return;
	op->bits = MQF_ATTR;
	op->maxmsg = asked.maxmsg;
	op->msgsize = asked.msgsize;
}

static __always_inline void mq_begin_notify(struct op_flight *op, __u64 user)
{
	struct mqueue_inode_info *q = mq_info((__u64)op->t.object);
	struct mq_sigevent event;

	op->cmd = -1;
	if (user && !bpf_probe_read_user(&event, sizeof(event), (void *)user)) {
		op->cmd = event.notify;
		op->signo = event.signo;
	} else if (user) {
		op->bits |= OPF_NO_ARG;
	}
	if (op->t.object)
		op->pid = pid_number_here((__u64)BPF_CORE_READ(q, notify_owner));
}

static __always_inline void mq_begin_attr(struct op_flight *op, __u64 user)
{
	__s64 flags = 0;

	op->cmd = -1;
	if (user && !bpf_probe_read_user(&flags, sizeof(flags), (void *)user))
		op->cmd = flags;
}

/* A call on POSIX message queues begins. 0: it is of no interest. */
VERIFIED_ONCE int mq_begin(struct op_flight *op, const struct call *c, __u32 state)
{
	if (!op || !c)
		return 0;
	switch (c->op.class) {
	case OPC_MQ_OPEN:
		mq_begin_open(op, c);
		/* What it opens is known when it is over. */
		return 1;
	case OPC_MQ_UNLINK:
		mq_named(op, c->a[0]);
		return mq_name_wanted(op, state);
	case OPC_MQ_NOTIFY:
		mq_target(op, c->a[0]);
		mq_begin_notify(op, c->a[1]);
		break;
	case OPC_MQ_ATTR:
		mq_target(op, c->a[0]);
		mq_begin_attr(op, c->a[1]);
		break;
	default:
		mq_target(op, c->a[0]);
		op->bytes = c->a[2];
		op->user = c->a[3];
		if (c->op.class == OPC_MQ_SEND)
			op->prio = (__u32)c->a[3];
	}
	return object_wanted(state, &op->t.obj);
}

/* A name was refused: what was asked for, and the limits of its IPC namespace. */
VERIFIED_ONCE int emit_mq_refused(struct op_flight *op, __s64 ret)
{
	struct ipc_namespace *ns = (void *)ipc_ns_of(bpf_get_current_task());
	struct ev_object *e;

	if (!op)
		return 0;
	e = new_record(bpf_get_current_task_btf(), EV_OBJECT, struct ev_object);
	if (!e)
		return 0;
	e->e.flags = EVF_NO_STATE;
	if (op->t.object)
		e->obj = op->t.obj;
	if (op->bits & MQF_ATTR) {
		e->owned = 1;
		e->state.v[MQ_ASKED_MAXMSG] =
		    (__u64)op->maxmsg > 0xffffffff ? 0xffffffff : op->maxmsg;
		e->state.v[MQ_ASKED_MSGSIZE] =
		    (__u64)op->msgsize > 0xffffffff ? 0xffffffff : op->msgsize;
	}
	e->state.v[MQ_LIMIT_MAXMSG] = BPF_CORE_READ(ns, mq_msg_max);
	e->state.v[MQ_LIMIT_MSGSIZE] = BPF_CORE_READ(ns, mq_msgsize_max);
	e->state.v[MQ_LIMIT_QUEUES] = BPF_CORE_READ(ns, mq_queues_max);
	e->state.v[MQ_QUEUES] = BPF_CORE_READ(ns, mq_queues_count);
	e->refs = BPF_CORE_READ(ns, ns.inum);
	e->fd = ret;
	e->nr = op->nr;
	e->change = OBJ_REFUSED;
	e->path[0] = '/';
	bpf_probe_read_user_str(e->path + 1, sizeof(e->path) - 1, (void *)op->user);
	submit(e);
	return 0;
}

/* A descriptor was made; if the queue was not there before, the call made that, too. */
VERIFIED_ONCE int emit_mq_opened(struct op_flight *op, __s32 fd, __u32 state)
{
	struct fd_object o = {};
	struct ev_object *e;
	struct file *f;
	bool made;

	if (!op)
		return 0;
	f = current_file(fd);
	if (file_object((__u64)f, &o) != MECH_MQ)
		return 0;
	mq_pick_file(&o.obj, (__u64)f);
	if (!object_wanted(state, &o.obj))
		return 0;
	if (filter.flags & FILTER_PARTNERS && state == TRACE_ON)
		object_share(&o.obj);
	made = op->cmd & O_CREAT && (op->cmd & O_EXCL || !op->t.object);
	e = new_record(bpf_get_current_task_btf(), EV_OBJECT, struct ev_object);
	if (!e)
		return 0;
	if (made)
		e->e.ts = op->start; /* others may have found it before the call was over */
	fill_ref(e, f, &o);
	e->fd = fd;
	e->nr = op->nr;
	e->change = made ? OBJ_CREATED : OBJ_OPENED;
	mq_path_of(e->path, (__u64)f);
	submit(e);
	return 0;
}

/* The record of op. known: its state before is. */
VERIFIED_ONCE int emit_mq(struct op_flight *op, __s64 ret)
{
	struct ev_op *e;

	if (!op)
		return 0;
	if (!op->t.object)
		op->t.obj.mech = 0;
	e = op_record(op, &op->t, ret, 0);
	if (!e)
		return 0;
	if (op->class == OPC_MQ_SEND || op->class == OPC_MQ_RECEIVE)
		e->e.flags |= op->t.f_flags & O_NONBLOCK ? EVF_NONBLOCK : 0;
	e->before = op->t.before;
	if (!op->t.object || filter.sums)
		e->e.flags |= EVF_NO_STATE;
	else if (!mq_state((__u64)op->t.object, op->t.obj.id, &e->after))
		e->e.flags |= EVF_NO_AFTER;
	submit(e);
	return 0;
}

/* The priority of the received message, if the caller asks for it. */
static __always_inline void mq_read_priority(struct op_flight *op)
{
	__u32 priority = 0;

	if (op->user && !bpf_probe_read_user(&priority, sizeof(priority), (void *)op->user))
		op->prio = priority;
	else
		op->bits |= MQF_NO_PRIORITY;
}

/* A call on POSIX message queues is over. */
VERIFIED_ONCE int mq_end(struct op_flight *op, __s64 ret, __u32 state)
{
	if (!op)
		return 0;
	if (op->class == OPC_MQ_OPEN && ret >= 0)
		return emit_mq_opened(op, ret, state);
	if (op->class == OPC_MQ_OPEN || (op->class == OPC_MQ_UNLINK && !op->t.object))
		return mq_name_wanted(op, state) ? emit_mq_refused(op, ret) : 0;
	if (op->class == OPC_MQ_UNLINK) {
		struct ipc_namespace *ns = (void *)ipc_ns_of(bpf_get_current_task());

		op->mounts = BPF_CORE_READ(ns, ns.inum);
	}
	if (op->class == OPC_MQ_RECEIVE && ret >= 0)
		mq_read_priority(op);
	return emit_mq(op, ret);
}

static __always_inline bool op_begin_mq(struct task_ctx *tc, struct task_struct *current,
					const struct call *c)
{
	return mq_begin(&tc->op, c, tc->trace);
}

static __always_inline void op_end_mq(struct task_ctx *tc, struct task_struct *current,
				      const struct call *c, __s64 ret)
{
	mq_end(&tc->op, ret, tc->trace);
}

#endif
