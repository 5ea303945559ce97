/* SPDX-License-Identifier: GPL-2.0 */
/* From a system call that sleeps to the object it sleeps on, with the proof. */
#ifndef IPCTRACE_WAIT_SLEEP_BPF_H
#define IPCTRACE_WAIT_SLEEP_BPF_H

#include "mech/epoll.bpf.h"
#include "mech/fifo.bpf.h"
#include "mech/futex.bpf.h"
#include "mech/held.bpf.h"
#include "mech/msg.bpf.h"
#include "mech/read.bpf.h"
#include "mech/sem.bpf.h"
#include "mech/sock_other.bpf.h"
#include "core/waitlist.bpf.h"

#define JOBCTL_STOP_SIGMASK 0xffffUL /* include/linux/sched/jobctl.h */

/* Not woken yet: a woken task has another state, long before it runs. */
static __always_inline bool asleep(struct task_struct *t)
{
	return BPF_CORE_READ(t, __state) & TASK_SLEEPS && !is_on_cpu(t);
}

/* Stopped by a signal (kernel/signal.c do_signal_stop()): in no system call, though it may have
 * come from one. */
static __always_inline void sleep_stopped(struct wait_flight *w, struct task_struct *t)
{
	w->fd = -1;
	w->nr = -1;
	w->reason = WAIT_STOPPED;
	w->value = BPF_CORE_READ(t, jobctl) & JOBCTL_STOP_SIGMASK;
}

/* class: what the call does with the descriptor. Not inlined for the stack's sake. */
VERIFIED_ONCE int sleep_on_fd(struct wait_flight *w, __u64 task, __s32 fd, __u8 class)
{
	struct fd_object o = {};
	struct file *f;
	int reason;

	if (!w)
		return 0;
	f = can_cast ? typed_file(task, fd) : file_of((void *)task, fd);
	if (!held_object(quick_address(f), &o))
		return 0;
	pick(&o.obj, o.at);
	reason = held_reason(&o, task, class);
	if (!reason)
		return o.obj.mech == MECH_SOCK && sleep_at_other(w, task, o.at, fd, class);
	w->obj = o.obj;
	w->object = (void *)o.at;
	w->fd = fd;
	w->reason = reason;
	held_state(&o, &w->state);
	return 1;
}

static __always_inline void sleep_in_fd(struct wait_flight *w, struct task_struct *t,
					const struct call *c)
{
	sleep_on_fd(w, (__u64)t, call_fd(c), w->op);
}

static __always_inline void sleep_in_splice(struct wait_flight *w, struct task_struct *t,
					    const struct call *c)
{
	bool sends = c->op.id == SYSOP_sendfile; /* the only one that has its output first */

	if (!sleep_on_fd(w, (__u64)t, call_fd(c), sends ? OPC_WRITE : OPC_READ))
		sleep_on_fd(w, (__u64)t, call_fd2(c), sends ? OPC_READ : OPC_WRITE);
}

static __always_inline void sleep_in_none(struct wait_flight *w, struct task_struct *t,
					  const struct call *c)
{
}

/*
 * Fills w with what t, which sleeps or is about to in call c, sleeps on. Reads kernel memory
 * only, so that it may be asked of any task; poll and select, whose arguments are in the task's
 * own memory, are the caller's.
 */
static __always_inline void sleep_reason(struct wait_flight *w, struct task_struct *t,
					 const struct call *c)
{
	w->fd = -1;
	w->op = c->op.class;
	switch (w->op) {
#define SYSOP_CLASS(id, name, mech, begin, end, sleep, ...)                                        \
	case OPC_##name:                                                                           \
		goto sleep_##sleep;
#include "abi/sysop.def"
	}
	return;
#define SYSOP_SLEEP(sleep)                                                                         \
	sleep_##sleep : sleep_in_##sleep(w, t, c);                                                 \
	return;
#include "abi/sysop.def"
}

#endif
