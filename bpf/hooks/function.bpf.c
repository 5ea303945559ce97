/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The function backends: fentry/fexit, or kprobe for the beginning and sys_exit for the end.
 * read and write are hooked in the pipe code itself (which io_uring reaches too), every other
 * call at its own entry function, so that system calls that do not matter cost nothing.
 *
 * The loader sets the targets whose names differ between kernels: the pipe functions are
 * anon_pipe_read and anon_pipe_write from 6.15 on, pipe_read and pipe_write before; FD_FUNCTION
 * rows have the others.
 */
#include "op/op.bpf.h"
#include "core/unseen.bpf.h"

static __always_inline bool find_target(struct op_target *t, struct file *f)
{
	if (can_cast)
		return typed_target_of(t, typed(f));
	t->file = f;
	t->f_flags = BPF_CORE_READ(f, f_flags);
	t->object = pipe_of(f, &t->obj);
	return t->object;
}

/* A pipe function begins. */
static __always_inline void pipe_begin(struct kiocb *iocb, struct iov_iter *iter, bool write,
				       bool io_uring_ok)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct task_ctx *tc = party(t);
	struct op_flight *op;
	struct call c = {};
	long nr;

	if (!tc) {
		/* io_uring's worker threads are not traced; what they do for a traced process is
		 * missed. */
		if (t->flags & PF_IO_WORKER && traced(t->group_leader))
			count_lost(LOST_IO_URING, 1);
		return;
	}
	nr = regs_nr(user_regs(t));
	if (in_compat_call(t, nr)) {
		count_lost(LOST_COMPAT, 1);
		return;
	}
	call_read(&c, user_regs(t), nr);
	if (c.op.id == SYSOP_io_uring_enter && !io_uring_ok) {
		count_lost(LOST_IO_URING, 1);
		return;
	}
	op = &tc->op;
	op_init(op, &c, write ? OPC_WRITE : OPC_READ);
	tc->in_function = 1;
	op->arg = BPF_CORE_READ(iter, count);
	op->t.fd = c.op.id == SYSOP_io_uring_enter ? -1 : call_fd(&c);
	if (!find_target(&op->t, BPF_CORE_READ(iocb, ki_filp)) ||
	    !object_wanted(tc->trace, &op->t.obj))
		return;
	if (!filter.sums)
		quick_pipe_state(number_in(&op->t.object), &op->t.before);
	op->start = bpf_ktime_get_ns();
}

static __always_inline void pipe_end(long ret)
{
	struct task_struct *current = bpf_get_current_task_btf();
	struct task_ctx *tc = party(current);

	if (!tc || !tc->op.start)
		return;
	see_awake(tc);
	emit_transfer(&tc->op, current, ret,
		      sysop_of(tc->op.nr).id == SYSOP_io_uring_enter ? EVF_IO_URING : 0);
	tc->op.start = 0;
}

SEC("?fentry/pipe_read")
int BPF_PROG(fentry_pipe_read, struct kiocb *iocb, struct iov_iter *to)
{
	pipe_begin(iocb, to, false, true);
	return 0;
}

SEC("?fexit/pipe_read")
int BPF_PROG(fexit_pipe_read, struct kiocb *iocb, struct iov_iter *to, long ret)
{
	pipe_end(ret);
	return 0;
}

SEC("?fentry/pipe_write")
int BPF_PROG(fentry_pipe_write, struct kiocb *iocb, struct iov_iter *from)
{
	pipe_begin(iocb, from, true, true);
	return 0;
}

SEC("?fexit/pipe_write")
int BPF_PROG(fexit_pipe_write, struct kiocb *iocb, struct iov_iter *from, long ret)
{
	pipe_end(ret);
	return 0;
}

SEC("?kprobe/pipe_read")
int BPF_KPROBE(kprobe_pipe_read, struct kiocb *iocb, struct iov_iter *to)
{
	pipe_begin(iocb, to, false, false);
	return 0;
}

SEC("?kprobe/pipe_write")
int BPF_KPROBE(kprobe_pipe_write, struct kiocb *iocb, struct iov_iter *from)
{
	pipe_begin(iocb, from, true, false);
	return 0;
}

/* The last reference to an open file description is gone, in whichever way. */
static __always_inline void pipe_released(struct file *f)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct ipc_object obj = {};
	struct pipe_inode_info *p;
	struct task_ctx *tc;
	struct ev_object *e;

	tc = party(t);
	if (!tc)
		return;
	p = pipe_of(f, &obj);
	if (!p || !object_wanted(tc->trace, &obj))
		return;
	e = new_record(t, EV_OBJECT, struct ev_object);
	if (!e)
		return;
	e->obj = obj;
	pipe_state((__u64)p, &e->state);
	e->file = cookie(f);
	e->fd = -1;
	e->nr = t->flags & PF_EXITING ? -1 : call_nr(t);
	e->change = OBJ_RELEASED;
	e->end = file_ends(f);
	e->released = 1;
	submit(e);
}

SEC("?fentry/pipe_release")
int BPF_PROG(fentry_pipe_release)
{
	pipe_released((struct file *)arg_address(ctx, 1));
	return 0;
}

SEC("?kprobe/pipe_release")
int BPF_KPROBE(kprobe_pipe_release, struct inode *inode, struct file *file)
{
	pipe_released(file);
	return 0;
}

/*
 * A function of another mechanism begins, in which its descriptors are read or written; what begins
 * here ends with the system call. A writev may call it for each of its parts: the operation began
 * with the first.
 */
static __noinline int other_begins(struct task_ctx *tc, __u8 class)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct op_flight *op;
	struct call c = {};

	if (!tc)
		return 0;
	call_read(&c, user_regs(t), regs_nr(user_regs(t)));
	if (c.op.id == SYSOP_io_uring_enter)
		count_lost(LOST_IO_URING, 1);
	if (c.op.class != class)
		return 0;
	op = &tc->op;
	if (tc->in_function && op->start && op->nr == c.nr)
		return 0;
	op_init(op, &c, class);
	tc->in_function = 1;
	if (!op_target(tc, &op->t, call_fd(&c)))
		return 0;
	op_argument(op, &c);
	if (moves_number(op->t.obj.mech))
		number_begins(op, &c);
	op->start = bpf_ktime_get_ns();
	return 0;
}

static __always_inline void function_of_other(__u8 class)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct task_ctx *tc = party(t);

	if (tc && in_compat_call(t, regs_nr(user_regs(t))))
		count_lost(LOST_COMPAT, 1);
	else if (tc)
		other_begins(tc, class);
	else if (t->flags & PF_IO_WORKER && traced(t->group_leader))
		count_lost(LOST_IO_URING, 1);
}

#define FD_FUNCTION(function, other, mech, class)                                                  \
	SEC("?fentry/" #function)                                                                  \
	int BPF_PROG(fentry_##function)                                                            \
	{                                                                                          \
		function_of_other(OPC_##class);                                                    \
		return 0;                                                                          \
	}                                                                                          \
	SEC("?kprobe/" #function)                                                                  \
	int BPF_KPROBE(kprobe_##function)                                                          \
	{                                                                                          \
		function_of_other(OPC_##class);                                                    \
		return 0;                                                                          \
	}
#include "abi/mech.def"

static __noinline int other_ends(struct task_ctx *tc, long ret)
{
	if (!tc)
		return 0;
	tc->in_function = 0;
	if (moves_number(tc->op.t.obj.mech))
		number_ends(&tc->op, ret);
	emit_op(&tc->op, &tc->op.t, ret, 0);
	tc->op.start = 0;
	return 0;
}

/* Where row is a constant, only that class's code is left. */
static __always_inline void function_begin(struct task_struct *current, struct pt_regs *regs,
					   struct sysop row)
{
	struct task_ctx *tc = party(current);
	long nr = regs_nr(regs);
	struct call c = {};

	if (!tc)
		return;
	/* x32's calls have the same functions. */
	if (in_compat_call(current, nr)) {
		count_lost(LOST_COMPAT, 1);
		return;
	}
	call_read_as(&c, regs, nr, row);
	op_begin(tc, current, &c, row.class);
}

static __always_inline void function_end(struct sysop row, long ret)
{
	struct task_struct *current = bpf_get_current_task_btf();
	struct pt_regs *regs = user_regs(current);
	struct task_ctx *tc = party(current);
	long nr = regs_nr(regs);
	struct call c = {};

	if (!tc || in_compat_call(current, nr))
		return;
	call_read_as(&c, regs, nr, row);
	if (is_transfer(row.class)) {
		if (tc->op.start)
			other_ends(tc, ret);
		else
			op_refused(tc, &c, ret);
		return;
	}
	if (!tc->op.start)
		op_begin_late(tc, current, &c, row.class);
	op_end(tc, current, &c, row.class, ret);
}

#define ROW(call, class, fd, fd2) ((struct sysop){SYSOP_##call, OPC_##class, fd, fd2})
#define SYSOP(id, call, class, fd, fd2, ...)                                                       \
	SEC("?fentry/" SYSCALL_FUNCTION #call)                                                     \
	int BPF_PROG(fentry_##call)                                                                \
	{                                                                                          \
		struct task_struct *t = bpf_get_current_task_btf();                                \
                                                                                                   \
		function_begin(t, user_regs(t), ROW(call, class, fd, fd2));                        \
		return 0;                                                                          \
	}                                                                                          \
	SEC("?fexit/" SYSCALL_FUNCTION #call)                                                      \
	int BPF_PROG(fexit_##call, struct pt_regs *regs, long ret)                                 \
	{                                                                                          \
		function_end(ROW(call, class, fd, fd2), ret);                                      \
		return 0;                                                                          \
	}
#include "abi/sysop.def"

/* One for all of them: of its number each call is known. */
SEC("?kprobe")
int kprobe_calls(void *ctx)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct pt_regs *regs = user_regs(t);

	function_begin(t, regs, sysop_of(regs_nr(regs)));
	return 0;
}
