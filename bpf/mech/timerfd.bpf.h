/* SPDX-License-Identifier: GPL-2.0 */
/* timerfds: a timer behind a descriptor, which counts how often it expires, and one wait queue (fs/timerfd.c). */
#ifndef IPCTRACE_MECH_TIMERFD_BPF_H
#define IPCTRACE_MECH_TIMERFD_BPF_H

#include "core/timer.bpf.h"
#include "core/waitlist.bpf.h"
#include "fd/object.bpf.h"

#define CLOCK_REALTIME_ALARM 8
#define CLOCK_BOOTTIME_ALARM 9
#define NSEC_PER_SEC	     1000000000

static __u64 timerfd_ops; /* f_op of timerfds, once one was seen; 0: none yet */

static __always_inline void *fd_find_timerfd(struct file *f, struct ipc_object *obj)
{
	static const char name[] = "[timerfd]";
	void *ctx;

	if (!is_anonymous(f, &timerfd_ops, name))
		return NULL;
	ctx = BPF_CORE_READ(f, private_data);
	obj->id = cookie(ctx);
	obj->dev = 0;
	obj->mech = MECH_TIMERFD;
	return ctx;
}

/* What the kernel calls when one expires, and its hrtimer if that is an alarm's: as read from those that were set. */
static __u64 timerfd_function, timerfd_alarm, timerfd_alarm_timer;

static __always_inline void timerfd_learn(__u64 *function, const void *is)
{
	if (is)
		*function = (__u64)is;
}

/* The hrtimer that makes it expire. */
static __always_inline struct hrtimer *timerfd_timer(struct timerfd_ctx *ctx)
{
	int clock = BPF_CORE_READ(ctx, clockid);

	if (clock != CLOCK_REALTIME_ALARM && clock != CLOCK_BOOTTIME_ALARM) {
		timerfd_learn(&timerfd_function, BPF_CORE_READ(ctx, t.tmr.function));
		return (void *)ctx + bpf_core_field_offset(struct timerfd_ctx, t.tmr);
	}
	timerfd_learn(&timerfd_alarm, BPF_CORE_READ(ctx, t.alarm.function));
	timerfd_learn(&timerfd_alarm_timer, BPF_CORE_READ(ctx, t.alarm.timer.function));
	return (void *)ctx + bpf_core_field_offset(struct timerfd_ctx, t.alarm.timer);
}

/*
 * In how many ns it expires; 0: it is not armed. The kernel notes that it runs a timer, takes it
 * from its queue, and then counts it (kernel/time/hrtimer.c __run_hrtimer()). So it is read in this
 * order.
 */
static __always_inline __u64 timerfd_due(struct timerfd_ctx *ctx)
{
	struct hrtimer *timer = timerfd_timer(ctx);
	__u64 due = hrtimer_due(timer);

	if (due || BPF_CORE_READ(timer, base, running) != timer)
		return due;
	return !BPF_CORE_READ(ctx, ticks);
}

VERIFIED_ONCE int timerfd_state(__u64 at, struct ipc_state *st)
{
	struct timerfd_ctx *ctx = (void *)at;
	__u64 interval, due, ticks;

	if (!st)
		return 0;
	due = timerfd_due(ctx);
	ticks = BPF_CORE_READ(ctx, ticks);
	interval = BPF_CORE_READ(ctx, tintv);
	st->v[TIMERFD_TICKS] = no_more_than_word(ticks);
	st->v[TIMERFD_CLOCK] = BPF_CORE_READ(ctx, clockid);
	st->v[TIMERFD_INTERVAL_S] = interval / NSEC_PER_SEC;
	st->v[TIMERFD_INTERVAL_NS] = interval % NSEC_PER_SEC;
	st->v[TIMERFD_DUE_S] = due / NSEC_PER_SEC;
	st->v[TIMERFD_DUE_NS] = due % NSEC_PER_SEC;
	return 1;
}

/*
 * The linked programs have this once, as timerfd_state(), from the same file: this knows what that
 * learns.
 */
VERIFIED_ONCE int timer_of_timerfd(__u64 timer, __u64 at, struct ipc_object *obj)
{
	struct hrtimer *t = (void *)timer;
	__u64 function = (__u64)BPF_CORE_READ(t, function);
	struct alarm *alarm = (void *)t - bpf_core_field_offset(struct alarm, timer);
	void *ctx;

	if (!obj || !function)
		return 0;
	if (at && (timer == at + bpf_core_field_offset(struct timerfd_ctx, t.tmr) ||
		   timer == at + bpf_core_field_offset(struct timerfd_ctx, t.alarm.timer)))
		ctx = (void *)at;
	else if (function == timerfd_function)
		ctx = (void *)t - bpf_core_field_offset(struct timerfd_ctx, t.tmr);
	else if (function == timerfd_alarm_timer && timerfd_alarm &&
		 (__u64)BPF_CORE_READ(alarm, function) == timerfd_alarm)
		ctx = (void *)alarm - bpf_core_field_offset(struct timerfd_ctx, t.alarm);
	else
		return 0;
	obj->id = cookie(ctx);
	obj->dev = 0;
	obj->mech = MECH_TIMERFD;
	return 1;
}

static __always_inline void fd_state_timerfd(__u64 at, struct ipc_state *st)
{
	timerfd_state(at, st);
}

/* Tasks that poll it, and tasks that read it until it expires, are on the same queue. */
VERIFIED_ONCE int timerfd_reason(__u64 at, __u64 task)
{
	struct timerfd_ctx *ctx = (void *)at;
	int how = on_waitqueue(at + bpf_core_field_offset(struct timerfd_ctx, wqh), task);

	if (how == ON_QUEUE_POLLING)
		return WAIT_PIPE_POLL;
	if (how == ON_QUEUE_NOT)
		return WAIT_UNKNOWN;
	return timerfd_due(ctx) || BPF_CORE_READ(ctx, ticks) ? WAIT_TIMERFD_DUE : WAIT_TIMERFD_OFF;
}

static __always_inline int fd_reason_timerfd(__u64 at, __u64 task, __u8 class)
{
	return timerfd_reason(at, task);
}

static __always_inline __u64 fd_queue_timerfd(__u64 at, int which)
{
	return which ? 0 : at + bpf_core_field_offset(struct timerfd_ctx, wqh);
}

/* As in its state, whose words PIPE_USED and its like are these. */
VERIFIED_ONCE int timerfd_watch(__u64 at, struct ev_watch *e)
{
	struct timerfd_ctx *ctx = (void *)at;
	__u64 due = timerfd_due(ctx);

	if (!e)
		return 0;
	e->used = no_more_than_word(BPF_CORE_READ(ctx, ticks));
	e->slots = BPF_CORE_READ(ctx, clockid);
	e->readers = due / NSEC_PER_SEC;
	e->writers = due % NSEC_PER_SEC;
	return 0;
}

static __always_inline void fd_watch_timerfd(__u64 at, struct ev_watch *e)
{
	timerfd_watch(at, e);
}

static __always_inline bool read_state_timerfd(const struct ipc_object *obj, void *at,
					       struct ipc_state *st)
{
	return timerfd_state((__u64)at, st);
}

#endif
