/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations: noted when they begin, one record when they end. The backends differ only in
 * which hook says so; what a begin and an end mean stands here, once.
 */
#ifndef IPCTRACE_OP_BPF_H
#define IPCTRACE_OP_BPF_H

#include "filter.bpf.h"
#include "pollset.bpf.h"
#include "refs.bpf.h"
#include "scm.bpf.h"

#define O_NONBLOCK	    00004000
#define O_DIRECT	    00040000
#define F_DUPFD		    0
#define F_DUPFD_CLOEXEC	    1030
#define CLOSE_RANGE_CLOEXEC 4
#define SPLICE_F_NONBLOCK   2
#define UIO_WALK	    64 /* iovecs that are added up */

/*
 * The object behind a descriptor of the current task, and its state. A pipe that this descriptor
 * was before is known again by its inode and number: pipefs gives no number twice while either
 * lives, and a FIFO, whose inode outlives its pipe, is known by that too.
 */
VERIFIED_ONCE int target_find(struct op_target *t, struct fd_seen *seen, __s32 fd)
{
	struct file *f = current_file(fd);
	struct file_head head;
	struct inode *inode;

	if (!t || !seen)
		return 0;
	t->fd = fd;
	t->file = f;
	t->pipe = NULL;
	if (!f)
		return 0;
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
		return 0;
	t->pipe = seen->pipe;
	t->obj = seen->obj;
	t->f_flags = head.flags;
	pipe_state((__u64)t->pipe, &t->before);
	return 1;
}

static __always_inline bool op_target(struct task_ctx *tc, struct op_target *t, __s32 fd)
{
	if (!target_find(t, &tc->seen[fd & (FDS_SEEN - 1)], fd))
		return false;
	if (!object_wanted(tc->trace, &t->obj))
		t->pipe = NULL;
	return t->pipe;
}

/* The pipe of t, which was the current task's when the call began, still is. */
static __always_inline bool target_stands(const struct op_target *t)
{
	struct ipc_object now = {};

	return t->fd < 0 || files_are_own() || pipe_of(current_file(t->fd), &now) == t->pipe;
}

struct uio_walk {
	__u64 user, sum;
};

static long add_iovec(__u32 i, struct uio_walk *w)
{
	struct iovec v;

	if (bpf_probe_read_user(&v, sizeof(v), (void *)w->user + (__u64)i * sizeof(v)))
		return 1;
	w->sum += v.iov_len;
	return 0;
}

static __always_inline __u64 iovec_bytes(__u64 user, __u64 n)
{
	struct uio_walk w = {.user = user};

	if (n > UIO_WALK)
		count_lost(LOST_WALK, 1);
	else
		bpf_loop(n, add_iovec, &w, 0);
	return w.sum;
}

/* What was asked for. */
static __always_inline void op_argument(struct op_flight *op, const struct call *c)
{
	switch (c->op.id) {
	case SYSOP_read:
	case SYSOP_write:
	case SYSOP_pread64:
	case SYSOP_pwrite64:
	case SYSOP_tee:
		op->arg = c->a[2];
		break;
	case SYSOP_readv:
	case SYSOP_writev:
	case SYSOP_preadv:
	case SYSOP_pwritev:
	case SYSOP_preadv2:
	case SYSOP_pwritev2:
	case SYSOP_vmsplice:
		op->arg = iovec_bytes(c->a[1], c->a[2]);
		break;
	case SYSOP_splice:
		op->arg = c->a[4];
		break;
	case SYSOP_sendfile:
		op->arg = c->a[3];
		break;
	case SYSOP_lseek:
		op->arg = c->a[1];
		break;
	case SYSOP_fcntl:
	case SYSOP_ioctl:
		op->cmd = c->a[1];
		op->arg = c->a[2];
		break;
	}
}

static __always_inline void begin_epoll(struct op_flight *op, const struct call *c)
{
	struct file *ep = current_file(c->a[0]);

	if (!ep)
		return;
	if (c->op.id == SYSOP_epoll_ctl) {
		op->cmd = c->a[1];
		op->arg = cookie(BPF_CORE_READ(ep, private_data));
		return;
	}
	op->t.obj.id = cookie(BPF_CORE_READ(ep, private_data));
	op->t.obj.mech = MECH_EPOLL;
	op->t.fd = c->a[0];
}

/* The first descriptor of a pipe, -1 none. Not inlined for the stack's sake. */
VERIFIED_ONCE int polled_fd(struct op_flight *op, const struct call *c)
{
	struct pollset ps = {.task = bpf_get_current_task(), .want = POLLSET_FIRST};

	if (!op || !c)
		return -1;
	pollset_find(&ps, c);
	op->arg = ps.events;
	return ps.fd;
}

static __always_inline void begin_close(struct task_ctx *tc, __s32 fd)
{
	if (op_target(tc, &tc->op.t, fd))
		tc->op.refs = file_refs(tc->op.t.file);
}

static __always_inline void op_init(struct op_flight *op, const struct call *c)
{
	__builtin_memset(op, 0, sizeof(*op));
	op->nr = c->nr;
	op->class = c->op.class;
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
	default:
		return false;
	}
	op->start = bpf_ktime_get_ns();
	return true;
}

/* The current task enters a system call. */
static __always_inline void op_begin(struct task_ctx *tc, const struct call *c)
{
	struct op_flight *op = &tc->op;

	op_init(op, c);
	switch (c->op.class) {
	case OPC_READ:
	case OPC_WRITE:
	case OPC_CONTROL:
	case OPC_VMSPLICE:
		if (!op_target(tc, &op->t, call_fd(c)))
			return;
		op_argument(op, c);
		break;
	case OPC_SPLICE:
		op_target(tc, &op->t, call_fd(c));
		op_target(tc, &op->t2, call_fd2(c));
		if (!op->t.pipe && !op->t2.pipe)
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
		if (!op->t.pipe)
			return;
		break;
	case OPC_DUP2:
		if ((__s32)c->a[0] == (__s32)c->a[1])
			return;
		begin_close(tc, call_fd2(c));
		op_target(tc, &op->t2, call_fd(c));
		break;
	case OPC_CLOSE_RANGE:
		if (!(c->a[2] & CLOSE_RANGE_CLOEXEC))
			emit_refs(bpf_get_current_task(),
				  (struct fd_span){.first = c->a[0], .last = c->a[1]}, c->nr,
				  OBJ_CLOSED, tc->trace);
		return;
	case OPC_EXEC:
		emit_refs(bpf_get_current_task(),
			  (struct fd_span){.last = -1U, .cloexec_only = true}, c->nr,
			  OBJ_EXEC_CLOSED, tc->trace);
		return;
	default:
		op_begin_late(op, c);
		return;
	}
	op->start = bpf_ktime_get_ns();
}

static __always_inline __u8 target_flags(const struct op_target *t)
{
	return (t->f_flags & O_NONBLOCK ? EVF_NONBLOCK : 0) |
	       (t->f_flags & O_DIRECT ? EVF_PACKET : 0);
}

/* The record of op at one of its objects. */
VERIFIED_ONCE int emit_op(struct op_flight *op, struct op_target *t, __s64 ret, __u8 flags)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct ev_op *e;

	if (!op || !t)
		return 0;
	if (filter.min_wait && !(op->slept & OP_SLEPT_WANTED))
		return 0;
	e = new_record(task, EV_OP, struct ev_op);
	if (!e)
		return 0;
	e->e.flags = flags | (op->slept ? EVF_SLEPT : 0);
	e->start = op->start;
	e->ret = ret;
	e->arg = op->arg;
	e->obj = t->obj;
	e->before = t->before;
	e->fd = t->fd;
	e->cmd = op->cmd;
	e->nr = op->nr;
	e->op = op->class;
	if (t->pipe) {
		e->e.flags |= target_flags(t);
		/* Another thread may have closed it meanwhile, and the pipe be gone. */
		if (target_stands(t))
			pipe_state((__u64)t->pipe, &e->after);
		else
			e->e.flags |= EVF_NO_STATE;
	}
	submit(e);
	return 0;
}

/* A close that succeeded: what it was, as it stood before. */
static __always_inline void emit_closed(struct op_flight *op, struct op_target *t)
{
	struct ev_object *e = new_record(bpf_get_current_task_btf(), EV_OBJECT, struct ev_object);

	if (!e)
		return;
	/* As it stood at the beginning: what the close causes comes after that, not after its end. */
	e->e.ts = op->start;
	e->obj = t->obj;
	e->state = t->before;
	e->file = cookie(t->file);
	e->refs = op->refs;
	e->fd = t->fd;
	e->nr = op->nr;
	e->change = OBJ_CLOSED;
	e->end = file_ends(t->file);
	e->released = op->refs == 1;
	submit(e);
}

VERIFIED_ONCE int end_poll(struct op_flight *op, const struct call *c, __s64 ret)
{
	struct pollset ps = {.task = bpf_get_current_task(), .want = POLLSET_READY};

	if (!op || !c)
		return 0;
	if (ret > 0) {
		pollset_find(&ps, c);
		if (ps.fd >= 0) {
			op->arg = ps.events;
			op->t.fd = ps.fd;
			op->t.file = current_file(ps.fd);
			op->t.pipe = ps.pipe;
			op->t.obj = ps.obj;
			pipe_state((__u64)ps.pipe, &op->t.before);
		}
	}
	emit_op(op, &op->t, ret, 0);
	return 0;
}

static __always_inline void end_create(struct op_flight *op, __u32 state)
{
	__s32 fds[2] = {-1, -1};

	bpf_probe_read_user(fds, sizeof(fds), (void *)op->user);
	emit_ref(bpf_get_current_task(), fds[0], op->nr, OBJ_CREATED, state);
	emit_ref(bpf_get_current_task(), fds[1], op->nr, OBJ_CREATED, state);
}

VERIFIED_ONCE int end_open(struct op_flight *op, struct fd_seen *seen, __s32 fd, __u32 state)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct ev_object *e;

	if (!op || !seen || fd < 0 || !target_find(&op->t, seen, fd) ||
	    !object_wanted(state, &op->t.obj))
		return 0;
	if (filter.flags & FILTER_PARTNERS && state == TRACE_ON)
		object_share(&op->t.obj);
	e = new_record(t, EV_OBJECT, struct ev_object);
	if (!e)
		return 0;
	e->obj = op->t.obj;
	e->state = op->t.before;
	e->file = cookie(op->t.file);
	e->refs = file_refs(op->t.file);
	e->fd = fd;
	e->nr = op->nr;
	e->change = OBJ_OPENED;
	e->end = file_ends(op->t.file);
	bpf_probe_read_user_str(e->path, sizeof(e->path), (void *)op->user);
	submit(e);
	return 0;
}

/*
 * The current task's operation is over. c is the same call as at the beginning; where its row is
 * a constant, only that class's code is left.
 */
static __always_inline void op_end(struct task_ctx *tc, const struct call *c, __s64 ret)
{
	struct op_flight *op = &tc->op;

	if (!op->start || op->class != c->op.class)
		return;
	switch (c->op.class) {
	case OPC_CONTROL:
		if (c->op.id == SYSOP_fcntl && ret >= 0 &&
		    (op->cmd == F_DUPFD || op->cmd == F_DUPFD_CLOEXEC))
			emit_ref(bpf_get_current_task(), ret, op->nr, OBJ_DUPLICATED, tc->trace);
		else
			emit_op(op, &op->t, ret, 0);
		break;
	case OPC_READ:
	case OPC_WRITE:
	case OPC_VMSPLICE:
	case OPC_EPOLL_CTL:
	case OPC_EPOLL_WAIT:
		emit_op(op, &op->t, ret, 0);
		break;
	case OPC_SPLICE:
		if (op->t.pipe)
			emit_op(op, &op->t, ret, 0);
		if (op->t2.pipe)
			emit_op(op, &op->t2, ret, op->t.pipe ? EVF_SECOND : 0);
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
		end_open(op, &tc->seen[ret & (FDS_SEEN - 1)], ret, tc->trace);
		break;
	case OPC_CLOSE:
		/* close(2) gives the descriptor up whatever it returns, except for EBADF. */
		emit_closed(op, &op->t);
		break;
	case OPC_DUP2:
		if (ret >= 0 && op->t.pipe)
			emit_closed(op, &op->t);
		/* fallthrough */
	case OPC_DUP:
		if (ret >= 0)
			emit_ref(bpf_get_current_task(), ret, op->nr, OBJ_DUPLICATED, tc->trace);
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
