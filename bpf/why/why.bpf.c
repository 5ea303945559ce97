/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Looks at the whole system without tracing: what every task waits for, and which descriptors hold
 * the objects. There are two iterators; abi/why.h describes what they write.
 */
#include "why/asleep.bpf.h"
#include "mech/refs.bpf.h"
#include "why/signals.bpf.h"
#include "wait/sleep.bpf.h"
#include "why/watches.bpf.h"

#define STATE_STOPPED 0x800c /* __TASK_STOPPED | __TASK_TRACED | TASK_FROZEN (6.1) */
#define STATE_TRACED  0x8    /* __TASK_TRACED */

#define PF_FORKNOEXEC 0x00000040

#define MAX_SCHEDULE_TIMEOUT 0x7fffffffffffffffL

/* One task at a time: too large for the stack. */
static struct {
	struct look_task task;
	struct ev_wait wait;
	struct wait_flight flight;
	struct ev_object held;
	char path[512];
} s;

static __always_inline void fill_head(struct event *e, struct task_struct *t, __u8 kind, __u16 size)
{
	e->ts = bpf_ktime_get_ns();
	e->pid = BPF_CORE_READ(t, tgid);
	e->tid = BPF_CORE_READ(t, pid);
	e->kind = kind;
	e->size = size;
}

static __always_inline void copy_tail(char dst[PATH_LEN], const char *src, long n)
{
	if (n > PATH_LEN)
		src += n - PATH_LEN;
	bpf_probe_read_kernel_str(dst, PATH_LEN, src);
}

static __always_inline __u8 state_of(struct task_struct *t, long nr)
{
	unsigned int state = BPF_CORE_READ(t, __state);

	if (BPF_CORE_READ(t, exit_state))
		return LOOK_ZOMBIE;
	if (BPF_CORE_READ(t, flags) & PF_EXITING)
		return LOOK_EXITS;
	if (state & STATE_STOPPED)
		return LOOK_STOPPED;
	if (!(state & TASK_SLEEPS) || is_on_cpu(t))
		return LOOK_RUNS;
	return nr < 0 ? LOOK_FAULTS : LOOK_SLEEPS;
}

static __always_inline bool futex_waits(const struct call *c)
{
	__u32 cmd = c->a[1] & FUTEX_CMD_MASK;

	return futex_compares(cmd) || cmd == FUTEX_LOCK_PI || cmd == FUTEX_LOCK_PI2;
}

/*
 * The key of a private futex is its address space (kernel/futex/core.c get_futex_key()), so no task
 * outside can wake a waiter on it. A PI futex may have an owner elsewhere; a tracer and a request
 * of io_uring act in the task itself.
 */
static __always_inline bool waits_alone(struct task_struct *t, const struct call *c)
{
	__u32 cmd = c->a[1] & FUTEX_CMD_MASK;

	if (c->op.id != SYSOP_futex || !futex_is_private(c) || c->a[3] ||
	    (cmd != FUTEX_WAIT && cmd != FUTEX_WAIT_BITSET))
		return false;
	if (!(BPF_CORE_READ(t, __state) & TASK_INTERRUPTIBLE) || BPF_CORE_READ(t, ptrace))
		return false;
	if (bpf_core_field_exists(t->io_uring) && BPF_CORE_READ(t, io_uring))
		return false;
	return BPF_CORE_READ(t, mm, mm_users.counter) == 1;
}

/* Any task that has the word mapped could wake it. */
static __always_inline bool waits_for_others(struct task_struct *t, const struct call *c)
{
	return c->op.id == SYSOP_futex && !futex_is_private(c) && futex_waits(c) &&
	       BPF_CORE_READ(t, __state) & TASK_INTERRUPTIBLE;
}

#define NO_TIMEOUT false
#define IN_MS(n)   ((__s32)c->a[n] >= 0)
#define AT(n)	   (c->a[n] != 0)

static __always_inline bool has_timeout(const struct call *c)
{
	/* A futex call that does not wait has something else there. */
	if (c->op.class == OPC_FUTEX && !futex_waits(c))
		return false;
	switch (c->op.id) {
#define SYSOP(id, call, class, fd, fd2, timeout, ...)                                              \
	case SYSOP_##call:                                                                         \
		return timeout;
#include "abi/sysop.def"
	}
	return false;
}

/* TCP gives up sending its SYN in the end, and what is not acknowledged after TCP_USER_TIMEOUT. */
static __always_inline bool tcp_gives_up(struct sock *sk, __u8 reason)
{
	if (BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP || is_unix((__u64)sk))
		return false;
	return reason == WAIT_SOCK_CONNECT || reason == WAIT_SOCK_BACKLOG ||
	       (reason == WAIT_SOCK_FULL &&
		BPF_CORE_READ((struct tcp_sock *)sk, inet_conn.icsk_user_timeout));
}

/* SO_RCVTIMEO and SO_SNDTIMEO, of the caller's own socket. */
static __always_inline bool socket_has_timeout(struct task_struct *t, const struct wait_flight *w)
{
	struct socket *s;
	struct sock *sk;
	struct file *f;

	switch (w->reason) {
	case WAIT_SOCK_EMPTY:
	case WAIT_SOCK_ACCEPT:
	case WAIT_SOCK_FULL:
	case WAIT_SOCK_PEER_FULL:
	case WAIT_SOCK_BACKLOG:
	case WAIT_SOCK_CONNECT:
		break;
	default:
		return false;
	}
	f = file_of(t, w->fd);
	s = BPF_CORE_READ(f, private_data);
	sk = BPF_CORE_READ(s, sk);
	if (tcp_gives_up(sk, w->reason))
		return true;
	if (w->reason == WAIT_SOCK_EMPTY || w->reason == WAIT_SOCK_ACCEPT)
		return BPF_CORE_READ(sk, sk_rcvtimeo) != MAX_SCHEDULE_TIMEOUT;
	return BPF_CORE_READ(sk, sk_sndtimeo) != MAX_SCHEDULE_TIMEOUT;
}

/* A call on a descriptor takes a reference of its own only where the table is shared (fdget()). */
static __always_inline void fill_pinned(struct look_task *r, struct task_struct *t,
					const struct call *c)
{
	__s32 fd = call_fd(c), fd2 = call_fd2(c);
	struct file *f;

	if (BPF_CORE_READ(t, files, count.counter) < 2)
		return;
	f = file_of(t, fd);
	if (f)
		r->pinned[0] = cookie(f);
	f = file_of(t, fd2);
	if (f)
		r->pinned[1] = cookie(f);
}

static __always_inline void fill_owner(struct look_task *r, struct pipe_inode_info *p)
{
	struct task_struct *owner = (void *)(BPF_CORE_READ(p, mutex.owner.counter) & ~7ULL);

	if (!owner)
		return;
	r->owner_pid = BPF_CORE_READ(owner, tgid);
	r->owner_tid = BPF_CORE_READ(owner, pid);
}

static __always_inline void fill_tracer(struct look_task *r, struct task_struct *t)
{
	struct task_struct *tracer = BPF_CORE_READ(t, parent);

	if (!(BPF_CORE_READ(t, __state) & STATE_TRACED))
		return;
	r->flags |= LOOK_TRACED;
	/* Just released by its tracer: the field has its parent again. */
	if (!BPF_CORE_READ(t, ptrace))
		return;
	r->tracer_pid = BPF_CORE_READ(tracer, tgid);
	r->tracer_tid = BPF_CORE_READ(tracer, pid);
}

static __always_inline void fill_path(struct look_task *r, struct task_struct *t)
{
	const char *name = BPF_CORE_READ(t, nameidata, name, name);

	copy_tail(r->path, name, bpf_probe_read_kernel_str(s.path, sizeof(s.path), name));
	if (!BPF_CORE_READ(t, nameidata, path.dentry, d_inode, i_nlink))
		r->flags |= LOOK_NAMELESS;
}

/* The task to which its end would send a signal. */
static __always_inline void fill_parents(struct look_task *r, struct task_struct *t)
{
	int sig = BPF_CORE_READ(t, group_leader, exit_signal);

	r->parent = BPF_CORE_READ(t, real_parent, tgid);
	if (BPF_CORE_READ(t, ptrace))
		r->ptracer = BPF_CORE_READ(t, parent, tgid);
	r->exit_signal = sig > 0 ? sig : 0;
}

/* By wait.h. With others of its flags the call takes other children, or not all of them. */
#define WAIT_EXITED  0x4
#define WAIT_FLAGS   (0x2 | WAIT_EXITED | 0x8 | 0x01000000) /* WUNTRACED, WCONTINUED, WNOWAIT */
#define WAIT_ALL     0
#define WAIT_PROCESS 1

/* It sleeps in do_wait() (kernel/exit.c). Process groups and pidfds are not followed. */
static __always_inline void fill_child(struct look_task *r, struct task_struct *t,
				       const struct call *c)
{
	__u32 which, options;
	__s32 id;

	if (c->nr == __NR_wait4) {
		id = c->a[0];
		options = c->a[2] | WAIT_EXITED;
		which = id == -1 ? WAIT_ALL : id > 0 ? WAIT_PROCESS : -1U;
	} else if (c->nr == __NR_waitid) {
		which = c->a[0];
		id = c->a[1];
		options = c->a[3];
	} else {
		return;
	}
	if (!(options & WAIT_EXITED) || options & ~WAIT_FLAGS || which > WAIT_PROCESS ||
	    !(BPF_CORE_READ(t, __state) & TASK_INTERRUPTIBLE))
		return;
	r->child_wait = which == WAIT_ALL ? CHILD_ANY : CHILD_ONE;
	r->child = id;
}

/* What the task waits for, into s.wait, and who else is needed to judge it. */
VERIFIED_ONCE int look_at_wait(__u64 task, __u64 regs)
{
	struct task_struct *t = (void *)task;
	struct wait_flight *w = &s.flight;
	long nr = regs_nr_at(regs);
	struct call c = {};

	__builtin_memset(w, 0, sizeof(*w));
	w->nr = nr;
	w->fd = -1;
	watches.n = 0;
	watches.cut = 0;
	if (in_compat_call_at(task, nr)) {
		w->flags |= EVF_COMPAT;
	} else {
		call_read_at(&c, regs, nr);
		sleep_reason(w, t, &c);
		if (has_timeout(&c) || socket_has_timeout(t, w))
			s.task.flags |= LOOK_TIMED;
		if (waits_alone(t, &c)) {
			s.task.flags |= LOOK_ALONE;
			w->arg = c.a[0];
		} else if (waits_for_others(t, &c)) {
			s.task.flags |= LOOK_WORD;
			w->arg = c.a[0];
			w->value = c.a[2];
			if (!futex_compares(c.a[1] & FUTEX_CMD_MASK))
				w->flags |= EVF_NO_WORD;
		}
		fill_pinned(&s.task, t, &c);
		fill_child(&s.task, t, &c);
	}
	if (w->op == OPC_POLL || w->op == OPC_SELECT) {
		if (watch_poll(task, regs))
			w->reason = WAIT_PIPE_POLL;
	} else if (w->reason == WAIT_EPOLL_EVENT) {
		watch_epoll((__u64)file_of(t, w->fd));
	} else if (w->reason == WAIT_FIFO_PARTNER) {
		fill_path(&s.task, t);
	} else if (w->reason == WAIT_PIPE_MUTEX) {
		fill_owner(&s.task, w->object);
	}
	if (!w->reason)
		__builtin_memset(&w->obj, 0, sizeof(w->obj));
	return 0;
}

static __always_inline void fill_wait(struct task_struct *t)
{
	struct wait_flight *w = &s.flight;
	struct ev_wait *e = &s.wait;

	__builtin_memset(e, 0, sizeof(*e));
	fill_head(&e->e, t, EV_WAIT, sizeof(*e));
	e->e.flags = w->flags | EVF_OPEN;
	if (!w->object)
		e->e.flags |= EVF_NO_STATE;
	/* Only a time at which it is known to have been asleep. */
	e->slept = e->e.ts - s.task.asleep_min;
	e->obj = w->obj;
	e->state = w->state;
	e->fd = w->fd;
	e->nr = w->nr;
	e->op = w->op;
	e->reason = w->reason;
	e->arg = w->arg;
	e->value = w->value;
	e->waker.fd = -1;
	e->waker.nr = -1;
}

static __always_inline bool is_ours(struct task_struct *t)
{
	unsigned int flags = BPF_CORE_READ(t, flags);

	return !(flags & PF_KTHREAD) || flags & PF_IO_WORKER;
}

/* Fills s and watches. */
VERIFIED_ONCE int look_at_task(__u64 task, __u64 regs)
{
	struct task_struct *t = (void *)task;
	struct look_task *r = &s.task;
	struct files_struct *files = BPF_CORE_READ(t, files);

	__builtin_memset(r, 0, sizeof(*r));
	watches.n = 0;
	s.wait.e.size = 0;
	fill_head(&r->e, t, LOOK_TASK, sizeof(*r));
	bpf_probe_read_kernel_str(r->comm, sizeof(r->comm), t->comm);
	r->seen_pid = number_here(task, true);
	r->seen_tid = number_here(task, false);
	r->inner_pid = number_inside(task, true);
	r->inner_tid = number_inside(task, false);
	if (files) {
		r->files = cookie(files);
		r->users = BPF_CORE_READ(files, count.counter);
	}
	r->switches = BPF_CORE_READ(t, nvcsw) + BPF_CORE_READ(t, nivcsw);
	r->state = state_of(t, regs_nr_at(regs));
	r->asleep_max = ~0ULL;
	fill_parents(r, t);
	if (BPF_CORE_READ(t, flags) & PF_IO_WORKER) {
		r->flags |= LOOK_IO_WORKER;
		return 0;
	}
	if (r->state == LOOK_STOPPED)
		fill_tracer(r, t);
	if (r->state != LOOK_SLEEPS)
		return 0;
	if (BPF_CORE_READ(t, flags) & PF_FORKNOEXEC)
		r->flags |= LOOK_FORKED;
	fill_asleep(r, t);
	look_at_wait(task, regs);
	look_at_signals(r, task);
	fill_wait(t);
	return 0;
}

SEC("iter/task")
int look_at_tasks(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *t = ctx->task;
	__u32 n;

	if (!t || !is_ours(t))
		return 0;
	look_at_task(address(t), address((void *)bpf_task_pt_regs(t)));
	bpf_seq_write(seq, &s.task, sizeof(s.task));
	if (s.wait.e.size)
		bpf_seq_write(seq, &s.wait, sizeof(s.wait));
	n = watches.n;
	if (!n)
		return 0;
	barrier_var(n); /* so that the verifier sees the next test on n itself (6.12) */
	if (n > WATCHES_MAX)
		return 0;
	n = sizeof(struct look_watches) + n * sizeof(struct look_watch);
	fill_head((struct event *)&watches, t, LOOK_WATCHES, n);
	bpf_seq_write(seq, &watches, n);
	return 0;
}

/* Fills s.held. Returns whether f is of a followed kind. */
VERIFIED_ONCE int look_at_file(__u64 task, __u64 file, __s32 fd)
{
	struct file *f = (void *)file;
	struct ev_object *e = &s.held;
	struct fd_object o = {};

	if (!file_object(file, &o))
		return 0;
	__builtin_memset(e, 0, sizeof(*e));
	fill_head(&e->e, (void *)task, EV_OBJECT, sizeof(*e));
	if (is_held(o.obj.mech)) {
		fill_ref(e, f, &o);
	} else {
		e->e.flags = EVF_NO_STATE;
		e->obj = o.obj;
		e->file = cookie(f);
		e->refs = file_refs(f);
	}
	e->refs--; /* the iterator's own */
	e->fd = fd;
	e->nr = -1;
	e->change = OBJ_HELD;
	return o.obj.mech;
}

SEC("iter/task_file")
int look_at_files(struct bpf_iter__task_file *ctx)
{
	struct file *f = ctx->file;
	int mech;
	long n;

	if (!ctx->task || !f)
		return 0;
	mech = look_at_file(address(ctx->task), address(f), ctx->fd);
	if (!mech)
		return 0;
	if (mech == MECH_FIFO) {
		n = bpf_d_path(&f->f_path, s.path, sizeof(s.path));
		if (n > 0 && n <= sizeof(s.path))
			copy_tail(s.held.path, (void *)address(s.path), n);
	} else if (mech == MECH_MQ) {
		mq_path_of(s.held.path, address(f));
		s.held.first = mq_files(address(f));
	} else if (mech == MECH_SOCK) {
		sock_name_of((__u64)BPF_CORE_READ((struct socket *)address(f->private_data), sk),
			     (struct sock_name *)s.held.path);
	}
	bpf_seq_write(ctx->meta->seq, &s.held, sizeof(s.held));
	return 0;
}
