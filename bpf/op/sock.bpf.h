/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on sockets: their arguments, what begins and ends them. */
#ifndef IPCTRACE_OP_SOCK_BPF_H
#define IPCTRACE_OP_SOCK_BPF_H

#include "op/file.bpf.h"
#include "op/scm.bpf.h"

#define MSG_DONTWAIT 0x40 /* include/linux/socket.h */

/* What a send or receive asked for. */
VERIFIED_ONCE int sock_argument(struct op_flight *op, const struct call *c)
{
	struct user_msghdr m;

	if (!op || !c)
		return 0;
	switch (c->op.id) {
	case SYSOP_sendto:
	case SYSOP_recvfrom:
		op->bytes = c->a[2];
		op->cmd = c->a[3];
		break;
	case SYSOP_sendmsg:
	case SYSOP_recvmsg:
		op->cmd = c->a[2];
		if (bpf_probe_read_user(&m, sizeof(m), (void *)c->a[1]))
			op->bits = OPF_NO_ARG;
		else
			argument_in_parts(op, (__u64)m.msg_iov, m.msg_iovlen);
		break;
	case SYSOP_sendmmsg:
	case SYSOP_recvmmsg:
		op->messages = (__u32)c->a[2];
		op->cmd = c->a[3];
		op->bits = SOCKOP_MANY;
		break;
	}
	return 0;
}

/* sendmsg and recvmsg may carry descriptors, which are told whatever the socket. */
static __always_inline bool op_begin_send(struct task_ctx *tc, struct task_struct *current,
					  const struct call *c)
{
	struct op_flight *op = &tc->op;
	bool found = op_target(tc, &op->t, call_fd(c));

	if (found)
		sock_argument(op, c);
	op->user = c->a[1];
	return found || c->op.id == SYSOP_sendmsg;
}

static __always_inline bool op_begin_receive(struct task_ctx *tc, struct task_struct *current,
					     const struct call *c)
{
	struct op_flight *op = &tc->op;
	bool found = c->op.id != SYSOP_pidfd_getfd && op_target(tc, &op->t, call_fd(c));

	if (found)
		sock_argument(op, c);
	op->user = c->a[1];
	return found || c->op.id == SYSOP_recvmsg || c->op.id == SYSOP_pidfd_getfd;
}

struct many_walk {
	__u64 user, bytes;
};

static long add_message(__u32 i, struct many_walk *w)
{
	struct user_mmsghdr m;

	if (bpf_probe_read_user(&m, sizeof(m), (void *)w->user + (__u64)i * sizeof(m)))
		return 1;
	w->bytes += m.msg_len;
	return 0;
}

/* sendmmsg, recvmmsg: the bytes of n messages. */
VERIFIED_ONCE int sock_moved(struct op_flight *op, __u32 n)
{
	struct many_walk w = {};

	if (!op)
		return 0;
	w.user = op->user;
	bpf_loop(n > UIO_MAXIOV ? UIO_MAXIOV : n, add_message, &w, 0);
	op->moved = w.bytes;
	return 0;
}

static __always_inline void emit_sock(struct op_flight *op, __s64 ret)
{
	if (!op->t.object)
		return;
	if (is_of_many(op) && ret > 0)
		sock_moved(op, ret);
	emit_op(op, &op->t, ret, op->cmd & MSG_DONTWAIT ? EVF_NONBLOCK : 0);
}

static __always_inline void op_end_send(struct task_ctx *tc, struct task_struct *current,
					const struct call *c, __s64 ret)
{
	emit_sock(&tc->op, ret);
	if (ret >= 0 && c->op.id == SYSOP_sendmsg)
		emit_scm(tc->op.user, tc->op.nr, OBJ_SENT, tc->trace);
}

static __always_inline void op_end_receive(struct task_ctx *tc, struct task_struct *current,
					   const struct call *c, __s64 ret)
{
	struct op_flight *op = &tc->op;

	if (c->op.id == SYSOP_pidfd_getfd) {
		emit_ref(bpf_get_current_task(), ret, op->nr, OBJ_RECEIVED, tc->trace);
		return;
	}
	emit_sock(op, ret);
	if (ret >= 0 && c->op.id == SYSOP_recvmsg)
		emit_scm(op->user, op->nr, OBJ_RECEIVED, tc->trace);
}

#endif
