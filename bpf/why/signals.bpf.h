/* SPDX-License-Identifier: GPL-2.0 */
/* Which signals would interrupt a task's sleep, and which timers will send it one. */
#ifndef IPCTRACE_WHY_SIGNALS_BPF_H
#define IPCTRACE_WHY_SIGNALS_BPF_H

#include "core/timer.bpf.h"
#include "mech/futex.bpf.h"
#include "abi/why.h"

#define SIGNALS		   64
#define POSIX_TIMERS_STEPS 256

#define SIGALRM	  14
#define SIGVTALRM 26
#define SIGPROF	  27

#define SIGEV_SIGNAL	0 /* include/uapi/asm-generic/siginfo.h */
#define SIGEV_THREAD_ID 4

struct actions_walk {
	struct sighand_struct *hand;
	struct look_task *r;
	__u64 open; /* signals that are not blocked */
};

static long look_at_action(__u32 i, struct actions_walk *w)
{
	__u64 handler = 0, bit = 1ULL << (i & 63);

	if (!(w->open & bit))
		return 0;
	if (bpf_probe_read_kernel(&handler, sizeof(handler),
				  (void *)w->hand +
				      bpf_core_field_offset(struct sighand_struct, action) +
				      (__u64)i * bpf_core_type_size(struct k_sigaction) +
				      bpf_core_field_offset(struct k_sigaction, sa.sa_handler)))
		w->r->flags |= LOOK_NO_SIGNALS;
	else if (handler > 1) /* SIG_DFL 0, SIG_IGN 1 */
		w->r->handled |= bit;
	else if (!handler)
		w->r->plain |= bit;
	return 0;
}

static __always_inline void add_timer(struct look_task *r, __u8 kind, int sig, __u64 due)
{
	__u32 i = r->n_timers;

	if (i >= TIMERS_MAX) {
		r->flags |= LOOK_NO_SIGNALS;
		return;
	}
	r->timers[i].due = due;
	r->timers[i].kind = kind;
	r->timers[i].sig = sig;
	r->n_timers = i + 1;
}

static __always_inline void add_hrtimer(struct look_task *r, __u8 kind, int sig,
					struct hrtimer *timer)
{
	__u64 due = hrtimer_due(timer);

	if (due)
		add_timer(r, kind, sig, due);
}

struct timers_walk {
	struct task_struct *task;
	struct look_task *r;
	__u64 head, at;
	__u32 over;
};

static __always_inline void look_at_timer(struct timers_walk *w, struct k_itimer *timer)
{
	int notify = BPF_CORE_READ(timer, it_sigev_notify);
	struct task_struct *t = w->task;
	int sig = timer_signal(timer);

	if (notify != SIGEV_SIGNAL &&
	    (notify != SIGEV_THREAD_ID ||
	     BPF_CORE_READ(timer, it_pid) != BPF_CORE_READ(t, thread_pid)))
		return;
	switch (BPF_CORE_READ(timer, it_clock)) {
	case 0:	 /* CLOCK_REALTIME */
	case 1:	 /* CLOCK_MONOTONIC */
	case 7:	 /* CLOCK_BOOTTIME */
	case 11: /* CLOCK_TAI */
		add_hrtimer(w->r, TIMER_POSIX, sig,
			    (void *)timer + bpf_core_field_offset(struct k_itimer, it.real.timer));
		break;
	case 8: /* CLOCK_REALTIME_ALARM */
	case 9: /* CLOCK_BOOTTIME_ALARM */
		add_hrtimer(w->r, TIMER_POSIX, sig,
			    (void *)timer +
				bpf_core_field_offset(struct k_itimer, it.alarm.alarmtimer.timer));
		break;
	case 2: /* CLOCK_PROCESS_CPUTIME_ID */
	case 3: /* CLOCK_THREAD_CPUTIME_ID */
		if (BPF_CORE_READ(timer, it.cpu.head))
			add_timer(w->r, TIMER_CPU, sig, 0);
		break;
	default: /* the CPU time of another, or a device's clock */
		add_timer(w->r, TIMER_OTHER, sig, 0);
	}
}

static long next_timer(__u32 i, struct timers_walk *w)
{
	if (!w->at || w->at == w->head) {
		w->over = 1;
		return 1;
	}
	look_at_timer(w, (void *)w->at - bpf_core_field_offset(struct k_itimer, list));
	if (bpf_probe_read_kernel(&w->at, sizeof(w->at), (void *)w->at))
		w->at = 0;
	return 0;
}

/* A list on 6.1, an hlist on 6.12: what comes next is the first word of either, and of its head. */
static __always_inline void look_at_posix_timers(struct look_task *r, struct task_struct *t,
						 struct signal_struct *sig)
{
	struct timers_walk w = {.task = t, .r = r};

	if (!bpf_core_field_exists(sig->posix_timers)) /* without CONFIG_POSIX_TIMERS */
		return;
	w.head = (__u64)sig + bpf_core_field_offset(struct signal_struct, posix_timers);
	if (!bpf_probe_read_kernel(&w.at, sizeof(w.at), (void *)w.head))
		bpf_loop(POSIX_TIMERS_STEPS, next_timer, &w, 0);
	if (!w.over)
		r->flags |= LOOK_NO_SIGNALS;
}

static __always_inline void look_at_itimers(struct look_task *r, struct signal_struct *sig)
{
	if (!bpf_core_field_exists(sig->real_timer))
		return;
	add_hrtimer(r, TIMER_REAL, SIGALRM,
		    (void *)sig + bpf_core_field_offset(struct signal_struct, real_timer));
	if (BPF_CORE_READ(sig, it[1].expires))
		add_timer(r, TIMER_VIRTUAL, SIGVTALRM, 0);
	if (BPF_CORE_READ(sig, it[0].expires))
		add_timer(r, TIMER_PROF, SIGPROF, 0);
}

/*
 * ppoll, pselect, epoll_pwait and sigsuspend put their mask in place of the task's own while they
 * sleep (set_user_sigmask(), kernel/signal.c), so blocked is the mask
 * that counts. No signal ends an uninterruptible sleep.
 */
VERIFIED_ONCE int look_at_signals(struct look_task *r, __u64 task)
{
	struct task_struct *t = (void *)task;
	struct signal_struct *sig = BPF_CORE_READ(t, signal);
	struct actions_walk w = {.r = r, .hand = BPF_CORE_READ(t, sighand)};

	if (!r)
		return 0;
	if (!sig || !w.hand) {
		r->flags |= LOOK_NO_SIGNALS;
		return 0;
	}
	r->pending = BPF_CORE_READ(t, pending.signal.sig[0]) |
		     BPF_CORE_READ(sig, shared_pending.signal.sig[0]);
	if (!(BPF_CORE_READ(t, __state) & TASK_INTERRUPTIBLE))
		return 0;
	w.open = ~BPF_CORE_READ(t, blocked.sig[0]);
	bpf_loop(SIGNALS, look_at_action, &w, 0);
	look_at_itimers(r, sig);
	look_at_posix_timers(r, t, sig);
	return 0;
}

#endif
