/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waits: who fell asleep on what, and who woke it doing what. Free for tasks that are not traced.
 *
 * A sleep is noted when the task is switched out, and its waker when the task is woken. Both become
 * one record when the task runs again.
 */
#include "wait/fall_asleep.bpf.h"
#include "wait/run_again.bpf.h"
#include "op/state.bpf.h"
#include "mech/touch.bpf.h"
#include "core/unseen.bpf.h"
#include "watch/hold.bpf.h"
#include "wait/waker.bpf.h"

int ran_unseen(struct task_ctx *tc)
{
	struct task_struct *t = bpf_get_current_task_btf();
	__u8 slept;
	bool inside;

	if (!tc || tc->trace != TRACE_ON || sums_end())
		return 0;
	slept = tc->op.slept;
	inside = tc->op.start && tc->wait.slept >= tc->op.start;
	tc->wait.flags |= EVF_LATE;
	run_again(tc, t, bpf_get_current_task(), bpf_ktime_get_ns());
	if (!inside) /* of the operation that goes on now */
		tc->op.slept = slept;
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
			fall_asleep(from, prev, prev_state, now);
	}
	if (to)
		run_again(to, next, filter.sums ? arg_address(ctx, 2) : 0, now);
	return 0;
}

/* Who wakes the hook's task, whose sleep is w, and by doing what. */
static __always_inline void find_waker(struct wait_flight *w, void *ctx)
{
	struct task_struct *cur = bpf_get_current_task_btf();
	bool interrupt = in_interrupt(ctx, cur) || is_ksoftirqd(cur);

	if ((interrupt || cur->flags & PF_KTHREAD) && waker_by_packet(w, arg_address(ctx, 0)))
		return;
	if (interrupt || !waker_transfers(&w->waker, cur)) {
		describe_waker(&w->waker, interrupt, interrupt ? arg_address(ctx, 0) : 0);
		if (w->waker.ctx == WAKE_IRQ)
			waker_timer(w);
		waker_second(w);
	}
}

/*
 * What find_waker() found is what sends t a signal, if one wakes it. The kernel marks a thread a
 * moment before it wakes it. A task that works on what t waits for may come in between. task: the
 * address of t.
 */
static __always_inline void find_signal(struct wait_flight *w, struct task_struct *t, __u64 task)
{
	enum woken_for woken;
	int sig;

	if (t->__state & __TASK_STOPPED) {
		sig = signal_that_ends_stop(t);
		woken = sig ? FOR_SIGNAL : FOR_NO_SIGNAL;
	} else {
		/*
		 * A stop that the freezer of cgroup v1 took over ends with a thaw, not by a signal.
		 */
		if (w->reason == WAIT_STOPPED || w->waker.ctx == WAKE_TIMER ||
		    !signal_ends_sleep(t))
			return;
		woken = signal_for(t, &sig);
		if (watching && sig && ignored_unstepped(sig, task))
			return;
		if (woken == FOR_SIGNAL && is_same(&w->waker.obj, &w->obj))
			woken = FOR_UNKNOWN;
	}
	if (woken == FOR_UNKNOWN)
		__builtin_memset(&w->waker, 0, sizeof(w->waker));
	if (woken != FOR_SIGNAL)
		return;
	w->waker.ctx = WAKE_SIGNAL;
	w->waker.sig = sig;
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

	if (!tc || sums_end())
		return 0;
	w = &tc->wait;
	if (w->woken) {
		if (is_woken(w)) /* it has run, and no hook saw it: see_awake() will */
			return 0;
		__builtin_memset(&w->waker, 0, sizeof(w->waker));
	}
	w->woken = bpf_ktime_get_ns();
	find_waker(w, ctx);
	find_signal(w, t, quick_address(t));
	/* Who would have woken it is not known: its call is made again. */
	if (woken_to_hold(quick_address(t)))
		__builtin_memset(&w->waker, 0, sizeof(w->waker));
	if (w->object)
		w->woken_read = !filter.sums && object_state(&w->obj, w->object, &w->state_woken);
	return 0;
}

/*
 * hrtimer_wakeup() forgets the task before it wakes it, so it is noted here. For a timer of another
 * kind the word behind it is something else, and no sleeping task.
 */
SEC("tp_btf/hrtimer_expire_entry")
int BPF_PROG(on_timer_entry, struct hrtimer *timer)
{
	struct hrtimer_sleeper *s =
	    (void *)timer - bpf_core_field_offset(struct hrtimer_sleeper, timer);
	__u64 *n = note(NOTE_TIMED_OUT), *which = note(NOTE_TIMER);

	if (n)
		*n = (__u64)BPF_CORE_READ(s, task);
	if (which)
		*which = arg_address(ctx, 0);
	return 0;
}

SEC("tp_btf/hrtimer_expire_exit")
int BPF_PROG(on_timer_exit, struct hrtimer *timer)
{
	__u64 *n = note(NOTE_TIMED_OUT), *which = note(NOTE_TIMER);

	if (n)
		*n = 0;
	if (which)
		*which = 0;
	return 0;
}

/*
 * The timer of schedule_timeout() lies on the stack of the task that it wakes, with that task behind it
 * (kernel/time/, struct process_timer). The word behind another timer is no task that has the timer on its stack.
 */
SEC("tp_btf/timer_expire_entry")
int BPF_PROG(on_list_timer_entry, struct timer_list *timer)
{
	struct process_timer *p =
	    (void *)timer - bpf_core_field_offset(struct process_timer, timer);
	__u64 *n = note(NOTE_TIMED_OUT), *which = note(NOTE_TIMER), stack;
	struct task_struct *t;

	if (!n || !which || !bpf_core_type_exists(struct process_timer))
		return 0;
	t = BPF_CORE_READ(p, task);
	stack = (__u64)BPF_CORE_READ(t, stack);
	*which = 0;
	*n = stack && arg_address(ctx, 0) - stack < THREAD_SIZE ? (__u64)t : 0;
	return 0;
}

SEC("tp_btf/timer_expire_exit")
int BPF_PROG(on_list_timer_exit, struct timer_list *timer)
{
	__u64 *n = note(NOTE_TIMED_OUT);

	if (n)
		*n = 0;
	return 0;
}

/* Every sleep that goes on now, so that a task that is still blocked is shown, too. */
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
	/* It may have been woken while it was copied: then its finished record tells it. */
	if (!e->slept || tc->wait.slept != e->slept || ((e->woken || !asleep(t)) && !sums_end()))
		ring_discard(e);
	else
		submit(e);
	return 0;
}
