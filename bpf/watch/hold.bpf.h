/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes that ipctrace stops for a moment to watch words in them, and the signals that it uses
 * for that.
 */
#ifndef IPCTRACE_WATCH_HOLD_BPF_H
#define IPCTRACE_WATCH_HOLD_BPF_H

#include "core/common.bpf.h"
#include "core/pids.bpf.h"
#include "abi/watchword.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u32); /* enum watch_hold */
} watch_held SEC(".maps") __weak;

/* Words are watched; by process watcher: ipctrace itself, or the one that steps. */
extern const volatile bool watching;
extern __u32 watcher;

#define SI_KERNEL	   0x80
#define HOLD_CLD_STOPPED   5
#define HOLD_CLD_CONTINUED 6
#define HOLD_TRAP_BRKPT	   1
#define HOLD_TRAP_TRACE	   2
#define HOLD_EXISTS	   2 /* BPF_EXIST */
#define HOLD_SIG_IGN	   1
#define HOLD_STOP_PENDING  (1UL << 17) /* include/linux/sched/jobctl.h */
#define HOLD_TRAP_STOP	   (1UL << 19)
#define HOLD_SIGURG	   23
#define HOLD_SIGWINCH	   28

static __always_inline __u32 hold_of(__u32 pid)
{
	__u32 *held = bpf_map_lookup_elem(&watch_held, &pid);

	return held ? *held : 0;
}

/*
 * The signal to the parent. The process reports its stop when it already stands still, and may be
 * released by then.
 */
static __always_inline bool news_are_ours(__u32 pid, int code)
{
	__u32 hold = hold_of(pid);

	if (code == HOLD_CLD_STOPPED)
		return hold;
	if (code != HOLD_CLD_CONTINUED || hold != WATCH_RELEASED)
		return false;
	bpf_map_delete_elem(&watch_held, &pid);
	return true;
}

/* It is stepped: ptrace(2) makes the watcher its parent. */
static __always_inline bool is_stepped(__u64 task)
{
	struct task_struct *t = (void *)task;

	return watching && BPF_CORE_READ(t, ptrace) &&
	       pid_here_at((__u64)BPF_CORE_READ(t, parent)) == watcher;
}

/*
 * The task is woken from its sleep because ipctrace stops it: for the tracer that interrupts it
 * (kernel/ptrace.c ptrace_request()), or with the other threads of a process that is held
 * (kernel/signal.c do_signal_stop()).
 */
static __always_inline bool woken_to_hold(__u64 task)
{
	__u64 jobctl;

	if (!watching)
		return false;
	jobctl = BPF_CORE_READ((struct task_struct *)task, jobctl);
	if (jobctl & HOLD_TRAP_STOP && is_stepped(task))
		return true;
	return jobctl & HOLD_STOP_PENDING && hold_of(pid_here_at(task)) == WATCH_HELD;
}

struct sighand_struct___stop {
	struct k_sigaction action[64];
} __attribute__((preserve_access_index));

struct task_struct___stop {
	struct sighand_struct___stop *sighand;
} __attribute__((preserve_access_index));

/* This signal stops who gets it, unless he has a handler for it, or ignores it. */
static __always_inline bool stops(int sig, __u64 task)
{
	struct task_struct___stop *t = (void *)task;

	switch (sig) {
	case SIGSTOP:
		return true;
	case SIGTSTP:
		return !BPF_CORE_READ(t, sighand, action[SIGTSTP - 1].sa.sa_handler);
	case SIGTTIN:
		return !BPF_CORE_READ(t, sighand, action[SIGTTIN - 1].sa.sa_handler);
	case SIGTTOU:
		return !BPF_CORE_READ(t, sighand, action[SIGTTOU - 1].sa.sa_handler);
	}
	return false;
}

/*
 * The kernel queues this signal, and wakes for it, only because its task is stepped: else it would
 * be ignored when it is made (kernel/signal.c sig_ignored()). The watcher throws it away.
 */
static __always_inline bool ignored_unstepped(int sig, __u64 task)
{
	struct task_struct___stop *t = (void *)task;
	__u64 handler = 0, blocked;

	if (sig < 1 || sig > 64 || !is_stepped(task))
		return false;
	/* What sigtimedwait() waits for is blocked by real_blocked alone. */
	blocked = BPF_CORE_READ((struct task_struct *)task, blocked.sig[0]) |
		  BPF_CORE_READ((struct task_struct *)task, real_blocked.sig[0]);
	if (blocked & 1ULL << (sig - 1))
		return false;
	bpf_probe_read_kernel(&handler, sizeof(handler),
			      (void *)BPF_CORE_READ(t, sighand) +
				  bpf_core_field_offset(struct sighand_struct___stop, action) +
				  (sig - 1) * bpf_core_type_size(struct k_sigaction));
	if (handler)
		return handler == HOLD_SIG_IGN;
	return sig == SIGCHLD || sig == SIGCONT || sig == HOLD_SIGURG || sig == HOLD_SIGWINCH;
}

/* Another process stops a held process, which must not be continued then. */
static __always_inline void note_stop(int sig, __u64 task)
{
	__u32 pid, stopped = WATCH_STOPPED;

	if (!watching || !stops(sig, task))
		return;
	pid = pid_here_at(task);
	bpf_map_update_elem(&watch_held, &pid, &stopped, HOLD_EXISTS);
}

/* This signal, made by the current task for another, is part of such a stop. */
static __always_inline bool signal_is_ours(int sig, int code, __u64 task)
{
	struct task_struct *t = bpf_get_current_task_btf();
	__u32 self = pid_here(t);
	__u32 to;

	if (!watching)
		return false;
	to = pid_here_at(task);
	switch (sig) {
	case SIGSTOP:
		return self == to && code == SI_KERNEL && hold_of(to) == WATCH_HELD;
	case SIGCONT:
		return self == watcher && hold_of(to);
	case SIGCHLD:
		return to == watcher || news_are_ours(self, code);
	case SIGTRAP:
		return (code == HOLD_TRAP_TRACE || code == HOLD_TRAP_BRKPT) && is_stepped(task);
	}
	return false;
}

#endif
