/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on the object of a descriptor: their arguments, begin and end. */
#ifndef IPCTRACE_OP_FILE_BPF_H
#define IPCTRACE_OP_FILE_BPF_H

#include "op/emit.bpf.h"
#include "wait/pollset.bpf.h"
#include "mech/refs.bpf.h"

#define UIO_MAXIOV 1024 /* include/uapi/linux/uio.h: a call with more is refused */

struct uio_walk {
	__u64 user, sum;
	bool unread;
};

static long add_iovec(__u32 i, struct uio_walk *w)
{
	struct iovec v;

	if (bpf_probe_read_user(&v, sizeof(v), (void *)w->user + (__u64)i * sizeof(v))) {
		w->unread = true;
		return 1;
	}
	w->sum += v.iov_len;
	return 0;
}

/* Not inlined for the stack's sake. The kernel takes n as an unsigned int. */
VERIFIED_ONCE int argument_in_parts(struct op_flight *op, __u64 user, __u32 n)
{
	struct uio_walk w = {.user = user};

	if (!op)
		return 0;
	if (n <= UIO_MAXIOV)
		bpf_loop(n, add_iovec, &w, 0);
	else
		w.unread = true;
	if (w.unread)
		op->bits = OPF_NO_ARG;
	else
		op->bytes = w.sum;
	return 0;
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
		argument_in_parts(op, c->a[1], c->a[2]);
		break;
	case SYSOP_splice:
		op->bytes = c->a[4];
		break;
	case SYSOP_sendfile:
		op->bytes = c->a[3];
		break;
	case SYSOP_lseek:
		op->arg = c->a[1];
		break;
	case SYSOP_timerfd_settime:
		op->cmd = c->a[1];
		break;
	case SYSOP_fcntl:
	case SYSOP_ioctl:
		op->cmd = c->a[1];
		op->arg = c->a[2];
		break;
	}
}

#define EPOLL_CTL_DEL 2 /* include/uapi/linux/eventpoll.h */

/* The descriptor may be none, or that of something else: then the call fails, and names no instance. */
static __always_inline void begin_epoll(struct op_flight *op, const struct call *c)
{
	struct fd_object ep = {};
	bool is_one = file_object((__u64)current_file(c->a[0]), &ep) == MECH_EPOLL;

	if (c->op.id == SYSOP_epoll_ctl) {
		op->cmd = c->a[1];
		op->arg = is_one ? ep.obj.id : 0;
		op->epfd = (__s32)c->a[0];
		op->bits = EPOLLF_ASKED;
		if (op->cmd == EPOLL_CTL_DEL ||
		    bpf_probe_read_user(&op->events, sizeof(op->events), (void *)c->a[3]))
			op->bits |= EPOLLF_NO_EVENTS;
		return;
	}
	op->t.fd = c->a[0];
	if (is_one)
		op->t.obj = ep.obj;
}

/* The first descriptor of an object, -1 none. Not inlined for the stack's sake. */
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
	if (!op_target(tc, &tc->op.t, fd))
		return;
	target_state(&tc->op.t);
	tc->op.refs = file_refs(tc->op.t.file);
}

/* A close that succeeded: the object with its state before. */
VERIFIED_ONCE int emit_closed(struct op_flight *op, struct op_target *t)
{
	struct ev_object *e;

	if (!op || !t)
		return 0;
	e = new_record(bpf_get_current_task_btf(), EV_OBJECT, struct ev_object);
	if (!e)
		return 0;
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
	return 0;
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
			op->t.object = (void *)ps.o.at;
			op->t.obj = ps.o.obj;
			held_state(&ps.o, &op->t.before);
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

/* Whether what was opened is an object that is held. */
VERIFIED_ONCE int end_open(struct op_flight *op, struct fd_seen *seen, __s32 fd, __u32 state)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct ev_object *e;

	if (!op || !seen || fd < 0 || !target_find(&op->t, seen, fd))
		return 0;
	if (!object_wanted(state, &op->t.obj))
		return 1;
	if (filter.flags & FILTER_PARTNERS && state == TRACE_ON)
		object_share(&op->t.obj);
	target_state(&op->t);
	e = new_record(t, EV_OBJECT, struct ev_object);
	if (!e)
		return 1;
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
	return 1;
}

#endif
