/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waits: who fell asleep on what, and who woke it doing what. Free for tasks that are not traced.
 *
 * A sleep is noted when the task is switched out, its waker when it is woken, and becomes one
 * record when it runs again.
 */
#include "pollset.bpf.h"
#include "filter.bpf.h"
#include "sleep.bpf.h"
#include "sums.bpf.h"
#include "state.bpf.h"
#include "touch.bpf.h"
#include "transfer.bpf.h"
#include "unseen.bpf.h"
#include "waker.bpf.h"

VERIFIED_ONCE int sleep_in_poll(struct wait_flight *w, __u64 task, const struct call *c)
{
	struct pollset ps = {.task = task, .want = POLLSET_ASLEEP};

	if (!w || !c)
		return 0;
	pollset_find(&ps, c);
	if (ps.fd < 0)
		return 0;
	w->obj = ps.obj;
	w->object = ps.pipe;
	w->fd = ps.fd;
	w->reason = WAIT_PIPE_POLL;
	pipe_state((__u64)ps.pipe, &w->state);
	return 1;
}

static __always_inline bool sleep_in_transfer(struct wait_flight *w, const struct task_ctx *tc,
					      struct task_struct *t, long nr)
{
	struct transfer x;
	__u64 pipe;

	if (!transfer_find(&x, tc, t, nr))
		return false;
	w->obj = x.obj;
	w->object = x.pipe;
	pipe = number_in(&w->object);
	w->reason = quick_pipe_reason(pipe, t);
	if (!w->reason) {
		w->object = NULL;
		return false;
	}
	w->op = x.class;
	w->fd = x.fd;
	quick_pipe_state(pipe, &w->state);
	return true;
}

/* Which semaphore the call is about, if it is one, tells where in the set to look. */
static __always_inline void sleep_in_semop(struct wait_flight *w, struct task_struct *t,
					   const struct call *c)
{
	struct sembuf sop;
	bool one = c->a[2] == 1 && !bpf_probe_read_user(&sop, sizeof(sop), (const void *)c->a[1]);

	w->fd = -1;
	w->op = c->op.class;
	sem_reason(w, (__u64)t, c->a[0], one ? sop.sem_num : -1);
}

/* The object of a call that is not followed as an operation. */
static __always_inline bool sleep_on_own_fd(struct wait_flight *w, struct task_struct *t,
					    const struct call *c)
{
	__s32 fd = call_fd(c);
	__u64 pipe;

	if (c->op.class != OPC_READ && c->op.class != OPC_WRITE)
		return false;
	w->op = c->op.class;
	return current_pipe(fd, &w->obj, &pipe) && sleep_on_pipe(w, t, (void *)pipe, fd);
}

/* Fills w with what the current task, on its way to sleep, sleeps on. */
VERIFIED_ONCE int find_reason(struct wait_flight *w, const struct call *c)
{
	struct task_struct *t = (void *)bpf_get_current_task();

	if (!w || !c || sleep_on_own_fd(w, t, c))
		return 0;
	if (c->op.class == OPC_SEM_OP)
		sleep_in_semop(w, t, c);
	else
		sleep_reason(w, t, c);
	if (w->op == OPC_POLL || w->op == OPC_SELECT)
		sleep_in_poll(w, (__u64)t, c);
	if (!w->reason)
		__builtin_memset(&w->obj, 0, sizeof(w->obj));
	return 0;
}

static __always_inline void fall_asleep(struct task_ctx *tc, struct task_struct *t, __u64 now)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(t);
	struct wait_flight *w = &tc->wait;
	struct call c = {};
	long nr = regs_nr(regs);

	/* What a late adopt_waits() left of a sleep that is over. Else, what is known of a wakeup may
	 * be of one that comes while the task is still on its way: see on_waking(). */
	if (w->slept)
		__builtin_memset(w, 0, sizeof(*w));
	if (nr < 0) /* not in a system call: a page fault */
		return;
	w->slept = now;
	w->nr = nr;
	w->fd = -1;
	if (in_compat_call(t)) {
		w->flags |= EVF_COMPAT;
		count_lost(LOST_COMPAT, 1);
		return;
	}
	if (sleep_in_transfer(w, tc, t, nr))
		return;
	call_read(&c, regs, nr);
	find_reason(w, &c);
}

/* Woken since it fell asleep. */
static __always_inline bool is_woken(const struct wait_flight *w)
{
	return w->slept && w->woken >= w->slept;
}

static __always_inline void fill_wait(struct ev_wait *e, const struct wait_flight *w)
{
	/* Another CPU may wake a task that is still on its way to sleep: then it slept for no time,
	 * and its object was not known to the waker's hook.
	 */
	e->e.flags = w->flags | (w->woken_read ? 0 : EVF_NO_WOKEN);
	e->slept = w->woken && w->woken < w->slept ? w->woken : w->slept;
	e->woken = w->woken;
	e->obj = w->obj;
	e->state = w->state;
	e->state_woken = w->state_woken;
	e->fd = w->fd;
	e->nr = w->nr;
	e->op = w->op;
	e->reason = w->reason;
	e->waker = w->waker;
	e->arg = w->arg;
	e->value = w->value;
}

/* A task that is woken on its way to sleep slept for no time. */
static __always_inline bool wait_wanted(const struct wait_flight *w, __u64 end)
{
	return (end > w->slept ? end - w->slept : 0) >= filter.min_wait &&
	       object_wanted(TRACE_ON, &w->obj);
}

/* task: the address of t, which sums need. */
static __always_inline void run_again(struct task_ctx *tc, struct task_struct *t, __u64 task,
				      __u64 now)
{
	struct wait_flight *w = &tc->wait;
	struct ev_wait *e;

	if (w->slept)
		tc->op.slept |= OP_SLEPT;
	if (w->slept && wait_wanted(w, w->woken)) {
		tc->op.slept |= OP_SLEPT_WANTED;
		e = filter.sums && sum_wait(w, task, pid_here(t))
			? NULL
			: quick_record(now, t, EV_WAIT, struct ev_wait);
		if (e) {
			fill_wait(e, w);
			submit(e);
		}
	}
	if (w->slept || w->woken)
		__builtin_memset(w, 0, sizeof(*w));
}

int ran_unseen(struct task_ctx *tc)
{
	struct task_struct *t = bpf_get_current_task_btf();

	if (!tc || tc->trace != TRACE_ON)
		return 0;
	tc->wait.flags |= EVF_LATE;
	run_again(tc, t, bpf_get_current_task(), bpf_ktime_get_ns());
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next,
	     unsigned int prev_state)
{
	struct task_ctx *from, *to;
	__u64 now;

	if (sums_end())
		return 0;
	from = party(prev);
	to = traced(next);
	if (!from && !to)
		return 0;
	now = bpf_ktime_get_ns();
	if (from) {
		see_awake(from);
		if (from->touch.ts)
			touch_over(arg_address(ctx, 1), &from->touch, prev->flags & PF_EXITING);
		if (from->trace == TRACE_ON && !preempt && prev_state & TASK_SLEEPS &&
		    !(prev->flags & PF_EXITING))
			fall_asleep(from, prev, now);
	}
	if (to)
		run_again(to, next, filter.sums ? arg_address(ctx, 2) : 0, now);
	return 0;
}

/* Who wakes the hook's task, and by doing what. */
static __always_inline void find_waker(struct ev_waker *w, void *ctx)
{
	struct task_struct *cur = bpf_get_current_task_btf();
	bool interrupt = in_interrupt(ctx, cur);

	if (interrupt || !waker_transfers(w, cur))
		describe_waker(w, interrupt, interrupt ? arg_address(ctx, 0) : 0);
}

/*
 * A wakeup either ends a sleep or finds the task still on its run queue, and keeps it from sleeping
 * (kernel/sched/core.c ttwu_runnable()). The first kind is the last before the task runs again, as
 * its state is no longer one to be woken from; it may come before on_switch() has noted the sleep.
 * So one that is followed by another before the task has run was of the second kind.
 */
SEC("tp_btf/sched_waking")
int BPF_PROG(on_waking, struct task_struct *t)
{
	struct task_ctx *tc = traced(t);
	struct wait_flight *w;
	int sig;

	if (!tc || sums_end())
		return 0;
	w = &tc->wait;
	if (w->woken) {
		if (is_woken(w)) /* it has run, and nobody saw it: see_awake() will */
			return 0;
		__builtin_memset(&w->waker, 0, sizeof(w->waker));
	}
	w->woken = bpf_ktime_get_ns();
	find_waker(&w->waker, ctx);
	sig = signal_for(t);
	if (sig) {
		w->waker.ctx = WAKE_SIGNAL;
		w->waker.sig = sig;
	}
	if (w->object)
		w->woken_read = !filter.sums && object_state(&w->obj, w->object, &w->state_woken);
	return 0;
}

/*
 * hrtimer_wakeup() forgets the task before it wakes it, so it is noted here. For a timer of
 * another kind the word behind it is something else, and equals no sleeping task.
 */
SEC("tp_btf/hrtimer_expire_entry")
int BPF_PROG(on_timer_entry, struct hrtimer *timer)
{
	struct hrtimer_sleeper *s =
	    (void *)timer - bpf_core_field_offset(struct hrtimer_sleeper, timer);
	__u64 *n = note(NOTE_TIMED_OUT);

	if (n)
		*n = (__u64)BPF_CORE_READ(s, task);
	return 0;
}

SEC("tp_btf/hrtimer_expire_exit")
int BPF_PROG(on_timer_exit, struct hrtimer *timer)
{
	__u64 *n = note(NOTE_TIMED_OUT);

	if (n)
		*n = 0;
	return 0;
}

/* Every sleep that goes on now: what is still blocked is shown too. */
__u64 snapshot_min_ns = 0;

SEC("iter/task")
int snapshot(struct bpf_iter__task *ctx)
{
	struct task_struct *t = ctx->task;
	struct task_ctx *tc;
	struct ev_wait *e;

	if (!t)
		return 0;
	tc = traced_rarely(t);
	if (!tc || !tc->wait.slept || (!asleep(t) && !sums_end()) ||
	    bpf_ktime_get_ns() - tc->wait.slept < snapshot_min_ns ||
	    !wait_wanted(&tc->wait, bpf_ktime_get_ns()))
		return 0;
	e = new_record(t, EV_WAIT, struct ev_wait);
	if (!e)
		return 0;
	fill_wait(e, &tc->wait);
	e->e.flags |= EVF_OPEN;
	if (!is_woken(&tc->wait)) { /* else it only was kept from sleeping before */
		e->slept = tc->wait.slept;
		e->woken = 0;
		__builtin_memset(&e->waker, 0, sizeof(e->waker));
	}
	/* It may have been woken while it was copied: then its finished record tells. */
	if (!e->slept || tc->wait.slept != e->slept || ((e->woken || !asleep(t)) && !sums_end()))
		ring_discard(e);
	else
		submit(e);
	return 0;
}
