/* SPDX-License-Identifier: GPL-2.0 */
/* Who wakes, or signals, a task: the current one in its own context, a timer, or an interrupt. */
#ifndef IPCTRACE_WAIT_WAKER_BPF_H
#define IPCTRACE_WAIT_WAKER_BPF_H

#include "fd/call.bpf.h"
#include "mech/futex.bpf.h"
#include "mech/held.bpf.h"
#include "mech/ipcid.bpf.h"
#include "mech/read.bpf.h"
#include "wait/packet.bpf.h"
#include "wait/transfer.bpf.h"
#include "core/waitlist.bpf.h"

#define SIGNAL_GROUP_EXIT 0x00000004  /* include/linux/sched/signal.h */
#define JOBCTL_TRAP_STOP  (1UL << 19) /* include/linux/sched/jobctl.h */

/* The timer that runs out on this CPU now, the task whose sleep that ends, and a place to turn a pointer
 * into a number. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, __u64);
} cpu_notes SEC(".maps") __weak;

enum { NOTE_TIMED_OUT, NOTE_CTX, NOTE_TIMER };

static __always_inline __u64 *note(__u32 which)
{
	return bpf_map_lookup_elem(&cpu_notes, &which);
}

/* A pointer as a number. The verifier allows that only through memory. */
static __always_inline __u64 number(__u64 *n, const void *pointer)
{
	*(const void *volatile *)n = pointer;
	return *(volatile __u64 *)n;
}

/*
 * In an interrupt, with which the current task has nothing to do. One that comes in kernel mode
 * runs on a stack of its own, so the hook's frame is not on the task's. One that comes in user mode
 * runs on the task's stack, but then the task is in no system call (arch/arch.bpf.h). preempt_count
 * would tell at once, but not every kernel's kallsyms has it.
 */
static __always_inline bool in_interrupt(void *ctx, struct task_struct *cur)
{
	__u64 *n = note(NOTE_CTX), frame;

	if (!n)
		return false;
	frame = number(n, ctx);
	if (frame - number(n, cur->stack) >= THREAD_SIZE)
		return true;
	return !(cur->flags & (PF_KTHREAD | PF_EXITING)) && regs_nr(user_regs(cur)) < 0;
}

#define KSOFTIRQ 0x71726974666f736bULL /* the first eight bytes of its name (kernel/softirq.c) */

/* A thread that does what interrupts have put off. Only a thread of the kernel has its flag. */
static __always_inline bool is_ksoftirqd(struct task_struct *cur)
{
	return cur->flags & PF_KTHREAD && *(const __u64 *)cur->comm == KSOFTIRQ;
}

/* The first bit set in a word that is not 0. By halves: a loop over 64 bits is long to verify. */
static __always_inline int lowest_bit(__u64 word)
{
	int n = 0;

	for (int half = 32; half; half /= 2) {
		if (word << (64 - half))
			continue;
		word >>= half;
		n += half;
	}
	return n;
}

/*
 * Whether a signal can end the sleep of t, which is about to be woken: any can if the sleep is
 * interruptible, SIGKILL if it is killable, else none (kernel/signal.c signal_wake_up_state()).
 */
static __always_inline bool signal_ends_sleep(struct task_struct *t)
{
	unsigned int state = t->__state;

	if (state & TASK_INTERRUPTIBLE)
		return true;
	return state & TASK_WAKEKILL && t->pending.signal.sig[0] & 1UL << (SIGKILL - 1);
}

/* TIF_SIGPENDING, as a mask of thread_info.flags: learn_signal_flag() finds it. 0: not known. */
extern __u64 signal_flag;

enum woken_for { FOR_NO_SIGNAL, FOR_SIGNAL, FOR_UNKNOWN };

/*
 * Whether the sleeping task t is woken for a signal. sig: which one; 0: several are pending, and it
 * is not known which.
 *
 * A signal of the process is pending for all its threads, but only one is woken for it, which the
 * kernel marks first (kernel/signal.c complete_signal(), signal_wake_up_state()).
 */
static __always_inline enum woken_for signal_for(struct task_struct *t, int *sig)
{
	struct signal_struct *group = loosely(t)->signal;
	__u64 open = ~t->blocked.sig[0];
	__u64 own = open & t->pending.signal.sig[0];
	__u64 shared = open & group->shared_pending.signal.sig[0];

	*sig = 0;
	if (!own && !shared)
		return FOR_NO_SIGNAL;
	if (signal_flag && !(t->thread_info.flags & signal_flag))
		return FOR_NO_SIGNAL;
	if (!signal_flag && !own && group->nr_threads > 1)
		return FOR_UNKNOWN;
	/* A fatal one leaves a SIGKILL with every thread: the group's exit code tells. */
	if (group->flags & SIGNAL_GROUP_EXIT)
		*sig = group->group_exit_code & 0x7f;
	else if (own & 1UL << (SIGKILL - 1))
		*sig = SIGKILL;
	else if (!((own | shared) & ((own | shared) - 1)))
		*sig = 1 + lowest_bit(own | shared);
	return FOR_SIGNAL;
}

/*
 * A task that a signal has stopped is woken for SIGKILL, for a tracer that attaches, or by SIGCONT.
 * SIGCONT wakes it before it is pending itself, whatever else is pending (kernel/signal.c
 * prepare_signal()).
 */
static __always_inline int signal_that_ends_stop(struct task_struct *t)
{
	/* For another thread's exec SIGKILL is pending, and no task exits of a signal. */
	if (t->pending.signal.sig[0] & 1UL << (SIGKILL - 1))
		return loosely(t)->signal->flags & SIGNAL_GROUP_EXIT
			   ? loosely(t)->signal->group_exit_code & 0x7f
			   : SIGKILL;
	return t->jobctl & JOBCTL_TRAP_STOP ? 0 : SIGCONT;
}

static __always_inline bool own_timer(__u64 task)
{
	__u64 *sleeper = note(NOTE_TIMED_OUT);

	return sleeper && *sleeper && *sleeper == task;
}

static __always_inline void waker_none(struct ev_waker *w, struct task_struct *cur,
				       const struct call *c)
{
}

static __always_inline bool waker_holds(struct ev_waker *w, __s32 fd)
{
	struct fd_object o = {};

	w->fd = fd;
	if (fd < 0 || !current_object(fd, &o))
		return false;
	w->obj = o.obj;
	return true;
}

static __always_inline void waker_fd(struct ev_waker *w, struct task_struct *cur,
				     const struct call *c)
{
	waker_holds(w, w->fd);
}

static __always_inline void waker_splice(struct ev_waker *w, struct task_struct *cur,
					 const struct call *c)
{
	if (!waker_holds(w, w->fd))
		waker_holds(w, call_fd2(c));
}

/* Its first argument is the id of an object of the class's mechanism. */
static __always_inline void waker_id(struct ev_waker *w, struct task_struct *cur,
				     const struct call *c)
{
	ipc_name(&w->obj, ipc_ns_of((__u64)cur), c->a[0], mech_of_class(c->op.class));
}

/* The object of the current task's operation: of its descriptor, or of what it has just closed. */
static __always_inline void waker_object(struct ev_waker *w, struct task_struct *cur,
					 const struct call *c)
{
	bool closes = c->op.class == OPC_CLOSE || c->op.class == OPC_DUP2;
	struct task_ctx *tc = traced(cur);

	/* A traced task's operation has looked already. What it closes is gone by now, and before
	 * 6.6 goes when the call is over. */
	if (tc && (tc->op.start || closes) && tc->op.nr == c->nr && tc->op.t.object &&
	    c->op.class != OPC_POLL && c->op.class != OPC_SELECT) {
		w->obj = tc->op.t.obj;
		w->fd = tc->op.t.fd;
		if (c->op.class == OPC_FUTEX)
			w->arg = tc->op.arg;
		return;
	}
	w->fd = call_fd(c);
	switch (c->op.class) {
#define SYSOP_CLASS(id, name, mech, begin, end, sleep, waker, ...)                                 \
	case OPC_##name:                                                                           \
		goto waker_##waker;
	default:
		goto waker_fd;
#include "abi/sysop.def"
	}
#define SYSOP_WAKER(waker)                                                                         \
	waker_##waker : waker_##waker(w, cur, c);                                                  \
	return;
#include "abi/sysop.def"
}

/*
 * As describe_waker(), in line: cur wakes a task in its own read or write. False: it does something
 * else, or that is not known.
 */
static __always_inline bool waker_transfers(struct ev_waker *w, struct task_struct *cur)
{
	struct transfer x;
	long nr;

	if (!can_cast || cur->flags & (PF_EXITING | PF_KTHREAD))
		return false;
	nr = regs_nr(user_regs(cur));
	if (!transfer_find(&x, traced(cur), cur, nr))
		return false;
	w->pid = pid_here(cur);
	w->tid = tid_here(cur);
	typed_comm((struct comm *)w->comm, cur);
	w->obj = x.obj;
	w->fd = x.fd;
	w->nr = nr;
	w->ctx = WAKE_TASK;
	return true;
}

/* In an interrupt that wakes w: the object whose own timer runs out on this CPU now. */
VERIFIED_ONCE int waker_timer(struct wait_flight *w)
{
	__u64 *timer = note(NOTE_TIMER);

	if (!w || !timer || !*timer)
		return 0;
#define TIMER(owner, kind, cause)                                                                  \
	if (timer_of_##kind(*timer, w->obj.mech == MECH_##owner ? number_in(&w->object) : 0,       \
			    &w->waker.obj))                                                        \
		return 1;
#include "abi/mech.def"
	return 0;
}

static __always_inline void waker_command(struct ev_waker *w, const struct call *c)
{
#define SYSOP_CMD(name, n)                                                                         \
	if (c->op.class == OPC_##name) {                                                           \
		w->arg = c->a[n];                                                                  \
		return;                                                                            \
	}
#include "abi/sysop.def"
}

/* Describes the current context as what wakes a task, or sends it a signal. task: only in an
 * interrupt. */
VERIFIED_ONCE int describe_waker(struct ev_waker *w, bool interrupt, __u64 task)
{
	struct task_struct *cur = bpf_get_current_task_btf();
	struct call c = {};
	long nr;

	if (!w)
		return 0;
	w->nr = -1;
	w->fd = -1;
	if (interrupt) {
		w->ctx = own_timer(task) ? WAKE_TIMER : WAKE_IRQ;
		return 0;
	}
	w->pid = pid_here(cur);
	w->tid = tid_here(cur);
	current_comm((struct comm *)w->comm);
	w->ctx = cur->flags & PF_EXITING ? WAKE_EXIT : WAKE_TASK;
	if (cur->flags & PF_EXITING)
		w->arg = has_robust_list(cur);
	if (cur->flags & (PF_EXITING | PF_KTHREAD))
		return 0;
	nr = regs_nr(user_regs(cur));
	if (nr < 0 || in_compat_call(cur, nr))
		return 0;
	call_read(&c, user_regs(cur), nr);
	w->nr = nr;
	waker_command(w, &c);
	waker_object(w, cur, &c);
	return 0;
}

/*
 * An interrupt, or a thread of the kernel, wakes w, which may wait at a TCP or UDP socket: for a packet. On one machine
 * that is mostly handled on the processor of who sends it, before that one's call is over: then who sends it is the
 * waker. If that is not proven, the waker is an interrupt, with the socket as its object, whose list of sleepers is
 * locked. 0: neither.
 */
VERIFIED_ONCE int waker_by_packet(struct wait_flight *w, __u64 task)
{
	struct task_struct *cur = bpf_get_current_task_btf();
	struct call c = {};

	if (!w || !may_be_packet(w) || own_timer(task))
		return 0;
	describe_waker(&w->waker, false, 0);
	if (w->waker.nr >= 0)
		call_read(&c, user_regs(cur), w->waker.nr);
	if (w->waker.nr >= 0 || w->waker.ctx == WAKE_EXIT)
		if (packet_is_from(w, traced(cur), &c))
			return 1;
	__builtin_memset(&w->waker, 0, sizeof(w->waker));
	if (polls(w) || !queue_is_locked(sock_queue(sleeps_at(w, task))))
		return 0;
	describe_waker(&w->waker, true, task);
	w->waker.obj = w->obj;
	return 1;
}

static __always_inline bool is_same(const struct ipc_object *a, const struct ipc_object *b)
{
	return a->mech && a->mech == b->mech && a->id == b->id && a->dev == b->dev;
}

/* One of the two objects of the current task's splice or tee; at 0: it is none. */
struct waker_object {
	struct fd_object o;
	__s32 fd;
};

static __always_inline void waker_side(struct waker_object *p, const struct op_target *t, __s32 fd)
{
	p->fd = fd;
	if (t) {
		p->o.obj = t->obj;
		p->o.at = (__u64)t->object;
		p->fd = t->fd;
	} else if (!current_object(fd, &p->o)) {
		p->o.at = 0;
	}
	if (!p->o.at)
		p->o.obj.mech = 0;
}

/* Whether the current task seems to wake a task on one of this object's queues. */
static __always_inline bool wakes_at(const struct fd_object *o)
{
	return o->at && (queue_is_locked(held_queue(o, 0)) || queue_is_locked(held_queue(o, 1)));
}

/*
 * Through which of its two pipes the current task's splice or tee woke w: the one that w sleeps on;
 * for a task that polls, the one whose queue is locked. If another task holds the other one's lock,
 * it is not known.
 */
static __always_inline void waker_of_two(struct wait_flight *w, struct task_struct *cur,
					 const struct call *c)
{
	bool polls = w->reason == WAIT_PIPE_POLL || w->reason == WAIT_EPOLL_EVENT;
	struct task_ctx *tc = traced(cur);
	bool seen = tc && tc->op.start && tc->op.nr == c->nr;
	struct waker_object in = {}, out = {};
	bool at_in, at_out;

	waker_side(&out, seen ? &tc->op.t2 : NULL, call_fd2(c));
	if (!polls) {
		if (is_same(&w->waker.obj, &w->obj) || !is_same(&out.o.obj, &w->obj))
			return;
	} else {
		waker_side(&in, seen ? &tc->op.t : NULL, call_fd(c));
		if (!in.o.at || !out.o.at)
			return;
		at_in = wakes_at(&in.o);
		at_out = wakes_at(&out.o);
		if (at_in == at_out)
			w->waker.obj.mech = 0;
		if (at_in || !at_out)
			return;
	}
	w->waker.obj = out.o.obj;
	w->waker.fd = out.fd;
}

/*
 * The current task's send woke who waits for something to read, and for that alone: its queue is locked.
 * By an address it goes to others than the socket's peer.
 */
static __always_inline void waker_sends(struct wait_flight *w)
{
	if (w->waker.obj.mech == MECH_SOCK && w->reason == WAIT_SOCK_EMPTY &&
	    queue_is_locked(fd_queue_sock((__u64)w->object, 0)))
		w->waker.arg = w->obj.id;
}

/*
 * A call on two pipes, or two words: it woke a sleeper on the second one through that. w's waker is
 * already described.
 */
VERIFIED_ONCE int waker_second(struct wait_flight *w)
{
	struct task_struct *cur = bpf_get_current_task_btf();
	struct ipc_object obj = {};
	struct call c = {};
	__u64 offset = 0;

	if (!w || w->waker.ctx != WAKE_TASK || w->waker.nr < 0)
		return 0;
	call_read(&c, user_regs(cur), w->waker.nr);
	if (c.op.class == OPC_SPLICE)
		waker_of_two(w, cur, &c);
	if (c.op.class == OPC_SEND)
		waker_sends(w);
	if (c.op.class != OPC_FUTEX || w->reason != WAIT_FUTEX ||
	    (c.a[1] & FUTEX_CMD_MASK) != FUTEX_WAKE_OP)
		return 0;
	address_find(mm_of(bpf_get_current_task()), c.a[4], &obj, &offset);
	if (!is_same(&obj, &w->obj) || offset != w->arg)
		return 0;
	w->waker.obj = obj;
	w->waker.fd = -1;
	w->waker.arg = offset;
	return 0;
}

#endif
