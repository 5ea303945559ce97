/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations: noted when they begin, one record when they end. The backends differ only in
 * which hook says so; what a begin and an end mean stands here, once.
 */
#ifndef IPCTRACE_OP_OP_BPF_H
#define IPCTRACE_OP_OP_BPF_H

#include "op/file.bpf.h"
#include "op/futex.bpf.h"
#include "op/map.bpf.h"
#include "op/msg.bpf.h"
#include "op/name.bpf.h"
#include "op/pipe_limits.bpf.h"
#include "op/sem.bpf.h"
#include "op/shm.bpf.h"
#include "op/scm.bpf.h"

#define F_DUPFD		    0
#define F_DUPFD_CLOEXEC	    1030
#define CLOSE_RANGE_UNSHARE 2

static __always_inline void op_init(struct op_flight *op, const struct call *c)
{
	__builtin_memset(op, 0, sizeof(*op));
	op->nr = c->nr;
	op->class = c->op.class;
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

/*
 * Of these nothing but an address must be known before they run: one hook, at the end, is enough.
 * False for all others.
 */
static __always_inline bool op_begin_late(struct op_flight *op, const struct call *c)
{
	switch (c->op.class) {
	case OPC_CREATE:
		op->user = c->a[0];
		break;
	case OPC_SEND:
	case OPC_RECEIVE:
		op->user = c->a[1];
		break;
	case OPC_OPEN:
		op->user = c->a[c->op.id == SYSOP_openat || c->op.id == SYSOP_openat2];
		break;
	case OPC_DUP:
		break;
	case OPC_MAP:
	case OPC_UNMAP:
	case OPC_PROTECT:
		if (!map_wanted(c))
			return true;
		break;
	default:
		return false;
	}
	op->start = bpf_ktime_get_ns();
	return true;
}

/* current enters a system call. */
static __always_inline void op_begin(struct task_ctx *tc, struct task_struct *current,
				     const struct call *c)
{
	struct op_flight *op = &tc->op;

	op_init(op, c);
	switch (c->op.class) {
	case OPC_READ:
	case OPC_WRITE:
	case OPC_VMSPLICE:
		if (!op_target_quick(tc, &op->t, call_fd(c), current))
			return;
		op_argument(op, c);
		break;
	case OPC_CONTROL:
		if (!op_target(tc, &op->t, call_fd(c)) && !begin_seal(op, c, tc->trace))
			return;
		op_argument(op, c);
		break;
	case OPC_SPLICE:
		op_target(tc, &op->t, call_fd(c));
		op_target(tc, &op->t2, call_fd2(c));
		if (!op->t.object && !op->t2.object)
			return;
		op_argument(op, c);
		break;
	case OPC_POLL:
	case OPC_SELECT:
		if (!op_target(tc, &op->t, polled_fd(op, c)))
			return;
		break;
	case OPC_EPOLL_CTL:
		if (!op_target(tc, &op->t, call_fd(c)))
			return;
		begin_epoll(op, c);
		break;
	case OPC_EPOLL_WAIT:
		begin_epoll(op, c);
		if (!object_wanted(tc->trace, &op->t.obj))
			return;
		break;
	case OPC_CLOSE:
		begin_close(tc, call_fd(c));
		if (!op->t.object)
			return;
		break;
	case OPC_DUP2:
		if ((__s32)c->a[0] == (__s32)c->a[1])
			return;
		begin_close(tc, call_fd2(c));
		op_target(tc, &op->t2, call_fd(c));
		break;
	case OPC_SEM_GET:
	case OPC_SEM_OP:
	case OPC_SEM_CTL:
		if (!sem_begin(op, c, tc->trace))
			return;
		break;
	case OPC_MSG_GET:
	case OPC_MSG_SEND:
	case OPC_MSG_RECEIVE:
	case OPC_MSG_CTL:
		if (!msg_begin(op, c, tc->trace))
			return;
		break;
	case OPC_FUTEX:
		if (!begin_futex(op, c, tc->trace))
			return;
		break;
	case OPC_CLOSE_RANGE:
		if (closes_range(c, current))
			emit_refs(bpf_get_current_task(),
				  (struct fd_span){.first = c->a[0], .last = c->a[1]}, c->nr,
				  OBJ_CLOSED, tc->trace);
		return;
	case OPC_EXEC:
		emit_refs(bpf_get_current_task(),
			  (struct fd_span){.last = -1U, .cloexec_only = true}, c->nr,
			  OBJ_EXEC_CLOSED, tc->trace);
		return;
	case OPC_SHM_GET:
	case OPC_SHM_AT:
	case OPC_SHM_DT:
	case OPC_SHM_CTL:
		if (!begin_shm(op, c, tc->trace))
			return;
		break;
	case OPC_TRUNCATE:
		if (!begin_truncate(op, c, tc->trace))
			return;
		break;
	case OPC_UNLINK:
		if (!begin_unlink(op, c, tc->trace))
			return;
		break;
	default:
		op_begin_late(op, c);
		return;
	}
	op->start = bpf_ktime_get_ns();
}

/*
 * current's operation is over. c is the same call as at the beginning; where its row is
 * a constant, only that class's code is left.
 */
static __always_inline void op_end(struct task_ctx *tc, struct task_struct *current,
				   const struct call *c, __s64 ret)
{
	struct op_flight *op = &tc->op;

	if (!op->start || op->class != c->op.class)
		return;
	switch (c->op.class) {
	case OPC_CONTROL:
		if (c->op.id == SYSOP_fcntl && ret >= 0 &&
		    (op->cmd == F_DUPFD || op->cmd == F_DUPFD_CLOEXEC)) {
			emit_ref(bpf_get_current_task(), ret, op->nr, OBJ_DUPLICATED, tc->trace);
			break;
		}
		if (c->op.id == SYSOP_fcntl)
			pipe_size_limit(op, ret);
		emit_op(op, &op->t, ret, 0);
		break;
	case OPC_READ:
	case OPC_WRITE:
	case OPC_VMSPLICE:
		emit_transfer(op, current, ret, 0);
		break;
	case OPC_EPOLL_CTL:
	case OPC_EPOLL_WAIT:
		emit_op(op, &op->t, ret, 0);
		break;
	case OPC_SPLICE:
		if (op->t.object)
			emit_op(op, &op->t, ret, 0);
		if (op->t2.object)
			emit_op(op, &op->t2, ret, op->t.object ? EVF_SECOND : 0);
		break;
	case OPC_POLL:
	case OPC_SELECT:
		end_poll(op, c, ret);
		break;
	case OPC_CREATE:
		if (!ret)
			end_create(op, tc->trace);
		break;
	case OPC_OPEN:
		if (ret < 0)
			emit_refused(op, ret, c->op.id == SYSOP_memfd_create, tc->trace);
		else if (!end_open(op, &tc->seen[ret & (FDS_SEEN - 1)], ret, tc->trace))
			open_memory(op, ret, c->op.id == SYSOP_memfd_create, tc->trace);
		break;
	case OPC_CLOSE:
		/* close(2) gives the descriptor up whatever it returns, except for EBADF. */
		emit_closed(op, &op->t);
		break;
	case OPC_DUP2:
		if (ret >= 0 && op->t.object)
			emit_closed(op, &op->t);
		/* fallthrough */
	case OPC_DUP:
		if (ret >= 0)
			emit_ref(bpf_get_current_task(), ret, op->nr, OBJ_DUPLICATED, tc->trace);
		break;
	case OPC_SEM_GET:
	case OPC_SEM_OP:
	case OPC_SEM_CTL:
		sem_end(op, ret, tc->trace);
		break;
	case OPC_MSG_GET:
	case OPC_MSG_SEND:
	case OPC_MSG_RECEIVE:
	case OPC_MSG_CTL:
		msg_end(op, ret, tc->trace);
		break;
	case OPC_FUTEX:
		emit_futex(op, ret);
		break;
	case OPC_SEND:
		if (ret >= 0)
			emit_scm(op->user, op->nr, OBJ_SENT, tc->trace);
		break;
	case OPC_RECEIVE:
		if (c->op.id == SYSOP_pidfd_getfd)
			emit_ref(bpf_get_current_task(), ret, op->nr, OBJ_RECEIVED, tc->trace);
		else if (ret >= 0)
			emit_scm(op->user, op->nr, OBJ_RECEIVED, tc->trace);
		break;
	case OPC_SHM_GET:
		end_shmget(op, ret, tc->trace);
		break;
	case OPC_SHM_AT:
	case OPC_SHM_DT:
	case OPC_SHM_CTL:
		end_shm(op, ret, tc->trace);
		break;
	case OPC_MAP:
	case OPC_UNMAP:
	case OPC_PROTECT:
		end_map(op, c, ret, tc->trace);
		break;
	case OPC_TRUNCATE:
		emit_op(op, &op->t, ret, 0);
		break;
	case OPC_UNLINK:
		end_unlink(op, ret, tc->trace);
		break;
	}
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
	op_init(op, c);
	if (!op_target(tc, &op->t, call_fd(c)))
		return 0;
	op_argument(op, c);
	op->start = bpf_ktime_get_ns();
	emit_op(op, &op->t, ret, 0);
	op->start = 0;
	return 0;
}

#endif
