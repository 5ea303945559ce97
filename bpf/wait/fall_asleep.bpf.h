/* SPDX-License-Identifier: GPL-2.0 */
/* The begin of a sleep: what is noted when the task is switched out. */
#ifndef IPCTRACE_WAIT_FALL_ASLEEP_BPF_H
#define IPCTRACE_WAIT_FALL_ASLEEP_BPF_H

#include "wait/opening.bpf.h"
#include "wait/pollset.bpf.h"
#include "wait/sleep.bpf.h"
#include "wait/transfer.bpf.h"
#include "watch/hold.bpf.h"

VERIFIED_ONCE int sleep_in_poll(struct wait_flight *w, __u64 task, const struct call *c)
{
	struct pollset ps = {.task = task, .want = POLLSET_ASLEEP};
	struct watched *all;

	if (!w || !c)
		return 0;
	all = begin_watching(task, w->slept);
	if (!all)
		return 0;
	pollset_find(&ps, c);
	if (ps.fd < 0)
		return 0;
	w->obj = ps.o.obj;
	w->object = (void *)ps.o.at;
	w->fd = ps.fd;
	w->reason = WAIT_PIPE_POLL;
	w->value = all->files;
	w->arg = all->pipes | (ps.cut ? POLLS_CUT : 0);
	held_state(&ps.o, &w->state);
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

/* t, the current task, sleeps in c. */
static __always_inline void sleep_own(struct wait_flight *w, struct task_struct *t,
				      const struct call *c)
{
#define SYSOP_SLEEP_OWN(name, sleep)                                                               \
	if (c->op.class == OPC_##name) {                                                           \
		sleep_in_##sleep(w, t, c);                                                         \
		return;                                                                            \
	}
#include "abi/sysop.def"
	sleep_reason(w, t, c);
}

/* Fills w with what the current task, on its way to sleep, sleeps on. */
VERIFIED_ONCE int find_reason(struct wait_flight *w, const struct call *c)
{
	struct task_struct *t = (void *)bpf_get_current_task();

	if (!w || !c)
		return 0;
	sleep_own(w, t, c);
	if (w->op == OPC_POLL || w->op == OPC_SELECT)
		sleep_in_poll(w, (__u64)t, c);
	else if (w->reason == WAIT_EPOLL_EVENT)
		tell_epoll(w, (__u64)t, w->slept);
	if (!w->reason)
		__builtin_memset(&w->obj, 0, sizeof(w->obj));
	return 0;
}

/* state: with which it was switched out. */
static __always_inline void fall_asleep(struct task_ctx *tc, struct task_struct *t,
					unsigned int state, __u64 now)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(t);
	struct wait_flight *w = &tc->wait;
	struct call c = {};
	long nr = regs_nr(regs);

	/* What a late adopt_waits() left of a sleep that is over. Else, what is known of a wakeup may
	 * be of one that comes while the task is still on its way: see on_waking(). */
	if (w->slept)
		__builtin_memset(w, 0, sizeof(*w));
	if (state & __TASK_STOPPED) {
		if (!signal_is_ours(SIGSTOP, SI_KERNEL, address(t))) {
			w->slept = now;
			sleep_stopped(w, t);
		}
		return;
	}
	if (nr < 0) /* not in a system call: a page fault */
		return;
	w->slept = now;
	w->nr = nr;
	w->fd = -1;
	if (in_compat_call(t, nr)) {
		w->flags |= EVF_COMPAT;
		count_lost(LOST_COMPAT, 1);
		return;
	}
	if (sleep_in_transfer(w, tc, t, nr))
		return;
	call_read(&c, regs, nr);
	find_reason(w, &c);
	if (w->op == OPC_WRITE && moves_number(w->obj.mech) && tc->op.start &&
	    tc->op.bits & NUMBERF_KNOWN)
		w->arg = tc->op.number;
	if (w->reason == WAIT_FIFO_PARTNER)
		emit_opening(bpf_get_current_task(), w, now);
}

#endif
